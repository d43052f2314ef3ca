"""What a server says of a resource: how it is called, where it lives, what can be done with it."""

from dataclasses import dataclass
from typing import final

from kubeobj.meta.gvk import GroupVersionKind, GroupVersionResource


@final
@dataclass(frozen=True, slots=True)
class Subresource:
    """A part of an object with a path of its own, such as ``status``.

    Args:
        name: The last part of the path.
        kind: What is sent and received there.
        verbs: What can be done there.
    """

    name: str
    kind: GroupVersionKind
    verbs: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class Resource:
    """A kind as a server serves it.

    Args:
        kind: What its objects say they are.
        plural: Its name in paths.
        singular: Its name for one object.
        namespaced: Whether its objects live in namespaces.
        verbs: What can be done with it.
        short_names: What people type.
        categories: The groups of resources that it is in, such as ``all``.
        subresources: The parts of its objects with paths of their own.
        storage_version_hash: A name for the form it is stored in; opaque.
    """

    kind: GroupVersionKind
    plural: str
    singular: str = ""
    namespaced: bool = True
    verbs: tuple[str, ...] = ()
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[Subresource, ...] = ()
    storage_version_hash: str = ""

    @property
    def group_version_resource(self) -> GroupVersionResource:
        """Where it is served."""
        return GroupVersionResource(self.kind.group, self.kind.version, self.plural)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that it is called, in small letters."""
        kind = self.kind.kind.lower()
        return tuple(
            dict.fromkeys(
                name for name in (self.plural, self.singular, kind, *self.short_names) if name
            )
        )

    def subresource(self, name: str) -> Subresource | None:
        """Return one of its subresources, or None."""
        return next((found for found in self.subresources if found.name == name), None)
