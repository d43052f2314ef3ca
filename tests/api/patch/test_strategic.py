"""Strategic merge: the rules that the recording leaves open."""

import pytest

from kubeobj.api.patch import (
    apply_strategic_merge,
    strategic_patch_between,
    three_way_strategic_patch,
)
from kubeobj.api.patch.errors import PatchConflictError, PatchCrashError, PatchError
from kubeobj.api.patch.scalars import go_text
from tests.api.patch.documents import Json
from tests.api.patch.schemas import MERGE_ITEM, MadeUpType, schema_of

NAMES = [{"name": "a"}, {"name": "b"}]


def _apply(document: Json, patch: Json) -> Json:
    return apply_strategic_merge(document, patch, MERGE_ITEM)


@pytest.mark.parametrize(
    ("document", "patch", "rule"),
    [
        ({"mergingList": NAMES}, {"$setElementOrder": []}, "bad_set_element_order"),
        ({}, {"$setElementOrderX/mergingList": []}, "bad_set_element_order"),
        ({}, {"$deleteFromPrimitiveListX/mergingIntList": []}, "bad_delete_from_primitive_list"),
        ({"mergingIntList": [1]}, {"mergingIntList": [[1]]}, "mixed_list"),
        ({"mergingIntList": []}, {"mergingIntList": [[1]]}, "list_of_lists"),
        ({"mergingIntList": []}, {"mergingIntList": [None]}, "panic"),
        ({"mergingList": []}, {"mergingList": [1]}, None),
        ({"mergingIntList": [1]}, {"mergingIntList": [1.5]}, "mixed_list"),
        ({"mergingIntList": [1]}, {"mergingIntList": [2**63]}, "mixed_list"),
        ({"mergingIntList": []}, {"mergingIntList": [NAMES[0]]}, "no_merge_key_declared"),
        ({"simpleMap": {"a": {}}}, {"simpleMap": {"a": {}}}, "not_an_object_field"),
        ({"retainKeysMap": [1]}, {"retainKeysMap": [2]}, "not_a_list_field"),
        ({"value": [1]}, {"value": [2]}, "not_a_list_field"),
        ({"unknown": {}}, {"unknown": {}}, "unknown_field"),
        ({"mergingList": NAMES}, {"mergingList": [{"name": {}}]}, "panic"),
        ({"nonMergingList": [{}]}, {"$setElementOrder/nonMergingList": [{}]}, "panic"),
        ({}, {"$retainKeys": [{}]}, "panic"),
        ({"mergingList": 1}, {"$setElementOrder/mergingList": []}, "wrong_type"),
        ({}, {"$setElementOrder/mergingList": NAMES, "mergingList": [1]}, "wrong_type"),
    ],
)
def test_what_does_not_apply_is_refused_by_rule(document: Json, patch: Json, rule: str) -> None:
    """Each reason has its rule; scalars where objects belong are found out at their keys."""
    with pytest.raises(PatchError) as caught:
        _apply(document, patch)
    assert rule is None or caught.value.rule == rule


def test_lists_of_lists_are_not_merged() -> None:
    """No type of Kubernetes has one."""

    class Nested(MadeUpType):
        def child(self, name: str, /) -> MadeUpType:
            return Rows("list")

    class Rows(MadeUpType):
        @property
        def items(self) -> MadeUpType:
            return MadeUpType("list")

    with pytest.raises(PatchError) as caught:
        apply_strategic_merge({"a": [[1]]}, {"a": [[2]]}, Nested("object"))
    assert caught.value.rule == "list_of_lists"


@pytest.mark.parametrize("size", [3, 300])
def test_repeats_of_what_was_there_go(size: int) -> None:
    """Merged scalars are a set; where it had repeats, the order may change."""
    present = [*range(size), 0]
    result = _apply({"mergingIntList": present}, {"mergingIntList": [size]})
    assert sorted(result["mergingIntList"]) == list(range(size + 1))


def test_items_are_compared_by_value_and_type() -> None:
    """True is not one."""
    result = _apply({"mergingList": [{"name": 1}]}, {"mergingList": [{"name": True}]})
    assert result == {"mergingList": [{"name": True}, {"name": 1}]}


@pytest.mark.parametrize("size", [2, 30])
def test_items_without_a_place_keep_none(size: int) -> None:
    """Where the order says nothing of new items, the last comes first, in runs of twenty."""
    new = [{"name": f"n{i}"} for i in range(size)]
    patch = {"$setElementOrder/mergingList": [], "mergingList": new}
    names = [item["name"] for item in _apply({"mergingList": []}, patch)["mergingList"]]
    assert sorted(names) == sorted(item["name"] for item in new)
    if size < 20:
        assert names == [item["name"] for item in reversed(new)]


def test_delete_list_works_on_any_list() -> None:
    """Whatever the field's strategy; where there is no list there is nothing to delete."""
    assert _apply(
        {"nonMergingIntList": [1, 2]}, {"$deleteFromPrimitiveList/nonMergingIntList": [1]}
    ) == {"nonMergingIntList": [2]}
    for present in ({}, {"mergingIntList": 1}, {"mergingIntList": []}):
        patch = {"$deleteFromPrimitiveList/mergingIntList": [] if present else [1]}
        assert _apply(present, patch) == present
    gone = _apply({"mergingIntList": [1]}, {"$deleteFromPrimitiveList/mergingIntList": None})
    assert gone == {}


def test_delete_list_of_objects_merges_them() -> None:
    """The library takes the directive for a patch there."""
    patch = {"$deleteFromPrimitiveList/mergingList": [{"name": "a", "value": "x"}]}
    result = _apply({"mergingList": NAMES}, patch)
    assert result == {"mergingList": [{"name": "a", "value": "x"}, {"name": "b"}]}
    patch = {"$deleteFromPrimitiveList/retainKeysMap": {"value": "x"}}
    assert _apply({"retainKeysMap": {}}, patch) == {"retainKeysMap": {"value": "x"}}


def test_value_with_a_directive_takes_away_what_was_of_another_type() -> None:
    """There is nothing to replace or to delete in."""
    assert _apply({"retainKeysMap": 1}, {"retainKeysMap": {"$patch": "replace"}}) == {}


def test_fields_are_found_whatever_their_case() -> None:
    """As Go finds them; the document's spelling stays."""
    result = apply_strategic_merge(
        {"SPEC": {"containers": NAMES}},
        {"SPEC": {"containers": [{"name": "b", "image": "i"}]}},
        schema_of("Pod"),
    )
    assert result == {"SPEC": {"containers": [{"name": "a"}, {"name": "b", "image": "i"}]}}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (-0.0, "-0"),
        (100000.5, "100000.5"),
        (1e6, "1e+06"),
        (123456789.0, "1.23456789e+08"),
        (1e20, "1e+20"),
        (1e21, "1e+21"),
        (1e-5, "1e-05"),
        (2**64, "1.8446744073709552e+19"),
        (-3, "-3"),
        (False, "false"),
        (None, "<nil>"),
    ],
)
def test_scalars_are_printed_as_go_does(value: Json, text: str) -> None:
    """By which lists are sorted."""
    assert go_text(value) == text


def test_containers_are_not_printed() -> None:
    """They cannot be told apart, so they are not sorted either."""
    with pytest.raises(PatchCrashError):
        strategic_patch_between(
            {"mergingList": [{"name": {}}]}, {"mergingList": [{"name": {}}]}, MERGE_ITEM
        )


@pytest.mark.parametrize("directive", [1, None])
def test_directives_are_compared_as_text(directive: Json) -> None:
    """A document that has any, as configuration that was applied may."""
    assert strategic_patch_between({"$patch": "a"}, {"$patch": "b"}, MERGE_ITEM) == {"$patch": "b"}
    assert strategic_patch_between({"$patch": "a"}, {"$patch": "a"}, MERGE_ITEM) == {}
    with pytest.raises(PatchError) as caught:
        strategic_patch_between({"$patch": directive}, {"$patch": "a"}, MERGE_ITEM)
    assert caught.value.rule == "bad_patch_directive"


@pytest.mark.parametrize("value", [{"a": 1}, [1]])
def test_unknown_fields_that_are_alike_need_no_type(value: Json) -> None:
    """Only a difference has to be said."""
    assert strategic_patch_between({"x": value}, {"x": value}, MERGE_ITEM) == {}


def _conflict(original: Json, modified: Json, current: Json) -> bool:
    try:
        three_way_strategic_patch(original, modified, current, MERGE_ITEM, overwrite=False)
    except PatchConflictError:
        return True
    return False


@pytest.mark.parametrize(
    ("original", "modified", "current", "expected"),
    [
        ({"value": 1}, {"value": 2}, {"value": 1}, False),
        ({"value": 1}, {"value": 2}, {"value": 3}, True),
        ({"value": 1}, {"value": 2}, {"value": True}, True),
        ({"simpleMap": {"a": "1"}}, {"simpleMap": {"a": "2"}}, {"simpleMap": 3}, True),
        ({"nonMergingIntList": [1]}, {"nonMergingIntList": [2]}, {"nonMergingIntList": 3}, True),
        (
            {"nonMergingIntList": [1]},
            {"nonMergingIntList": [2, 3]},
            {"nonMergingIntList": [3, 3, 2]},
            True,
        ),
        (
            {"nonMergingIntList": [1]},
            {"nonMergingIntList": [2, 3]},
            {"nonMergingIntList": [3, 2]},
            False,
        ),
        (
            {"nonMergingList": [{"value": 1}]},
            {"nonMergingList": [{"value": 2}]},
            {"nonMergingList": [{"value": 3}]},
            True,
        ),
        ({"mergingIntList": [1]}, {"mergingIntList": [1, 2]}, {"mergingIntList": [1, 3]}, False),
        (
            {"mergingList": [{"name": "a"}]},
            {"mergingList": [{"name": "a", "value": 1}]},
            {"mergingList": [{"name": "a", "value": 2}]},
            True,
        ),
        (
            {"mergingList": [{"name": "a"}]},
            {"mergingList": []},
            {"mergingList": [{"name": "a", "value": 2}]},
            True,
        ),
        (
            {"replacingItem": {"a": 1}},
            {"replacingItem": {"a": 2}},
            {"replacingItem": {"a": 3}},
            False,
        ),
    ],
)
def test_conflict_is_one_field_set_to_two_values(
    original: Json, modified: Json, current: Json, expected: bool
) -> None:
    """Merged lists conflict item by item, others as a whole, replaced objects never."""
    assert _conflict(original, modified, current) is expected


def test_patches_that_do_not_agree_on_order_are_not_combined() -> None:
    """Directives in what is applied can bring it about."""
    modified = {"mergingIntList": [1, 2], "$setElementOrder/mergingIntList": [1]}
    current = {"mergingIntList": [3]}
    with pytest.raises(PatchError) as caught:
        three_way_strategic_patch(
            {"mergingIntList": [5]}, modified, current, MERGE_ITEM, overwrite=True
        )
    assert caught.value.rule == "bad_set_element_order"


def test_patches_that_do_not_agree_on_retained_keys_are_not_combined() -> None:
    """The same."""
    original = {"retainKeysMap": {"other": "x"}}
    modified = {"retainKeysMap": {"value": "y", "$retainKeys": ["value"]}}
    with pytest.raises(PatchError) as caught:
        three_way_strategic_patch(original, modified, {}, MERGE_ITEM, overwrite=True)
    assert caught.value.rule == "other"


def test_directive_to_delete_is_kept_when_patches_are_combined() -> None:
    """The API server is to heed it, whoever wrote it."""
    modified = {"$deleteFromPrimitiveList/mergingIntList": [1]}
    patch = three_way_strategic_patch(None, modified, {}, MERGE_ITEM, overwrite=True)
    assert patch == modified
