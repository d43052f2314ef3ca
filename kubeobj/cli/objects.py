"""How an object in a file is named: in text as kubectl does, and in JSON."""

from typing import TYPE_CHECKING

from kubeobj.cli.output import printable
from kubeobj.documents import Document

if TYPE_CHECKING:
    from kubeobj.manifests import Manifest

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
