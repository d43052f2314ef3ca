"""What is described: the operations and types of a server, for documents of either dialect."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import final

from kubeobj.api.discovery.order import group_versions, versions_by_group
from kubeobj.api.discovery.version import MAJOR, MINOR, PATCH, version_info
from kubeobj.api.openapi.custom import custom_definitions
from kubeobj.api.openapi.operations import (
    TEXT,
    Operation,
    about_group,
    about_server,
    about_version,
    operations_of,
)
from kubeobj.api.openapi.schemas import Definitions
from kubeobj.documents import Document
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.resource import Resource

INFO: Document = {"title": "Kubernetes", "version": f"v{MAJOR}.{MINOR}.{PATCH}"}
"""What the documents say of themselves."""

_VERSION_INFO = "io.k8s.apimachinery.pkg.version.Info"


@final
@dataclass(frozen=True, slots=True)
class Served:
    """What a server serves.

    Args:
        resources: The resources.
        custom: The schemas of kinds that have no model, as their definitions have them; of others
            nothing is known but that they are objects.
    """

    resources: tuple[Resource, ...]
    custom: Mapping[GroupVersionKind, Document] = field(default_factory=dict)

    def documents(self) -> dict[str, list[Operation]]:
        """Return the operations that each document of OpenAPI 3 has, by the document's path."""
        found = {self._document(operation): [operation] for operation in self._about()}
        for resource in self.resources:
            found[_path(resource)] += operations_of(resource)
        return dict(sorted(found.items()))

    def definitions(self, *, is_v3: bool) -> Definitions:
        """Return the definitions of all types, in one dialect."""
        info: Document = {
            "type": "object",
            "properties": {name: {"type": "string"} for name in version_info()},
            "required": [name for name in version_info() if not name.startswith(("emu", "min"))],
        }
        kinds = [one.kind for one in self.resources]
        custom = custom_definitions(kinds, self.custom, is_v3=is_v3)
        versions = tuple(str(version) for version in group_versions(self.resources))
        return Definitions(is_v3, versions, {_VERSION_INFO: info, **custom})

    def _about(self) -> Iterator[Operation]:
        """Yield the operations that tell of what is served."""
        yield from about_server()
        for group in versions_by_group(self.resources):
            yield about_group(group)
        for version in group_versions(self.resources):
            yield about_version(version)

    def _document(self, operation: Operation) -> str:
        return operation.path.strip("/")


def roots_of(operations: Iterable[Operation]) -> set[str]:
    """Return the types that go in and out of *operations*."""
    types = {one for operation in operations for one in (operation.body, operation.answer)}
    return types - {"", TEXT}


def _path(resource: Resource) -> str:
    version = resource.kind.group_version
    return f"apis/{version}" if version.group else f"api/{version}"
