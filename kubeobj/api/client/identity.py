"""Which object something given is: what its kind, namespace and name are by its own account."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast, final

from kubeobj.api.client.writer import Given
from kubeobj.api.errors import BadRequest
from kubeobj.documents import Document
from kubeobj.errors import FieldErrors, ObjectReferenceError
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.base import ApiObject
from kubeobj.models.unstructured import Unstructured


@final
@dataclass(frozen=True, slots=True)
class Identity:
    """Which object it is.

    Args:
        kind: Its kind.
        namespace: Its namespace; empty if it says none.
        name: Its name; empty if it says none.
        document: The object in wire form, to be read only.
    """

    kind: GroupVersionKind
    namespace: str
    name: str
    document: Document

    @property
    def kind_name(self) -> str:
        """Its kind, as a client takes it: ``Deployment.v1.apps``."""
        return _kind_name(self.kind)


def identity_of(obj: Given) -> Identity:
    """Return which object something is.

    Raises:
        BadRequest: If it cannot be an object of the API.
    """
    if type(obj) is dict:
        document = cast("Document", obj)  # what is no JSON in it is found by who reads it
    elif isinstance(obj, ApiObject | Unstructured):
        try:
            document = obj.to_document()
        except FieldErrors as error:
            raise BadRequest(str(error)) from None
    elif isinstance(obj, Mapping):
        document = cast("Document", obj)
    else:
        raise BadRequest(f"a {type(obj).__name__} is no object of the API")
    kind = _kind_of(document)
    metadata = document.get("metadata")
    if metadata is not None and not isinstance(metadata, dict | Mapping):
        raise BadRequest("metadata must be an object")
    metadata = metadata or {}
    return Identity(kind, _text(metadata, "namespace"), _text(metadata, "name"), document)


def _kind_of(document: Document) -> GroupVersionKind:
    version, kind = document.get("apiVersion"), document.get("kind")
    try:
        if isinstance(version, str) and isinstance(kind, str) and kind:
            return _known_kind(version, kind)
        return GroupVersionKind.from_object(document)
    except ObjectReferenceError as error:
        raise BadRequest(str(error)) from None


# There are few kinds, and many objects.
@lru_cache(maxsize=512)
def _known_kind(api_version: str, kind: str) -> GroupVersionKind:
    return GroupVersionKind.from_api_version(api_version, kind)


@lru_cache(maxsize=512)
def _kind_name(kind: GroupVersionKind) -> str:
    return f"{kind.kind}.{kind.version}.{kind.group}"


def _text(metadata: Document, field: str) -> str:
    value = metadata.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRequest(f"metadata.{field} must be a string")
    return value
