"""Namespace: where objects live, whose names are told apart by it.

One that is deleted stays, marked, until whoever empties it has taken away its own finalizers, by
the part ``finalize``.

Source: ``k8s.io/kubernetes/pkg/registry/core/namespace`` (v1.36).
"""

from kubeobj.api.fielderrors import invalid
from kubeobj.api.kind import STATUS, Context, Errors, Kind, Part, put_back
from kubeobj.api.metadata import STANDARD_FINALIZERS
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import DNS1123_LABEL_NAMES, validate_qualified_name

NAME_LABEL = "kubernetes.io/metadata.name"
"""The label by which selectors of namespaces can ask for one name."""

FINALIZER = "kubernetes"
"""The finalizer of who empties namespaces."""

_FINALIZERS = FieldPath.of("spec", "finalizers")


def default(obj: Wire) -> None:
    """Give the label with the name, and a phase."""
    name = obj["metadata"].get("name")
    if name:
        obj["metadata"].setdefault("labels", {})[NAME_LABEL] = name
    if not obj["status"].get("phase"):
        obj["status"]["phase"] = "Active"


def prepare_create(obj: Wire, _context: Context) -> None:
    """Make it active, to be emptied before it goes; its name may only now be known."""
    obj["status"] = {}
    default(obj)
    finalizers = obj["spec"].setdefault("finalizers", [])
    if FINALIZER not in finalizers:
        finalizers.append(FINALIZER)


def prepare_update(obj: Wire, old: Wire, _context: Context) -> None:
    """Put back the finalizers, which have a path of their own."""
    put_back(obj["spec"], old["spec"], "finalizers")


def prepare_delete(obj: Wire, _context: Context) -> None:
    """Say that it is on its way out."""
    obj["status"]["phase"] = "Terminating"


def validate(obj: Wire) -> Errors:
    """Find finalizers that cannot be."""
    for finalizer in obj["spec"].get("finalizers", ()):
        # The API does not say which it is, when the namespace is new.
        yield from _validate_finalizer(finalizer, _FINALIZERS)


def _validate_finalizer(finalizer: str, path: FieldPath) -> Errors:
    yield from validate_qualified_name(finalizer, path)
    if "/" not in finalizer and finalizer not in STANDARD_FINALIZERS:
        detail = "name is neither a standard finalizer name nor is it fully qualified"
        yield invalid(path, finalizer, detail, "finalizer=standard")


def validate_update(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with a namespace that is updated."""
    return validate(obj)


def validate_finalize(obj: Wire, _old: Wire) -> Errors:
    """Find finalizers that cannot be."""
    for position, finalizer in enumerate(obj["spec"].get("finalizers", ())):
        yield from _validate_finalizer(finalizer, _FINALIZERS.index(position))


def validate_status(obj: Wire, _old: Wire) -> Errors:
    """Find a phase that is not that of a namespace that is, or is not, being deleted."""
    phase = obj["status"].get("phase", "")
    wanted = "Terminating" if "deletionTimestamp" in obj["metadata"] else "Active"
    if phase != wanted:
        detail = f"may only be '{wanted}' as long as it is, or is not, being deleted"
        yield invalid(FieldPath.of("status", "Phase"), phase, detail, "enum")


def _prepare_finalize(obj: Wire, old: Wire, _context: Context) -> None:
    put_back(obj, old, "status")


def _is_held(obj: Wire) -> bool:
    return bool(obj["spec"].get("finalizers"))


def _cells(obj: Wire, now: float) -> Cells:
    return [obj["metadata"].get("name", ""), obj["status"].get("phase", ""), age_of(obj, now)]


KIND = Kind(
    kind=GroupVersionKind("", "v1", "Namespace"),
    plural="namespaces",
    namespaced=False,
    names=DNS1123_LABEL_NAMES,
    default=default,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    prepare_delete=prepare_delete,
    validate=validate,
    validate_update=validate_update,
    fields=lambda obj: {"status.phase": obj["status"].get("phase", "")},
    field_names=frozenset({"status.phase"}),
    table=Table((NAME, Column("Status", description="Whether it is there to stay."), AGE), _cells),
    parts={
        "status": Part(prepare=STATUS.prepare, validate=validate_status),
        "finalize": Part(prepare=_prepare_finalize, validate=validate_finalize),
    },
    returns_deleted=True,
    lingers=_is_held,
    revalidates_metadata=True,
)
"""What the API knows of Namespaces."""
