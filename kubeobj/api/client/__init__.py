"""What programs talk to an API through: typed verbs, and the same in process or from afar.

The names are loaded when they are first touched: who only reads logs loads no models.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubeobj.api.client.client import Client
    from kubeobj.api.client.reader import ALL_NAMESPACES, AnyKind, Reader
    from kubeobj.api.client.results import ObjectEvent, ObjectList, Watch
    from kubeobj.api.client.writer import Given, Manifests, Patch, PatchName, Untyped, Writer

_MODULE_OF = {
    "ALL_NAMESPACES": "reader",
    "AnyKind": "reader",
    "Client": "client",
    "Given": "writer",
    "Manifests": "writer",
    "ObjectEvent": "results",
    "ObjectList": "results",
    "Patch": "writer",
    "PatchName": "writer",
    "Reader": "reader",
    "Untyped": "writer",
    "Watch": "results",
    "Writer": "writer",
}

__all__ = [
    "ALL_NAMESPACES",
    "AnyKind",
    "Client",
    "Given",
    "Manifests",
    "ObjectEvent",
    "ObjectList",
    "Patch",
    "PatchName",
    "Reader",
    "Untyped",
    "Watch",
    "Writer",
]


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value
