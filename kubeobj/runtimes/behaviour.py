"""How simulated containers behave, as data: how long they take to start, run, and end, and how.

A behaviour is found by rules, from the image, the labels of the pod and the container's name; or a
pod says it in an annotation, which goes before all rules:

    metadata:
      annotations:
        simulation.kubeobj.io/behaviour: '{"runSeconds": 30, "exitCode": 1}'
"""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Annotated, ClassVar, Final, TypeAlias, final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldErrors, FieldErrorType, FieldPath
from kubeobj.labels.selector import Selector

ANNOTATION: Final = "simulation.kubeobj.io/behaviour"
"""Where a pod says how its containers behave: a behaviour as JSON, and under ``containers`` what is
different for single ones, by name."""

Seconds: TypeAlias = Annotated[float, Field(ge=0)]
"""A length of time in seconds."""

Count: TypeAlias = Annotated[int, Field(ge=0)]
"""A number of times."""


class Behaviour(BaseModel):
    """How a container behaves.

    Args:
        pull_seconds: How long its image takes to come to a node for the first time.
        pull_fails: How often the pull fails before it succeeds.
        start_seconds: How long it takes from the image to a running process.
        ready_seconds: How long it runs before it is ready; None for never.
        run_seconds: How long it runs before it ends by itself; None for ever.
        exit_code: With which code it ends by itself.
        runs: How many of its runs end so, before it runs for ever; None for all of them.
        stop_seconds: How long it takes to end when it is asked to; killed if there is less time.
        stop_exit_code: With which code it ends when it is asked to.

    Raises:
        ValidationError: If a time or a count is negative, or no number. It is a `ValueError`.

    >>> Behaviour(run_seconds=5, exit_code=1, runs=3).ends_by_itself(attempt=3)
    False
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=to_camel, populate_by_name=True
    )

    pull_seconds: Seconds = 0.0
    pull_fails: Count = 0
    start_seconds: Seconds = 0.0
    ready_seconds: Seconds | None = 0.0
    run_seconds: Seconds | None = None
    exit_code: Count = 0
    runs: Count | None = None
    stop_seconds: Seconds = 0.0
    stop_exit_code: Count = 0

    def ends_by_itself(self, attempt: int) -> bool:
        """Return whether a run ends by itself: the first is attempt 0."""
        return self.run_seconds is not None and (self.runs is None or attempt < self.runs)


class _Said(Behaviour):
    """What a pod says of all of its containers, and of single ones."""

    model_config: ClassVar[ConfigDict] = ConfigDict(title="behaviour")

    containers: dict[str, Behaviour] = Field(default_factory=dict)


@final
@dataclass(frozen=True, slots=True)
class BehaviourRule:
    """Which containers behave so.

    Args:
        behaviour: How.
        image: A pattern that their image matches, as of a shell: ``shop/*``.
        container: A pattern that their name matches.
        labels: What selects their pods.
    """

    behaviour: Behaviour
    image: str = "*"
    container: str = "*"
    labels: Selector = field(default_factory=Selector.everything)

    def covers(self, pod: Wire, container: Wire) -> bool:
        """Return whether a container of a pod behaves so."""
        if not fnmatchcase(container.get("image", ""), self.image):
            return False
        if not fnmatchcase(container["name"], self.container):
            return False
        return self.labels.matches(pod["metadata"].get("labels") or {})


@final
class Behaviours:
    """How the containers of a simulation behave: the first rule that covers one counts.

    What a pod says of itself goes before all rules; what it says wrongly is not heeded.


    Args:
        rules: The rules, in order.
        default: How all others behave.
    """

    __slots__ = ("_default", "_rules")

    def __init__(self, *rules: BehaviourRule, default: Behaviour | None = None) -> None:
        self._rules = rules
        self._default = Behaviour() if default is None else default

    def of(self, pod: Wire, container: Wire) -> Behaviour:
        """Return how a container behaves."""
        annotations = pod["metadata"].get("annotations")
        if annotations and ANNOTATION in annotations:
            try:
                return said(annotations[ANNOTATION], container["name"])
            except FieldErrors:
                return self._default
        for rule in self._rules:
            if rule.covers(pod, container):
                return rule.behaviour
        return self._default


@lru_cache(maxsize=1024)
def said(text: str, container: str) -> Behaviour:
    """Return how a container behaves by the text of its pod's annotation.

    Raises:
        FieldErrors: If the text is no behaviour; all of its mistakes are named.

    >>> said('{"runSeconds": 30, "containers": {"logs": {"exitCode": 1}}}', "logs").exit_code
    1
    """
    try:
        whole = _Said.model_validate_json(text)
    except ValidationError as error:
        path = FieldPath.of("metadata").child("annotations").key(ANNOTATION)
        raise FieldErrors(
            FieldError(
                path.child(*map(str, one["loc"])),
                FieldErrorType.INVALID,
                one["input"],
                one["msg"],
                one["type"],
            )
            for one in error.errors()
        ) from None
    of_all = {name: value for name, value in whole if name != "containers"}
    own = whole.containers.get(container)
    if own is not None:
        of_all.update({name: getattr(own, name) for name in own.model_fields_set})
    return Behaviour(**of_all)
