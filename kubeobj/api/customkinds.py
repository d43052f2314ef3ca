"""Kinds that are not Kubernetes' own, served beside those that are.

What a server says of such a kind's resource follows from what its `Kind` says, unless somebody
says more: short names, say, or categories.
"""

from collections.abc import Iterable, Iterator

from kubeobj.api.kind import Kind
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.resource import Resource, Subresource
from kubeobj.models.scheme import Scheme

VERBS = (
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "create",
    "update",
    "watch",
)
"""What can be done with a resource, in the order in which servers say it of custom kinds."""

_OF_PARTS = ("get", "patch", "update")
_SCALE = GroupVersionKind("autoscaling", "v1", "Scale")


def with_kinds(scheme: Scheme, kinds: Iterable[Kind]) -> Scheme:
    """Return *scheme* with the resources of *kinds* that it does not have, in every version."""
    known = {resource.kind for resource in scheme.resources}
    missing = [one for kind in kinds for one in resources_of(kind) if one.kind not in known]
    return scheme.with_resources(missing) if missing else scheme


def resources_of(kind: Kind) -> Iterator[Resource]:
    """Yield what a server says of a kind, version by version.

    >>> kind = Kind(
    ...     kind=GroupVersionKind("example.com", "v1", "Backup"), plural="backups", namespaced=True
    ... )
    >>> [(one.plural, one.singular, len(one.verbs)) for one in resources_of(kind)]
    [('backups', 'backup', 8)]
    """
    for gvk in (kind.kind, *(version.kind for version in kind.versions)):
        parts = [Subresource(name, gvk, _OF_PARTS) for name in sorted(kind.parts)]
        if kind.scale is not None:
            parts.append(Subresource("scale", _SCALE, _OF_PARTS))
        yield Resource(
            kind=gvk,
            plural=kind.plural,
            singular=kind.kind.kind.lower(),
            namespaced=kind.namespaced,
            verbs=VERBS,
            subresources=tuple(parts),
        )
