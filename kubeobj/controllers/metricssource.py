"""Where an autoscaler has its numbers from.

In a cluster these are three APIs that somebody serves; here it is whatever answers four questions.

Source: ``k8s.io/kubernetes/pkg/controller/podautoscaler/metrics`` MetricsClient (v1.36).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, final

from kubeobj.documents import Wire
from kubeobj.errors import KubeobjError
from kubeobj.labels.selector import Selector


class MetricsUnavailable(KubeobjError, LookupError):
    """Nobody knows these numbers now."""


@final
class Sample(NamedTuple):
    """What a pod has used.

    Args:
        value: How much, in thousandths.
        at: When that was measured, in seconds since 1970.
        window: Over how many seconds.
    """

    value: int
    at: float
    window: float


@final
@dataclass(frozen=True, slots=True)
class Target:
    """The pods whose numbers are asked for.

    Args:
        namespace: Where they are.
        selector: Which they are.
        pods: They themselves, as far as the asker knows them.
    """

    namespace: str
    selector: Selector
    pods: Sequence[Wire]


class MetricsSource(Protocol):
    """Knows what pods use, and numbers of other things.

    Each question may raise `MetricsUnavailable`.
    """

    def resource(self, target: Target, resource: str, container: str) -> Mapping[str, Sample]:
        """Return by pod how much it uses of a resource: all of it, or one container."""
        ...

    def pods(self, target: Target, metric: str, selector: Selector) -> Mapping[str, Sample]:
        """Return by pod the value of a metric of the application's own."""
        ...

    def object(self, namespace: str, described: Wire, metric: str, selector: Selector) -> int:
        """Return the value of a metric of another object, in thousandths."""
        ...

    def external(self, namespace: str, metric: str, selector: Selector) -> Sequence[int]:
        """Return the values of a metric of something outside, in thousandths, one per series."""
        ...


@final
class NoMetrics:
    """The source of a cluster in which nobody serves metrics: it knows nothing."""

    def resource(self, target: Target, resource: str, container: str) -> Mapping[str, Sample]:
        """Know nothing.

        Raises:
            MetricsUnavailable: Always.
        """
        raise MetricsUnavailable(
            "unable to fetch metrics from resource metrics API: the server could not find the "
            "requested resource (get pods.metrics.k8s.io)"
        )

    def pods(self, target: Target, metric: str, selector: Selector) -> Mapping[str, Sample]:
        """Know nothing.

        Raises:
            MetricsUnavailable: Always.
        """
        raise MetricsUnavailable(_NO_CUSTOM)

    def object(self, namespace: str, described: Wire, metric: str, selector: Selector) -> int:
        """Know nothing.

        Raises:
            MetricsUnavailable: Always.
        """
        raise MetricsUnavailable(_NO_CUSTOM)

    def external(self, namespace: str, metric: str, selector: Selector) -> Sequence[int]:
        """Know nothing.

        Raises:
            MetricsUnavailable: Always.
        """
        raise MetricsUnavailable(
            "unable to fetch metrics from external metrics API: the server could not find the "
            f"requested resource (get {metric}.external.metrics.k8s.io)"
        )


_NO_CUSTOM = (
    "unable to fetch metrics from custom metrics API: no custom metrics API "
    "(custom.metrics.k8s.io) registered"
)
