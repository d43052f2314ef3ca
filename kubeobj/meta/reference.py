"""References to API objects and collections as URLs, both ways.

===============================================  ==================================================
``/api/v1/nodes/a``                              an object of the whole cluster (core group)
``/api/v1/namespaces/x``                         the Namespace itself, an object like any other
``/api/v1/namespaces/x/finalize``                a subresource of it
``/api/v1/namespaces/x/pods/web``                an object in a namespace
``/apis/apps/v1/namespaces/x/deployments``       a collection in a namespace
``/apis/apps/v1/deployments``                    the same across all namespaces
===============================================  ==================================================

Source: API concepts, Resource URIs; RequestInfo of ``k8s.io/apiserver`` (v1.36), without the
deprecated ``watch`` and ``proxy`` forms and without paths below a subresource.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self, final
from urllib.parse import quote, unquote_to_bytes

from kubeobj.errors import FieldError, ObjectReferenceError, echo
from kubeobj.meta.gvk import GroupVersionResource
from kubeobj.names import (
    validate_dns1035_label,
    validate_dns1123_label,
    validate_dns1123_subdomain,
    validate_path_segment_name,
)

NAMESPACE_SUBRESOURCES = frozenset({"finalize", "status"})
"""What may follow a namespace in a URL and still be about the namespace itself."""

_NAMESPACES = "namespaces"
_VERBS = frozenset({"proxy", "watch"})

# What may stand in a segment of a path as it is (RFC 3986); Go leaves the same.
_SAFE = "$&+,:;=@"


@final
@dataclass(frozen=True, slots=True, order=True)
class ObjectReference:
    """Where an object, one of its subresources, or a collection is served.

    Args:
        resource: Group, version and resource.
        namespace: The namespace; empty for the whole cluster.
        name: The object's name; empty for a collection.
        subresource: Such as ``scale``; empty for the object itself.

    Raises:
        ObjectReferenceError: If a part breaks a rule, or no URL says just this.

    >>> reference = ObjectReference.parse("/apis/apps/v1/namespaces/x/deployments/web/scale")
    >>> reference.resource.resource, reference.namespace, reference.name, reference.subresource
    ('deployments', 'x', 'web', 'scale')
    >>> ObjectReference(GroupVersionResource("", "v1", "namespaces"), name="x").path
    '/api/v1/namespaces/x'
    """

    resource: GroupVersionResource
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    def __post_init__(self) -> None:
        errors = tuple(_errors(self))
        if errors:
            raise ObjectReferenceError("\n".join(errors))

    @classmethod
    def parse(cls, path: str) -> Self:
        """Return the reference that the URL *path* is; a slash at its end means nothing.

        Raises:
            ObjectReferenceError: If it is none.
            TypeError: If *path* is no string.
        """
        if not isinstance(path, str):
            raise TypeError(f"a URL's path must be str, not {type(path).__name__}")
        prefix, *rest = [_decoded(segment, path) for segment in path.strip("/").split("/")]
        if not path.startswith("/") or prefix not in {"api", "apis"}:
            raise _not_a_reference(path, "it must begin with '/api/' or '/apis/'")
        group_parts = 1 if prefix == "api" else 2
        if len(rest) <= group_parts:
            raise _not_a_reference(path, "it names no resource")
        *group, version = rest[:group_parts]
        namespace, (resource, *names) = _split_namespace(rest[group_parts:])
        if len(names) > 2:
            raise _not_a_reference(path, "nothing can follow a subresource")
        gvr = GroupVersionResource("".join(group), version, resource)
        return cls(gvr, namespace, *names)

    @property
    def path(self) -> str:
        """The URL's path, with what cannot stand in one percent-encoded."""
        group, version = self.resource.group, self.resource.version
        parts = ["apis", group, version] if group else ["api", version]
        if self.namespace:
            parts += [_NAMESPACES, self.namespace]
        parts += [self.resource.resource, self.name, self.subresource]
        return "/" + "/".join(quote(part, safe=_SAFE) for part in parts if part)

    @property
    def is_collection(self) -> bool:
        """Whether this is all objects of a resource, and not one."""
        return not self.name

    def __str__(self) -> str:
        return self.path


def _split_namespace(parts: list[str]) -> tuple[str, list[str]]:
    """Return the namespace, and from the resource on what follows it."""
    if len(parts) > 2 and parts[0] == _NAMESPACES and parts[2] not in NAMESPACE_SUBRESOURCES:
        return parts[1], parts[2:]
    return "", parts


def _decoded(segment: str, path: str) -> str:
    """Return a *segment* of *path* without percent-encoding."""
    if not segment:
        raise _not_a_reference(path, "it has an empty segment")
    if "?" in segment or "#" in segment:
        raise _not_a_reference(path, "it has a query or a fragment")
    try:
        text = unquote_to_bytes(segment).decode()
    except UnicodeError:
        raise _not_a_reference(path, "it is not UTF-8") from None
    if "/" in text or "%" in text:
        raise _not_a_reference(path, "no name can contain '/' or '%'")
    return text


def _errors(reference: ObjectReference) -> Iterator[str]:
    """Find what keeps *reference* from having a URL of its own."""
    resource, namespace = reference.resource, reference.namespace
    if resource.group:
        yield from _told("group", validate_dns1123_subdomain(resource.group))
    yield from _told("version", validate_dns1035_label(resource.version))
    yield from _told("resource", validate_dns1035_label(resource.resource))
    if namespace:
        yield from _told("namespace", validate_dns1123_label(namespace))
    for part, text in (("name", reference.name), ("subresource", reference.subresource)):
        yield from _told(part, validate_path_segment_name(text))
        if not text.isascii() and text != text.encode(errors="replace").decode():
            yield f"{part}: {echo(text)} is not UTF-8"
    if reference.subresource and not reference.name:
        yield "subresource: a collection has none"
    if resource.resource in _VERBS and not namespace:
        yield f"resource: {echo(resource.resource)} has another meaning there"
    if namespace and resource.resource in NAMESPACE_SUBRESOURCES:
        yield f"resource: {echo(resource.resource)} is a subresource of the namespace"
    is_of_namespace = resource.resource == _NAMESPACES and not namespace
    if is_of_namespace and reference.subresource not in {"", *NAMESPACE_SUBRESOURCES}:
        yield f"subresource: {echo(reference.subresource)} would be a resource in the namespace"


def _told(part: str, errors: tuple[FieldError, ...]) -> Iterator[str]:
    """Return *errors* as lines about a *part*."""
    return (f"{part}: {error.message}" for error in errors)


def _not_a_reference(path: str, why: str) -> ObjectReferenceError:
    """Return the error that *path* refers to nothing."""
    return ObjectReferenceError(f"{echo(path)} is not the URL of an API object: {why}")
