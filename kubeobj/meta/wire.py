"""What all wire models share: Kubernetes' names in JSON, Python's in code, and errors of our own.

A wire model is a shape, frozen, and no more: the rules of its fields are `validate_…` functions
over documents. On the wire null means "not set", and what is not set is left out.
"""

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, ClassVar, Self, TypeAlias, TypeVar, Union, cast, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic import JsonValue as PlainJson
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import ROOT, FieldError, FieldErrors, FieldErrorType, FieldPath
from kubeobj.meta.confidential import REDACTED, is_confidential
from kubeobj.meta.frozen import FrozenMap, frozen

_TYPES = {
    "extra_forbidden": FieldErrorType.FORBIDDEN,
    "missing": FieldErrorType.REQUIRED,
    "literal_error": FieldErrorType.NOT_SUPPORTED,
}

# What pydantic finds, in the words of JSON.
_PROSE = {
    "extra_forbidden": "unknown field",
    "missing": "",
    "bool_type": "must be true or false",
    "int_type": "must be an integer of 64 bits",
    "greater_than_equal": "must be an integer of 64 bits",
    "less_than_equal": "must be an integer of 64 bits",
    "mapping_type": "must be a map",
    "dict_type": "must be a map",
    "model_type": "must be an object",
    "recursion_depth_exceeded": "nests too deeply",
    "recursion_loop": "nests too deeply",
    "string_type": "must be a string",
    "tuple_type": "must be a list",
}

_UNIONS = (Union, UnionType)
_BOUNDS = frozenset({"greater_than_equal", "less_than_equal"})
_INT32 = (f" {2**31 - 1}", f" {-(2**31)}")


def _empty_for_null(value: object) -> object:
    """Return *value*, or the empty text for null, as the API reads maps of text."""
    return "" if value is None else value


WireText: TypeAlias = Annotated[str, BeforeValidator(_empty_for_null)]
"""Text inside a map or list, where null means the empty text."""

Value = TypeVar("Value")

Map: TypeAlias = Annotated[Mapping[str, Value], AfterValidator(FrozenMap)]
"""A map, kept as one that is never changed."""

AnyJson: TypeAlias = Annotated[PlainJson, AfterValidator(frozen)]
"""Free-form JSON, kept as what is never changed."""

Int64: TypeAlias = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
"""An integer that fits in 64 bits, as the API's do."""


class WireShape(BaseModel):
    """An object of the API, or a part of one, as a frozen model.

    Attributes are in snake case, wire names in camel case. Nothing is converted: a number is no
    text. Fields that the model does not have are dropped, as the API drops them.

    Raises:
        FieldErrors: If a value has the wrong type; all of them at once, by their wire names.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        alias_generator=to_camel,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        strict=True,
    )

    def __init__(self, **fields: object) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as error:
            raise translated(error, type(self), ROOT) from None

    # Tells pydantic that this does what its own does, so that inner models are read directly.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]


class WireModel(WireShape):
    """A shape that reads null as "not set", and is written without what is not set or empty."""

    @model_validator(mode="before")
    @classmethod
    def _drop_null(cls, data: object) -> object:
        """Take null for "not set"."""
        if not isinstance(data, Mapping):
            return data
        return {name: value for name, value in data.items() if value is not None}

    @classmethod
    def parse(cls, value: JsonValue, path: FieldPath = ROOT) -> Self:
        """Return the model of a JSON object.

        This is the way in for input: pydantic's own `model_validate` raises pydantic's own errors.

        Args:
            value: The object, in wire form.
            path: Where it is, for errors.

        Raises:
            FieldErrors: If it is no object, or a part of it has the wrong type; with all of them.
        """
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            raise translated(error, cls, path) from None

    def to_document(self) -> Document:
        """Return the object in wire form, without what is not set or empty."""
        dumped = self.model_dump(
            mode="json", by_alias=True, exclude_none=True, exclude_defaults=True
        )
        return cast("Document", dumped)


def translated(error: ValidationError, model: type[WireShape], path: FieldPath) -> FieldErrors:
    """Return pydantic's errors about a *model* as ours."""
    details = error.errors(include_url=False, include_context=False)
    return FieldErrors(_field_error(detail, model, path) for detail in details)


def _field_error(detail: ErrorDetails, model: type[WireShape], path: FieldPath) -> FieldError:
    """Return one of pydantic's errors as ours."""
    kind, rule = detail["type"], "type"
    error_type = _TYPES.get(kind, FieldErrorType.TYPE_INVALID)
    prose = _PROSE.get(kind, detail["msg"].removeprefix("Value error, "))
    if kind in _BOUNDS and detail["msg"].endswith(_INT32):
        prose = "must be an integer of 32 bits"
    if error_type is FieldErrorType.REQUIRED:
        rule = "required"
    location = detail["loc"]
    if kind == "extra_forbidden":  # the name is no field's, even where an attribute is called so
        rule = "unknown"
        where = _path_to(location[:-1], model, path).child(str(location[-1]))
    else:
        where = _path_to(location, model, path)
    value = "" if rule == "required" else cast("JsonValue", detail["input"])
    if is_confidential(_type_name(model), *where.parts):
        value = REDACTED
    return FieldError(where, error_type, value, prose, rule)


def _type_name(model: type[WireShape]) -> str:
    """Return the name of a model's type, such as ``corev1.Pod``."""
    return f"{model.__module__.rpartition('.')[2]}.{model.__name__}"


def _path_to(location: tuple[int | str, ...], model: object, path: FieldPath) -> FieldPath:
    """Return the path that pydantic calls *location*, which does not tell fields from map keys."""
    if location[-1:] == ("[key]",):  # the key itself is wrong, so nothing can be there
        location = location[:-2]
    for step in location:
        if isinstance(model, type) and issubclass(model, WireShape):
            wire_name, model = _field(model, str(step))
            path = path.child(wire_name)
        elif get_origin(model) in _UNIONS:  # the step says which form was tried
            model = _form(model, str(step))
        elif isinstance(step, int):
            path, model = path.index(step), _part(model, 0)
        elif get_origin(model) is Mapping:
            path, model = path.key(step), _part(model, 1)
    return path


def _part(model: object, position: int) -> object:
    """Return the type of what a list (0) or a map (1) of type *model* holds."""
    return _plain(next(iter(get_args(model)[position:]), None))


def _form(union: object, name: str) -> object:
    """Return the form that pydantic calls *name*: a model so called, or else the other."""
    model, other, *_ = get_args(union)
    return model if getattr(model, "__name__", "") == name else _plain(other)


def _plain(annotation: object) -> object:
    """Return a type without "or None", and without what is said about it."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    parts = get_args(annotation)
    return _plain(parts[0]) if parts[1:] == (NoneType,) else annotation


def _field(model: type[WireShape], either_name: str) -> tuple[str, object]:
    """Return a field's wire name, and its type without "or None"."""
    fields = {
        key: field for name, field in model.model_fields.items() for key in (name, field.alias)
    }
    field = fields[either_name]
    return field.alias or either_name, _plain(field.annotation)
