"""JSON patch: its limits, and what the recording leaves open."""

from typing import Any

import pytest

from kubeobj.api.patch.errors import PatchCrashError, PatchDecodeError, PatchError, PatchTestError
from kubeobj.api.patch.jsonpatch import (
    JSON_PATCH_COPY_BYTES_LIMIT,
    JSON_PATCH_OPERATIONS_LIMIT,
    apply_json_patch,
)
from kubeobj.api.patch.plain import PATCH_DEPTH_LIMIT
from tests.api.patch.documents import Json


def _rule(document: Json, *operations: dict[str, Any]) -> str:
    """Return why the operations do not apply."""
    with pytest.raises(PatchError) as caught:
        apply_json_patch(document, operations)
    return str(caught.value.rule)


def _op(op: str, path: Json = None, **more: Json) -> dict[str, Any]:
    return {"op": op, "path": path, **more}


def test_null_is_no_operation() -> None:
    """A patch that is null does nothing; an operation that is null is unknown."""
    assert apply_json_patch({"a": 1}, None) == {"a": 1}
    assert _rule({}, {}) == "unknown_op"


@pytest.mark.parametrize("patch", [{}, "x", 1, [1], [[]]])
def test_what_is_no_list_of_operations_is_refused(patch: Json) -> None:
    """Before anything is applied."""
    with pytest.raises(PatchDecodeError, match="operation"):
        apply_json_patch({}, patch)


def test_only_objects_and_lists_can_be_patched() -> None:
    """A scalar has no paths in it."""
    with pytest.raises(PatchDecodeError) as caught:
        apply_json_patch("x", [])
    assert caught.value.rule == "bad_document"


@pytest.mark.parametrize(
    ("operation", "rule"),
    [
        (_op("add"), "missing"),
        (_op("add", 5), "missing"),
        (_op("remove", "/x"), "missing"),
        (_op("replace"), "missing"),
        (_op("replace", 5), "other"),
        (_op("replace", "/l/9", value=1), "missing"),
        (_op("replace", "", value=1), "other"),
        (_op("replace", ""), "panic"),
        (_op("test", ""), "panic"),
        (_op("test", "", value=None), "test_failed"),
        (_op("test", "/l", value=[1, None, 3]), "panic"),
        (_op("move", "/x", **{"from": 5}), "other"),
        (_op("move", 5, **{"from": "/l"}), "other"),
        (_op("copy", 5, **{"from": "/l"}), "missing"),
        (_op("copy", "/x/y", **{"from": "/l"}), "missing"),
        (_op("copy", "/x"), "missing"),
        (_op("add", "/l/9/x", value=1), "missing"),
        (_op("add", "/l/99999999999999999999", value=1), "bad_index"),
        (_op("add", "/l/9223372036854775808", value=1), "bad_index"),
        (_op("add", "/l/\u0661", value=1), "bad_index"),
        (_op("add", "/l/1_0", value=1), "bad_index"),
        (_op("add", "/l/4", value=1), "invalid_index"),
    ],
)
def test_what_does_not_apply_is_refused_by_rule(operation: dict[str, Any], rule: str) -> None:
    """Each reason has its rule."""
    assert _rule({"l": [1, 2, 3]}, operation) == rule


def test_index_may_have_any_number_of_zeros() -> None:
    """It is read as a number, and in linear time."""
    zeros = "0" * 100_000
    assert apply_json_patch([1, 2], [_op("remove", f"/+{zeros}1")]) == [1]


def test_text_before_the_first_slash_is_ignored() -> None:
    """As the library splits paths."""
    assert apply_json_patch({"a": 1}, [_op("remove", "x/a")]) == {}


def test_numbers_are_tested_as_they_are_written() -> None:
    """One is not 1.0, and neither is true."""
    assert apply_json_patch({"a": 1}, [_op("test", "/a", value=1)]) == {"a": 1}
    for other in (1.0, True, "1"):
        with pytest.raises(PatchTestError):
            apply_json_patch({"a": 1}, [_op("test", "/a", value=other)])


@pytest.mark.parametrize("wanted", [{"a": 2, "n": None}, {"a": 1}, {"a": 1, "n": 1}, [], "x"])
def test_object_is_tested_whole(wanted: Json) -> None:
    """Fields, values and nulls; what the library says of two nulls is its own."""
    document = {"o": {"a": 1, "n": None}}
    assert _rule(document, _op("test", "/o", value=wanted)) == "test_failed"
    assert apply_json_patch(document, [_op("test", "/o", value=document["o"])]) == document


@pytest.mark.parametrize("wanted", [[1], [1, 3], {"0": 1}])
def test_list_is_tested_whole(wanted: Json) -> None:
    """Length, items and order."""
    assert _rule({"l": [1, 2]}, _op("test", "/l", value=wanted)) == "test_failed"


def test_written_null_is_unlike_one_that_was_there() -> None:
    """Alone it is null to a test; within an object it is not."""
    write = _op("add", "/o/n", value=None)
    assert apply_json_patch({"o": {}}, [write, _op("test", "/o/n", value=None)]) == {
        "o": {"n": None}
    }
    assert _rule({"o": {}}, write, _op("test", "/o", value={"n": None})) == "test_failed"
    assert _rule({"o": {}}, write, _op("test", "/o/n")) == "test_failed"
    assert _rule({"o": {}}, write, _op("add", "/o/n/x", value=1)) == "missing"
    copied = apply_json_patch({"o": {}}, [write, _op("copy", "/p", **{"from": "/o"})])
    assert copied == {"o": {"n": None}, "p": {"n": None}}


def test_absent_value_is_null_anywhere() -> None:
    """A test without a value passes where there is nothing."""
    assert apply_json_patch({}, [_op("test", "/x"), _op("add", "/y")]) == {"y": None}


def test_too_many_operations_are_refused() -> None:
    """As API servers do, whatever the operations are."""
    with pytest.raises(PatchDecodeError) as caught:
        apply_json_patch({}, [None] * (JSON_PATCH_OPERATIONS_LIMIT + 1))
    assert caught.value.rule == "too_many_operations"


@pytest.mark.parametrize("character", ["x", "<", "\u2028"])
def test_copies_are_bounded_in_bytes(character: str) -> None:
    """The limit counts JSON as the API server writes it, with some characters escaped."""
    each = 1 if character == "x" else 6
    text = character * (JSON_PATCH_COPY_BYTES_LIMIT // (3 * each) + 1)
    copy = _op("copy", "/b", **{"from": "/a"})
    assert apply_json_patch({"a": text}, [copy, copy]) == {"a": text, "b": text}
    assert _rule({"a": text}, copy, copy, copy) == "copy_limit"


def test_copies_of_null_cost_nothing() -> None:
    """There is nothing to count."""
    assert apply_json_patch({"a": None}, [_op("copy", "/b", **{"from": "/a"})]) == {
        "a": None,
        "b": None,
    }


def test_copying_into_itself_stops_at_the_depth_limit() -> None:
    """Each copy doubles the depth; none gets too deep to be written."""
    steps = [_op("copy", "/a" + "/a" * 2**n, **{"from": "/a"}) for n in range(9)]
    assert _rule({"a": {"a": {}}}, *steps) == "too_deep"


@pytest.mark.parametrize("op", ["add", "replace"])
def test_values_may_not_nest_too_deep_where_they_are_put(op: str) -> None:
    """A patch nests itself: its list, the operation and the place in the document count."""
    value: Any = 1
    for _ in range(PATCH_DEPTH_LIMIT - 2):
        value = {"a": value}
    step = _op(op, "/a/a/a", value=value)
    assert _rule({"a": {"a": {}}}, step) == "too_deep"
    assert apply_json_patch({"a": {}}, [_op(op, "/a/a", value=value)])


def test_nothing_is_applied_if_one_operation_fails() -> None:
    """The document is as it was."""
    document = {"a": [1]}
    with pytest.raises(PatchCrashError):
        apply_json_patch(document, [_op("remove", "/a/0"), _op("test", "")])
    assert document == {"a": [1]}
