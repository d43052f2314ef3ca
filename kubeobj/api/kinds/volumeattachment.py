"""VolumeAttachment: the wish to have a volume attached to a node, and whether it is.

Source: ``k8s.io/kubernetes/pkg/apis/storage/validation`` ValidateVolumeAttachment and
``pkg/registry/storage/volumeattachment`` (v1.36).
"""

from kubeobj.api.fielderrors import forbidden, immutable, invalid, required, too_long
from kubeobj.api.kind import STATUS, Context, Errors, Kind, Part
from kubeobj.api.kinds.persistentvolume.defaults import default_volume_spec
from kubeobj.api.kinds.persistentvolume.validation import validate_inline
from kubeobj.api.metadata import new_errors
from kubeobj.api.podspec.volumesources import validate_csi_driver_name
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import byte_length, validate_dns1123_subdomain

METADATA_MAX_BYTES = 256 * 1024
"""The most that the metadata of an attachment may take."""

MESSAGE_MAX_BYTES = 1024
"""The longest message of an error."""

_SPEC = FieldPath.of("spec")
_STATUS = FieldPath.of("status")


def default(obj: Wire) -> None:
    """Fill in what a volume that is only part of the attachment leaves open."""
    inline = obj["spec"]["source"].get("inlineVolumeSpec")
    if inline is not None:
        default_volume_spec(inline)


def validate(obj: Wire) -> Errors:
    """Find what is wrong with an attachment that is new."""
    yield from validate_any(obj)
    spec = obj["spec"]
    yield from validate_csi_driver_name(spec["attacher"], _SPEC.child("attacher"))
    volume = spec["source"].get("persistentVolumeName")
    if volume is not None:
        here = _SPEC.child("source", "persistentVolumeName")
        yield from validate_dns1123_subdomain(volume, here)


def validate_any(obj: Wire) -> Errors:
    """Find what is wrong with an attachment, new or old."""
    spec, status = obj["spec"], obj["status"]
    if not spec["attacher"]:
        yield required(_SPEC.child("attacher"), "required")
    yield from _validate_source(spec["source"], _SPEC.child("source"))
    yield from validate_dns1123_subdomain(spec["nodeName"], _SPEC.child("nodeName"))
    metadata = status.get("attachmentMetadata", {})
    if sum(byte_length(key) + byte_length(metadata[key]) for key in metadata) > METADATA_MAX_BYTES:
        yield too_long(_STATUS.child("attachmentMetadata"), "", METADATA_MAX_BYTES)
    for name in ("attachError", "detachError"):
        if name in status:
            yield from _validate_error(status[name], _STATUS.child(name))


def _validate_source(source: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with which volume it is."""
    volume, inline = source.get("persistentVolumeName"), source.get("inlineVolumeSpec")
    if volume is not None and inline is not None:
        yield forbidden(path, "must specify exactly one of the two sources", "one-of")
    elif inline is not None:
        yield from validate_inline(inline, path.child("inlineVolumeSpec"))
    elif volume is None:
        yield required(path, "one-of")
    elif not volume:
        yield required(path.child("persistentVolumeName"), "required")


def _validate_error(error: Wire, path: FieldPath) -> Errors:
    message, code = error.get("message", ""), error.get("errorCode")
    if byte_length(message) > MESSAGE_MAX_BYTES:
        yield too_long(path.child("message"), message, MESSAGE_MAX_BYTES)
    if code is not None and code < 0:
        yield invalid(path.child("errorCode"), code, "must not be negative", "minimum")


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with an attachment, and whether what is wished for has changed.

    The API asks its rules twice.
    """
    yield from new_errors(obj, KIND)
    for _ in range(2):
        yield from validate_any(obj)
    yield from immutable(obj["spec"], old["spec"], _SPEC)


def _prepare_status(obj: Wire, old: Wire, context: Context) -> None:
    """Keep all but the status, and of metadata all but who manages what."""
    STATUS.prepare(obj, old, context)
    obj["metadata"] = dict(old["metadata"])


def _cells(obj: Wire, now: float) -> Cells:
    spec = obj["spec"]
    return [
        obj["metadata"].get("name", ""),
        spec["attacher"],
        spec["source"].get("persistentVolumeName", ""),
        spec["nodeName"],
        obj["status"]["attached"],
        age_of(obj, now),
    ]


_COLUMNS = (
    NAME,
    Column("Attacher", format="name", description="The driver that attaches it."),
    Column("PV", description="The volume that is attached."),
    Column("Node", description="The node that it is attached to."),
    Column("Attached", "boolean", description="Whether it is."),
    AGE,
)

KIND = Kind(
    kind=GroupVersionKind("storage.k8s.io", "v1", "VolumeAttachment"),
    plural="volumeattachments",
    namespaced=False,
    default=default,
    updates_blindly=False,
    validate=validate,
    validate_update=validate_update,
    table=Table(_COLUMNS, _cells),
    parts={"status": Part(prepare=_prepare_status, validate=validate_update)},
    returns_deleted=True,
    revalidates_metadata=True,
    updates_metadata_once=True,
)
"""What the API knows of VolumeAttachments."""
