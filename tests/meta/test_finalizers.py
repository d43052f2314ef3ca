"""Finalizers: their rules, and lists of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import FieldErrorType
from kubeobj.meta.finalizers import (
    FOREGROUND_DELETION,
    ORPHAN_DEPENDENTS,
    add_finalizer,
    has_finalizer,
    remove_finalizer,
    validate_finalizers,
    validate_no_new_finalizers,
)

NAMES = st.lists(st.sampled_from(["a/x", "a/y", "a/z"]))


@given(NAMES, st.sampled_from(["a/x", "a/w"]))
def test_added_is_there_once_and_removed_is_gone(finalizers: list[str], name: str) -> None:
    """Adding and removing do what they say, keep the order, and never change their argument."""
    before = list(finalizers)
    added, removed = add_finalizer(finalizers, name), remove_finalizer(finalizers, name)
    assert has_finalizer(added, name)
    assert add_finalizer(added, name) == added
    assert not has_finalizer(removed, name)
    assert [other for other in added if other != name] == removed
    assert finalizers == before


@pytest.mark.parametrize("name", ["example.com/backup", "kubernetes", "foregroundDeletion"])
def test_qualified_names_are_finalizers(name: str) -> None:
    """The domain may be left out, as Kubernetes' own old ones do."""
    assert not validate_finalizers([name])


def test_the_two_ways_of_deletion_exclude_each_other() -> None:
    """Dependents are either orphaned or deleted first."""
    (error,) = validate_finalizers([FOREGROUND_DELETION, ORPHAN_DEPENDENTS])
    assert (error.type, error.origin) == (FieldErrorType.INVALID, "finalizers=exclusive")


def test_every_wrong_name_is_an_error() -> None:
    """Names that are no qualified names are told, each for itself."""
    assert len(validate_finalizers(["a b", "c/d/e", "ok"])) == 2


@given(NAMES, NAMES)
def test_only_new_finalizers_are_forbidden(new: list[str], old: list[str]) -> None:
    """A deleted object may keep, lose and reorder its finalizers, but gain none."""
    errors = validate_no_new_finalizers(new, old)
    assert bool(errors) is bool(set(new) - set(old))
    assert all(error.type is FieldErrorType.FORBIDDEN for error in errors)
