"""How a reconciler names kinds: by class, or as ``Kind.version.group``."""

from typing import TypeAlias

from kubeobj.errors import ObjectReferenceError, echo
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.base import ApiObject

AnyKind: TypeAlias = type[ApiObject] | str
"""A kind: its class, or ``Website.v1.example.com``, ``ConfigMap.v1``."""


def kind_of(kind: AnyKind) -> GroupVersionKind:
    """Return which kind is named.

    Raises:
        ObjectReferenceError: If a text does not name one with its version.

    >>> str(kind_of("Website.v1.example.com").group_version)
    'example.com/v1'
    """
    if not isinstance(kind, str):
        return kind.kind_of()
    name, _, rest = kind.partition(".")
    version, _, group = rest.partition(".")
    if not name or not version:
        msg = f"{echo(kind)} must say kind, version and group, such as 'Website.v1.example.com'"
        raise ObjectReferenceError(msg)
    return GroupVersionKind(group, version, name)


def name_of(kind: GroupVersionKind) -> str:
    """Return the name by which a client finds a kind: ``Website.v1.example.com``."""
    return f"{kind.kind}.{kind.version}.{kind.group}"
