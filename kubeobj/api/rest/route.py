"""From a path to what it names: a resource, an object, a part of one, or a document.

Source: API concepts, Resource URIs (v1.36).
"""

from dataclasses import dataclass, replace
from typing import final

from kubeobj.meta.gvk import GroupVersionResource
from kubeobj.models.resource import Resource
from kubeobj.models.scheme import Scheme


@final
@dataclass(frozen=True, slots=True)
class Route:
    """What a path names among the resources.

    Args:
        resource: The resource; None if the path names none that is served.
        namespace: The namespace; empty for all, and for objects of the whole cluster.
        name: The object; empty for the whole collection.
        subresource: The part of the object; empty for all of it.
        rest: What comes after the subresource, of a proxy.
        is_watch: Whether the path itself asks to watch, in the old form.
    """

    resource: Resource | None
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    rest: str = ""
    is_watch: bool = False


@final
class Routes:
    """The paths of the resources that are served.

    Args:
        scheme: The resources.
    """

    __slots__ = ("_resources", "groups", "versions")

    def __init__(self, scheme: Scheme) -> None:
        self._resources = {one.group_version_resource: one for one in scheme.resources}
        self.groups = frozenset(one.group for one in scheme.group_versions)
        self.versions = frozenset(map(str, scheme.group_versions))

    def find(self, segments: list[str]) -> Route | None:
        """Return what the parts of a path name; None if they are not of the resources' form.

        A group that is not served has no paths at all; one that is served has paths for which
        there is no resource.
        """
        if segments[:1] == ["api"] and len(segments) > 2:
            return self._within("", segments[1], segments[2:])
        if segments[:1] == ["apis"] and len(segments) > 3 and segments[1] in self.groups:
            return self._within(segments[1], segments[2], segments[3:])
        return None

    def _within(self, group: str, version: str, parts: list[str]) -> Route:
        if parts[0] == "watch" and len(parts) > 1:
            return replace(self._within(group, version, parts[1:]), is_watch=True)
        # What is below a namespace, unless it is a part of the namespace itself.
        below = parts[2:] if parts[0] == "namespaces" else []
        if below and self._is_resource(group, version, below[0]):
            return self._object(group, version, below, parts[1])
        return self._object(group, version, parts, "")

    def _is_resource(self, group: str, version: str, plural: str) -> bool:
        if group:
            return True
        return plural not in {"status", "finalize"} or plural in self._plurals(group, version)

    def _plurals(self, group: str, version: str) -> frozenset[str]:
        return frozenset(
            one.resource for one in self._resources if (one.group, one.version) == (group, version)
        )

    def _object(self, group: str, version: str, parts: list[str], namespace: str) -> Route:
        resource = self._resources.get(GroupVersionResource(group, version, parts[0]))
        if resource is None or (namespace and not resource.namespaced):
            return Route(None)
        name, subresource, *rest = (*parts[1:], "", "")[: max(2, len(parts) - 1)]
        if subresource and resource.subresource(subresource) is None:
            return Route(None)
        if rest and subresource != "proxy":
            return Route(None)
        if name and not namespace and resource.namespaced:
            return Route(None)
        return Route(resource, namespace, name, subresource, "/".join(rest))
