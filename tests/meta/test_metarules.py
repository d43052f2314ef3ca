"""The rules of object metadata, against what Kubernetes answers."""

import copy
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import FieldError, FieldErrorType, FieldPath
from kubeobj.meta.metarules import (
    validate_labels,
    validate_object_meta,
    validate_object_meta_update,
)
from kubeobj.names import DNS1035_LABEL_NAMES, PATH_SEGMENT_NAMES
from tests.golden import golden

TYPES = {
    "Required": FieldErrorType.REQUIRED,
    "Invalid": FieldErrorType.INVALID,
    "Forbidden": FieldErrorType.FORBIDDEN,
    "TooLong": FieldErrorType.TOO_LONG,
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
FIELDS = (
    "name",
    "generateName",
    "namespace",
    "generation",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
    "managedFields",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "uid",
)
ANY_META = st.dictionaries(st.sampled_from(FIELDS), JSON)


def filled(document: dict[str, Any], fills: list[dict[str, Any]]) -> dict[str, Any]:
    """Return *document* with the long texts that the recording leaves out."""
    document = copy.deepcopy(document)
    for fill in fills:
        *parents, last = fill["path"]
        target: Any = document
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


def found(errors: tuple[FieldError, ...]) -> list[tuple[str, str]]:
    """Return what tests compare of errors: where, and which rule."""
    return [(str(error.path), error.origin) for error in errors]


def test_finds_the_same_errors_as_kubernetes() -> None:
    """Each recorded metadata has the same multiset of fields and types of error."""
    wrong = []
    for line in golden("object_meta"):
        expected = Counter((error["field"], TYPES[error["type"]]) for error in line["errors"])
        ours = Counter((str(error.path), error.type) for error in answer(line))
        if ours != expected:
            wrong.append((line, expected, ours))
    assert not wrong


@pytest.mark.parametrize(
    ("meta", "path"),
    [
        ({"name": 5}, "metadata.name"),
        ({"generation": 1.0}, "metadata.generation"),
        ({"generation": True}, "metadata.generation"),
        ({"generation": 2**63}, "metadata.generation"),
        ({"creationTimestamp": "yesterday"}, "metadata.creationTimestamp"),
        ({"creationTimestamp": 5}, "metadata.creationTimestamp"),
        ({"labels": ["app"]}, "metadata.labels"),
        ({"labels": {"app": 5}}, "metadata.labels[app]"),
        ({"labels": {5: "app"}}, "metadata.labels"),
        ({"annotations": {"a/b": True}}, "metadata.annotations[a/b]"),
        ({"finalizers": "a/b"}, "metadata.finalizers"),
        ({"finalizers": [1]}, "metadata.finalizers[0]"),
        ({"ownerReferences": [[]]}, "metadata.ownerReferences[0]"),
        ({"ownerReferences": [{"controller": "yes"}]}, "metadata.ownerReferences[0].controller"),
        ({"managedFields": [{}, {"time": {}}]}, "metadata.managedFields[1].time"),
    ],
)
def test_wrong_types_are_told_before_any_rule(meta: dict[str, Any], path: str) -> None:
    """What could not be decoded is said so, in creation and on both sides of an update."""
    for errors in (
        validate_object_meta(meta, namespaced=True),
        validate_object_meta_update(meta, {}),
        validate_object_meta_update({}, meta),
    ):
        assert [(str(error.path), error.type) for error in errors] == [
            (path, FieldErrorType.TYPE_INVALID)
        ]


def test_null_is_not_set() -> None:
    """Null in any place means what leaving it out means; in a map of text, the empty text."""
    meta = {
        **dict.fromkeys(FIELDS),
        "name": "web",
        "labels": {"app": None},
        "finalizers": None,
        "ownerReferences": [None],
    }
    assert found(validate_object_meta(meta, namespaced=False)) == [
        ("metadata.ownerReferences.apiVersion", "format=api-version"),
        ("metadata.ownerReferences.kind", "owner=complete"),
        ("metadata.ownerReferences.name", "owner=complete"),
        ("metadata.ownerReferences.uid", "owner=complete"),
    ]


def test_a_kind_has_its_own_rule_for_names() -> None:
    """The rule for names decides about name and generateName."""
    meta = {"name": "1a", "generateName": "11-"}
    path = FieldPath.of("m")
    assert not validate_object_meta(meta, namespaced=False)
    assert not validate_object_meta(
        {"name": "system:node"}, namespaced=False, names=PATH_SEGMENT_NAMES
    )
    assert found(
        validate_object_meta(meta, namespaced=False, names=DNS1035_LABEL_NAMES, path=path)
    ) == [("m.generateName", "format=dns-1035-label"), ("m.name", "format=dns-1035-label")]


def test_instants_are_compared_and_not_their_text() -> None:
    """A time in another zone is the same time; a deletion time that was not there is a change."""
    old = {"resourceVersion": "1", "creationTimestamp": "2024-01-02T03:04:05Z"}
    assert not validate_object_meta_update(
        {**old, "creationTimestamp": "2024-01-02T04:04:05+01:00"}, old
    )
    deleted = {**old, "deletionTimestamp": "2024-01-02T03:04:05Z"}
    assert found(validate_object_meta_update(deleted, old)) == [
        ("metadata.deletionTimestamp", "immutable")
    ]


def test_labels_are_judged_one_by_one() -> None:
    """Every wrong key and every wrong value is an error of its own."""
    errors = validate_labels({"-a": "b c", "ok": "ok"}, FieldPath.of("labels"))
    assert [(error.value, error.origin) for error in errors] == [
        ("-a", "format=k8s-label-key"),
        ("b c", "format=k8s-label-value"),
    ]


def test_messages_about_many_parts_stay_short() -> None:
    """A message never grows with what it tells of, nor hands control characters on."""
    owner = {
        "apiVersion": "v1",
        "kind": "Pod",
        "name": "\n" * 5000,
        "uid": "1",
        "controller": True,
    }
    old = {"name": "a", "resourceVersion": "1", "deletionTimestamp": "2020-01-02T03:04:05Z"}
    new = {
        **old,
        "ownerReferences": [owner, owner, owner],
        "finalizers": ["\n" * 5000],
        "managedFields": [{"operation": "Apply", "manager": "\n" * 5000}],
    }
    errors = validate_object_meta_update(new, old)
    assert len(errors) == 1 + 2 + 1 + 5000
    for error in errors:
        assert str(error).isprintable()
        assert len(str(error)) < 2500


@given(ANY_META, ANY_META, st.booleans())
def test_any_mapping_is_valid_or_not(
    new: dict[str, Any], old: dict[str, Any], namespaced: bool
) -> None:
    """No mapping at all makes the rules fail in another way than by their errors."""
    errors = validate_object_meta(new, namespaced=namespaced)
    for error in (*errors, *validate_object_meta_update(new, old)):
        assert str(error)


def test_rules_need_no_pydantic() -> None:
    """Judging metadata does not load the models."""
    code = (
        "import sys; import kubeobj.meta.metarules;"
        "print(sorted({'pydantic', 'pydantic_core', 'lark'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
