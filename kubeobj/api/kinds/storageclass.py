"""StorageClass: how volumes of a kind are made when they are claimed.

Source: ``k8s.io/kubernetes/pkg/apis/storage`` and ``pkg/registry/storage/storageclass`` (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.fielderrors import duplicate, immutable, not_supported, required
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.podspec.nodelabels import warn_of_label
from kubeobj.api.storageparameters import validate_parameters, validate_provisioner
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import validate_label_key

DEFAULT_ANNOTATION = "storageclass.kubernetes.io/is-default-class"
"""The annotation of the class that claims are of which name none."""

BETA_DEFAULT_ANNOTATION = "storageclass.beta.kubernetes.io/is-default-class"
"""The same annotation by its older name."""

RECLAIM_POLICIES = ("Delete", "Retain")
"""What becomes of a volume that was made, when its claim is gone."""

BINDING_MODES = ("Immediate", "WaitForFirstConsumer")
"""When a claim gets its volume."""


def default(obj: Wire) -> None:
    """Fill in what a class leaves open."""
    obj.setdefault("reclaimPolicy", "Delete")
    obj.setdefault("volumeBindingMode", "Immediate")


def is_default(obj: Wire) -> bool:
    """Return whether claims that name no class are of this one."""
    annotations = obj["metadata"].get("annotations", {})
    return "true" in {annotations.get(DEFAULT_ANNOTATION), annotations.get(BETA_DEFAULT_ANNOTATION)}


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a class."""
    yield from validate_provisioner(obj["provisioner"], FieldPath.of("provisioner"))
    yield from validate_parameters(obj.get("parameters"), FieldPath.of("parameters"))
    policy, mode = obj["reclaimPolicy"], obj["volumeBindingMode"]
    if policy and policy not in RECLAIM_POLICIES:
        yield not_supported(FieldPath.of("reclaimPolicy"), policy, RECLAIM_POLICIES)
    if mode not in BINDING_MODES:
        yield not_supported(FieldPath.of("volumeBindingMode"), mode, BINDING_MODES)
    yield from _validate_topologies(obj.get("allowedTopologies", ()))


def _validate_topologies(terms: list[Wire]) -> Errors:
    """Find what is wrong with where volumes may be, and the same said twice."""
    seen: list[dict[str, set[str]]] = []
    for position, term in enumerate(terms):
        here = FieldPath.of("allowedTopologies", position, "matchLabelExpressions")
        wanted: dict[str, set[str]] = {}
        for place, expression in enumerate(term.get("matchLabelExpressions", ())):
            yield from _validate_expression(expression, here.index(place))
            if expression["key"] in wanted:
                yield duplicate(here.index(place).child("key"), expression["key"])
            wanted[expression["key"]] = set(expression["values"] or ())
        if wanted in seen:
            yield duplicate(here, "")
        seen.append(wanted)


def _validate_expression(expression: Wire, path: FieldPath) -> Errors:
    values = expression["values"] or ()
    if not values:
        yield required(path.child("values"), "required")
    for position, value in enumerate(values):
        if value in values[:position]:
            yield duplicate(path.child("values").index(position), value)
    yield from validate_label_key(expression["key"], path.child("key"))


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a class, and what has changed of it that never does."""
    yield from validate(obj)
    for name in ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"):
        yield from immutable(obj.get(name), old.get(name), FieldPath.of(name))


def warnings(obj: Wire, _old: Wire | None) -> Iterator[str]:
    """Warn of labels that have got better names."""
    for position, term in enumerate(obj.get("allowedTopologies", ())):
        at = FieldPath.of("allowedTopologies", position, "matchLabelExpressions")
        for place, expression in enumerate(term.get("matchLabelExpressions", ())):
            yield from warn_of_label(expression["key"], at.index(place).child("key"))


def _cells(obj: Wire, now: float) -> Cells:
    name = obj["metadata"].get("name", "")
    return [
        f"{name} (default)" if is_default(obj) else name,
        obj["provisioner"],
        obj.get("reclaimPolicy", "Delete"),
        obj.get("volumeBindingMode", "Immediate"),
        obj.get("allowVolumeExpansion", False),
        age_of(obj, now),
    ]


_COLUMNS = (
    NAME,
    Column("Provisioner", description="The driver that makes the volumes."),
    Column("ReclaimPolicy", description="What becomes of a volume when its claim is gone."),
    Column("VolumeBindingMode", description="When a claim gets its volume."),
    Column("AllowVolumeExpansion", description="Whether a claim may ask for more later."),
    AGE,
)

KIND = Kind(
    kind=GroupVersionKind("storage.k8s.io", "v1", "StorageClass"),
    plural="storageclasses",
    namespaced=False,
    default=default,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    table=Table(_COLUMNS, _cells),
    returns_deleted=True,
    revalidates_metadata=True,
)
"""What the API knows of StorageClasses."""
