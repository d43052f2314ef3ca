"""The rules of object metadata, against what Kubernetes answers."""

import copy
from collections import Counter
from typing import Any

from kubeobj.errors import FieldError
from kubeobj.meta.metarules import validate_object_meta, validate_object_meta_update
from tests.golden import golden


def filled(document: Any, fills: list[dict[str, Any]]) -> Any:
    """Return *document* with the long texts that the recording leaves out."""
    document = copy.deepcopy(document)
    for fill in fills:
        *parents, last = fill["path"]
        target = document
        for parent in parents:
            target = target[parent]
        target[last] = fill["char"] * fill["count"]
    return document


def answer(line: dict[str, Any]) -> tuple[FieldError, ...]:
    """Return our errors for one recorded line."""
    meta = filled(line["meta"], line.get("fill", []))
    if "old" in line:
        return validate_object_meta_update(meta, filled(line["old"], line.get("fill_old", [])))
    return validate_object_meta(meta, namespaced=line["namespaced"])


TYPES = {
    "Required": "REQUIRED",
    "Invalid": "INVALID",
    "Forbidden": "FORBIDDEN",
    "TooLong": "TOO_LONG",
}


def test_finds_the_same_errors_as_kubernetes() -> None:
    """Each recorded metadata has the same multiset of fields and types of error."""
    wrong = []
    for line in golden("object_meta"):
        expected = Counter((error["field"], TYPES[error["type"]]) for error in line["errors"])
        found = Counter((str(error.path), error.type.name) for error in answer(line))
        if found != expected:
            wrong.append((line, expected, found))
    assert not wrong
