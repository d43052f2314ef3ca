"""What is claimed of storage: the spec of a PersistentVolumeClaim, and templates for claims.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidatePersistentVolumeClaimSpec (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.accessmodes import validate_access_modes
from kubeobj.api.fielderrors import forbidden, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.quantities import is_whole
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.labels.labelselector import validate_label_selector
from kubeobj.meta.annotations import validate_annotations
from kubeobj.meta.metarules import validate_labels
from kubeobj.names import validate_dns1123_label, validate_dns1123_subdomain

VOLUME_MODES = ("Block", "Filesystem")
"""Whether a volume is a raw device or has files."""


def default_claim_spec(spec: Wire) -> None:
    """Fill in what the spec of a claim leaves open."""
    spec.setdefault("volumeMode", "Filesystem")


def warn_of_claim_spec(spec: Wire, path: FieldPath) -> Iterator[str]:
    """Yield what is to be said of the spec of a claim: that it asks for parts of a byte."""
    for name in ("requests", "limits"):
        size = spec["resources"].get(name, {}).get("storage")
        if size is not None and not is_whole(size):
            where = path.child("resources", name).key("storage")
            yield f"{where}: fractional byte value {size!r} is invalid, must be an integer"


def validate_claim_template(template: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a template for claims, of whose metadata little is used."""
    metadata = template.get("metadata", {})
    if metadata:
        yield from _validate_template_metadata(metadata, path.child("metadata"))
    yield from validate_claim_spec(template["spec"], path.child("spec"))


def _validate_template_metadata(metadata: Wire, path: FieldPath) -> Errors:
    yield from validate_annotations(metadata.get("annotations", {}), path.child("annotations"))
    yield from validate_labels(metadata.get("labels", {}), path.child("labels"))
    for name in metadata:
        if name not in {"annotations", "labels"}:
            # The API makes the name of that of its own struct.
            yield forbidden(path.child("uID" if name == "uid" else name), "cannot be set")


def validate_claim_spec(spec: Wire, path: FieldPath, *, lenient: bool = False) -> Errors:
    """Find what is wrong with the spec of a claim.

    Args:
        spec: The spec.
        path: Where it is.
        lenient: Let pass API groups of sources that are none, as for a claim stored with one.
    """
    yield from validate_access_modes(spec.get("accessModes", ()), path.child("accessModes"))
    if "selector" in spec:
        yield from validate_label_selector(spec["selector"], path.child("selector"))
    yield from _validate_size(spec, path)
    for name in ("storageClassName", "volumeAttributesClassName"):
        if spec.get(name):
            yield from validate_dns1123_subdomain(spec[name], path.child(name))
    mode = spec.get("volumeMode")
    if mode is not None and mode not in VOLUME_MODES:
        yield not_supported(path.child("volumeMode"), mode, VOLUME_MODES)
    if "dataSource" in spec or "dataSourceRef" in spec:
        yield from _validate_sources(spec, path, lenient=lenient)


def _validate_size(spec: Wire, path: FieldPath) -> Errors:
    size = spec["resources"].get("requests", {}).get("storage")
    at = path.child("resources").key("storage")
    if size is None:
        yield required(at, "required")
    else:
        yield from validate_positive_size(size, at)


def validate_positive_size(size: str, path: FieldPath) -> Errors:
    """Find a quantity that is zero or less."""
    if size == "0" or size.startswith("-"):
        yield invalid(path, size, "must be greater than zero", "minimum")


def _validate_sources(spec: Wire, path: FieldPath, *, lenient: bool) -> Errors:
    """Find what is wrong with what a claimed volume is to be filled with."""
    source, ref = spec.get("dataSource"), spec.get("dataSourceRef")
    if source is not None:
        yield from _validate_source(source, path.child("dataSource"), lenient=lenient)
    if ref is None:
        return
    at = path.child("dataSourceRef")
    yield from _validate_source(ref, at, lenient=lenient)
    namespace = ref.get("namespace")
    if namespace:
        yield from validate_dns1123_label(namespace, at.child("namespace"))
        if source is not None:
            detail = "dataSource may not be specified with a namespace of dataSourceRef"
            yield invalid(path, "dataSource", detail, "one-of")
    elif source is not None and not is_same_source(source, ref):
        yield invalid(path, "dataSource", "must match dataSourceRef", "consistent")


def is_same_source(source: Wire, ref: Wire) -> bool:
    """Return whether both name the same object in the namespace of the claim."""
    return all(source.get(name) == ref.get(name) for name in ("apiGroup", "kind", "name"))


def _validate_source(source: Wire, path: FieldPath, *, lenient: bool) -> Errors:
    for name in ("name", "kind"):
        if not source[name]:
            yield required(path.child(name), "required")
    group = source.get("apiGroup")
    if not group:
        if source["kind"] != "PersistentVolumeClaim":
            detail = "must be 'PersistentVolumeClaim' in the core group"
            yield invalid(path, source["kind"], detail, "enum")
    elif not lenient:
        yield from validate_dns1123_subdomain(group, path.child("apiGroup"))
