"""Wire form: an object as the API server would write it, whatever way it was given.

The server decodes JSON into structs and encodes them again. What comes out has every field that
is always written, none that is left out when it is zero, canonical quantities and times, and no
field that the kind does not have. Rules, defaults and patches rely on it: a field that is there
has the right type, a required one is there (``""``, ``0``, ``None`` for a list or map not given),
and nothing optional is there and empty, unless empty means something (``emptyDir: {}``).

Reading makes a new document; nothing of what was given is shared with it but texts and numbers.

Source: ``encoding/json`` with the tags of ``k8s.io/api`` (v1.36), see `kubeobj.models.wiremodes`.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, TypeAlias, final

import orjson

from kubeobj.documents import JsonValue, Wire
from kubeobj.errors import FieldPath, MapKey, QuantityError, TimeError, echo
from kubeobj.meta.confidential import REDACTED, is_confidential
from kubeobj.meta.quantity import Quantity
from kubeobj.meta.timestamps import MicroTime, Time
from kubeobj.models.base64text import decode_base64, encode_base64
from kubeobj.models.schema import FieldSchema
from kubeobj.models.wiremodes import mode_of

FREE_FORM_DEPTH_LIMIT = 250
"""How deep free-form JSON may nest: what can be written again."""

_Unknown: TypeAlias = list[str]
# What a reader is given is any JSON, and what it returns depends on the field.
_Reader: TypeAlias = Callable[[Any, _Unknown], Any]  # type: ignore[explicit-any]
_Maker: TypeAlias = Callable[[], JsonValue]

_INT32 = 2**31
_INT64 = 2**63


@final
class WireError(ValueError):
    """A value does not have the type of its field."""

    def __init__(self, wrong: str, shown: str = "") -> None:
        """Say what is wrong, and show the value if that helps; callers add where."""
        super().__init__(wrong)
        self._wrong = wrong
        self._shown = shown
        self._steps: list[str | int] = []

    @property
    def reason(self) -> str:
        """What is wrong."""
        return f"{self._wrong}, not {self._shown}" if self._shown else self._wrong

    def conceal(self) -> None:
        """Show no more of the value, which is a secret."""
        self._shown = REDACTED if self._shown else ""

    def under(self, step: str | int, type_name: str = "") -> "WireError":
        """Return the same error, one step further out: in an object of a type, if that is said."""
        self._steps.append(step)
        if is_confidential(type_name, step):
            self.conceal()
        return self

    @property
    def path(self) -> FieldPath:
        """Where the value is, such as ``spec.containers[0].ports``."""
        return FieldPath(tuple(reversed(self._steps)))

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self._steps else self.reason


def read_wire(type_name: str, value: object) -> tuple[Wire, bool]:
    """Return *value* in wire form, and whether it has fields that the type does not have.

    Args:
        type_name: The type, as `FieldSchema` names it, such as ``corev1.Pod``.
        value: A JSON object.

    Raises:
        WireError: If a value has the wrong type.

    >>> read_wire("ObjectMeta", {"name": "web", "labels": {}, "generation": 0, "colour": 1})
    ({'name': 'web'}, True)
    """
    unknown: _Unknown = []
    if value is None:
        raise mistyped(value, "an object")
    document: Wire = _object_reader(type_name)(value, unknown)
    return document, bool(unknown)


def read_again(type_name: str, value: Wire, names: Container[str]) -> tuple[Wire, bool]:
    """Return the same as `read_wire`, of what is in wire form but for its fields *names*.

    The other fields are taken as they are, and are part of what is returned.

    Raises:
        WireError: If a value has the wrong type.

    >>> read_again("ObjectMeta", {"name": "web", "labels": {}}, {"labels"})
    ({'name': 'web'}, False)
    """
    document, has_unknown = read_wire(
        type_name, {name: part for name, part in value.items() if name in names}
    )
    for name, part in value.items():
        if name not in names:
            document[name] = part
    return document, has_unknown


def read_within(
    type_name: str, value: Wire, field: str, names: Container[str]
) -> tuple[Wire, bool]:
    """Return the same as `read_wire`, of what is in wire form but for fields of an object in it.

    The other fields are taken as they are, and are part of what is returned.

    Args:
        type_name: The type, as `FieldSchema` names it.
        value: The document.
        field: The field of it that is that object.
        names: The fields of that object which may not be in wire form.

    Raises:
        WireError: If a value has the wrong type.

    >>> pod = {"metadata": {"name": "web"}, "status": {"phase": "Running", "message": ""}}
    >>> read_within("corev1.Pod", pod, "status", {"message"})[0]["status"]
    {'phase': 'Running'}
    """
    schema, part = FieldSchema(type_name).child(field), value.get(field)
    if schema is None or schema.kind != "object" or part.__class__ is not dict:
        return read_again(type_name, value, {field})
    if not any(kept and name not in names for name, kept in part.items()):
        return read_again(type_name, value, {field})  # it may be nothing but zeros, and go
    try:
        inner, has_unknown = read_again(schema.type, part, names)
    except WireError as error:
        raise error.under(field) from None
    return {**value, field: inner}, has_unknown


def read_value(schema: FieldSchema, value: object) -> JsonValue:
    """Return one value in wire form, as an item of a list of its type.

    Raises:
        WireError: If it has the wrong type.
    """
    found: JsonValue = _reader(schema, "item")(value, [])
    return found


@cache
def _zero_json(type_name: str, field: str) -> bytes:
    document, _ = read_wire(type_name, {})
    return orjson.dumps(document.get(field))


def zero_field(type_name: str, field: str) -> JsonValue:
    """Return what is written of a *field* of an object that does not have it; None for nothing.

    >>> zero_field("appsv1.StatefulSet", "status")["replicas"]
    0
    """
    value: JsonValue = orjson.loads(_zero_json(type_name, field))
    return value


# ---------------------------------------------------------------- objects


class _Fields(dict[str, tuple[_Reader, bool, bool] | None]):
    """How each field of a type is read: by what, and whether zero is left out or always written.

    A field is looked up when it first comes, for types may contain each other.
    """

    __slots__ = ("_modes", "_schema")

    def __init__(self, type_name: str) -> None:
        super().__init__()
        self._schema = FieldSchema(type_name)
        self._modes = mode_of(type_name)

    def __missing__(self, name: str) -> tuple[_Reader, bool, bool] | None:
        schema = self._schema.child(name)
        if schema is None:
            return None
        mode = self._modes.get(name, "p")
        found = _reader(schema, mode), mode == "o", mode == "a"
        if name in self._modes:  # there is no end to other names
            self[name] = found
        return found

    def always(self) -> list[tuple[str, _Maker]]:
        """Return the fields that are always written, and what makes their zero."""
        fields = self._schema.fields.items()
        made = [(name, _zero_maker(of)) for name, of in fields if self._modes[name] == "a"]
        nulls = [name for name, mode in self._modes.items() if mode == "n"]
        return [*made, *((name, _none) for name in nulls)]


@cache
def _object_reader(type_name: str) -> _Reader:
    """Return what reads objects of a type."""
    fields = _Fields(type_name)
    always = fields.always()

    # The type of what is read is not known before it is read.
    def read(value: Any, unknown: _Unknown) -> Any:  # type: ignore[explicit-any]  # noqa: ANN401
        out: Wire = {}
        for name, part in value.items() if value.__class__ is dict else _items(value):
            field = fields[name]
            if field is None:
                unknown.append(name)
                continue
            reader, omits_zero, is_always = field
            # Most fields are texts, and calls are what reading costs.
            if reader is not _read_text or part.__class__ is not str or not part.isascii():
                if part is None and not is_always:
                    continue
                try:
                    part = reader(part, unknown)  # noqa: PLW2901
                except WireError as error:
                    raise error.under(name, type_name) from None
            if part or not omits_zero:
                out[name] = part
        for name, make in always:
            if name not in out:
                out[name] = make()
        return out

    return read


def _none() -> None:
    """Make the zero of a pointer that is always written."""


def _items(value: object) -> Iterable[tuple[str, object]]:
    """Return the fields of what is to be an object; null has none."""
    if value is None:
        return ()
    if not isinstance(value, Mapping):
        raise mistyped(value, "an object")
    return value.items()


def _reader(schema: FieldSchema, mode: str) -> _Reader:
    """Return what reads a field."""
    if schema.kind in {"list", "map"}:
        make = _list_reader if schema.kind == "list" else _map_reader
        read = make(schema.items or schema)
        # What is stored does not tell an empty list from none.
        return (lambda value, unknown: read(value, unknown) or None) if mode == "a" else read
    if schema.kind == "object":
        return _dropping_empty(schema) if mode == "o" else _object_reader(schema.type)
    if schema.kind == "json":
        return _read_json
    return _SCALARS[schema.type]


def _dropping_empty(schema: FieldSchema) -> _Reader:
    """Return what reads a struct that is left out when all of it is zero."""
    read = _object_reader(schema.type)

    def read_or_drop(value: Any, unknown: _Unknown) -> Any:  # type: ignore[explicit-any]  # noqa: ANN401
        found = read(value, unknown)
        return None if found == _zero_maker(schema)() else found

    return read_or_drop


def _zero_maker(schema: FieldSchema) -> _Maker:
    """Return what makes the zero of a field that is always written."""
    if schema.kind == "object":
        read = _object_reader(schema.type)
        return lambda: read({}, [])
    zero = None if schema.kind != "scalar" else _ZEROS.get(schema.type)
    return lambda: zero


def _list_reader(items: FieldSchema) -> _Reader:
    read = _reader(items, "item")

    def read_list(value: Any, unknown: _Unknown) -> Any:  # type: ignore[explicit-any]  # noqa: ANN401
        if value is None:
            return None
        if not isinstance(value, list | tuple):
            raise mistyped(value, "a list")
        out = []
        for item in value:
            try:
                out.append(read(item, unknown))
            except WireError as error:
                raise error.under(len(out)) from None
        return out

    return read_list


def _map_reader(items: FieldSchema) -> _Reader:
    read = _reader(items, "item")

    def read_map(value: Any, unknown: _Unknown) -> Any:  # type: ignore[explicit-any]  # noqa: ANN401
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise mistyped(value, "a map")
        out = {}
        for key, part in value.items():
            try:
                out[_read_text(key, unknown)] = read(part, unknown)
            except WireError as error:
                raise error.under(MapKey(key)) from None
        return out

    return read_map


# ---------------------------------------------------------------- scalars


def mistyped(value: object, wanted: str) -> WireError:
    """Return the error that a *value* is not what is *wanted*, such as ``a list``."""
    return WireError(f"must be {wanted}", echo(value))


def _read_text(value: object, _unknown: _Unknown) -> str:
    if value.__class__ is str:
        return value if value.isascii() else _printable(value)
    if value is None:
        return ""
    if isinstance(value, str):
        return _printable(str(value))
    raise mistyped(value, "a string")


def _printable(text: str) -> str:
    """Return *text* with a replacement character for each half of a surrogate pair."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _read_boolean(value: object, _unknown: _Unknown) -> bool:
    if value is None:
        return False
    if isinstance(value, bool):
        return value
    raise mistyped(value, "true or false")


def _integer_reader(limit: int, wanted: str) -> _Reader:
    def read_integer(value: object, _unknown: _Unknown) -> int:
        if value.__class__ is int and -limit <= value < limit:
            return value
        if value is None:
            return 0
        raise mistyped(value, wanted)

    return read_integer


def _read_double(value: object, _unknown: _Unknown) -> float:
    if value is None:
        return 0
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise mistyped(value, "a number")


def _read_int_or_string(value: object, unknown: _Unknown) -> int | str:
    if isinstance(value, str):
        return _read_text(value, unknown)
    number: int = _SCALARS["int32"](value, unknown)
    return number


def _read_base64(value: object, _unknown: _Unknown) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise mistyped(value, "a string of base64")
    try:
        return encode_base64(decode_base64(value))  # type: ignore[arg-type]
    except ValueError as error:
        raise WireError(str(error)) from None


def _read_quantity(value: object, _unknown: _Unknown) -> str:
    try:
        if isinstance(value, str):
            return _canonical_quantity(value)
        return str(Quantity.from_json(value))  # type: ignore[arg-type]
    except QuantityError as error:
        raise WireError(str(error)) from None


@lru_cache(maxsize=4096)
def _canonical_quantity(text: str) -> str:
    return str(Quantity.from_json(text))


def _read_time(value: object, _unknown: _Unknown) -> str | None:
    return _canonical_time(_canonical_seconds, value)


def _read_micro_time(value: object, _unknown: _Unknown) -> str | None:
    return _canonical_time(_canonical_microseconds, value)


def _canonical_time(canonical: Callable[[str], str | None], value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise mistyped(value, "a time")
    try:
        return canonical(value)
    except TimeError as error:
        raise WireError(str(error)) from None


# Most times in an object have been in its last version.
@lru_cache(maxsize=4096)
def _canonical_seconds(text: str) -> str | None:
    return Time.parse(text).to_json()


@lru_cache(maxsize=4096)
def _canonical_microseconds(text: str) -> str | None:
    return MicroTime.parse(text).to_json()


def _read_json(value: object, _unknown: _Unknown) -> object:
    """Return a copy of free-form JSON."""
    return _copied(value, FREE_FORM_DEPTH_LIMIT)


def _copied(value: object, depth: int) -> object:
    if isinstance(value, str):
        return _read_text(value, [])
    if value is None or isinstance(value, bool | int | float):
        return value
    if not depth:
        raise WireError("nests too deeply")
    if isinstance(value, Mapping):
        return {_read_text(key, []): _copied(part, depth - 1) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(part, depth - 1) for part in value]
    raise mistyped(value, "JSON")


_SCALARS: Mapping[str, _Reader] = {
    "string": _read_text,
    "boolean": _read_boolean,
    "int32": _integer_reader(_INT32, "an integer of 32 bits"),
    "int64": _integer_reader(_INT64, "an integer of 64 bits"),
    "double": _read_double,
    "int-or-string": _read_int_or_string,
    "byte": _read_base64,
    "quantity": _read_quantity,
    "time": _read_time,
    "micro-time": _read_micro_time,
}
_ZEROS: Mapping[str, JsonValue] = {
    "string": "",
    "boolean": False,
    "int32": 0,
    "int64": 0,
    "double": 0,
    "int-or-string": 0,
    "byte": None,
    "quantity": "0",
    "time": None,
    "micro-time": None,
}
