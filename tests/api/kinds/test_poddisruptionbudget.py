"""Rules of PodDisruptionBudgets."""

from kubeobj.api.kinds.poddisruptionbudget import KIND
from kubeobj.documents import Wire
from tests.api.kinds.workloads import SELECTOR, create_faults, made, status_faults, update_faults

SPEC: Wire = {"selector": SELECTOR, "minAvailable": "50%"}


def test_who_is_evicted_first() -> None:
    """There are two policies."""
    assert create_faults(KIND, {**SPEC, "unhealthyPodEvictionPolicy": "Never"}) == [
        ("spec.unhealthyPodEvictionPolicy", "NOT_SUPPORTED")
    ]


def test_values_that_were_stored_may_stay_wrong() -> None:
    """A selector with a value that is no label value can be kept, and not made."""
    expression = {"key": "a", "operator": "In", "values": ["not a value"]}
    wrong = {"selector": {"matchExpressions": [expression]}}
    assert create_faults(KIND, wrong) == [
        ("spec.selector.matchExpressions[0].values[0]", "INVALID")
    ]
    assert update_faults(KIND, {**wrong, "maxUnavailable": 1}, wrong) == []


def test_conditions_are_whole() -> None:
    """Each has a reason and a time."""
    status = {"conditions": [{"type": "DisruptionAllowed", "status": "True"}], "expectedPods": -1}
    assert status_faults(KIND, status, {}, SPEC) == [
        ("status.conditions[0].lastTransitionTime", "REQUIRED"),
        ("status.conditions[0].reason", "REQUIRED"),
        ("status.expectedPods", "INVALID"),
    ]


def test_limits_are_printed_as_given() -> None:
    """One that is not given does not apply."""
    assert KIND.table.cells(made(KIND, SPEC), 0)[1:4] == ["50%", "N/A", 0]
