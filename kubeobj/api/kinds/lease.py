"""Lease: who holds something, and since when.

Source: ``k8s.io/kubernetes/pkg/apis/coordination/validation`` and
``pkg/registry/coordination/lease`` (v1.36).
"""

from kubeobj.api.fielderrors import invalid, not_negative
from kubeobj.api.kind import Context, Errors, Kind
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind

_SPEC = FieldPath.of("spec")
_ELECTION = ("strategy", "preferredHolder")


def prepare_create(obj: Wire, _context: Context) -> None:
    """Drop what belongs to coordinated elections, which are not there by default."""
    for name in _ELECTION:
        obj["spec"].pop(name, None)


def prepare_update(obj: Wire, old: Wire, context: Context) -> None:
    """Drop the same, unless the lease had it before."""
    if not any(name in old["spec"] for name in _ELECTION):
        prepare_create(obj, context)


def validate(obj: Wire) -> Errors:
    """Find a time or a count that cannot be."""
    spec = obj["spec"]
    seconds = spec.get("leaseDurationSeconds")
    if seconds is not None and seconds <= 0:
        here = _SPEC.child("leaseDurationSeconds")
        yield invalid(here, seconds, "must be greater than 0", "minimum")
    transitions = spec.get("leaseTransitions")
    if transitions is not None:
        yield from not_negative(transitions, _SPEC.child("leaseTransitions"))


def validate_update(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with a lease that takes the place of another."""
    return validate(obj)


def _cells(obj: Wire, now: float) -> Cells:
    holder = obj["spec"].get("holderIdentity", "")
    return [obj["metadata"].get("name", ""), holder, age_of(obj, now)]


KIND = Kind(
    kind=GroupVersionKind("coordination.k8s.io", "v1", "Lease"),
    plural="leases",
    namespaced=True,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    table=Table((NAME, Column("Holder"), AGE), _cells),
    creates_on_update=True,
    updates_blindly=False,
)
"""What the API knows of Leases."""
