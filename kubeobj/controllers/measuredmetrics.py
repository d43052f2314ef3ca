"""Numbers for autoscalers from what pods really use.

Source: ``k8s.io/kubernetes/pkg/controller/podautoscaler/metrics/client.go`` (v1.36),
resourceMetricsClient.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias, final

from kubeobj.controllers.metricssource import MetricsUnavailable, NoMetrics, Sample, Target
from kubeobj.documents import Wire
from kubeobj.labels.selector import Selector
from kubeobj.meta.duration import Duration
from kubeobj.meta.quantity import Quantity
from kubeobj.reconcile.moments import seconds_of

Measured: TypeAlias = Callable[[], Iterable[Wire]]
"""Returns what each pod uses, as PodMetrics."""


@final
class MeasuredMetrics:
    """A source that knows what pods use of resources, and nothing else.

    Args:
        measured: Returns what each pod uses.
    """

    def __init__(self, measured: Measured) -> None:
        self._measured = measured
        self._others = NoMetrics()

    def resource(self, target: Target, resource: str, container: str) -> Mapping[str, Sample]:
        """Return by pod how much it uses of a resource: all of it, or one container.

        Raises:
            MetricsUnavailable: If that is not known of any.
        """
        found: dict[str, Sample] = {}
        for one in self._measured():
            metadata: Wire = one["metadata"]
            if metadata["namespace"] != target.namespace:
                continue
            if not target.selector.matches(metadata.get("labels") or {}):
                continue
            value = _used(one, resource, container)
            if value is not None:
                found[metadata["name"]] = Sample(value, _at(one), _window(one))
        if not found:
            raise MetricsUnavailable(
                "unable to fetch metrics from resource metrics API: "
                "no metrics returned from resource metrics API"
            )
        return found

    def pods(self, target: Target, metric: str, selector: Selector) -> Mapping[str, Sample]:
        """Know nothing.

        Raises:
            MetricsUnavailable: Always.
        """
        return self._others.pods(target, metric, selector)

    def object(self, namespace: str, described: Wire, metric: str, selector: Selector) -> int:
        """Know nothing.

        Raises:
            MetricsUnavailable: Always.
        """
        return self._others.object(namespace, described, metric, selector)

    def external(self, namespace: str, metric: str, selector: Selector) -> Sequence[int]:
        """Know nothing.

        Raises:
            MetricsUnavailable: Always.
        """
        return self._others.external(namespace, metric, selector)


def _used(one: Wire, resource: str, container: str) -> int | None:
    """Return how much is used, in thousandths; None unless all that counts is known."""
    total = 0
    counted = [each for each in one["containers"] if container in {"", each["name"]}]
    for each in counted:
        amount = each["usage"].get(resource)
        if amount is None:
            return None
        total += Quantity(amount).milli_value
    return total if counted else None


def _at(one: Wire) -> float:
    return seconds_of(one["timestamp"])


def _window(one: Wire) -> float:
    return Duration.parse(one["window"]).to_timedelta().total_seconds()
