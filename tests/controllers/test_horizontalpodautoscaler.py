"""Autoscalers scale their targets as metrics ask for, at the pace that they are allowed."""

from collections.abc import Sequence
from typing import Any

import pytest

from kubeobj.api.errors import Forbidden
from kubeobj.api.kind import Kind, Scale
from kubeobj.controllers.horizontalpodautoscaler import horizontal_pod_autoscaler
from kubeobj.controllers.metricssource import MetricsSource, NoMetrics
from kubeobj.controllers.replicaset import ReplicaSetController
from kubeobj.controllers.simulatedmetrics import PodLoad, Series, SimulatedMetrics
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.reconcile.clientlayer import Call
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.moments import text_of
from kubeobj.reconcile.request import Request
from kubeobj.reconcile.triggers import on_self
from tests.controllers.running import Running


class Kubelet:
    """Lets each pod run and be ready at once."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager
        self._pods = manager.informer("pods")
        loop = manager.controller("kubelet", self.reconcile, needs=[self._pods])
        on_self(loop, self._pods)

    def reconcile(self, request: Request) -> None:
        """Let a pod run."""
        pod = self._pods.cache.find(request)
        if pod is None or pod["status"]["phase"] != "Pending":
            return
        now = text_of(self._manager.clock.now())
        ready = {"type": "Ready", "status": "True", "lastTransitionTime": now}
        change = {"status": {"phase": "Running", "startTime": now, "conditions": [ready]}}
        self._manager.client.patch(
            "pods", request.name, change, type="merge", namespace=request.namespace, part="status"
        )


CPU: Wire = {
    "type": "Resource",
    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}},
}
CONTAINER: Wire = {
    "name": "c",
    "image": "img:1",
    "resources": {"requests": {"cpu": "1", "memory": "1Gi"}},
}


class ScaledWorld(Running):
    """A server with an application, and an autoscaler for it."""

    def __init__(
        self, *loads: PodLoad, series: Sequence[Series] = (), replicas: int = 1, **more: Any
    ) -> None:
        self.source: MetricsSource | None = None

        def autoscaler(manager: Manager) -> object:
            # What happens in the world goes on though the loops begin anew.
            if self.source is None:
                self.source = SimulatedMetrics(manager.clock, loads=loads, series=series)
            return horizontal_pod_autoscaler(self.source)(manager)

        super().__init__(ReplicaSetController, autoscaler, Kubelet, **more)
        self.application("web", replicas)

    def application(self, name: str, replicas: int, **labels: str) -> None:
        """Create what is to be scaled."""
        labels = labels or {"app": name}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [CONTAINER]}}
        self.create(
            "apps/v1/ReplicaSet",
            name,
            spec={
                "replicas": replicas,
                "selector": {"matchLabels": labels},
                "template": template,
            },
        )
        self.settle()

    def autoscale(
        self, *metrics: Wire, target: str = "web", name: str = "h", most: int = 10, **spec: Any
    ) -> None:
        """Create an autoscaler, by the use of processors unless said otherwise."""
        reference = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": target}
        self.create(
            "autoscaling/v2/HorizontalPodAutoscaler",
            name,
            spec={
                "scaleTargetRef": spec.pop("scaleTargetRef", reference),
                "maxReplicas": most,
                "metrics": list(metrics) or [CPU],
                **spec,
            },
        )
        self.settle()

    @property
    def replicas(self) -> int:
        """How many replicas there are to be."""
        found: int = self.get("replicasets", "web")["spec"].get("replicas", 0)
        return found

    def row(self, looks: int) -> list[int]:
        """Return how many replicas there are to be after each look."""
        found = []
        for _ in range(looks):
            self.advance(15)
            found.append(self.replicas)
        return found

    def status(self, name: str = "h") -> Wire:
        """Return the status of the autoscaler."""
        status: Wire = self.get("horizontalpodautoscalers.autoscaling", name)["status"]
        return status

    def conditions(self, name: str = "h") -> dict[str, tuple[str, str]]:
        """Return status and reason of the conditions by type."""
        return {
            one["type"]: (one["status"], one["reason"]) for one in self.status(name)["conditions"]
        }


def cpu(*levels: tuple[float, str], **more: Any) -> PodLoad:
    """Return how much of the processors all pods use together."""
    return PodLoad("cpu", levels, is_shared=True, **more)


def test_scales_up_to_what_is_asked_for() -> None:
    """It doubles, or adds four, at each look, until each pod does what it is to do."""
    world = ScaledWorld(cpu((0, "500m"), (400, "4")))
    world.autoscale()
    # Before, each does as much as it is to, and new ones are starting for five minutes.
    assert set(world.row(26)) == {1}
    assert world.row(2) == [4, 8]
    status = world.status()
    assert status["desiredReplicas"] == 8
    assert status["currentReplicas"] == 4
    assert status["lastScaleTime"] == text_of(world.clock.now())
    assert world.conditions() == {
        "AbleToScale": ("True", "SucceededRescale"),
        "ScalingActive": ("True", "ValidMetricFound"),
        "ScalingLimited": ("False", "DesiredWithinRange"),
    }
    told = [one for one in world.there("events") if one["reason"] == "SuccessfulRescale"]
    # At the second look the new pods are taken to do nothing yet, so that no metric is above its
    # target; what was asked for at the first one is still wanted. Kubernetes gives no reason then.
    assert [one["message"] for one in told] == [
        "New size: 4; reason: cpu resource utilization (percentage of request) above target",
        "New size: 8; reason: ",
    ]


def test_scales_down_after_five_minutes() -> None:
    """Fewer are asked for at once, and are there when nothing else was asked for five minutes."""
    world = ScaledWorld(cpu((0, "2"), (700, "1")), replicas=4)
    world.autoscale()
    row = world.row(80)
    assert row[:46] == [4] * 46
    down = next(place for place, replicas in enumerate(row) if replicas < 4)
    assert row[down:] == [2] * (80 - down)
    # 700 s of old load, and five minutes after the last time that it was seen.
    assert (down + 1) * 15 == 690 + 300 + 15
    assert ("New size: 2; reason: All metrics below target") in [
        one["message"] for one in world.there("events")
    ]


def test_condition_while_it_waits() -> None:
    """It is told why nothing happens."""
    world = ScaledWorld(cpu((0, "2"), (400, "1")), replicas=4)
    world.autoscale()
    world.advance(450)
    assert world.conditions()["AbleToScale"] == ("True", "ScaleDownStabilized")
    assert world.replicas == 4


@pytest.mark.parametrize(
    ("usage", "replicas"), [("540m", 1), ("460m", 1), ("560m", 2)], ids=["above", "below", "over"]
)
def test_tolerance(usage: str, replicas: int) -> None:
    """What is within a tenth of the target is left alone."""
    world = ScaledWorld(cpu((0, usage)))
    world.autoscale()
    world.advance(320)
    assert world.replicas == replicas


def test_tolerance_of_its_own() -> None:
    """An autoscaler may be more exact, or less."""
    world = ScaledWorld(cpu((0, "540m")))
    world.autoscale(behavior={"scaleUp": {"tolerance": "0.05"}})
    world.advance(320)
    assert world.replicas == 2


def test_limits() -> None:
    """There are never more or fewer than is said, whatever metrics say."""
    world = ScaledWorld(cpu((0, "8")), replicas=6)
    world.autoscale(most=4)
    assert world.row(1) == [4]
    world.advance(400)
    assert world.replicas == 4
    assert world.conditions()["ScalingLimited"] == ("True", "TooManyReplicas")
    fewest = ScaledWorld(cpu((0, "100m")))
    fewest.autoscale(minReplicas=3)
    assert fewest.row(1) == [3]
    fewest.advance(400)
    assert fewest.conditions()["ScalingLimited"] == ("True", "TooFewReplicas")


def test_behavior_limits_rates() -> None:
    """So many pods in so much time, and no more."""
    world = ScaledWorld(cpu((0, "500m"), (300, "8"), (800, "0")))
    rules = {
        "scaleUp": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]},
        "scaleDown": {
            "stabilizationWindowSeconds": 0,
            "policies": [{"type": "Percent", "value": 50, "periodSeconds": 120}],
        },
    }
    world.autoscale(behavior=rules, most=6)
    world.advance(285)
    grown = world.row(20)
    assert grown == [2] * 4 + [3] * 4 + [4] * 4 + [5] * 4 + [6] * 4
    assert world.conditions()["ScalingLimited"][1] == "TooManyReplicas"
    world.advance(795 - 585)
    assert world.row(8) == [3] * 8
    assert world.conditions()["ScalingLimited"] == ("True", "ScaleDownLimit")
    assert world.row(2) == [1, 1]


def test_disabled_direction() -> None:
    """A direction may be closed."""
    world = ScaledWorld(cpu((0, "0")), replicas=4)
    world.autoscale(behavior={"scaleDown": {"selectPolicy": "Disabled"}})
    world.advance(1000)
    assert world.replicas == 4
    assert world.conditions()["ScalingLimited"] == ("True", "ScaleDownLimit")


def test_scaling_up_waits_if_asked_to() -> None:
    """A short peak is not followed where it is to last."""
    world = ScaledWorld(cpu((0, "500m"), (400, "3"), (440, "500m"), (600, "3")))
    world.autoscale(behavior={"scaleUp": {"stabilizationWindowSeconds": 60}})
    row = world.row(50)
    up = next(place for place, replicas in enumerate(row) if replicas > 1)
    assert (up + 1) * 15 == 645
    assert row[-1] == 6


def test_other_metrics() -> None:
    """The metric that asks for the most decides, whichever sort it is."""
    load = PodLoad("requests", [(0, "30")], is_shared=True)
    queue = Series("queue", [(0, "20")], labels={"name": "q"})
    hits = Series("hits", [(0, "100")], described=("Service", "web"))
    part = PodLoad("cpu", [(0, "200m")], container="c")
    metrics = [
        {
            "type": "Pods",
            "pods": {
                "metric": {"name": "requests"},
                "target": {"type": "AverageValue", "averageValue": "10"},
            },
        },
        {
            "type": "External",
            "external": {
                "metric": {"name": "queue", "selector": {"matchLabels": {"name": "q"}}},
                "target": {"type": "AverageValue", "averageValue": "5"},
            },
        },
        {
            "type": "Object",
            "object": {
                "metric": {"name": "hits"},
                "describedObject": {"apiVersion": "v1", "kind": "Service", "name": "web"},
                "target": {"type": "Value", "value": "200"},
            },
        },
        {
            "type": "ContainerResource",
            "containerResource": {
                "name": "cpu",
                "container": "c",
                "target": {"type": "AverageValue", "averageValue": "400m"},
            },
        },
    ]
    world = ScaledWorld(load, part, series=[queue, hits], replicas=2)
    world.autoscale(*metrics)
    world.advance(400)
    assert world.replicas == 4
    reported = world.status()["currentMetrics"]
    assert [one["type"] for one in reported] == [one["type"] for one in metrics]
    assert reported[0]["pods"]["current"] == {"averageValue": "7500m"}
    assert reported[1]["external"]["current"] == {"averageValue": "5"}
    assert reported[2]["object"]["current"] == {"value": "100"}
    assert reported[3]["containerResource"]["current"] == {"averageValue": "200m"}


def test_no_metrics() -> None:
    """Where nobody knows anything, nothing changes, and that is told."""
    world = ScaledWorld()
    world.autoscale()
    world.advance(15)
    assert world.conditions() == {
        "AbleToScale": ("True", "SucceededGetScale"),
        "ScalingActive": ("False", "FailedGetResourceMetric"),
    }
    reasons = {reason for reason, _, _ in world.events()}
    assert {"FailedGetResourceMetric", "FailedComputeMetricsReplicas"} <= reasons
    message = next(
        one["message"] for one in world.there("events") if one["reason"].startswith("FailedCompute")
    )
    assert message == (
        "invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric "
        "value: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics "
        "returned from resource metrics API"
    )


def test_nobody_serves_metrics() -> None:
    """As long as nobody says where numbers come from, the APIs of metrics are missing."""
    world = ScaledWorld()
    world.source = NoMetrics()
    world.manager.restart()
    identifier = {"name": "x"}
    described = {"apiVersion": "v1", "kind": "Service", "name": "web"}
    average = {"type": "AverageValue", "averageValue": "1"}
    world.autoscale(
        CPU,
        {"type": "Pods", "pods": {"metric": identifier, "target": average}},
        {
            "type": "Object",
            "object": {"metric": identifier, "describedObject": described, "target": average},
        },
        {"type": "External", "external": {"metric": identifier, "target": average}},
    )
    world.advance(15)
    told = {one["reason"]: one["message"] for one in world.there("events")}
    assert told["FailedGetResourceMetric"].endswith("(get pods.metrics.k8s.io)")
    assert told["FailedGetPodsMetric"].endswith("(custom.metrics.k8s.io) registered")
    assert told["FailedGetObjectMetric"].startswith("unable to get metric x: Service on default")
    assert told["FailedGetExternalMetric"].startswith(
        "unable to get external metric default/x/nil:"
    )
    assert world.replicas == 1


def test_one_metric_of_two_fails() -> None:
    """What the others ask for counts, unless that is less than there is."""
    missing = {
        "type": "External",
        "external": {
            "metric": {"name": "none"},
            "target": {"type": "Value", "value": "5"},
        },
    }
    grows = ScaledWorld(cpu((0, "2")))
    grows.autoscale(missing, CPU)
    grows.advance(320)
    assert grows.replicas == 4
    shrinks = ScaledWorld(cpu((0, "100m")), replicas=4)
    shrinks.autoscale(missing, CPU)
    shrinks.advance(1000)
    assert shrinks.replicas == 4
    assert shrinks.conditions()["ScalingActive"] == ("False", "FailedGetExternalMetric")


def test_target_is_missing() -> None:
    """What is not there cannot be scaled, until it is."""
    world = ScaledWorld(cpu((0, "2")))
    world.autoscale(target="later")
    world.advance(15)
    assert world.conditions() == {"AbleToScale": ("False", "FailedGetScale")}
    world.application("later", 1)
    world.advance(15)
    assert world.conditions()["AbleToScale"][0] == "True"


def test_target_without_replicas() -> None:
    """What somebody has scaled to nothing is left alone."""
    world = ScaledWorld(cpu((0, "2")), replicas=0)
    world.autoscale()
    world.advance(100)
    assert world.replicas == 0
    assert world.conditions()["ScalingActive"] == ("False", "ScalingDisabled")


def test_two_autoscalers_for_the_same_pods() -> None:
    """Neither scales, for they would fight."""
    world = ScaledWorld(cpu((0, "2")))
    world.autoscale()
    world.autoscale(name="other")
    world.advance(400)
    assert world.replicas == 1
    assert world.conditions("other")["ScalingActive"] == ("False", "AmbiguousSelector")
    world.client.delete("horizontalpodautoscalers.autoscaling", "other", namespace="default")
    world.advance(45)
    assert world.replicas == 4


def test_restart_in_the_middle() -> None:
    """After a restart it goes on with what there is, and scales down no earlier than before."""
    world = ScaledWorld(cpu((0, "2"), (400, "1")), replicas=4)
    world.autoscale()
    world.advance(500)
    world.manager.restart()
    world.advance(300)
    assert world.replicas == 4
    world.advance(100)
    assert world.replicas == 2


def _run(dies_at_write: int) -> tuple[list[str], tuple[int, dict[str, tuple[str, str]]]]:
    load = PodLoad("memory", [(0, "512Mi"), (20, "2Gi"), (40, "1Gi")], is_shared=True)
    target = {"type": "Utilization", "averageUtilization": 50}
    world = ScaledWorld(load, dies_at_write=dies_at_write)
    behavior = {"scaleDown": {"stabilizationWindowSeconds": 0}}
    metric = {"type": "Resource", "resource": {"name": "memory", "target": target}}
    world.autoscale(metric, behavior=behavior)
    world.advance(90)
    return world.writes, (world.replicas, world.conditions())


def test_dying_at_any_write() -> None:
    """Wherever the loops die, there are as many replicas in the end."""
    writes, expected = _run(0)
    assert expected[0] == 2
    for dies_at, write in enumerate(writes, 1):
        if "Event" in write:
            continue  # as if it died at the next one
        _, found = _run(dies_at)
        assert found == expected, f"died at {dies_at}: {write}"


def test_scaling_is_refused() -> None:
    """What the API refuses is told, and tried again at the next look."""
    world = ScaledWorld(cpu((0, "2")), replicas=2)
    refuses = True

    def refuse(call: Call) -> Exception | None:
        return Forbidden("no scaling today") if refuses and call.verb == "scale" else None

    world.refuse = refuse
    world.autoscale(minReplicas=3)
    world.advance(15)
    assert world.replicas == 2
    assert world.conditions()["AbleToScale"] == ("False", "FailedUpdateScale")
    message = "New size: 3; reason: Current number of replicas below Spec.MinReplicas; error: "
    told = [one["message"] for one in world.there("events") if one["reason"] == "FailedRescale"]
    assert [one.startswith(message) for one in told] == [True]
    refuses = False
    world.advance(15)
    assert world.replicas == 3


SITE = Kind(
    kind=GroupVersionKind("example.com", "v1", "Site"),
    plural="sites",
    namespaced=True,
    scale=Scale(selector=lambda site: site["spec"].get("pods", "")),
)


@pytest.mark.parametrize(
    ("pods", "reason"),
    [pytest.param("", "SelectorRequired"), pytest.param("a in", "InvalidSelector")],
)
def test_target_says_not_which_pods_it_has(pods: str, reason: str) -> None:
    """Without a selector, no pods can be looked at."""
    world = ScaledWorld(cpu((0, "2")), kinds=[SITE])
    world.create("example.com/v1/Site", "web", spec={"replicas": 1, "pods": pods})
    reference = {"apiVersion": "example.com/v1", "kind": "Site", "name": "web"}
    world.autoscale(scaleTargetRef=reference)
    world.advance(15)
    assert world.conditions()["ScalingActive"] == ("False", "InvalidSelector")
    assert reason in {told for told, _, _ in world.events()}
