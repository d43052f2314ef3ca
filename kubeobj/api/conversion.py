"""From one version of a kind to another, as the API does it on the way to and from its store."""

from kubeobj.api.endpoint import Endpoint
from kubeobj.api.kinds.registry import ALIASES, MODULES, kind_of
from kubeobj.api.wireform import WireError, read_wire
from kubeobj.documents import Document
from kubeobj.errors import FieldError, FieldErrors, FieldErrorType, ObjectReferenceError
from kubeobj.meta.gvk import GroupVersion, GroupVersionKind
from kubeobj.models.scheme import Scheme


def convert(document: Document, version: str) -> Document:
    """Return an object in another version of its kind; as it is if that version has none of it.

    Args:
        document: The object.
        version: The version, such as ``autoscaling/v2``.

    Raises:
        ObjectReferenceError: If *version* is no version.
        FieldErrors: If a value has the wrong type.
    """
    target = GroupVersion.parse(version)
    gvk = GroupVersionKind.from_object(document)
    source = _endpoint(gvk)
    wanted = _endpoint(GroupVersionKind(target.group, target.version, gvk.kind))
    if source is None or wanted is None or source.kind is not wanted.kind or gvk == wanted.gvk:
        return document
    try:
        read, _ = read_wire(source.type_name, document)
    except WireError as error:
        wrong = FieldErrorType.TYPE_INVALID
        raise FieldErrors([FieldError(error.path, wrong, None, error.reason, "type")]) from None
    stored = read if source.version is None else source.version.to_stored(read)
    return wanted.view(stored)


def _endpoint(gvk: GroupVersionKind) -> Endpoint | None:
    """Return where objects of *gvk* are served; None if nowhere."""
    try:
        resource = Scheme.builtin().resource(gvk)
    except ObjectReferenceError:
        return None
    full = str(resource.group_version_resource.group_resource)
    if full not in MODULES and full not in ALIASES:
        return None
    return Endpoint.of(kind_of(full), resource)
