"""Owners of objects."""

import pytest

from kubeobj.errors import FieldErrors
from kubeobj.meta.objectmeta import ObjectMeta
from kubeobj.meta.ownership import (
    OwnerReference,
    controller_of,
    is_controlled_by,
    is_owned_by,
    owner_reference_to,
)

REPLICA_SET = {
    "apiVersion": "apps/v1",
    "kind": "ReplicaSet",
    "metadata": {"name": "web", "uid": "1"},
}


def owned(*owners: OwnerReference) -> ObjectMeta:
    """Return the metadata of an object with these owners."""
    return ObjectMeta(owner_references=owners)


def test_the_controller_is_the_owner_that_says_so() -> None:
    """Of several owners, the one that controls is found by its mark."""
    plain = owner_reference_to(
        {**REPLICA_SET, "metadata": {"name": "a", "uid": "2"}}, controller=False
    )
    controller = owner_reference_to(REPLICA_SET)
    meta = owned(plain, controller)
    assert controller_of(meta) == controller
    assert is_controlled_by(meta, "1")
    assert not is_controlled_by(meta, "2")
    assert is_owned_by(meta, "1")
    assert is_owned_by(meta, "2")
    assert not is_owned_by(meta, "3")


def test_without_a_controller_nobody_controls() -> None:
    """An object without owners, or with plain ones only, has no controller."""
    plain = owner_reference_to(REPLICA_SET, controller=False)
    for meta in (owned(), owned(plain)):
        assert controller_of(meta) is None
        assert not is_controlled_by(meta, "1")


def test_references_carry_what_identifies_the_owner() -> None:
    """A controller's reference also blocks its foreground deletion; a plain one does neither."""
    identity = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "1"}
    assert owner_reference_to(REPLICA_SET).to_document() == {
        **identity,
        "controller": True,
        "blockOwnerDeletion": True,
    }
    assert owner_reference_to(REPLICA_SET, controller=False).to_document() == identity


def test_an_owner_must_be_known() -> None:
    """An object that was never stored has no uid, and can own nothing yet."""
    with pytest.raises(FieldErrors) as caught:
        owner_reference_to({"kind": "Pod", "metadata": 5})
    assert [str(error.path) for error in caught.value] == [
        "apiVersion",
        "metadata.name",
        "metadata.uid",
    ]
