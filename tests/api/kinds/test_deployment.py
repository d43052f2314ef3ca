"""Rules of Deployments."""

import pytest

from kubeobj.api.kinds.deployment import KIND, ROLLBACK
from kubeobj.api.wireform import WireError
from kubeobj.documents import Wire
from tests.api.kinds.workloads import (
    SELECTOR,
    TEMPLATE,
    create_faults,
    faults,
    made,
    status_faults,
    update_faults,
)

SPEC: Wire = {"selector": SELECTOR, "template": TEMPLATE}
ROLLING = "spec.strategy.rollingUpdate"


@pytest.mark.parametrize(
    ("unavailable", "surge", "faults"),
    [
        (0, 0, [(f"{ROLLING}.maxUnavailable", "INVALID")]),
        (
            "0%",
            "x%",
            [(f"{ROLLING}.maxSurge", "INVALID"), (f"{ROLLING}.maxUnavailable", "INVALID")],
        ),
        (0, "200%", []),
    ],
)
def test_something_must_be_allowed_to_change(
    unavailable: int | str, surge: int | str, faults: list[tuple[str, str]]
) -> None:
    """Both limits cannot be zero, and what is no number counts as zero."""
    rolling = {"maxUnavailable": unavailable, "maxSurge": surge}
    assert create_faults(KIND, {**SPEC, "strategy": {"rollingUpdate": rolling}}) == faults


def test_a_selector_with_expressions_is_held_against_the_template() -> None:
    """All of it must be met."""
    selector = {**SELECTOR, "matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}
    assert create_faults(KIND, {**SPEC, "selector": selector}) == []
    selector["matchExpressions"] = [{"key": "app", "operator": "NotIn", "values": ["x"]}]
    assert create_faults(KIND, {**SPEC, "selector": selector}) == [
        ("spec.template.metadata.labels", "INVALID")
    ]


def test_a_selector_never_changes() -> None:
    """Not even if the template goes with it."""
    labels = {"app": "x", "tier": "web"}
    spec = {
        "selector": {"matchLabels": labels},
        "template": {**TEMPLATE, "metadata": {"labels": labels}},
    }
    assert update_faults(KIND, spec, SPEC) == [("spec.selector", "INVALID")]


def test_annotations_are_counted_too() -> None:
    """A Deployment has a new generation with new annotations, and not with new labels."""
    old = made(KIND, SPEC, metadata={"name": "a", "generation": 4})
    labelled = made(KIND, SPEC, metadata={"name": "a", "generation": 4, "labels": {"a": "b"}})
    KIND.prepare_update(labelled, old, None)  # type: ignore[arg-type]
    assert labelled["metadata"]["generation"] == 4
    noted = made(KIND, SPEC, metadata={"name": "a", "generation": 4, "annotations": {"a": "b"}})
    KIND.prepare_update(noted, old, None)  # type: ignore[arg-type]
    assert noted["metadata"]["generation"] == 5


@pytest.mark.parametrize(
    ("status", "faults"),
    [
        ({"replicas": 2, "readyReplicas": 1, "availableReplicas": 1, "collisionCount": 3}, []),
        ({"collisionCount": 1}, [("status.collisionCount", "INVALID")]),
        ({}, [("status.collisionCount", "INVALID")]),
        (
            {"replicas": 2, "availableReplicas": 1, "collisionCount": 2},
            [("status.availableReplicas", "INVALID")],
        ),
    ],
)
def test_status_rules(status: Wire, faults: list[tuple[str, str]]) -> None:
    """Counters are parts of each other, and collisions never become fewer."""
    assert status_faults(KIND, status, {"collisionCount": 2}, SPEC) == faults


@pytest.mark.parametrize(
    ("revision", "expected"), [("3", []), ("-1", [("spec.rollback.version", "INVALID")])]
)
def test_a_revision_to_go_back_to_is_a_number(
    revision: str, expected: list[tuple[str, str]]
) -> None:
    """It is still read out of its annotation, though nothing comes of it."""
    metadata: Wire = {"name": "a", "annotations": {ROLLBACK: revision}}
    assert faults([*KIND.validate(made(KIND, SPEC, metadata=metadata))]) == expected
    metadata["annotations"] = {ROLLBACK: "last"}
    with pytest.raises(WireError, match="integer"):
        made(KIND, SPEC, metadata=metadata)
