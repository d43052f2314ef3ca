"""An autoscaler's numbers from what pods really use."""

import pytest

from kubeobj.controllers.measuredmetrics import MeasuredMetrics
from kubeobj.controllers.metricssource import MetricsUnavailable, Sample, Target
from kubeobj.documents import Wire
from kubeobj.labels.selector import Selector


def _measured(name: str, *, app: str = "web", namespace: str = "shop", **cpu: str) -> Wire:
    return {
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": app}},
        "timestamp": "1970-01-01T00:01:40Z",
        "window": "15s",
        "containers": [
            {"name": container, "usage": {"cpu": amount}} for container, amount in cpu.items()
        ],
    }


TARGET = Target("shop", Selector.parse("app=web"), ())


def test_a_pod_uses_what_its_containers_do() -> None:
    source = MeasuredMetrics(lambda: [_measured("a", main="250m", side="1500000n")])
    assert source.resource(TARGET, "cpu", "") == {"a": Sample(252, 100.0, 15.0)}
    assert source.resource(TARGET, "cpu", "main") == {"a": Sample(250, 100.0, 15.0)}


def test_only_pods_of_the_target_count() -> None:
    others = [_measured("b", app="db", main="1"), _measured("c", namespace="x", main="1")]
    source = MeasuredMetrics(lambda: [*others, _measured("a", main="1")])
    assert list(source.resource(TARGET, "cpu", "")) == ["a"]


@pytest.mark.parametrize(("resource", "container"), [("memory", ""), ("cpu", "other")])
def test_what_was_not_measured_is_not_known(resource: str, container: str) -> None:
    source = MeasuredMetrics(lambda: [_measured("a", main="1")])
    with pytest.raises(MetricsUnavailable, match="no metrics returned from resource metrics API"):
        source.resource(TARGET, resource, container)


def test_nothing_else_is_known() -> None:
    source = MeasuredMetrics(list)
    with pytest.raises(MetricsUnavailable):
        source.pods(TARGET, "requests", Selector.parse(""))
    with pytest.raises(MetricsUnavailable):
        source.object("shop", {}, "requests", Selector.parse(""))
    with pytest.raises(MetricsUnavailable):
        source.external("shop", "requests", Selector.parse(""))
