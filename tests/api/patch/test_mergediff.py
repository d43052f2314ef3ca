"""Computed merge patches: how values are compared."""

import pytest

from kubeobj.api.patch import merge_patch_between, three_way_merge_patch
from tests.api.patch.documents import Json


@pytest.mark.parametrize(
    ("before", "after"),
    [(1, 1.0), ([1, {"a": 2.0}], [1.0, {"a": 2}]), (2**53, 2**53 + 1), ([None], [None])],
)
def test_what_is_alike_needs_no_patch(before: Json, after: Json) -> None:
    """Numbers are 64-bit floats."""
    assert merge_patch_between({"a": before}, {"a": after}) == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (1, True),
        (0, False),
        (1, "1"),
        ([1], [1, 2]),
        ([{"a": 1}], [{"b": 1}]),
        ([1], {"a": 1}),
        (None, 0),
        ([[1]], [[2]]),
    ],
)
def test_what_is_not_alike_is_in_the_patch(before: Json, after: Json) -> None:
    """True is no number, and lists are replaced whole."""
    assert merge_patch_between({"a": before}, {"a": after}) == {"a": after}


def test_added_empty_object_stays_in_the_patch() -> None:
    """It is a value, and not an empty patch."""
    assert three_way_merge_patch(None, {"a": {}}, {}) == {"a": {}}


def test_object_that_only_loses_fields_is_no_change() -> None:
    """What others have put there is left alone."""
    assert three_way_merge_patch({}, {"a": {}}, {"a": {"b": 1}}) == {}
