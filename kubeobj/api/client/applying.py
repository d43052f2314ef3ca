"""Applying manifests from the client's side: what `kubectl apply` sends, in terms of the verbs.

The manifest is left in an annotation of the object, word for word as `kubectl` leaves it, so the
two can take turns. What a manifest no longer says is removed, what it says is put in place, and
what it never said stays as it is.

Source: ``k8s.io/kubectl/pkg/cmd/apply`` and ``k8s.io/kubectl/pkg/util/apply.go`` (v1.36).
"""

from collections.abc import Iterator, Mapping
from typing import Protocol

import orjson

from kubeobj.api.client.identity import Identity, identity_of
from kubeobj.api.client.reader import AnyKind, Reader
from kubeobj.api.client.writer import Given, Manifests, Writer
from kubeobj.api.clientapply import LAST_APPLIED, three_way_patch
from kubeobj.api.errors import BadRequest, NotFound
from kubeobj.api.gojson import go_json
from kubeobj.api.patch.errors import PatchError
from kubeobj.api.patch.plain import thaw_object
from kubeobj.api.patching import PatchType
from kubeobj.documents import Document, Wire
from kubeobj.manifests.reader import read_manifests
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.base import ApiObject
from kubeobj.models.codec import AnyObject
from kubeobj.models.schema import type_of_kind
from kubeobj.models.unstructured import Unstructured


class Verbs(Reader, Writer, Protocol):
    """What applying needs of a client."""


def objects_in(manifests: Manifests) -> Iterator[Given]:
    """Yield the objects that are to be applied, one by one.

    Raises:
        ManifestError: If a text is no YAML or JSON.
        BadRequest: If something is no object.
    """
    if isinstance(manifests, str | bytes):
        for manifest in read_manifests(manifests):
            yield manifest.document
    elif isinstance(manifests, Unstructured):
        yield from _listed(manifests.document, manifests)
    elif isinstance(manifests, Mapping):
        yield from _listed(manifests, manifests)
    elif isinstance(manifests, ApiObject):
        items: object = getattr(manifests, "items", None)
        yield from objects_in(items) if isinstance(items, tuple) else (manifests,)
    else:
        for one in manifests:
            yield from objects_in(one)


def _listed(document: Mapping[str, object], whole: Given) -> Iterator[Given]:
    """Yield the items of a list of the API; of any other object, the object."""
    kind, items = document.get("kind"), document.get("items", "")
    if not isinstance(kind, str) or not kind.endswith("List") or isinstance(items, str):
        yield whole
        return
    said = {"apiVersion": document.get("apiVersion"), "kind": kind.removesuffix("List")}
    for item in items if isinstance(items, list | tuple) else ():
        if not isinstance(item, Mapping):
            raise BadRequest("the items of a list must be objects")
        yield from _listed_item(item, said)


def _listed_item(item: Mapping[str, object], said: Mapping[str, object]) -> Iterator[Given]:
    """Yield an item, which has the kind that a typed list says if it says none itself."""
    if said["kind"] and not item.get("kind"):
        item = {**said, **item, "kind": said["kind"]}
    yield from _listed(item, item)


def apply_object(client: Verbs, given: Given, *, dry_run: bool) -> AnyObject:
    """Create an object, or change the one that is there, as a manifest says.

    Args:
        client: Whose verbs are used.
        given: The manifest.
        dry_run: Whether nothing is to be kept.

    Returns:
        The object as it is then, in the form of what was given.

    Raises:
        ApiError: If it breaks rules, or is refused.
    """
    identity = identity_of(given)
    if not identity.name:
        raise BadRequest("an object must have a name to be applied; a generated one will not do")
    namespace = identity.namespace or client.namespace_of(identity.kind_name)
    wanted = annotated(identity, namespace)
    kind: AnyKind = type(given) if isinstance(given, ApiObject) else identity.kind_name
    try:
        found = client.get(identity.kind_name, identity.name, namespace=namespace)
    except NotFound:
        if isinstance(given, ApiObject):
            return client.create(type(given).parse(wanted, unknown="keep"), dry_run=dry_run)
        return client.create(wanted, dry_run=dry_run)
    patch, patch_type = apply_patch(identity.kind, wanted, found.document)
    if not patch:
        return client.get(kind, identity.name, namespace=namespace)
    return client.patch(
        kind, identity.name, patch, type=patch_type, namespace=namespace, dry_run=dry_run
    )


def annotated(identity: Identity, namespace: str) -> Wire:
    """Return a manifest with its namespace, and with itself in the annotation.

    Raises:
        BadRequest: If it is no JSON.
    """
    try:
        manifest: Wire = thaw_object(identity.document)
    except PatchError as error:
        raise BadRequest(str(error)) from None
    metadata = manifest["metadata"]
    if namespace:
        metadata["namespace"] = namespace
    annotations = metadata.get("annotations") or {}
    if not isinstance(annotations, dict):
        raise BadRequest("metadata.annotations must be a map")
    annotations.pop(LAST_APPLIED, None)
    metadata["annotations"] = annotations
    annotations[LAST_APPLIED] = go_json(manifest) + "\n"
    return manifest


def apply_patch(
    kind: GroupVersionKind, wanted: Document, current: Document
) -> tuple[Document, PatchType]:
    """Return the patch that applies a manifest to what is there, and which kind it is.

    Args:
        kind: The kind. Of one that has a schema, lists are merged as that says.
        wanted: The manifest, with its annotation.
        current: What is there.

    Raises:
        BadRequest: If lists that are merged cannot be compared, or what was applied last cannot be
            read.
    """
    original = _applied_last(current)
    try:
        return three_way_patch(type_of_kind(kind), original, wanted, current)
    except PatchError as error:
        raise BadRequest(str(error)) from None


def _applied_last(current: Document) -> Document | None:
    """Return what was applied last; None if nothing was."""
    metadata = current.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    text = annotations.get(LAST_APPLIED) if isinstance(annotations, Mapping) else None
    if not isinstance(text, str) or not text:
        return None
    try:
        found: object = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"the annotation {LAST_APPLIED} is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise BadRequest(f"the annotation {LAST_APPLIED} is no object")
    return found
