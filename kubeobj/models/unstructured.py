"""An object of any kind, without a class for it: a document, and the parts that all kinds share."""

from collections.abc import Mapping
from typing import Self, final

import orjson

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import ROOT, FieldError, FieldErrors, FieldErrorType, FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.meta.objectmeta import ObjectMeta
from kubeobj.models.base import UnknownFields


@final
class Unstructured:
    """An object of a kind that has no class, such as a custom resource.

    Args:
        document: The object in wire form; it is not copied, and must not be changed.

    >>> backup = Unstructured.parse(
    ...     {"apiVersion": "example.com/v1", "kind": "Backup", "spec": {"days": 7}}
    ... )
    >>> backup.at("spec", "days"), backup.group_version_kind().kind
    (7, 'Backup')
    """

    __slots__ = ("_document", "_json")
    __match_args__ = ("document",)

    def __init__(self, document: Document) -> None:
        self._document: Document | None = document
        self._json = b""

    @staticmethod
    def of_json(text: bytes) -> "Unstructured":
        """Return the object that JSON *text* is, which is read when it is first looked at.

        Args:
            text: A JSON object; nobody looks whether it is one before that.
        """
        made = Unstructured({})
        made._document, made._json = None, text
        return made

    @property
    def document(self) -> Document:
        """The object in wire form; it is not copied, and must not be changed."""
        document = self._document
        if document is None:
            document = self._document = orjson.loads(self._json)
            self._json = b""
        return document

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unstructured) and self.document == other.document

    def __repr__(self) -> str:
        return f"Unstructured(document={self.document!r})"

    @classmethod
    def parse(
        cls, value: JsonValue, path: FieldPath = ROOT, *, unknown: UnknownFields = "keep"
    ) -> Self:
        """Return the object that *value* is; all of its fields are kept, whatever *unknown* says.

        Raises:
            FieldErrors: If it is no object, or does not say its version and kind.
            ObjectReferenceError: If its version has more than one slash.
        """
        if not isinstance(value, Mapping):
            wrong = FieldErrorType.TYPE_INVALID
            raise FieldErrors([FieldError(path, wrong, value, "must be an object", "type")])
        texts = {name: value.get(name) for name in ("apiVersion", "kind")}
        missing = [name for name, text in texts.items() if not isinstance(text, str) or not text]
        if missing:
            required = FieldErrorType.REQUIRED
            raise FieldErrors(
                FieldError(path.child(name), required, "", "", "required") for name in missing
            )
        GroupVersionKind.from_object(value)
        return cls(value)

    @property
    def metadata(self) -> ObjectMeta:
        """Its metadata, read anew each time.

        Raises:
            FieldErrors: If a part of it has the wrong type.
        """
        return ObjectMeta.parse(self.document.get("metadata") or {}, FieldPath.of("metadata"))

    def group_version_kind(self) -> GroupVersionKind:
        """Return what it says it is."""
        return GroupVersionKind.from_object(self.document)

    def at(self, *parts: str | int) -> JsonValue:
        """Return the value at the path of *parts*, or None where there is none."""
        here: JsonValue = self.document
        for part in parts:
            if isinstance(part, int):
                is_there = isinstance(here, list | tuple) and 0 <= part < len(here)
                here = here[part] if is_there and isinstance(here, list | tuple) else None
            else:
                here = here.get(part) if isinstance(here, Mapping) else None
        return here

    def to_document(self) -> Document:
        """Return the object in wire form, as it was read."""
        return self.document
