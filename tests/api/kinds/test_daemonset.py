"""Rules of DaemonSets."""

import pytest

from kubeobj.api.kinds.daemonset import KIND, TEMPLATE_GENERATION
from kubeobj.api.wireform import WireError
from kubeobj.documents import Wire
from tests.api.kinds.workloads import SELECTOR, TEMPLATE, create_faults, made

SPEC: Wire = {"selector": SELECTOR, "template": TEMPLATE}
ROLLING = "spec.updateStrategy.rollingUpdate"


@pytest.mark.parametrize(
    ("unavailable", "surge", "faults"),
    [
        (1, 1, [(f"{ROLLING}.maxSurge", "INVALID")]),
        (0, "0%", [(f"{ROLLING}.maxUnavailable", "REQUIRED")]),
        (0, "101%", [(f"{ROLLING}.maxSurge", "INVALID")]),
        (0, "30%", []),
        (
            "-1",
            0,
            [(f"{ROLLING}.maxUnavailable", "INVALID")],
        ),
    ],
)
def test_pods_are_replaced_before_or_after(
    unavailable: int | str, surge: int | str, faults: list[tuple[str, str]]
) -> None:
    """Exactly one of the two limits is above zero."""
    rolling = {"maxUnavailable": unavailable, "maxSurge": surge}
    spec = {**SPEC, "updateStrategy": {"rollingUpdate": rolling}}
    assert create_faults(KIND, spec) == faults


def _annotated(count: str, **spec: Wire) -> Wire:
    metadata = {"name": "a", "annotations": {TEMPLATE_GENERATION: count}}
    return made(KIND, {**SPEC, **spec}, metadata=metadata)


def test_the_template_is_counted_by_the_api() -> None:
    """What a writer says of the count is not taken, unless at creation."""
    old, same = _annotated("3"), _annotated("9")
    KIND.prepare_update(same, old, None)  # type: ignore[arg-type]
    assert same["metadata"]["annotations"][TEMPLATE_GENERATION] == "3"
    changed = _annotated("9", template={**TEMPLATE, "metadata": {"labels": {"app": "y"}}})
    KIND.prepare_update(changed, old, None)  # type: ignore[arg-type]
    assert changed["metadata"]["annotations"][TEMPLATE_GENERATION] == "4"


def test_a_count_is_a_number() -> None:
    """The API reads the annotation into a number."""
    with pytest.raises(WireError, match="integer"):
        _annotated("three")
