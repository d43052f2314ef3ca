"""What a client sends that applies a manifest: the patch of `kubectl apply`, without a cluster.

What the manifest says is put in place; what it said when it was applied last and says no more is
removed; what neither says stays as it is, whoever wrote it.

Source: ``k8s.io/kubectl/pkg/cmd/apply`` (v1.36), in its form without server-side apply.
"""

from collections.abc import Mapping

import orjson

from kubeobj.api.conversion import between
from kubeobj.api.endpoint import Endpoint
from kubeobj.api.patch import three_way_merge_patch, three_way_strategic_patch
from kubeobj.api.patching import PatchType
from kubeobj.api.wirecheck import readable
from kubeobj.api.wireform import read_wire
from kubeobj.documents import Document, JsonValue, Wire
from kubeobj.models.schema import FREE_FORM, FieldSchema

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""The annotation in which `kubectl apply` leaves the manifest."""


def apply_patch(
    endpoint: Endpoint, manifest: Wire, current: Document, before: tuple[Endpoint, Document]
) -> tuple[Document, PatchType]:
    """Return the patch that applies *manifest* to what is there, and which kind it is.

    Args:
        endpoint: Of the version that the manifest is in.
        manifest: What is wanted; it can be read.
        current: What is stored, in that version.
        before: What was there before, as somebody has it, and the endpoint of its version: an
            export, with the manifest that was applied last in an annotation or without one; or
            that manifest itself.

    Raises:
        PatchError: If lists that are merged cannot be compared.
    """
    wanted = {name: part for name, part in manifest.items() if name != "status"}
    original = _in_version(_applied_last(before[1]), before[0], endpoint)
    return three_way_patch(endpoint.type_name, original, wanted, current)


def three_way_patch(
    type_name: str, original: Document | None, wanted: Document, current: Document
) -> tuple[Document, PatchType]:
    """Return the patch that puts what is *wanted* in place of *current*, and which kind it is.

    Args:
        type_name: The type of all three. If it has a schema, lists are merged as that says.
        original: What was applied last; None if nothing was.
        wanted: The manifest.
        current: What is there.

    Raises:
        PatchError: If lists that are merged cannot be compared.
    """
    if type_name == FREE_FORM:
        return three_way_merge_patch(original, wanted, current), PatchType.MERGE
    schema = FieldSchema(type_name)
    patch = three_way_strategic_patch(original, wanted, current, schema, overwrite=True)
    return patch, PatchType.STRATEGIC


def _applied_last(document: Document) -> Document | None:
    """Return what was applied last, or None if that is not known."""
    text = at(document, "metadata", "annotations", LAST_APPLIED)
    if isinstance(text, str):
        try:
            found = orjson.loads(text)
        except orjson.JSONDecodeError:
            return None
        return found if isinstance(found, dict) else None
    return None if at(document, "metadata", "uid") else document


def at(document: JsonValue, *names: str) -> JsonValue:
    """Return the value at the end of a way of fields; None where there is none."""
    for name in names:
        document = document.get(name) if isinstance(document, Mapping) else None
    return document


def _in_version(document: Document | None, source: Endpoint, target: Endpoint) -> Document | None:
    """Return *document* as another version has it, without what cannot be read."""
    if document is None:
        return None
    found: Wire = readable(source.type_name, document).body
    if source.gvk != target.gvk:
        read, _ = read_wire(source.type_name, found)
        found = between(source, target, read)
    return {name: part for name, part in found.items() if name != "status"}
