"""Finalizers: what keeps an object there until somebody has cleaned up after it.

Source: Kubernetes documentation, Finalizers; ``controllerutil`` of controller-runtime (v0.24).
"""

from kubeobj.api.client import Client
from kubeobj.documents import Wire
from kubeobj.models.unstructured import Unstructured
from kubeobj.reconcile.request import Cached, wire_of


def has_finalizer(document: Cached, finalizer: str) -> bool:
    """Return whether an object has a finalizer."""
    return finalizer in (document["metadata"].get("finalizers") or ())


def is_deleting(document: Cached) -> bool:
    """Return whether an object is to go, and stays only while finalizers keep it."""
    return "deletionTimestamp" in document["metadata"]


def add_finalizer(client: Client, kind: str, document: Cached, finalizer: str) -> Wire:
    """Add a finalizer to an object, and return the object as it is then.

    Args:
        client: Writes it.
        kind: The kind of the object, by any name.
        document: The object; if it has the finalizer, nothing is written.
        finalizer: Its name: ``example.com/bucket``.

    Raises:
        Conflict: If the object has changed meanwhile.
        ApiError: If the API refuses it.
    """
    if has_finalizer(document, finalizer):
        return document
    return _write(client, kind, document, [*_finalizers(document), finalizer])


def remove_finalizer(client: Client, kind: str, document: Cached, finalizer: str) -> Wire:
    """Take a finalizer off an object, and return the object as it was last.

    Args:
        client: Writes it.
        kind: The kind of the object, by any name.
        document: The object; if it does not have the finalizer, nothing is written.
        finalizer: Its name.

    Raises:
        Conflict: If the object has changed meanwhile.
        ApiError: If the API refuses it.
    """
    if not has_finalizer(document, finalizer):
        return document
    left = [name for name in _finalizers(document) if name != finalizer]
    return _write(client, kind, document, left)


def _finalizers(document: Cached) -> list[str]:
    found: list[str] = document["metadata"].get("finalizers") or []
    return found


def _write(client: Client, kind: str, document: Cached, finalizers: list[str]) -> Wire:
    metadata = document["metadata"]
    # The list is replaced whole, so nobody else may have changed it.
    change = {"finalizers": finalizers, "resourceVersion": metadata["resourceVersion"]}
    written: Unstructured = client.patch(
        kind,
        metadata["name"],
        {"metadata": change},
        type="merge",
        namespace=metadata.get("namespace", ""),
    )
    return wire_of(written)
