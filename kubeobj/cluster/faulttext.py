"""Faults as text: ``KIND=TARGET[,key=value…]@WHEN[+HOW_LONG]``.

node-crash=node-2@90s                  node-2 goes down, for good
partition=node-1@2m+5m                 node-1 is cut off for five minutes
container-crash=shop/web-*@1m          the first pod of that name that runs
conflicts=kube-scheduler,probability=0.5@0s+1m
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Final, TypeAlias, final

from kubeobj.cluster import faults, troubles
from kubeobj.cluster.durations import parse_duration
from kubeobj.cluster.faults import AnyFault, ApiFault, Fault, NoSuchTarget, Site
from kubeobj.errors import KubeobjError, point_at

_Read: TypeAlias = Callable[[str], object]


@final
class FaultTextError(KubeobjError, ValueError):
    """The text is no fault.

    Attributes:
        reason: Why not.
        text: The text.
        position: Where the mistake is, in characters from 0.
        hint: What to do, or empty.
    """

    def __init__(self, reason: str, *, text: str, position: int, hint: str = "") -> None:
        self.reason: str = reason
        self.text: str = text
        self.position: int = position
        self.hint: str = hint
        advice = f"\nhint: {hint}" if hint else ""
        super().__init__(f"{reason}\n{point_at(text, position)}{advice}")


@final
@dataclass(frozen=True, slots=True)
class PlannedFault:
    """A fault, and when.

    Args:
        text: As it was written.
        fault: What.
        at: When, in seconds since the simulation began.
        seconds: How long; None for ever, or because it ends by itself.
    """

    text: str
    fault: AnyFault
    at: float
    seconds: float | None

    @property
    def target_at(self) -> int:
        """Where in the text its target is, in characters from 0."""
        return self.text.find("=") + 1


@final
@dataclass(frozen=True, slots=True)
class PodCrash:
    """The processes of the first pod that runs and has such a name end.

    Args:
        pod: A pattern for its name, as of a shell; before it a namespace and ``/``, unless any
            will do: ``shop/web-*``.
        container: Only this container; empty for all that run.
        exit_code: With which code.
        reason: Why, in one word.
    """

    pod: str
    container: str = ""
    exit_code: int = 1
    reason: str = "Error"

    def begin(self, site: Site) -> None:
        """Let them end.

        Raises:
            NoSuchTarget: If no node that is up runs one.
        """
        namespace, _, name = self.pod.rpartition("/")
        running = sorted(key for node in site.nodes.values() if node.is_up for key in node.pods)
        for key in running:
            if namespace in {"", key.namespace} and fnmatchcase(key.name, name):
                faults.ContainerCrash(
                    key.name, key.namespace, self.container, self.exit_code, self.reason
                ).begin(site)
                return
        raise NoSuchTarget(f"no node runs a pod {self.pod}")

    def end(self, site: Site) -> None:
        """Do nothing: they are started again, or not, as their pod has it."""


def _probability(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise ValueError(f"{text} is no probability, which is from 0 to 1")
    return number


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"{text!r} is no count")
    return int(text)


def _times(text: str) -> float:
    number = float(text)
    if not 0 < number <= 1e6:
        raise ValueError(f"{text} is no number above 0, and at most a million")
    return number


def _switch(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(f"{text!r} is neither true nor false")
    return text == "true"


@final
@dataclass(frozen=True, slots=True)
class FaultForm:  # type: ignore[explicit-any]  # as above: `dataclass` repeats its fields
    """How a kind of fault is written.

    Args:
        make: What makes one.
        target: The field that its target is given to; empty if it has none.
        reads: How its target is read.
        needs: Whether the target must be given.
        keys: What else can be said: the field, and how it is read, by key.
        ends: Whether it lasts until it ends; else it is over as soon as it has begun.
        says: What it is, in a few words.
    """

    make: Callable[..., AnyFault]  # type: ignore[explicit-any]  # each has its own arguments
    says: str
    target: str = ""
    reads: _Read = str
    needs: bool = False
    keys: Mapping[str, tuple[str, _Read]] = field(default_factory=dict)
    ends: bool = True


_OFTEN: Final[dict[str, tuple[str, _Read]]] = {"probability": ("probability", _probability)}
_CRASH: Final[dict[str, tuple[str, _Read]]] = {
    "container": ("container", str),
    "exit-code": ("exit_code", _count),
    "reason": ("reason", str),
}

FORMS: Final[Mapping[str, FaultForm]] = {
    "node-crash": FaultForm(faults.NodeCrash, "a node goes down", "node", needs=True),
    "partition": FaultForm(
        faults.Partition, "a node and the API do not hear of each other", "node", needs=True
    ),
    "slow-node": FaultForm(
        faults.SlowNode,
        "everything that begins on a node takes longer",
        "node",
        needs=True,
        keys={"times": ("times", _times)},
    ),
    "container-crash": FaultForm(
        PodCrash, "the processes of a pod end", "pod", needs=True, keys=_CRASH, ends=False
    ),
    "process-kill": FaultForm(
        faults.ProcessKill,
        "a process is killed, and begins anew",
        "process",
        needs=True,
        keys={"down": ("down_seconds", parse_duration)},
        ends=False,
    ),
    "relist": FaultForm(faults.Relist, "a process lists everything again", "process", ends=False),
    "clock-jump": FaultForm(
        faults.ClockJump,
        "the clock jumps ahead",
        "seconds",
        reads=parse_duration,
        needs=True,
        ends=False,
    ),
    "unavailable": FaultForm(troubles.Unavailable, "the API answers nothing", "process"),
    "conflicts": FaultForm(
        troubles.Conflicts, "updates find that somebody was faster", "process", keys=_OFTEN
    ),
    "throttled": FaultForm(
        troubles.Throttled,
        "the API has too much to do",
        "process",
        keys={**_OFTEN, "retry-after": ("retry_after_seconds", _count)},
    ),
    "forgotten": FaultForm(
        troubles.Forgotten, "lists and watches must begin anew", "process", keys=_OFTEN
    ),
    "death-at-write": FaultForm(
        troubles.DeathAtWrite,
        "a process is killed at one of its writes",
        "process",
        needs=True,
        keys={"write": ("write", _count), "done": ("done", _switch)},
    ),
    "lost-watches": FaultForm(troubles.LostWatches, "watches fall silent", "process", keys=_OFTEN),
    "late-watches": FaultForm(
        troubles.LateWatches,
        "events come late",
        "process",
        keys={**_OFTEN, "late": ("seconds", parse_duration)},
    ),
    "doubled-watches": FaultForm(
        troubles.DoubledWatches, "events come twice", "process", keys=_OFTEN
    ),
    "closed-watches": FaultForm(troubles.ClosedWatches, "watches end", "process", keys=_OFTEN),
}
"""How each kind of fault is written, by the word for it."""


def parse_fault(text: str) -> PlannedFault:
    """Return the fault that a text is.

    Raises:
        FaultTextError: If it is none.

    >>> parse_fault("node-crash=node-2@90s+1m").fault
    NodeCrash(node='node-2')
    """
    what, at_sign, when = text.rpartition("@")
    if not at_sign:
        raise FaultTextError(
            "it does not say when", text=text, position=len(text), hint="add @90s, say"
        )
    at_place = len(what) + 1
    start, plus, length = when.partition("+")
    at = _duration(text, start, at_place)
    seconds = _duration(text, length, at_place + len(start) + 1) if plus else None
    kind, equals, rest = what.partition("=")
    word, comma, options = kind.partition(",")
    if comma:  # no target, but more to say
        kind, rest, target_place = word, f",{options}{equals}{rest}", len(word)
    else:
        target_place = len(kind) + 1
    form = _form(text, kind)
    target, *said = rest.split(",")
    values = _options(text, form, said, target_place + len(target) + 1)
    values |= _target(text, form, kind, target, target_place)
    if plus and not form.ends:
        raise FaultTextError(
            f"{kind} is over at once, and does not last",
            text=text,
            position=at_place + len(start),
            hint="leave out what follows +",
        )
    return PlannedFault(text, form.make(**values), at, seconds)


def describe_fault(fault: Fault) -> str:
    """Return what a fault is, as text that begins with its word.

    >>> describe_fault(faults.NodeCrash("node-2"))
    'node-crash=node-2'
    """
    inner = fault.trouble if isinstance(fault, ApiFault) else fault
    for word, form in FORMS.items():
        if form.make is type(inner):
            return _described(word, form, inner)
    if isinstance(inner, faults.ContainerCrash):
        return f"container-crash={inner.namespace}/{inner.pod}"
    return type(inner).__name__


def is_lasting(fault: Fault) -> bool:
    """Return whether a fault lasts until it ends; else it is over as soon as it has begun."""
    inner = fault.trouble if isinstance(fault, ApiFault) else fault
    if isinstance(inner, faults.ContainerCrash):
        return False
    return all(form.ends for form in FORMS.values() if form.make is type(inner))


def check_target(planned: PlannedFault, site: Site) -> None:
    """Look whether what a fault strikes is there.

    Raises:
        FaultTextError: If it is a node or a process that is not there.
    """
    fault = planned.fault
    node, process = getattr(fault, "node", ""), getattr(fault, "process", "")
    for name, known, what in ((node, site.nodes, "node"), (process, site.processes, "process")):
        if name and name not in known:
            shown = ", ".join(list(known)[:12]) + (", …" if len(known) > 12 else "")
            raise FaultTextError(
                f"there is no {what} {name!r}",
                text=planned.text,
                position=planned.target_at,
                hint=f"there are: {shown}" if known else f"there is no {what}",
            )


def _described(word: str, form: FaultForm, fault: object) -> str:
    defaults = {one.name: one.default for one in fields(fault)}  # type: ignore[arg-type]
    target = getattr(fault, form.target) if form.target else ""
    if form.reads is parse_duration:
        target = f"{target:g}s"
    said = [
        f",{key}={_text_of(getattr(fault, name))}"
        for key, (name, _) in form.keys.items()
        if getattr(fault, name) != defaults[name]
    ]
    return f"{word}={target}{''.join(said)}" if target else f"{word}{''.join(said)}"


def _text_of(value: object) -> str:
    """Return what is said of a fault, as it is read."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _duration(text: str, part: str, position: int) -> float:
    try:
        return parse_duration(part)
    except ValueError as error:
        raise FaultTextError(str(error), text=text, position=position) from None


def _form(text: str, kind: str) -> FaultForm:
    form = FORMS.get(kind)
    if form is None:
        near = get_close_matches(kind, FORMS, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(FORMS)}"
        reason = f"there is no fault {kind!r}" if kind else "it does not say which fault"
        raise FaultTextError(reason, text=text, position=0, hint=hint)
    return form


def _target(text: str, form: FaultForm, kind: str, target: str, position: int) -> dict[str, object]:
    if not target:
        if form.needs:
            raise FaultTextError(
                f"{kind} needs a {form.target.replace('seconds', 'length of time')}",
                text=text,
                position=min(position, len(text)),
                hint=f"write {kind}=…",
            )
        return {}
    try:
        return {form.target: form.reads(target)}
    except ValueError as error:
        raise FaultTextError(str(error), text=text, position=position) from None


def _options(text: str, form: FaultForm, said: list[str], position: int) -> dict[str, object]:
    values: dict[str, object] = {}
    for part in said:
        key, equals, value = part.partition("=")
        known = ", ".join(form.keys)
        if key not in form.keys:
            hint = f"there is: {known}" if known else "nothing more can be said of it"
            raise FaultTextError(f"unknown key {key!r}", text=text, position=position, hint=hint)
        if not equals:
            raise FaultTextError(f"{key} has no value", text=text, position=position + len(key))
        name, read = form.keys[key]
        if name in values:
            raise FaultTextError(f"{key} is there twice", text=text, position=position)
        try:
            values[name] = read(value)
        except ValueError as error:
            raise FaultTextError(str(error), text=text, position=position + len(key) + 1) from None
        position += len(part) + 1
    return values
