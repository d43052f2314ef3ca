"""Which kinds there are: names to resources, resources to classes, and back.

Classes are loaded when they are asked for, a module at a time; the scheme itself needs no pydantic.

Source: ``kubectl``'s reading of resource arguments, and what the API server's discovery answers
(v1.36).
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Self, final

from kubeobj.errors import ObjectReferenceError, echo
from kubeobj.meta.gvk import GroupVersion, GroupVersionKind, GroupVersionResource
from kubeobj.models.catalog import RESOURCES, SUBRESOURCES, Row
from kubeobj.models.classes import class_of, has_class
from kubeobj.models.resource import Resource, Subresource

if TYPE_CHECKING:
    from kubeobj.models.base import ApiObject

# Groups whose resources give way where another has the same name.
_LAST = ("events.k8s.io", "metrics.k8s.io")
# Versions that are preferred, where it is not the first of the group.
_PREFERRED = {GroupVersion("autoscaling", "v2")}


@final
class Scheme:
    """The kinds that are known, by every name; immutable.

    Args:
        resources: What is served. Where two have one name, the earlier is meant.

    >>> scheme = Scheme.builtin()
    >>> str(scheme.find("deploy").kind), scheme.find("deploy").namespaced
    ('apps/v1, Kind=Deployment', True)
    >>> scheme.model(scheme.find("po").kind).__name__
    'Pod'
    """

    __slots__ = ("_by_kind", "_by_name", "_by_resource", "resources")

    resources: tuple[Resource, ...]

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources = tuple(resources)
        self._by_kind = {resource.kind: resource for resource in reversed(self.resources)}
        self._by_resource = {found.group_version_resource: found for found in self.resources}
        names: dict[str, list[Resource]] = {}
        for resource in self.resources:
            for name in resource.names:
                names.setdefault(name, []).append(resource)
        self._by_name: Mapping[str, list[Resource]] = names

    @classmethod
    def builtin(cls) -> "Scheme":
        """Return the scheme of what Kubernetes 1.36 serves by default, and of metrics."""
        return _builtin()

    def with_resources(self, resources: Iterable[Resource]) -> Self:
        """Return a scheme that knows *resources* as well, after its own."""
        return type(self)((*self.resources, *resources))

    @property
    def group_versions(self) -> tuple[GroupVersion, ...]:
        """Each group-version that is served."""
        return tuple(dict.fromkeys(resource.kind.group_version for resource in self.resources))

    def resource(self, of: GroupVersionKind | GroupVersionResource) -> Resource:
        """Return the resource of a kind, or of a place where objects are served.

        Raises:
            ObjectReferenceError: If there is none.
        """
        if isinstance(of, GroupVersionKind):
            found = self._by_kind.get(of)
        else:
            found = self._by_resource.get(of)
        if found is None:
            msg = f"no resource is known for {of}"
            raise ObjectReferenceError(msg)
        return found

    def find(self, text: str) -> Resource:
        """Return the resource that people mean by *text*.

        Args:
            text: A plural, singular, short name or kind, in capitals or not, alone or with a group
                (``deployments.apps``) or a version and group (``deployments.v1.apps``).

        Raises:
            ObjectReferenceError: If nothing is called so.
        """
        found = next(self._candidates(text.lower()), None)
        if found is None:
            msg = f"no resource is called {echo(text)}"
            raise ObjectReferenceError(msg)
        return found

    def category(self, name: str) -> tuple[Resource, ...]:
        """Return the resources in a category, such as ``all``."""
        return tuple(resource for resource in self.resources if name in resource.categories)

    def has_model(self, kind: GroupVersionKind) -> bool:
        """Return whether there is a class for *kind*."""
        return has_class(kind.api_version, kind.kind)

    def model(self, kind: GroupVersionKind) -> "type[ApiObject]":
        """Return the class of *kind*, loading its module.

        Raises:
            ObjectReferenceError: If there is none; such objects are `Unstructured`.
        """
        if not self.has_model(kind):
            msg = f"there is no class for {kind}"
            raise ObjectReferenceError(msg)
        return class_of(kind.api_version, kind.kind)

    def resource_of(self, model: "type[ApiObject]") -> Resource:
        """Return the resource of a class.

        Raises:
            ObjectReferenceError: If its objects are not served.
        """
        return self.resource(model.kind_of())

    def _candidates(self, text: str) -> Iterator[Resource]:
        """Find the resources that *text* can mean, the likeliest first."""
        name, _, rest = text.partition(".")
        version, _, group = rest.partition(".")
        for resource in self._by_name.get(name, ()):
            kind = resource.kind
            if not rest or kind.group == rest or (kind.version, kind.group) == (version, group):
                yield resource


@lru_cache(maxsize=1)
def _builtin() -> Scheme:
    """Return the scheme of the catalog."""
    versions = sorted(map(GroupVersion.parse, RESOURCES), key=_rank)
    return Scheme(
        _resource(version, row) for version in versions for row in RESOURCES[str(version)]
    )


def _rank(version: GroupVersion) -> tuple[bool, bool, str, bool, str]:
    """Return what group-versions are sorted by: the core group first, preferred before others."""
    last = version.group in _LAST
    return last, bool(version.group), version.group, version not in _PREFERRED, version.version


def _resource(version: GroupVersion, row: Row) -> Resource:
    """Return the resource of a row of the catalog."""
    plural, singular, kind, namespaced, verbs, short_names, categories, storage = row
    return Resource(
        GroupVersionKind(version.group, version.version, kind),
        plural,
        singular,
        namespaced,
        tuple(verbs.split()),
        tuple(short_names.split()),
        tuple(categories.split()),
        tuple(_subresources(version, plural)),
        storage,
    )


def _subresources(version: GroupVersion, plural: str) -> Iterator[Subresource]:
    """Yield the subresources of a resource."""
    for path, api_version, kind, verbs in SUBRESOURCES[str(version)]:
        owner, _, name = path.partition("/")
        if owner == plural:
            gvk = GroupVersionKind.from_api_version(api_version, kind)
            yield Subresource(name, gvk, tuple(verbs.split()))
