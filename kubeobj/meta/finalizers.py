"""Finalizers: names on an object that keep it, once deleted, until each of them is taken off.

The list of an object is never changed; these functions return another.

Source: Finalizers (Kubernetes v1.36).
"""

from collections.abc import Sequence

from kubeobj.errors import ROOT, FieldError, FieldErrorType, FieldPath, echo
from kubeobj.names import validate_qualified_name

ORPHAN_DEPENDENTS = "orphan"
"""The finalizer under which the garbage collector lets the dependents live on."""

FOREGROUND_DELETION = "foregroundDeletion"
"""The finalizer under which the garbage collector deletes the dependents first."""


def has_finalizer(finalizers: Sequence[str], name: str) -> bool:
    """Return whether *name* is one of *finalizers*.

    >>> has_finalizer(["example.com/backup"], "example.com/backup")
    True
    """
    return name in finalizers


def add_finalizer(finalizers: Sequence[str], name: str) -> list[str]:
    """Return *finalizers* with *name* last, unless it is there already.

    >>> add_finalizer(["a.io/x"], "a.io/y")
    ['a.io/x', 'a.io/y']
    """
    return [*finalizers] if name in finalizers else [*finalizers, name]


def remove_finalizer(finalizers: Sequence[str], name: str) -> list[str]:
    """Return *finalizers* without *name*.

    >>> remove_finalizer(["a.io/x", "a.io/y", "a.io/x"], "a.io/x")
    ['a.io/y']
    """
    return [finalizer for finalizer in finalizers if finalizer != name]


def validate_finalizers(
    finalizers: Sequence[str], path: FieldPath = ROOT
) -> tuple[FieldError, ...]:
    """Return which *finalizers* are no qualified names, or contradict one another."""
    errors = [error for name in finalizers for error in validate_qualified_name(name, path)]
    if ORPHAN_DEPENDENTS in finalizers and FOREGROUND_DELETION in finalizers:
        detail = f"{ORPHAN_DEPENDENTS} and {FOREGROUND_DELETION} exclude each other"
        invalid = FieldErrorType.INVALID
        errors.append(FieldError(path, invalid, finalizers, detail, "finalizers=exclusive"))
    return tuple(errors)


def validate_no_new_finalizers(
    new: Sequence[str], old: Sequence[str], path: FieldPath = ROOT
) -> tuple[FieldError, ...]:
    """Return whether *new* has finalizers that *old* has not, which a deleted object may not gain.

    Source: ValidateNoNewFinalizers of ``k8s.io/apimachinery/pkg/api/validation`` (v1.36).
    """
    known = frozenset(old)
    added = [name for name in dict.fromkeys(new) if name not in known]
    if not added:
        return ()
    detail = f"an object that is being deleted can gain no finalizers, such as {echo(added[0])}"
    return (FieldError(path, FieldErrorType.FORBIDDEN, added, detail, "finalizers=no-new"),)
