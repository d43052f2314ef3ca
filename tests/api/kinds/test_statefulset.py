"""Rules of StatefulSets."""

import pytest

from kubeobj.api.kinds.statefulset import KIND, warnings
from kubeobj.documents import Wire
from tests.api.kinds.workloads import SELECTOR, TEMPLATE, create_faults, made, update_faults

SPEC: Wire = {"selector": SELECTOR, "serviceName": "svc", "template": TEMPLATE}
CLAIM: Wire = {
    "metadata": {"name": "data"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
}


def _mounting(name: str) -> Wire:
    container = {**TEMPLATE["spec"]["containers"][0]}
    container["volumeMounts"] = [{"name": name, "mountPath": "/data"}]
    return {**TEMPLATE, "spec": {"containers": [container]}}


def test_containers_mount_claims_by_name() -> None:
    """A template for claims is a volume of the pods."""
    spec = {**SPEC, "template": _mounting("data"), "volumeClaimTemplates": [CLAIM, CLAIM]}
    assert create_faults(KIND, spec) == []
    assert create_faults(KIND, {**spec, "volumeClaimTemplates": []}) == [
        ("spec.template.spec.containers[0].volumeMounts[0].name", "NOT_FOUND")
    ]


def test_a_claim_takes_the_place_of_a_volume() -> None:
    """A volume of the same name as a claim is no repeated volume."""
    template = _mounting("data")
    template["spec"]["volumes"] = [{"name": "data", "emptyDir": {}}]
    spec = {**SPEC, "template": template, "volumeClaimTemplates": [CLAIM]}
    assert create_faults(KIND, spec) == []


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"serviceName": "A_B"}, [("spec.serviceName", "INVALID")]),
        ({"minReadySeconds": -1}, [("spec.minReadySeconds", "INVALID")]),
        (
            {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 0}}},
            [("spec.updateStrategy.rollingUpdate.maxUnavailable", "INVALID")],
        ),
        (
            {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "120%"}}},
            [("spec.updateStrategy.rollingUpdate.maxUnavailable", "INVALID")],
        ),
        ({"revisionHistoryLimit": -1}, []),
    ],
)
def test_create_rules(change: Wire, faults: list[tuple[str, str]]) -> None:
    """Each fault is told of once; a negative history is only warned of."""
    assert create_faults(KIND, {**SPEC, **change}) == faults


def test_a_negative_history_is_warned_of() -> None:
    """It keeps all revisions, which few want."""
    assert len(list(warnings(made(KIND, {**SPEC, "revisionHistoryLimit": -1}), None))) == 1


@pytest.mark.parametrize(
    ("change", "is_refused"),
    [
        ({"replicas": 3}, False),
        ({"minReadySeconds": 3}, False),
        ({"revisionHistoryLimit": 3}, False),
        ({"ordinals": {"start": 1}}, False),
        ({"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete"}}, False),
        ({"serviceName": "other"}, True),
        ({"podManagementPolicy": "Parallel"}, True),
        ({"volumeClaimTemplates": [CLAIM]}, True),
    ],
)
def test_most_of_a_spec_never_changes(change: Wire, *, is_refused: bool) -> None:
    """Whatever is named in the rule may change, and nothing else."""
    faults = [("spec", "FORBIDDEN")] if is_refused else []
    assert update_faults(KIND, {**SPEC, **change}, SPEC) == faults


def test_a_template_may_stay_wrong() -> None:
    """What was stored before there was a rule can still be updated, but not become wrong."""
    wrong = {**SPEC, "template": _mounting("nowhere")}
    assert update_faults(KIND, {**wrong, "replicas": 2}, wrong) == []
    assert update_faults(KIND, wrong, SPEC) != []
