"""The plain reference answers what Kubernetes' own scheduler answered, line by line."""

from typing import Any

import pytest

from tests.golden import golden
from tests.scheduling.reference.answer import answer

CASES = golden("scheduling")
FAMILIES = sorted({case["family"] for case in CASES})
GIVEN = ("id", "family", "nodes", "pods", "objects", "pod")


def _expected(case: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in case.items() if name not in GIVEN}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_reference_answers_as_recorded(family: str) -> None:
    cases = [case for case in CASES if case["family"] == family]
    wrong = {case["id"]: case for case in cases if answer(case) != _expected(case)}
    for case in wrong.values():
        assert answer(case) == _expected(case), f"{case['id']}, and {len(wrong) - 1} more"
    assert cases


@pytest.mark.parametrize("family", FAMILIES)
def test_the_reference_does_not_depend_on_order(family: str) -> None:
    for case in CASES:
        if case["family"] == family:
            backwards = {name: case[name][::-1] for name in ("nodes", "pods", "objects")}
            assert answer({**case, **backwards}) == _expected(case), case["id"]
