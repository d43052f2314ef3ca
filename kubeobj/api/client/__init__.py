"""What programs talk to an API through: typed verbs, and the same in process or from afar."""

from kubeobj.api.client.client import Client
from kubeobj.api.client.reader import ALL_NAMESPACES, AnyKind, Reader
from kubeobj.api.client.results import ObjectEvent, ObjectList, Watch
from kubeobj.api.client.writer import Given, Manifests, Patch, PatchName, Untyped, Writer

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
