"""ControllerRevisions: what a workload was at some time.

Source: ``k8s.io/kubernetes/pkg/apis/apps/validation`` and ``pkg/registry/apps/controllerrevision``
(v1.36).
"""

from kubeobj.api.fielderrors import immutable, not_negative, required
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a ControllerRevision."""
    if obj.get("data") is None:
        yield required(FieldPath.of("data"), "required")
    yield from not_negative(obj["revision"], FieldPath.of("revision"))


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a ControllerRevision that takes the place of another."""
    yield from validate(obj)
    yield from immutable(obj.get("data"), old.get("data"), FieldPath.of("data"))


def _controller_of(obj: Wire) -> str:
    """Return the kind and name of the owner that controls *obj*, as they are printed."""
    for owner in obj["metadata"].get("ownerReferences", ()):
        if owner.get("controller"):
            group = owner["apiVersion"].rpartition("/")[0]
            kind = f"{owner['kind']}.{group}" if group else owner["kind"]
            return f"{kind.lower()}/{owner['name']}"
    return "<none>"


def _cells(obj: Wire, now: float) -> Cells:
    return [obj["metadata"]["name"], _controller_of(obj), obj["revision"], age_of(obj, now)]


TABLE = Table(
    (
        NAME,
        Column("Controller", description="Whose revision it is."),
        Column("Revision", description="Which one it is; later ones have greater numbers."),
        AGE,
    ),
    _cells,
)

KIND = Kind(
    kind=GroupVersionKind("apps", "v1", "ControllerRevision"),
    plural="controllerrevisions",
    namespaced=True,
    validate=validate,
    validate_update=validate_update,
    table=TABLE,
)
