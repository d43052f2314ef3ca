"""Documents to objects and back: typed where there is a class, `Unstructured` where there is none.

Text is read by `kubeobj.manifests`, so YAML, JSON, many documents and lists all come in this way.
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import ROOT, FieldPath
from kubeobj.manifests.limits import DEFAULT, Limits
from kubeobj.manifests.reader import read_manifests
from kubeobj.models.base import ApiObject, UnknownFields
from kubeobj.models.classes import class_of, has_class
from kubeobj.models.unstructured import Unstructured

AnyObject: TypeAlias = ApiObject | Unstructured
"""An object of the API, with a class of its own or without."""


def decode(
    value: JsonValue, path: FieldPath = ROOT, *, unknown: UnknownFields = "drop"
) -> AnyObject:
    """Return the object that a document is.

    Args:
        value: The object, in wire form.
        path: Where it is, for errors.
        unknown: What to do with fields that the kind does not have.

    Raises:
        FieldErrors: If it is no object, does not say what it is, or does not have the shape of
            its kind; with everything that is wrong.
        ObjectReferenceError: If its ``apiVersion`` has more than one slash.

    >>> pod = decode({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}})
    >>> type(pod).__name__, pod.metadata.name
    ('Pod', 'web')
    """
    if isinstance(value, Mapping):
        api_version, kind = value.get("apiVersion"), value.get("kind")
        if isinstance(api_version, str) and isinstance(kind, str) and has_class(api_version, kind):
            return class_of(api_version, kind).parse(value, path, unknown=unknown)
    return Unstructured.parse(value, path)


def encode(item: AnyObject) -> Document:
    """Return an object in wire form; what was read comes out as it was, but for nulls.

    Raises:
        FieldErrors: If it cannot be written.
    """
    return item.to_document()


def read_objects(
    text: str | bytes,
    *,
    source: str = "-",
    unknown: UnknownFields = "drop",
    limits: Limits = DEFAULT,
) -> Iterator[AnyObject]:
    r"""Yield the objects in a text: YAML or JSON, many documents, lists.

    Args:
        text: The text of a file.
        source: Its name, for errors.
        unknown: What to do with fields that a kind does not have.
        limits: How much to read.

    Raises:
        ManifestError: If the text is no YAML or JSON.
        FieldErrors: If an object does not have the shape of its kind.
        ObjectReferenceError: If its ``apiVersion`` has more than one slash.

    >>> text = "apiVersion: v1\nkind: Secret\ndata: {password: aGVsbG8=}\n"
    >>> [secret.data for secret in read_objects(text)]
    [{'password': b'hello'}]
    """
    for manifest in read_manifests(text, source=source, limits=limits):
        yield decode(manifest.document, unknown=unknown)
