"""How an object in a file is named: in text as kubectl does, and in JSON."""

from typing import TYPE_CHECKING, TypeAlias

from kubeobj.cli.output import printable
from kubeobj.documents import Document

if TYPE_CHECKING:
    from kubeobj.manifests import Manifest

ObjectId: TypeAlias = tuple[str, str, str, str]
"""What tells an object from all others: its group, kind, namespace and name."""

NONE = "<none>"
"""What stands for nothing in text, as in kubectl."""


def object_name(manifest: "Manifest") -> str:
    """Return the object's kind and name, such as ``deployment.apps/web``."""
    group, slash, _ = manifest.api_version.partition("/")
    kind = manifest.kind.lower() or NONE
    resource = f"{kind}.{group}" if slash else kind
    return printable(f"{resource}/{manifest.name or NONE}")


def object_place(manifest: "Manifest") -> str:
    """Return where the object is, such as ``shop.yaml:12``."""
    return printable(f"{manifest.source}:{manifest.start.line}")


def object_record(manifest: "Manifest") -> Document:
    """Return which object it is, and where, as JSON."""
    return {
        "file": manifest.source,
        "line": manifest.start.line,
        "apiVersion": manifest.api_version,
        "kind": manifest.kind,
        "namespace": manifest.namespace,
        "name": manifest.name,
    }


def object_id(manifest: "Manifest") -> ObjectId | None:
    """Return what tells the object from all others; None for one whose name a server will make.

    An object that says no namespace is taken to be in ``default``.
    """
    if not manifest.name:
        return None
    group = manifest.api_version.rpartition("/")[0]
    return group, manifest.kind, manifest.namespace or "default", manifest.name
