"""Objects as the API would store them, for commands that print or compare them."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import click

from kubeobj.cli.output import print_json, printable
from kubeobj.documents import Document, JsonValue, Wire

if TYPE_CHECKING:
    from kubeobj.api.verdict import Judge
    from kubeobj.manifests import Manifest

_SAID_BY_SERVERS = frozenset(
    {"uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"}
)


@cache
def _judge() -> "Judge":
    from kubeobj.api.verdict import Judge

    return Judge()


def as_stored(manifest: "Manifest") -> tuple[Document | None, list[str]]:
    """Return an object as the API would store it, or None and why not.

    What only a server says is left out. An object of a kind that the API does not have is
    returned as it is.
    """
    verdict = _judge().judge(manifest.document)
    if not verdict.is_known:
        return manifest.document, []
    if verdict.stored is None:
        return None, [printable(str(error)) for error in verdict.errors]
    return without_server_fields(verdict.stored, manifest), []


def without_server_fields(document: Document, manifest: "Manifest") -> Document:
    """Return *document* without what only a server can say."""
    metadata = document.get("metadata")
    plain: Wire = dict(metadata) if isinstance(metadata, dict) else {}
    kept = {name: value for name, value in plain.items() if name not in _SAID_BY_SERVERS}
    if not manifest.namespace:
        kept.pop("namespace", None)
    ordered: dict[str, JsonValue] = {
        "apiVersion": document.get("apiVersion"),
        "kind": document.get("kind"),
        "metadata": kept,
    }
    return ordered | {name: value for name, value in document.items() if name not in ordered}


def print_documents(documents: Sequence[Document], output: str) -> None:
    """Print *documents*: as YAML, one after the other, or as JSON, a list if they are several."""
    if output == "json":
        if len(documents) == 1:
            print_json(documents[0])
        else:
            print_json({"apiVersion": "v1", "kind": "List", "items": list(documents)})
        return
    from kubeobj.manifests.yamltext import to_yaml

    if documents:
        click.echo(to_yaml(documents), nl=False)
