"""Which kinds a server has: those of Kubernetes are known, others are asked for once.

Source: ``apidiscovery.k8s.io/v2`` (v1.36).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import orjson

from kubeobj.api.errors import NotFound
from kubeobj.documents import Wire
from kubeobj.errors import ObjectReferenceError
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.resource import Resource, Subresource
from kubeobj.models.scheme import Scheme
from kubeobj.remote.transport import Transport

if TYPE_CHECKING:
    from kubeobj.api.client.reader import AnyKind

_ACCEPTED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"


@final
class Kinds:
    """Finds resources by name, by class and by kind.

    Args:
        transport: Asks the server.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._known = Scheme.builtin()
        self._served: Scheme | None = None

    @property
    def served(self) -> Scheme:
        """What the server says it serves, asked for once.

        Raises:
            ApiError: If it does not say.
        """
        if self._served is None:
            asker = self._transport.with_headers([("Accept", _ACCEPTED)])
            found = [orjson.loads(asker.ask("GET", path).body) for path in ("/api", "/apis")]
            self._served = Scheme([one for document in found for one in resources_in(document)])
        return self._served

    def of(self, kind: "AnyKind") -> Resource:
        """Return the resource of a kind, by its class or any name.

        Raises:
            NotFound: If there is none.
        """
        if not isinstance(kind, str):
            return self.of_kind(kind.kind_of())
        for scheme in self._schemes():
            try:
                return scheme.find(kind)
            except ObjectReferenceError:
                continue
        raise NotFound(f'the server doesn\'t have a resource type "{kind}"', details={})

    def of_kind(self, kind: GroupVersionKind) -> Resource:
        """Return the resource of a kind.

        Raises:
            NotFound: If there is none.
        """
        for scheme in self._schemes():
            try:
                return scheme.resource(kind)
            except ObjectReferenceError:
                continue
        message = f'no matches for kind "{kind.kind}" in version "{kind.api_version}"'
        raise NotFound(message, details={})

    def is_builtin(self, resource: Resource) -> bool:
        """Return whether a resource is one of Kubernetes' own."""
        try:
            return self._known.resource(resource.kind) is not None
        except ObjectReferenceError:
            return False

    def _schemes(self) -> Iterator[Scheme]:
        yield self._known
        yield self.served


def path_of(resource: Resource, namespace: str, name: str = "", part: str = "") -> str:
    """Return the path of a collection, an object, or a part of one.

    >>> path_of(Scheme.builtin().find("deploy"), "shop", "web", "scale")
    '/apis/apps/v1/namespaces/shop/deployments/web/scale'
    """
    kind = resource.kind
    root = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
    where = f"/namespaces/{namespace}" if namespace else ""
    rest = "".join(f"/{one}" for one in (name, part) if one)
    return f"{root}{where}/{resource.plural}{rest}"


def resources_in(document: Wire) -> Iterator[Resource]:
    """Yield the resources of one document of aggregated discovery, in its order."""
    for group in document["items"]:
        name = group["metadata"].get("name", "")
        for version in group["versions"]:
            for found in version["resources"]:
                yield _resource(found, name, version["version"])


def _resource(found: Wire, group: str, version: str) -> Resource:
    kind = _kind(found["responseKind"], group, version)
    return Resource(
        kind=kind,
        plural=found["resource"],
        singular=found.get("singularResource", ""),
        namespaced=found["scope"] == "Namespaced",
        verbs=tuple(found["verbs"]),
        short_names=tuple(found.get("shortNames", ())),
        categories=tuple(found.get("categories", ())),
        subresources=tuple(
            Subresource(
                part["subresource"],
                _kind(part["responseKind"], group, version),
                tuple(part["verbs"]),
            )
            for part in found.get("subresources", ())
        ),
    )


def _kind(found: Wire, group: str, version: str) -> GroupVersionKind:
    if not found["version"]:
        return GroupVersionKind(group, version, found["kind"])
    return GroupVersionKind(found["group"], found["version"], found["kind"])
