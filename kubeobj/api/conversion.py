"""From one version of a kind to another, as the API does it on the way to and from its store."""

from kubeobj.api.endpoint import Endpoint
from kubeobj.api.kinds.registry import ALIASES, MODULES, kind_of
from kubeobj.api.wireform import WireError, read_wire
from kubeobj.documents import Document, JsonValue, Wire
from kubeobj.errors import FieldError, FieldErrors, FieldErrorType, ObjectReferenceError
from kubeobj.meta.gvk import GroupVersion, GroupVersionKind
from kubeobj.models.scheme import Scheme


def convert(document: Document, version: GroupVersion) -> Document:
    """Return an object in another version of its kind; as it is if that version has none of it.

    Nothing is filled in: what the object leaves open stays so.

    Args:
        document: The object.
        version: The version, such as ``autoscaling/v2``.

    Raises:
        FieldErrors: If a value has the wrong type.

    >>> event = {"apiVersion": "v1", "kind": "Event", "message": "pulled"}
    >>> convert(event, GroupVersion("events.k8s.io", "v1"))["note"]
    'pulled'
    """
    try:
        gvk = GroupVersionKind.from_object(document)
    except ObjectReferenceError:
        return document
    source = _endpoint(gvk)
    target = _endpoint(GroupVersionKind(version.group, version.version, gvk.kind))
    if source is None or target is None or source.kind is not target.kind or gvk == target.gvk:
        return document
    try:
        read, _ = read_wire(source.type_name, document)
    except WireError as error:
        wrong = FieldErrorType.TYPE_INVALID
        raise FieldErrors([FieldError(error.path, wrong, None, error.reason, "type")]) from None
    made = between(source, target, read)
    # The API writes some fields though they are empty; whoever reads a manifest need not see them.
    return {name: part for name, part in made.items() if name in document or not _is_empty(part)}


def between(source: Endpoint, target: Endpoint, obj: Wire) -> Wire:
    """Return *obj*, which may change, in the version of *target*, of the same kind as *source*."""
    made = target.view(obj if source.version is None else source.version.to_stored(obj))
    made |= {"apiVersion": target.gvk.api_version, "kind": target.gvk.kind}
    return {name: made[name] for name in dict.fromkeys(("apiVersion", "kind", "metadata", *made))}


def _is_empty(value: JsonValue) -> bool:
    """Return whether *value* is the zero of its type, or an object of nothing but such."""
    if isinstance(value, dict):
        return all(map(_is_empty, value.values()))
    return not value


def _endpoint(gvk: GroupVersionKind) -> Endpoint | None:
    """Return where objects of *gvk* are stored; None if nowhere."""
    try:
        resource = Scheme.builtin().resource(gvk)
    except ObjectReferenceError:
        return None
    full = str(resource.group_version_resource.group_resource)
    if full not in MODULES and full not in ALIASES:
        return None
    return Endpoint.of(kind_of(full), resource)
