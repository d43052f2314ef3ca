"""Manifests from the text of a file: YAML or JSON, of one document or many, and lists of objects.

Source: ``k8s.io/apimachinery/pkg/util/yaml`` (which of the two a text is) and
``.../apis/meta/v1/unstructured`` (lists).
"""

from collections.abc import Iterator

from kubeobj.documents import JsonValue
from kubeobj.errors import ROOT, ManifestError, echo
from kubeobj.manifests.json import JsonSyntaxError, read_json
from kubeobj.manifests.limits import DEFAULT, Limits
from kubeobj.manifests.manifest import Manifest
from kubeobj.manifests.position import Positions
from kubeobj.manifests.text import SourceText
from kubeobj.manifests.yaml import read_yaml


def read_manifests(
    text: str | bytes, *, source: str = "-", limits: Limits = DEFAULT
) -> tuple[Manifest, ...]:
    r"""Return the objects in the text of a file.

    Documents that are empty or null are skipped. A list (``kind: List``, ``PodList`` and so on)
    is replaced by its items, which take the kind and version of a typed list if they have none.

    Args:
        text: The file, in UTF-8 if it is bytes: YAML with any number of documents, or JSON values
            one after the other.
        source: Its name, for messages and positions.
        limits: How much to read.

    Raises:
        ManifestError: If it is not YAML or JSON, a document is no object, or there is more of it
            than the limits allow.

    >>> from kubeobj.errors import FieldPath
    >>> pod, service = read_manifests("kind: Pod\n---\nkind: Service\nmetadata: {name: web}\n")
    >>> service.kind, service.name, str(service.position(FieldPath.of("metadata", "name")))
    ('Service', 'web', '4:18')
    """
    whole = SourceText.decode(text, source, limits)
    manifests: list[Manifest] = []
    for positions in _documents(whole, limits):
        for manifest in _objects(whole, positions):
            if len(manifests) == limits.documents:
                reason = f"more objects than the limit of {limits.documents} (documents)"
                raise whole.error_at(reason, manifest.start)
            manifests.append(manifest)
    return tuple(manifests)


def _documents(text: SourceText, limits: Limits) -> Iterator[Positions]:
    """Yield the documents of *text*, JSON if it can be read as that."""
    if not text.text.lstrip(" \t\r\n").startswith("{"):
        yield from read_yaml(text, limits)
        return
    try:
        documents = list(read_json(text, limits))
    except JsonSyntaxError as error:
        # A mapping of YAML may begin with a brace as well.
        documents = _braced_yaml(text, limits, error.error)
    yield from documents


def _braced_yaml(text: SourceText, limits: Limits, error: ManifestError) -> list[Positions]:
    """Return the documents of a text that begins with a brace, and is not JSON for *error*."""
    try:
        return list(read_yaml(text, limits))
    except ManifestError:
        if text.text.lstrip(" \t\r\n{")[:1] == '"':
            raise error from None
        raise


def _objects(text: SourceText, positions: Positions) -> Iterator[Manifest]:
    """Yield the object that a document is, or those it lists; lists may hold lists."""
    pending = [(positions.root, ROOT)]
    while pending:
        here, way = pending.pop()
        if not isinstance(here, dict):
            what = "a list" if isinstance(here, list) else echo(here)
            reason = f"an object is expected here, not {what}"
            raise text.error_at(reason, positions.find(way))
        manifest = Manifest(here, text.source, positions, way)
        items = here.get("items", "")
        if not manifest.kind.endswith("List") or not isinstance(items, list | None):
            yield manifest
            continue
        # Null is what Go makes of an empty list, and a template of a loop over nothing; a list
        # without the field is an object like any other.
        items = items or []
        for index in reversed(range(len(items))):
            _name_kind(manifest, items[index])
            pending.append((items[index], way.child("items").index(index)))


def _name_kind(typed_list: Manifest, item: JsonValue) -> None:
    """Give *item* the kind that *typed_list* lists, if it says none itself."""
    kind = typed_list.kind.removesuffix("List")
    if kind and isinstance(item, dict) and not item.get("kind"):
        # In place, for positions go by identity, and nobody else has seen the document yet. They
        # are made of it as it was written, so before that.
        typed_list.positions.find(ROOT)
        fields = {"apiVersion": typed_list.api_version, "kind": kind} | item | {"kind": kind}
        item.clear()
        item.update(fields)
