"""Pod templates as Go prints them, with every field and its type, set or not.

The shapes of `podtemplateshape` are compiled once into writers. A writer adds the texts of what is
set to a list, and between them what never changes, as `FixedText`.

Source: ``k8s.io/apimachinery/pkg/util/dump`` ForHash (v1.36), and the formatter of go-spew that it
uses, told to print methods of no type and keys in order.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple, TypeAlias

import orjson

from kubeobj.controllers.hashtext import FixedText
from kubeobj.controllers.podtemplateshape import STRUCTS
from kubeobj.documents import JsonValue, Wire
from kubeobj.meta.quantitytext import MAX_INT64, NANO_PLACES, NANOS, Format, read
from kubeobj.meta.timestamps import ZERO_SECONDS, Time

_NIL = "<nil>"

# Printing one of Go's own times shows its time zone. This is that of a process that knows no zone,
# as controllers in containers are.
_LOCATION = (
    "(*time.Location){name:(string)UTC zone:([]time.zone)<nil> tx:([]time.zoneTrans)<nil>"
    " extend:(string) cacheStart:(int64)0 cacheEnd:(int64)0 cacheZone:(*time.zone)<nil>}"
)
_WORD_BITS = 64

# The words of a name in Go: a run of capitals up to the last one before a small letter, or one.
_first_word = re.compile(r"[A-Z]+(?![a-z])|[A-Z]").match

Parts: TypeAlias = list[str | FixedText]
"""A text in parts."""

# Each takes what its type is in JSON, as the API has checked.
_Write: TypeAlias = Callable[..., None]  # type: ignore[explicit-any]
"""Adds a value of one type to the parts of a text, without the name of the type."""


class _Type(NamedTuple):
    """A type by its name in Go, how it prints what is not set, and what adds what is."""

    name: str
    unset: str
    write: _Write


def template_parts(template: Wire) -> Parts:
    """Return a pod template as Go prints it, in parts.

    >>> "".join(map(str, template_parts({})))[:66]
    '(v1.PodTemplateSpec){ObjectMeta:(v1.ObjectMeta){Name:(string) Gene'
    """
    shape = _type_of("PodTemplateSpec")
    parts: Parts = [f"({shape.name})"]
    shape.write(template, parts)
    return parts


@cache
def _type_of(text: str) -> _Type:
    """Return the type that a shape writes as *text*."""
    if text.startswith("*"):
        inner = _type_of(text[1:])
        return _Type(f"*{inner.name}", _NIL, inner.write)
    if text.startswith("[]"):
        inner = _type_of(text[2:])
        return _Type(f"[]{inner.name}", _NIL, _list_writer(inner))
    if text in STRUCTS:
        return _struct(text)
    # What has no package is of one that is called v1.
    return _TYPES.get(text) or _Type(text if "." in text else f"v1.{text}", "", _write_text)


class _Field(NamedTuple):
    """One text of a struct: a field, or a brace or the name of a struct that is embedded."""

    prefix: str
    unset: str = ""
    json_name: str = ""
    write: _Write | None = None


class _Between(dict[tuple[int, int], FixedText]):
    """What stands between two fields of a struct that are set, by their places."""

    __slots__ = ("_fields",)

    def __init__(self, fields: list[_Field]) -> None:
        super().__init__()
        self._fields = fields

    def __missing__(self, places: tuple[int, int]) -> FixedText:
        """Return the fields after one place that are not set, and the name of that at the other."""
        after, place = places
        texts = [field.prefix + field.unset for field in self._fields[after + 1 : place]]
        texts.append(self._fields[place].prefix)
        found = self[places] = FixedText("".join(texts))
        return found


def _struct(name: str) -> _Type:
    """Return the type of a struct."""
    fields = list(_fields(name))
    slots = {field.json_name: (i, field.write) for i, field in enumerate(fields) if field.write}
    between = _Between(fields)
    last = len(fields) - 1
    unset = between[-1, last]

    def write(document: Wire | None, parts: Parts) -> None:
        if not document:
            parts.append(unset)
            return
        present = sorted(
            (*slots[key], value)
            for key, value in document.items()
            if value is not None and key in slots
        )
        before = -1
        for place, write_field, value in present:
            parts.append(between[before, place])
            write_field(value, parts)
            before = place
        parts.append(between[before, last])

    return _Type(f"v1.{name}", unset.text, write)


def _fields(name: str) -> Iterator[_Field]:
    """Yield the texts of a struct from brace to brace, those of embedded structs among them."""
    space = "{"
    for field in STRUCTS[name].split(";"):
        words = field.split()
        if words[0].startswith("~"):
            embedded = words[0][1:]
            yield _Field(f"{space}{embedded}:(v1.{embedded})")
            yield from _fields(embedded)
        else:
            shape = _type_of(words[1])
            json_name = words[2] if len(words) > 2 else _json_name(words[0])
            yield _Field(f"{space}{words[0]}:({shape.name})", shape.unset, json_name, shape.write)
        space = " "
    yield _Field("}")


def _json_name(go_name: str) -> str:
    """Return a field's name in JSON: that in Go with its first word in small letters."""
    match = _first_word(go_name)
    word = match[0] if match else ""
    return word.lower() + go_name[len(word) :]


def _list_writer(inner: _Type) -> _Write:
    def write(values: list[JsonValue], parts: Parts) -> None:
        space = "["
        for value in values:
            parts.append(space)
            if value is None:
                parts.append(inner.unset)
            else:
                inner.write(value, parts)
            space = " "
        parts.append("]" if values else "[]")

    return write


def _map_writer(inner: _Type) -> _Write:
    def write(values: dict[str, JsonValue], parts: Parts) -> None:
        space = "map["
        # Code points are in the same order as the bytes of their UTF-8.
        for key, value in sorted(values.items()):
            parts.append(f"{space}{key}:")
            if value is None:
                parts.append(inner.unset)
            else:
                inner.write(value, parts)
            space = " "
        parts.append("]" if values else "map[]")

    return write


def _write_text(value: str, parts: Parts) -> None:
    parts.append(value)


def _write_int(value: int, parts: Parts) -> None:
    parts.append(str(value))


def _write_bool(value: bool, parts: Parts) -> None:  # noqa: FBT001 - the value itself
    parts.append("true" if value else "false")


def _write_int_or_string(value: int | str, parts: Parts) -> None:
    if isinstance(value, str):
        parts.append(f"{{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string){value}}}")
    else:
        parts.append(f"{{Type:(intstr.Type)0 IntVal:(int32){value} StrVal:(string)}}")


def _write_time(text: str, parts: Parts) -> None:
    time = Time.parse(text)
    seconds = time.unix_seconds - ZERO_SECONDS
    parts.append(f"{{Time:(time.Time){{wall:(uint64){time.nanos} ext:(int64){seconds}")
    parts.append(f" loc:{_LOCATION}}}}}")


def _write_raw(value: JsonValue, parts: Parts) -> None:
    """Add JSON that is kept as it is, as the numbers of its bytes."""
    parts.append(f"{{Raw:([]uint8)[{' '.join(map(str, orjson.dumps(value)))}]}}")


def _write_quantity(value: str | float, parts: Parts) -> None:
    """Add a quantity: a count at a scale if 64 bits hold it, or else a big decimal."""
    text = value if isinstance(value, str) else str(value)
    nanos, unit_format, scale, kept = read(text)
    if text == "0":
        _add_quantity(parts, "0", 0, _NIL, f"0{_FORMAT}{unit_format}")
    elif unit_format is Format.BINARY_SI and abs(nanos) == MAX_INT64 * NANOS and not kept:
        _add_quantity(parts, "0", 0, _big_decimal(nanos // NANOS, 0), f"{_FORMAT}{unit_format}")
    elif scale is None:
        decimal = _big_decimal(nanos, NANO_PLACES)
        _add_quantity(parts, "0", 0, decimal, f"{_FORMAT}{unit_format}")
    else:
        count = str(nanos // 10 ** (scale + NANO_PLACES))
        _add_quantity(parts, count, scale, _NIL, f"{kept}{_FORMAT}{unit_format}")


_FORMAT = " Format:(resource.Format)"
_COUNT = FixedText("{i:(resource.int64Amount){value:(int64)")
_SCALE = FixedText(" scale:(resource.Scale)")
_DECIMAL = FixedText("} d:(resource.infDecAmount){Dec:(*inf.Dec)")
_KEPT = FixedText("} s:(string)")


def _add_quantity(parts: Parts, count: str, scale: int, decimal: str, rest: str) -> None:
    parts += (_COUNT, count, _SCALE, str(scale), _DECIMAL, decimal, _KEPT, rest, "}")


def _big_decimal(unscaled: int, scale: int) -> str:
    words = []
    rest = abs(unscaled)
    while rest:
        words.append(str(rest % 2**_WORD_BITS))
        rest >>= _WORD_BITS
    sign = "true" if unscaled < 0 else "false"
    number = f"{{neg:(bool){sign} abs:(big.nat)[{' '.join(words)}]}}"
    return f"{{unscaled:(big.Int){number} scale:(inf.Scale){scale}}}"


_STRING = _Type("string", "", _write_text)
_QUANTITY = _Type(
    "resource.Quantity",
    "{i:(resource.int64Amount){value:(int64)0 scale:(resource.Scale)0}"
    " d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string) Format:(resource.Format)}",
    _write_quantity,
)
_TYPES = {
    "string": _STRING,
    "bool": _Type("bool", "false", _write_bool),
    "int32": _Type("int32", "0", _write_int),
    "int64": _Type("int64", "0", _write_int),
    "map[string]string": _Type("map[string]string", _NIL, _map_writer(_STRING)),
    "ResourceList": _Type("v1.ResourceList", _NIL, _map_writer(_QUANTITY)),
    "resource.Quantity": _QUANTITY,
    "intstr.IntOrString": _Type(
        "intstr.IntOrString",
        "{Type:(intstr.Type)0 IntVal:(int32)0 StrVal:(string)}",
        _write_int_or_string,
    ),
    "Time": _Type(
        "v1.Time",
        "{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}",
        _write_time,
    ),
    "FieldsV1": _Type("v1.FieldsV1", "{Raw:([]uint8)<nil>}", _write_raw),
}
