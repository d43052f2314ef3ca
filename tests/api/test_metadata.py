"""Rules of metadata that has been read: the same as of any, found faster."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from kubeobj.documents import Wire
from kubeobj.meta.metarules import (
    validate_object_meta_update,
    validate_read_object_meta_update,
)

TIMES = st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"])
OWNER: Wire = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "u"}
OWNERS = st.sampled_from(
    [
        OWNER,
        {**OWNER, "controller": True},
        {**OWNER, "uid": ""},
        {**OWNER, "apiVersion": "v1", "kind": "Event"},
    ]
)
WORDS = st.sampled_from(["a", "b", "A b", "", "example.com/a"])
METADATA = st.fixed_dictionaries(
    {"name": st.sampled_from(["web", "db"]), "resourceVersion": st.sampled_from(["", "7"])},
    optional={
        "namespace": st.sampled_from(["shop", "other"]),
        "uid": st.sampled_from(["1", "2"]),
        "generation": st.integers(0, 2),
        "creationTimestamp": TIMES,
        "deletionTimestamp": TIMES,
        "deletionGracePeriodSeconds": st.integers(0, 1),
        "labels": st.dictionaries(WORDS, WORDS, min_size=1, max_size=2),
        "annotations": st.dictionaries(WORDS, WORDS, min_size=1, max_size=2),
        "ownerReferences": st.lists(OWNERS, min_size=1, max_size=2),
        "finalizers": st.lists(WORDS, min_size=1, max_size=2),
        "managedFields": st.just([{"operation": "Get"}]),
    },
)


@given(new=METADATA, old=METADATA)
def test_what_has_been_read_is_judged_alike(new: Wire, old: Wire) -> None:
    """Of two that differ in anything, and of one that stays the same."""
    for one, other in ((new, old), (new, {**new}), ({**old, **new}, old), ({**new, **old}, old)):
        apart = copy.deepcopy(one)  # what is the very same is taken to be good
        expected = validate_object_meta_update(apart, other)
        assert validate_read_object_meta_update(apart, other) == expected


def test_what_is_shared_with_what_is_stored_was_good_then() -> None:
    """The rules of labels, annotations and owners are not asked again."""
    stored: Wire = {"name": "web", "resourceVersion": "7", "labels": {"a b": "c"}}
    assert validate_read_object_meta_update({**stored}, stored) == ()
    assert validate_read_object_meta_update({**stored, "labels": {"a b": "c"}}, stored)
