"""Every recorded patch: what Kubernetes makes of it, and how it refuses it."""

from collections.abc import Callable
from typing import Any

import pytest

from kubeobj.api.patch import (
    apply_json_patch,
    apply_merge_patch,
    apply_strategic_merge,
    strategic_patch_between,
    three_way_merge_patch,
    three_way_strategic_patch,
)
from kubeobj.api.patch.errors import PatchError
from tests.api.patch.documents import Json
from tests.api.patch.schemas import schema_of
from tests.golden import golden

LINES = golden("patches")
Answer = dict[str, Any]


def _strategic(line: Answer) -> Answer:
    schema = schema_of(line["kind"])
    return {"result": apply_strategic_merge(line["original"], line["patch"], schema)}


def _two_way(line: Answer) -> Answer:
    schema = schema_of(line["kind"])
    patch = strategic_patch_between(line["original"], line["modified"], schema)
    return {"patch": patch} | _applied(line["original"], patch, line["kind"])


def _three_way(line: Answer) -> Answer:
    patch = three_way_strategic_patch(
        line["original"],
        line["modified"],
        line["current"],
        schema_of(line["kind"]),
        overwrite=line["overwrite"],
    )
    return {"patch": patch} | _applied(line["current"], patch, line["kind"])


def _applied(document: Answer, patch: Json, kind: str) -> Answer:
    """Return the result, or nothing if the computed patch does not apply."""
    try:
        return {"result": apply_strategic_merge(document, patch, schema_of(kind))}
    except PatchError:
        return {}


def _three_way_merge(line: Answer) -> Answer:
    patch = three_way_merge_patch(line["original"], line["modified"], line["current"])
    return {"patch": patch, "result": apply_merge_patch(line["current"], patch)}


FAMILIES: dict[str, Callable[[Answer], Answer]] = {
    "json": lambda line: {"result": apply_json_patch(line["original"], line["patch"])},
    "merge": lambda line: {"result": apply_merge_patch(line["original"], line["patch"])},
    "strategic": _strategic,
    "two-way-strategic": _two_way,
    "three-way-strategic": _three_way,
    "three-way-merge": _three_way_merge,
}


def _answer(line: Answer) -> Answer:
    try:
        return FAMILIES[line["type"]](line)
    except PatchError as error:
        return {"error_class": str(error.rule)}


def _expected(line: Answer) -> Answer:
    if not line["ok"]:
        return {"error_class": line["error_class"]}
    computed = ("patch", "result") if "modified" in line else ("result",)
    return {key: line[key] for key in computed if key in line}


def test_every_line_is_of_a_family() -> None:
    """No line of the recording is passed over."""
    assert {line["type"] for line in LINES} == set(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES)
def test_patch_is_as_recorded(family: str) -> None:
    """The same patch, the same result, and the same reason where it is refused."""
    wrong = [
        (line, answer)
        for line in LINES
        if line["type"] == family and (answer := _answer(line)) != _expected(line)
    ]
    assert not wrong, f"{len(wrong)} lines, first {wrong[:2]}"
