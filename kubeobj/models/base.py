"""What the models of kinds and of their parts share: how they are read, and how written.

What was set is written as it was set, empty or not, and what was not set is not written; so a
document that is read and written again is the same, but for nulls, which mean "not set".
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Protocol, Self, TypeAlias, TypeVar, cast

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, Strict, ValidationError

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import ROOT, FieldError, FieldErrors, FieldErrorType, FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.meta.objectmeta import ObjectMeta
from kubeobj.meta.wire import WireShape, translated
from kubeobj.models.base64text import decode_base64, encode_base64
from kubeobj.models.nulls import has_nulls, without_nulls
from kubeobj.models.wirenames import wire_name

Item = TypeVar("Item")

Items: TypeAlias = Annotated[tuple[Item, ...], Strict(strict=False)]
"""A list of the API: read from any JSON list, kept as a tuple."""

Int32: TypeAlias = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
"""An integer that fits in 32 bits."""

Base64: TypeAlias = Annotated[
    bytes, BeforeValidator(decode_base64), PlainSerializer(encode_base64, return_type=str)
]
"""Bytes, which are base64 on the wire."""

UnknownFields: TypeAlias = Literal["drop", "keep", "refuse"]
"""What to do with fields that a model does not have: the API drops or refuses them."""

_EXTRA: Mapping[str, Literal["ignore", "allow", "forbid"]] = {
    "drop": "ignore",
    "keep": "allow",
    "refuse": "forbid",
}


class KubeObject(Protocol):
    """An object of the API, typed or not."""

    @property
    def metadata(self) -> ObjectMeta:
        """Its name, labels, owners and so on."""
        ...

    @classmethod
    def parse(
        cls, value: JsonValue, path: FieldPath = ROOT, *, unknown: UnknownFields = "drop"
    ) -> Self:
        """Return the object that a document is."""
        ...

    def group_version_kind(self) -> GroupVersionKind:
        """Return what it says it is."""
        ...

    def to_document(self) -> Document:
        """Return the object in wire form."""
        ...


class ApiPart(WireShape):
    """A part of an object of the API.

    From Python, attributes are named in snake case, and what is misspelled is refused.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        alias_generator=wire_name, defer_build=True, extra="allow", populate_by_name=True
    )

    def __init__(self, **fields: object) -> None:
        validator = type(self).__pydantic_validator__
        try:
            validator.validate_python(fields, self_instance=self, extra="forbid")
        except ValidationError as error:
            raise translated(error, type(self), ROOT) from None

    # Tells pydantic that this does what its own does, so that inner models are read directly.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def parse(
        cls, value: JsonValue, path: FieldPath = ROOT, *, unknown: UnknownFields = "drop"
    ) -> Self:
        """Return the model of a JSON object, by its wire names alone.

        Args:
            value: The object, in wire form; null members mean "not set".
            path: Where it is, for errors.
            unknown: What to do with fields that the model does not have.

        Raises:
            FieldErrors: If it is no object, a part of it has the wrong type or is missing, or a
                field is unknown and to be refused; with all of them.
        """
        try:
            return cls._read(value, unknown)
        except ValidationError as error:
            details = error.errors(include_url=False, include_context=False)
            if not has_nulls(details) or not isinstance(value, Mapping):
                raise translated(error, cls, path) from None
        try:
            return cls._read(without_nulls(value, details), unknown)
        except ValidationError as error:
            raise translated(error, cls, path) from None

    @classmethod
    def _read(cls, value: JsonValue, unknown: UnknownFields) -> Self:
        return cls.model_validate(value, by_alias=True, by_name=False, extra=_EXTRA[unknown])

    def to_document(self) -> Document:
        """Return it in wire form: what was set, as it was set.

        Raises:
            FieldErrors: If it nests too deeply to be written.
        """
        try:
            dumped = self.model_dump(
                mode="json", by_alias=True, exclude_unset=True, exclude_none=True
            )
        except ValueError:  # only what no model has read before, an unknown field, can be so deep
            detail = "nests too deeply to be written"
            too_deep = FieldError(ROOT, FieldErrorType.INVALID, {}, detail, "maxDepth")
            raise FieldErrors([too_deep]) from None
        return cast("Document", dumped)


class ApiObject(ApiPart):
    """An object of the API of one kind, in one version.

    What it says it is need not be given, and is always written.
    """

    @classmethod
    def kind_of(cls) -> GroupVersionKind:
        """Return the kind that the class is of."""
        api_version, kind = (cls.model_fields[name].default for name in ("api_version", "kind"))
        return GroupVersionKind.from_api_version(api_version, kind)

    def group_version_kind(self) -> GroupVersionKind:
        """Return what it says it is."""
        return self.kind_of()

    def to_document(self) -> Document:
        """Return it in wire form, with its version and kind first."""
        gvk = self.kind_of()
        return {"apiVersion": gvk.api_version, "kind": gvk.kind, **super().to_document()}
