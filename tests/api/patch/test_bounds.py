"""What no patch can do: nest too deep, take too long, or hold what is not JSON."""

from typing import Any

import pytest

from kubeobj.api.patch import (
    apply_json_patch,
    apply_merge_patch,
    apply_strategic_merge,
    merge_patch_between,
    strategic_patch_between,
    three_way_strategic_patch,
)
from kubeobj.api.patch.errors import PatchDecodeError
from kubeobj.api.patch.plain import PATCH_DEPTH_LIMIT
from tests.api.patch.documents import Json
from tests.api.patch.schemas import MERGE_ITEM


def _objects(depth: int, end: str) -> dict[str, Any]:
    item: dict[str, Any] = {"name": "a", "value": end}
    for _ in range(depth - 1):
        item = {"name": "a", "mergeItemPtr": item}
    return item


def _lists(depth: int, end: str) -> dict[str, Any]:
    item: dict[str, Any] = {"name": "a", "value": end}
    for _ in range((depth - 1) // 2):
        item = {"name": "a", "mergingList": [item]}
    return item


@pytest.mark.parametrize("nest", [_objects, _lists])
def test_everything_works_at_the_depth_limit(nest: Json) -> None:
    """No interpreter limit is near."""
    one, other = nest(PATCH_DEPTH_LIMIT, "x"), nest(PATCH_DEPTH_LIMIT, "y")
    assert apply_merge_patch(one, other) == other
    assert apply_merge_patch(one, merge_patch_between(one, other)) == other
    patch = strategic_patch_between(one, other, MERGE_ITEM)
    assert apply_strategic_merge(one, patch, MERGE_ITEM) == other
    assert apply_strategic_merge({}, other, MERGE_ITEM) == other
    for overwrite in (True, False):
        patch = three_way_strategic_patch(one, other, one, MERGE_ITEM, overwrite=overwrite)
        assert apply_strategic_merge(one, patch, MERGE_ITEM) == other
    shallower = nest(PATCH_DEPTH_LIMIT - 3, "x")
    steps = [{"op": op, "path": "/x", "value": shallower} for op in ("add", "test")]
    copy = {"op": "copy", "from": "/x", "path": "/y"}
    assert apply_json_patch({}, [*steps, copy]) == {"x": shallower, "y": shallower}


def test_deeper_than_the_limit_is_refused() -> None:
    """On either side, and however deep."""
    for depth in (PATCH_DEPTH_LIMIT + 1, 100_000):
        deep = _objects(depth, "x")
        for apply in (apply_merge_patch, apply_json_patch):
            with pytest.raises(PatchDecodeError, match="deeper") as caught:
                apply(deep, [] if apply is apply_json_patch else {})
            assert caught.value.rule == "bad_document"
        with pytest.raises(PatchDecodeError, match="deeper") as caught:
            apply_merge_patch({}, deep)
        assert caught.value.rule == "bad_patch"


def test_what_holds_itself_is_refused() -> None:
    """It nests without end."""
    loop: dict[str, Any] = {}
    loop["loop"] = loop
    with pytest.raises(PatchDecodeError, match="deeper"):
        apply_merge_patch(loop, {})


@pytest.mark.parametrize(
    "value", [{1: 2}, {1, 2}, b"x", object(), float("nan"), float("inf"), 1 << 1024]
)
def test_what_is_not_json_is_refused(value: Json) -> None:
    """On the way in, on either side."""
    with pytest.raises(PatchDecodeError):
        apply_merge_patch({"a": value}, {})
    with pytest.raises(PatchDecodeError):
        apply_merge_patch({}, {"a": [value]})


@pytest.mark.parametrize("value", [[], "x", 1, True])
def test_strategic_merge_needs_objects(value: Json) -> None:
    """On both sides; null counts as an empty one."""
    assert apply_strategic_merge(None, None, MERGE_ITEM) == {}  # type: ignore[arg-type]
    for sides in ((value, {}), ({}, value)):
        with pytest.raises(PatchDecodeError) as caught:
            apply_strategic_merge(*sides, MERGE_ITEM)
        assert caught.value.rule == "bad_document"


def test_strings_of_any_kind_go_through() -> None:
    """NUL and lone surrogates are text as any other."""
    strange = {"\0": "\ud800", "\udfff": "\0"}
    assert apply_merge_patch({}, strange) == strange
    copied = apply_json_patch(strange, [{"op": "copy", "from": "/\0", "path": "/a"}])
    assert copied == {**strange, "a": "\ud800"}


def test_null_has_no_fields_to_merge() -> None:
    """An API object is never null."""
    with pytest.raises(PatchDecodeError) as caught:
        apply_merge_patch(None, {})
    assert caught.value.rule == "bad_document"
