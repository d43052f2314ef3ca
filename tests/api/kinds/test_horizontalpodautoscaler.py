"""Rules of HorizontalPodAutoscalers, and their older version."""

import json
from copy import deepcopy

import pytest

from kubeobj.api.kinds.horizontalpodautoscaler import KIND
from kubeobj.api.wireform import read_wire
from kubeobj.documents import Wire
from tests.api.kinds.workloads import create_faults, made, update_faults

FIRST = KIND.versions[0]
PREFIX = "autoscaling.alpha.kubernetes.io/"
TARGET: Wire = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}
SPEC: Wire = {"scaleTargetRef": TARGET, "maxReplicas": 5}
OBJECT: Wire = {
    "describedObject": {"kind": "Service", "name": "s"},
    "metric": {"name": "hits"},
    "target": {"type": "Value", "value": "2k"},
}
EXTERNAL: Wire = {
    "metric": {"name": "queue", "selector": {"matchLabels": {"q": "a&b"}}},
    "target": {"type": "AverageValue", "averageValue": "30"},
}
RESOURCE: Wire = {"name": "memory", "target": {"type": "Utilization", "averageUtilization": 60}}
METRICS: list[Wire] = [
    {"type": "Object", "object": OBJECT},
    {"type": "Pods", "pods": EXTERNAL},
    {"type": "External", "external": EXTERNAL},
    {"type": "Resource", "resource": RESOURCE},
    {"type": "ContainerResource", "containerResource": {**RESOURCE, "container": "c"}},
]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"apiVersion": ""}, "INVALID"),
        ({"apiVersion": "v1"}, "INVALID"),
        ({"apiVersion": "a/b/c"}, "INVALID"),
        ({"apiVersion": "", "kind": "ReplicationController"}, None),
    ],
)
def test_what_is_scaled_has_a_group(change: Wire, fault: str | None) -> None:
    """Only the one kind without a group that scales needs none."""
    spec = {**SPEC, "scaleTargetRef": {**TARGET, **change}}
    expected = [("spec.scaleTargetRef.apiVersion", fault)] if fault else []
    assert create_faults(KIND, spec) == expected
    assert update_faults(KIND, {**spec, "maxReplicas": 6}, spec) == []


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (
            {"type": "Pods", "pods": EXTERNAL, "resource": RESOURCE},
            [("spec.metrics[0].resource", "FORBIDDEN")],
        ),
        (
            {"type": "External", "external": {**EXTERNAL, "target": {"type": "Value"}}},
            [("spec.metrics[0].external.target.averageValue", "REQUIRED")],
        ),
        (
            {"type": "Object", "object": {**OBJECT, "target": {"type": "Value", "value": "0"}}},
            [("spec.metrics[0].object.target.value", "INVALID")],
        ),
        (
            {"type": "ContainerResource", "containerResource": {**RESOURCE, "name": "disk"}},
            [
                ("spec.metrics[0].containerResource.container", "REQUIRED"),
                ("spec.metrics[0].containerResource.name", "INVALID"),
            ],
        ),
    ],
)
def test_metrics(metric: Wire, expected: list[tuple[str, str]]) -> None:
    """A metric has one source, and that has a target."""
    assert create_faults(KIND, {**SPEC, "metrics": [metric]}) == expected


@pytest.mark.parametrize(("most", "fault"), [(0, "REQUIRED"), (-1, "INVALID")])
def test_a_limit_is_needed(most: int, fault: str) -> None:
    """Zero is as good as none; and either is below the fewest pods."""
    found = create_faults(KIND, {**SPEC, "maxReplicas": most})
    assert found == sorted([("spec.maxReplicas", fault), ("spec.maxReplicas", "INVALID")])


def test_no_policies_are_not_the_default() -> None:
    """An empty list is refused, and none at all has a default."""
    assert create_faults(KIND, {**SPEC, "behavior": {"scaleUp": {"policies": []}}}) == [
        ("spec.behavior.scaleUp.policies", "REQUIRED")
    ]
    assert create_faults(KIND, {**SPEC, "behavior": {"scaleUp": {"tolerance": "-1"}}}) == [
        ("spec.behavior.scaleUp.tolerance", "INVALID")
    ]


def test_zero_is_kept_where_it_was() -> None:
    """Whoever could scale to zero still can."""
    spec = {**SPEC, "minReplicas": 0, "metrics": METRICS[:1]}
    assert create_faults(KIND, spec) == [("spec.minReplicas", "INVALID")]
    assert update_faults(KIND, spec, spec) == []


def _first(obj: Wire) -> Wire:
    found, _ = read_wire("autoscalingv1.HorizontalPodAutoscaler", FIRST.from_stored(deepcopy(obj)))
    return found


def _back(first: Wire) -> Wire:
    FIRST.default(first)
    stored = FIRST.to_stored(first)
    KIND.default(stored)
    return stored


def test_nothing_is_lost_in_the_older_version() -> None:
    """What it cannot say is in annotations, which become what they were."""
    status = {
        "desiredReplicas": 2,
        "currentMetrics": [
            {
                "type": "Resource",
                "resource": {
                    "name": "cpu",
                    "current": {"averageUtilization": 7, "averageValue": "1"},
                },
            }
        ],
        "conditions": [{"type": "AbleToScale", "status": "True"}],
    }
    obj = made(KIND, {**SPEC, "metrics": METRICS, "behavior": {"scaleUp": {}}}, status=status)
    first = _first(obj)
    assert set(first["metadata"]["annotations"]) == {
        PREFIX + name for name in ("metrics", "behavior", "current-metrics", "conditions")
    }
    assert first["status"]["currentCPUUtilizationPercentage"] == 7
    back = _back(first)
    # A target of each object or pod gets the zero that the older version cannot leave out.
    assert {name: back[name] for name in ("spec", "status")} == {
        "spec": obj["spec"],
        "status": obj["status"],
    }
    assert "annotations" not in back["metadata"]


def test_the_use_of_processors_is_a_field_of_the_older_version() -> None:
    """It is the default of both."""
    first = _first(made(KIND, SPEC))
    assert first["spec"]["targetCPUUtilizationPercentage"] == 80
    assert "annotations" not in first["metadata"]
    assert _back(first)["spec"] == made(KIND, SPEC)["spec"]


def test_behavior_is_written_with_capitals() -> None:
    """As the API has written it since there was one, fit for web pages."""
    first = _first(made(KIND, {**SPEC, "metrics": METRICS, "behavior": {}}))
    behavior = json.loads(first["metadata"]["annotations"][PREFIX + "behavior"])
    assert behavior["ScaleDown"] == {
        "StabilizationWindowSeconds": None,
        "SelectPolicy": "Max",
        "Policies": [{"Type": "Percent", "Value": 100, "PeriodSeconds": 15}],
        "Tolerance": None,
    }
    assert "a\\u0026b" in first["metadata"]["annotations"][PREFIX + "metrics"]


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"ScaleUp": {"Policies": 7}}'])
def test_annotations_that_cannot_be_read_are_dropped(text: str) -> None:
    """Whatever a writer puts there, the object can be read."""
    names = ("metrics", "behavior", "current-metrics", "conditions")
    metadata = {"name": "h", "annotations": {PREFIX + name: text for name in names}}
    document = {"metadata": metadata, "spec": SPEC}
    first, _ = read_wire("autoscalingv1.HorizontalPodAutoscaler", document)
    stored = _back(first)
    assert "annotations" not in stored["metadata"]
    assert "behavior" not in stored["spec"]


def test_the_first_metrics_are_printed() -> None:
    """Two of them, and how many more there are."""
    status = {
        "currentMetrics": [{"type": "Object", "object": {**OBJECT, "current": {"value": "7"}}}]
    }
    obj = made(KIND, {**SPEC, "metrics": METRICS}, status=status)
    assert KIND.table.cells(obj, 0)[2] == "7/2k, <unknown>/30 + 3 more..."
