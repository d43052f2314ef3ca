"""Numbers for autoscalers that are data: who uses how much, and from when on.

A load is a row of levels, each from some time on. What pods share is spread evenly over those that
are ready, as a load balancer does; so more pods have less to do each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias, final

from kubeobj.clock import Clock
from kubeobj.controllers.metricssource import MetricsUnavailable, Sample, Target
from kubeobj.controllers.podstate import is_ready, phase_of
from kubeobj.documents import Wire
from kubeobj.labels.selector import Selector, as_selector
from kubeobj.meta.quantity import Quantity

WINDOW_SECONDS: Final = 30.0
"""Over how long a sample is measured."""

Levels: TypeAlias = Sequence[tuple[float, str | int]]
"""From how many seconds after the beginning on it is how much, as a quantity; in order."""


@final
@dataclass(frozen=True, slots=True)
class PodLoad:
    """What pods use of something.

    Args:
        metric: Of what: ``cpu``, ``memory``, or a metric of the application's own.
        levels: How much.
        selector: Which pods.
        namespace: In which namespace; empty for all.
        container: Of which container; empty for the pod as a whole.
        is_shared: Whether that is what all of them use together.
    """

    metric: str
    levels: Levels
    selector: str = ""
    namespace: str = ""
    container: str = ""
    is_shared: bool = False


@final
@dataclass(frozen=True, slots=True)
class Series:
    """A number of something that is no pod.

    Args:
        metric: Of what.
        levels: How much.
        labels: By what it is selected.
        namespace: In which namespace; empty for all.
        described: Kind and name of the object that it is about; None if it is of outside.
    """

    metric: str
    levels: Levels
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace: str = ""
    described: tuple[str, str] | None = None


@final
class SimulatedMetrics:
    """A source of metrics that is made of data.

    Args:
        clock: Tells which level it is now; the loads begin when this is made.
        loads: What pods use.
        series: Everything else.
    """

    def __init__(
        self, clock: Clock, *, loads: Sequence[PodLoad] = (), series: Sequence[Series] = ()
    ) -> None:
        self._clock = clock
        self._begin = clock.now()
        self._loads = [(load, as_selector(load.selector)) for load in loads]
        self._series = tuple(series)

    def resource(self, target: Target, resource: str, container: str) -> Mapping[str, Sample]:
        """Return by pod how much it uses of a resource.

        Raises:
            MetricsUnavailable: If that is not known of any.
        """
        found = self._of_pods(target, resource, container)
        if not found:
            raise MetricsUnavailable("no metrics returned from resource metrics API")
        return found

    def pods(self, target: Target, metric: str, selector: Selector) -> Mapping[str, Sample]:
        """Return by pod the value of a metric; the selector is of no matter.

        Raises:
            MetricsUnavailable: If that is not known of any.
        """
        found = self._of_pods(target, metric, "")
        if not found:
            raise MetricsUnavailable("no metrics returned from custom metrics API")
        return found

    def object(self, namespace: str, described: Wire, metric: str, selector: Selector) -> int:
        """Return the value of a metric of an object, in thousandths.

        Raises:
            MetricsUnavailable: If it is not known.
        """
        about = described["kind"], described["name"]
        for value in self._values(namespace, metric, selector, about):
            return value
        raise MetricsUnavailable("no metrics returned from custom metrics API")

    def external(self, namespace: str, metric: str, selector: Selector) -> Sequence[int]:
        """Return the values of a metric of something outside, in thousandths.

        Raises:
            MetricsUnavailable: If there are none.
        """
        found = self._values(namespace, metric, selector, None)
        if not found:
            raise MetricsUnavailable("no metrics returned from external metrics API")
        return found

    # ------------------------------------------------------------ inside

    def _of_pods(self, target: Target, metric: str, container: str) -> dict[str, Sample]:
        now = self._clock.now()
        running = [pod for pod in target.pods if phase_of(pod) == "Running"]
        values: dict[str, int] = {}
        for load, selector in self._loads:
            if load.metric != metric or load.namespace not in {"", target.namespace}:
                continue
            # A pod uses what its containers do; of one container, only its own load counts.
            if container and load.container != container:
                continue
            pods = [pod for pod in running if selector.matches(pod["metadata"].get("labels") or {})]
            for name, value in self._spread(load, pods).items():
                values[name] = values.get(name, 0) + value
        return {name: Sample(value, now, WINDOW_SECONDS) for name, value in values.items()}

    def _spread(self, load: PodLoad, pods: Sequence[Wire]) -> dict[str, int]:
        value = self._level(load.levels)
        names = [pod["metadata"]["name"] for pod in pods]
        if not load.is_shared:
            return dict.fromkeys(names, value)
        ready = [pod["metadata"]["name"] for pod in pods if is_ready(pod)]
        each = value // len(ready) if ready else 0
        return {**dict.fromkeys(names, 0), **dict.fromkeys(ready, each)}

    def _values(
        self, namespace: str, metric: str, selector: Selector, about: tuple[str, str] | None
    ) -> list[int]:
        return [
            self._level(one.levels)
            for one in self._series
            if one.metric == metric
            and one.described == about
            and one.namespace in {"", namespace}
            and selector.matches(one.labels)
        ]

    def _level(self, levels: Levels) -> int:
        since = self._clock.now() - self._begin
        value = 0
        for begin, amount in levels:
            if begin <= since:
                value = Quantity(amount).milli_value
        return value
