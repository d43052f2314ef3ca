"""Which container is asked what and when, and what the answers mean: no threads, no sockets.

Source: ``k8s.io/kubernetes/pkg/kubelet/prober`` worker.go and prober_manager.go (v1.36).
"""

from dataclasses import dataclass
from enum import Enum
from heapq import heappop, heappush
from typing import Final, TypeAlias, final

from kubeobj.documents import Wire
from kubeobj.node.podview import PodView
from kubeobj.node.probes.kinds import ProbeKind
from kubeobj.node.restartpolicy import init_containers_of, is_sidecar
from kubeobj.node.situation import Note
from kubeobj.runtimes.states import Container, ContainerState

Key: TypeAlias = tuple[str, str, ProbeKind]
"""Which probe: the uid of the pod, the name of the container, and what is asked."""


@final
class Verdict(Enum):
    """What came of asking once."""

    SUCCESS = "success"
    WARNING = "warning"
    FAILURE = "failure"
    ERROR = "error"


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a probe.

    Args:
        verdict: What it means.
        output: What is said of it, unless it is a success.
    """

    verdict: Verdict
    output: str = ""


@final
@dataclass(frozen=True, slots=True)
class Check:
    """A question that is due.

    Args:
        key: Which probe asks.
        run_id: Which run of the container is asked.
        pod: The pod.
        container: The container, as the pod's spec has it.
        probe: The probe, as the container has it.
        address: The address of the pod.
    """

    key: Key
    run_id: str
    pod: Wire
    container: Wire
    probe: Wire
    address: str


@final
@dataclass(slots=True)
class _Asked:
    """A probe of a container, and how it stands."""

    container: Wire
    probe: Wire
    run_id: str = ""
    due: float | None = None
    is_held: bool = False
    is_asking: bool = False
    last: bool | None = None
    times: int = 0


@final
@dataclass(slots=True)
class _Pod:
    """A pod that is probed."""

    document: Wire
    address: str
    asked: dict[tuple[str, ProbeKind], _Asked]
    findings: dict[tuple[str, ProbeKind], bool]


_NONE: Final[dict[tuple[str, ProbeKind], bool]] = {}


@final
class ProbeBoard:
    """All probes of a node. One thread uses it."""

    def __init__(self) -> None:
        self._pods: dict[str, _Pod] = {}
        self._heap: list[tuple[float, int, Key]] = []
        self._tickets = 0

    # ------------------------------------------------------------ taking in

    def look(self, pod: Wire, view: PodView, address: str, now: float, *, is_ending: bool) -> None:
        """Take in how a pod is, before anything is decided about it.

        Args:
            pod: The pod; its status says what was ready before the agent began.
            view: What the runtime says.
            address: Its address; empty before it has one.
            now: When that is, in seconds since 1970.
            is_ending: Whether the pod ends: then it is only asked whether it is ready.
        """
        uid = pod["metadata"]["uid"]
        known = self._pods.get(uid)
        if known is None:
            asked = _probes_of(pod)
            if not asked:
                return
            known = self._pods[uid] = _Pod(pod, address, asked, {})
        known.document, known.address = pod, address
        for (name, kind), asked_one in known.asked.items():
            run = view.latest(name)
            if run is None or run.state is not ContainerState.RUNNING or not address:
                self._rest(known, asked_one, kind)
                continue
            if asked_one.run_id != run.id:
                self._begin(known, asked_one, kind, run)
            self._schedule((uid, name, kind), known, run, now, is_ending=is_ending)

    def forget(self, uid: str) -> None:
        """Ask a pod nothing any more."""
        self._pods.pop(uid, None)

    def note(self, check: Check, outcome: Outcome, now: float) -> tuple[bool, Note | None]:
        """Take in an answer; return whether it changes anything, and what is to be told."""
        uid, name, kind = check.key
        pod = self._pods.get(uid)
        asked = None if pod is None else pod.asked.get((name, kind))
        if pod is None or asked is None or asked.run_id != check.run_id:
            return False, None
        asked.is_asking = False
        period = float(asked.probe.get("periodSeconds", 10))
        if asked.due is not None:
            self._enter(check.key, asked, max(asked.due + period, now))
        note = _note_of(check, outcome)
        if outcome.verdict is Verdict.ERROR:
            return False, note
        return self._count(pod, asked, kind, outcome.verdict is not Verdict.FAILURE), note

    # ------------------------------------------------------------ asking

    def findings(self, uid: str) -> dict[tuple[str, ProbeKind], bool]:
        """Return what has been found of a pod."""
        pod = self._pods.get(uid)
        return _NONE if pod is None else pod.findings

    @property
    def deadline(self) -> float | None:
        """When the next question is due, in seconds since 1970; None if there is none."""
        heap = self._heap
        while heap:
            at, _, key = heap[0]
            asked = self._find(key)
            if asked is not None and asked.due == at and not asked.is_asking:
                return at
            heappop(heap)
        return None

    def put_back(self, seconds: float) -> None:
        """Say that the clock was put back by so many seconds: all questions are due as before."""
        self._heap = []
        for uid, pod in self._pods.items():
            for (name, kind), asked in pod.asked.items():
                if asked.due is not None:
                    self._enter((uid, name, kind), asked, asked.due - seconds)

    def due(self, now: float) -> list[Check]:
        """Return the questions that are due; each is to be answered by `note`."""
        found = []
        while (at := self.deadline) is not None and at <= now:
            key = heappop(self._heap)[2]
            pod = self._pods[key[0]]
            asked = pod.asked[key[1:]]
            asked.is_asking = True
            found.append(
                Check(key, asked.run_id, pod.document, asked.container, asked.probe, pod.address)
            )
        return found

    # ------------------------------------------------------------ inside

    def _find(self, key: Key) -> _Asked | None:
        pod = self._pods.get(key[0])
        return None if pod is None else pod.asked.get(key[1:])

    def _rest(self, pod: _Pod, asked: _Asked, kind: ProbeKind) -> None:
        pod.findings.pop((asked.run_id, kind), None)
        asked.run_id, asked.due, asked.is_asking = "", None, False

    def _begin(self, pod: _Pod, asked: _Asked, kind: ProbeKind, run: Container) -> None:
        """Begin with a run that was not asked before."""
        pod.findings.pop((asked.run_id, kind), None)
        asked.run_id, asked.due, asked.is_asking = run.id, None, False
        asked.is_held, asked.last, asked.times = False, None, 0
        told = _told_of(pod.document, run)
        if kind is ProbeKind.STARTUP and told.get("started"):
            pod.findings[run.id, kind] = True  # before the agent began
        if kind is ProbeKind.READINESS:
            pod.findings[run.id, kind] = bool(told.get("ready"))

    def _schedule(
        self, key: Key, pod: _Pod, run: Container, now: float, *, is_ending: bool
    ) -> None:
        """Ask for the first time, or no more."""
        _, name, kind = key
        asked = pod.asked[name, kind]
        has_started = (name, ProbeKind.STARTUP) not in pod.asked or pod.findings.get(
            (run.id, ProbeKind.STARTUP), False
        )
        is_off = asked.is_held or has_started == (kind is ProbeKind.STARTUP)
        if is_off or (is_ending and kind is not ProbeKind.READINESS):
            asked.due = None
        elif asked.due is None and not asked.is_asking:
            delay = float(asked.probe.get("initialDelaySeconds", 0))
            self._enter(key, asked, max(run.started_at + delay, now))

    def _enter(self, key: Key, asked: _Asked, at: float) -> None:
        asked.due = at
        self._tickets += 1
        heappush(self._heap, (at, self._tickets, key))

    def _count(self, pod: _Pod, asked: _Asked, kind: ProbeKind, is_so: bool) -> bool:  # noqa: FBT001 - the answer itself
        asked.times = asked.times + 1 if asked.last is is_so else 1
        asked.last = is_so
        least = asked.probe.get("successThreshold", 1)
        if not is_so:
            least = asked.probe.get("failureThreshold", 3)
        if asked.times < least:
            return False
        before = pod.findings.get((asked.run_id, kind))
        pod.findings[asked.run_id, kind] = is_so
        if not is_so and kind is not ProbeKind.READINESS:
            asked.is_held, asked.times, asked.due = True, 0, None
        return before is not is_so


def _probes_of(pod: Wire) -> dict[tuple[str, ProbeKind], _Asked]:
    sidecars = [one for one in init_containers_of(pod) if is_sidecar(one)]
    return {
        (container["name"], kind): _Asked(container, container[kind.value])
        for container in (*sidecars, *pod["spec"]["containers"])
        for kind in ProbeKind
        if container.get(kind.value) is not None
    }


def _told_of(pod: Wire, run: Container) -> Wire:
    """Return what was told of a run of a container; nothing, if it was of another one."""
    status: Wire = pod.get("status") or {}
    for part in ("containerStatuses", "initContainerStatuses"):
        for one in status.get(part) or ():
            if one["name"] == run.name and one.get("containerID", "").endswith(f"//{run.id}"):
                told: Wire = one
                return told
    return {}


def _note_of(check: Check, outcome: Outcome) -> Note | None:
    kind, name = check.key[2].title, check.container["name"]
    match outcome.verdict:
        case Verdict.SUCCESS:
            return None
        case Verdict.WARNING:
            return Note("ProbeWarning", f"{kind} probe warning: {outcome.output}", "Warning", name)
        case Verdict.FAILURE:
            return Note("Unhealthy", f"{kind} probe failed: {outcome.output}", "Warning", name)
        case Verdict.ERROR:
            message = f"{kind} probe errored and resulted in unknown state: {outcome.output}"
            return Note("Unhealthy", message, "Warning", name)
