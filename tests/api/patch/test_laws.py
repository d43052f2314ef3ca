"""Laws that hold for patches of any shape."""

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kubeobj.api.patch import (
    apply_json_patch,
    apply_merge_patch,
    apply_strategic_merge,
    merge_patch_between,
    strategic_patch_between,
    three_way_merge_patch,
    three_way_strategic_patch,
)
from kubeobj.api.patch.errors import PatchError
from tests.api.patch.documents import (
    Json,
    containers,
    directives,
    has_null,
    merge_items,
    objects,
    operations,
    values,
)
from tests.api.patch.schemas import MERGE_ITEM


def _strategic(document: Json, patch: Json) -> Json:
    return apply_strategic_merge(document, patch, MERGE_ITEM)


def _strategic_between(original: Json, modified: Json) -> Json:
    return strategic_patch_between(original, modified, MERGE_ITEM)


def _three_way(original: Json, modified: Json) -> Json:
    return three_way_strategic_patch(original, modified, original, MERGE_ITEM, overwrite=True)


anything = merge_items | objects
PATCHES = [
    pytest.param(apply_json_patch, objects | st.lists(values), operations | values, id="json"),
    pytest.param(apply_merge_patch, values, values, id="merge"),
    pytest.param(_strategic, anything, directives | objects | values, id="strategic"),
    pytest.param(merge_patch_between, objects, objects, id="merge_diff"),
    pytest.param(_strategic_between, anything, anything | directives, id="strategic_diff"),
    pytest.param(_three_way, anything, anything | directives, id="three_way"),
]
Patch = Callable[[Json, Json], Json]


@pytest.mark.parametrize(("apply", "documents", "patches"), PATCHES)
@given(data=st.data())
def test_inputs_are_neither_changed_nor_shared(
    apply: Patch,
    documents: st.SearchStrategy[Any],
    patches: st.SearchStrategy[Any],
    data: st.DataObject,
) -> None:
    """Whatever comes: a result of its own or an error of ours, and the inputs as they were."""
    document, patch = data.draw(documents), data.draw(patches)
    before = deepcopy((document, patch))
    result = None
    with suppress(PatchError):
        result = apply(document, patch)
    assert (document, patch) == before
    given_in = {id(one) for one in containers([document, patch])}
    found = [id(one) for one in containers(result)]
    assert given_in.isdisjoint(found)
    assert len(set(found)) == len(found), "one container is in the result twice"


@given(objects)
def test_empty_patches_change_nothing(document: dict[str, Any]) -> None:
    """No operations, no fields."""
    assert apply_json_patch(document, []) == document
    assert apply_merge_patch(document, {}) == document
    assert _strategic(document, {}) == document


@given(objects, objects)
def test_merge_patch_is_idempotent(document: Json, patch: Json) -> None:
    """Once is as good as twice, if no list that replaces an object has nulls in it."""
    assume(not any(has_null(one) for one in containers(patch) if isinstance(one, list)))
    once = apply_merge_patch(document, patch)
    assert apply_merge_patch(once, patch) == once


@given(objects, objects)
def test_computed_merge_patch_gives_what_is_wanted(original: Json, modified: Json) -> None:
    """Unless a null is wanted, which no merge patch can say."""
    assume(not has_null(modified))
    assert apply_merge_patch(original, merge_patch_between(original, modified)) == modified
    patch = three_way_merge_patch(original, modified, original)
    assert apply_merge_patch(original, patch) == modified


@given(objects)
def test_equal_documents_need_no_merge_patch(document: Json) -> None:
    """Nothing to say, nothing said."""
    assert merge_patch_between(document, document) == {}


@given(merge_items, merge_items)
def test_computed_strategic_patch_gives_what_is_wanted(original: Json, modified: Json) -> None:
    """Items, their order and retained keys included."""
    assert _strategic(original, _strategic_between(original, modified)) == modified


@given(merge_items, merge_items)
def test_three_way_patch_alone_gives_what_is_wanted(original: Json, modified: Json) -> None:
    """Where nobody else has changed anything, three ways are as good as two."""
    assert _strategic(original, _three_way(original, modified)) == modified
    kept = three_way_strategic_patch(original, modified, original, MERGE_ITEM, overwrite=False)
    assert kept == _three_way(original, modified)


@given(merge_items, merge_items)
def test_what_was_never_applied_is_not_removed(modified: Json, current: Json) -> None:
    """Fields and items that others have made stay."""
    patch = three_way_strategic_patch(None, modified, current, MERGE_ITEM, overwrite=True)
    result = _strategic(current, patch)
    assert current.keys() | modified.keys() == result.keys()
    names = {item["name"] for item in current.get("mergingList", [])}
    assert names <= {item["name"] for item in result.get("mergingList", [])}


@given(objects, values)
def test_added_value_is_found_and_removed(document: Json, value: Json) -> None:
    """To add, test and remove is to do nothing."""
    assume("new" not in document and not has_null(value))
    steps = [
        {"op": "add", "path": "/new", "value": value},
        {"op": "test", "path": "/new", "value": value},
        {"op": "remove", "path": "/new"},
    ]
    assert apply_json_patch(document, steps) == document
