"""The rules of PersistentVolumeClaims.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidatePersistentVolumeClaim and
ValidatePersistentVolumeClaimUpdate (v1.36).
"""

from kubeobj.api.claimspec import validate_claim_spec
from kubeobj.api.fielderrors import forbidden, immutable, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.quantities import quantity_of
from kubeobj.api.resourcenames import is_native
from kubeobj.api.storageclassname import CLASS_ANNOTATION, class_annotation
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.metarules import METADATA
from kubeobj.meta.quantity import Quantity
from kubeobj.names import is_label_key, validate_qualified_name

RESIZE_STATES = (
    "ControllerResizeInProgress",
    "ControllerResizeInfeasible",
    "NodeResizeInProgress",
    "NodeResizeInfeasible",
    "NodeResizePending",
)
"""How far the growth of a volume can have got."""

_SPEC = FieldPath.of("spec")
_STATUS = FieldPath.of("status")
_ATTRIBUTES = "volumeAttributesClassName"


def validate(obj: Wire, old: Wire | None = None) -> Errors:
    """Find what is wrong with a claim, which may take the place of an *old* one."""
    lenient = old is not None and any(
        old["spec"].get(name, {}).get("apiGroup") is not None
        for name in ("dataSource", "dataSourceRef")
    )
    return validate_claim_spec(obj["spec"], _SPEC, lenient=lenient)


def validate_change(obj: Wire, old: Wire) -> Errors:
    """Find what has changed of a claim though it does not, or not now."""
    spec, before = obj["spec"], old["spec"]
    wanted, was = _comparable(obj, old), dict(before)
    if not before.get("volumeName"):
        _copy(was, spec, "volumeName")
    if _is_upgrade_of_class(obj, old):
        wanted.pop("storageClassName", None)
    else:
        yield from _validate_class_annotation(obj, old)
        if _is_late_class(obj, old):
            wanted.pop("storageClassName", None)
    if wanted != was:
        detail = (
            "spec is immutable after creation except resources.requests and"
            " volumeAttributesClassName for bound claims"
        )
        yield forbidden(_SPEC, detail, "immutable")
    yield from _validate_growth(obj, old)
    yield from immutable(
        spec.get("volumeMode"), before.get("volumeMode"), FieldPath.of("volumeMode")
    )
    if _ATTRIBUTES in before and not spec.get(_ATTRIBUTES):
        yield from _validate_attributes(spec.get(_ATTRIBUTES), before[_ATTRIBUTES])


def _copy(spec: Wire, other: Wire, name: str) -> None:
    if name in other:
        spec[name] = other[name]
    else:
        spec.pop(name, None)


def _comparable(obj: Wire, old: Wire) -> Wire:
    """Return the spec of *obj* without what a bound claim may change."""
    spec, before = dict(obj["spec"]), old["spec"]
    if obj["status"].get("phase") != "Bound":
        return spec
    requests = spec["resources"].get("requests")
    if requests:
        size = before["resources"].get("requests", {}).get("storage", "0")
        spec["resources"] = {**spec["resources"], "requests": {**requests, "storage": size}}
    if _ATTRIBUTES in spec:
        _copy(spec, before, _ATTRIBUTES)
    return spec


def _is_upgrade_of_class(obj: Wire, old: Wire) -> bool:
    """Return whether the class only moves from the annotation to the field."""
    annotated, was = class_annotation(obj), class_annotation(old)
    return (
        was is not None
        and "storageClassName" not in old["spec"]
        and obj["spec"].get("storageClassName") == was
        and annotated in {None, was}
    )


def _is_late_class(obj: Wire, old: Wire) -> bool:
    """Return whether a claim that had no class gets one."""
    name, was = obj["spec"].get("storageClassName"), class_annotation(old)
    return name is not None and "storageClassName" not in old["spec"] and was in {None, name}


def _validate_class_annotation(obj: Wire, old: Wire) -> Errors:
    annotated, was = class_annotation(obj) or "", class_annotation(old) or ""
    yield from immutable(annotated, was, METADATA.child("annotations", CLASS_ANNOTATION))


def _validate_growth(obj: Wire, old: Wire) -> Errors:
    """Find a size that is less than it was, and not more than there already is."""
    size, was = _size_of(obj["spec"]["resources"]), _size_of(old["spec"]["resources"])
    there = quantity_of(old["status"].get("capacity", {}).get("storage", "0"))
    if size < was and size <= there:
        here = FieldPath.of("spec", "resources", "requests", "storage")
        yield forbidden(here, "field can not be less than status.capacity", "minimum")


def _size_of(resources: Wire) -> Quantity:
    return quantity_of(resources.get("requests", {}).get("storage", "0"))


def _validate_attributes(name: str | None, was: str) -> Errors:
    if name != was:
        what = "nil" if name is None else "an empty string"
        here = _SPEC.child(_ATTRIBUTES)
        yield forbidden(here, f"update from non-nil value to {what} is forbidden", "immutable")


def validate_status(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with the status of a claim."""
    status = obj["status"]
    if not obj["spec"].get("accessModes"):
        yield required(FieldPath.of("Spec", "accessModes"), "required")
    for name, size in status.get("capacity", {}).items():
        yield from _validate_amount(size, _STATUS.child("capacity").key(name))
    here = _STATUS.child("allocatedResourceStatus")
    for name, state in status.get("allocatedResourceStatuses", {}).items():
        yield from _validate_resource(name, here)
        if state not in RESIZE_STATES:
            yield not_supported(here, name, RESIZE_STATES)
    here = _STATUS.child("allocatedResources")
    for name, size in status.get("allocatedResources", {}).items():
        errors = list(_validate_resource(name, here))
        yield from errors or _validate_amount(size, here.key(name))


def _validate_amount(size: str, path: FieldPath) -> Errors:
    if size[0] == "-":
        yield invalid(path, size, "must be a valid resource quantity", "minimum")


def _validate_resource(name: str, path: FieldPath) -> Errors:
    """Find a resource that volumes do not have."""
    if not is_label_key(name):
        yield from validate_qualified_name(name, path)
    elif is_native(name) and name != "storage":
        yield not_supported(path, name, ["storage"])
