"""Pod templates as Go prints them, with every field and its type, set or not.

The shapes of `podtemplateshape` are compiled once into writers. A writer puts the text of each
field that is set into its place among those of the others, which never change.

Source: ``k8s.io/apimachinery/pkg/util/dump`` ForHash (v1.36), and the formatter of go-spew that it
uses, told to print methods of no type and keys in order.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple, TypeAlias

import orjson

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

# Each takes what its type is in JSON, as the API has checked.
_Write: TypeAlias = Callable[..., str]  # type: ignore[explicit-any]
"""Returns the text of a value of one type, without the name of the type."""


class _Type(NamedTuple):
    """A type by its name in Go, how it prints what is not set, and what is."""

    name: str
    unset: str
    write: _Write


def print_template(template: Wire) -> str:
    """Return a pod template as Go prints it.

    >>> print_template({})[:66]
    '(v1.PodTemplateSpec){ObjectMeta:(v1.ObjectMeta){Name:(string) Gene'
    """
    shape = _type_of("PodTemplateSpec")
    return f"({shape.name}){shape.write(template)}"


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
    return _TYPES.get(text) or _Type(text if "." in text else f"v1.{text}", "", str)


def _struct(name: str) -> _Type:
    """Return the type of a struct."""
    blank: list[str] = []
    slots: dict[str, tuple[int, str, _Write]] = {}
    _lay_out(name, blank, slots)
    unset = "".join(blank)

    def write(document: Wire | None) -> str:
        if not document:
            return unset
        parts = blank.copy()
        for key, value in document.items():
            if value is not None and key in slots:
                place, prefix, write_field = slots[key]
                parts[place] = prefix + write_field(value)
        return "".join(parts)

    return _Type(f"v1.{name}", unset, write)


def _lay_out(name: str, blank: list[str], slots: dict[str, tuple[int, str, _Write]]) -> None:
    """Add the texts of a struct that is not set to *blank*, and its fields to *slots*."""
    space = "{"
    for field in STRUCTS[name].split(";"):
        words = field.split()
        if words[0].startswith("~"):
            embedded = words[0][1:]
            blank.append(f"{space}{embedded}:(v1.{embedded})")
            _lay_out(embedded, blank, slots)
        else:
            go_name, shape = words[0], _type_of(words[1])
            prefix = f"{space}{go_name}:({shape.name})"
            json_name = words[2] if len(words) > 2 else _json_name(go_name)
            slots[json_name] = len(blank), prefix, shape.write
            blank.append(prefix + shape.unset)
        space = " "
    blank.append("}")


def _json_name(go_name: str) -> str:
    """Return a field's name in JSON: that in Go with its first word in small letters."""
    match = _first_word(go_name)
    word = match[0] if match else ""
    return word.lower() + go_name[len(word) :]


def _list_writer(inner: _Type) -> _Write:
    def write(values: list[JsonValue]) -> str:
        texts = (inner.unset if value is None else inner.write(value) for value in values)
        return f"[{' '.join(texts)}]"

    return write


def _map_writer(inner: _Type) -> _Write:
    def write(values: dict[str, JsonValue]) -> str:
        # Code points are in the same order as the bytes of their UTF-8.
        texts = (
            f"{key}:{inner.unset if value is None else inner.write(value)}"
            for key, value in sorted(values.items())
        )
        return f"map[{' '.join(texts)}]"

    return write


def _write_bool(value: bool) -> str:  # noqa: FBT001 - the value itself
    return "true" if value else "false"


def _write_int_or_string(value: int | str) -> str:
    if isinstance(value, str):
        return f"{{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string){value}}}"
    return f"{{Type:(intstr.Type)0 IntVal:(int32){value} StrVal:(string)}}"


def _write_time(text: str) -> str:
    time = Time.parse(text)
    seconds = time.unix_seconds - ZERO_SECONDS
    return f"{{Time:(time.Time){{wall:(uint64){time.nanos} ext:(int64){seconds} loc:{_LOCATION}}}}}"


def _write_raw(value: JsonValue) -> str:
    """Return JSON that is kept as it is, as the numbers of its bytes."""
    return f"{{Raw:([]uint8)[{' '.join(map(str, orjson.dumps(value)))}]}}"


def _write_quantity(value: str | float) -> str:
    """Return a quantity: a count at a scale if 64 bits hold it, or else a big decimal."""
    text = value if isinstance(value, str) else str(value)
    if text == "0":
        return _quantity("0", 0, "0", Format.DECIMAL_SI)
    nanos, unit_format, scale, kept = read(text)
    if unit_format is Format.BINARY_SI and abs(nanos) == MAX_INT64 * NANOS and not kept:
        return _big_quantity(nanos // NANOS, 0, unit_format)
    if scale is None:
        return _big_quantity(nanos, NANO_PLACES, unit_format)
    return _quantity(str(nanos // 10 ** (scale + NANO_PLACES)), scale, kept, unit_format)


def _quantity(count: str, scale: int, kept: str, unit_format: str, decimal: str = _NIL) -> str:
    return (
        f"{{i:(resource.int64Amount){{value:(int64){count} scale:(resource.Scale){scale}}}"
        f" d:(resource.infDecAmount){{Dec:(*inf.Dec){decimal}}}"
        f" s:(string){kept} Format:(resource.Format){unit_format}}}"
    )


def _big_quantity(unscaled: int, scale: int, unit_format: Format) -> str:
    words = []
    rest = abs(unscaled)
    while rest:
        words.append(str(rest % 2**_WORD_BITS))
        rest >>= _WORD_BITS
    number = f"{{neg:(bool){_write_bool(unscaled < 0)} abs:(big.nat)[{' '.join(words)}]}}"
    decimal = f"{{unscaled:(big.Int){number} scale:(inf.Scale){scale}}}"
    return _quantity("0", 0, "", unit_format, decimal)


_STRING = _Type("string", "", str)
_QUANTITY = _Type("resource.Quantity", _quantity("0", 0, "", ""), _write_quantity)
_TYPES = {
    "string": _STRING,
    "bool": _Type("bool", "false", _write_bool),
    "int32": _Type("int32", "0", str),
    "int64": _Type("int64", "0", str),
    "map[string]string": _Type("map[string]string", _NIL, _map_writer(_STRING)),
    "ResourceList": _Type("v1.ResourceList", _NIL, _map_writer(_QUANTITY)),
    "resource.Quantity": _QUANTITY,
    "intstr.IntOrString": _Type(
        "intstr.IntOrString", _write_int_or_string(0), _write_int_or_string
    ),
    "Time": _Type(
        "v1.Time",
        "{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}",
        _write_time,
    ),
    "FieldsV1": _Type("v1.FieldsV1", "{Raw:([]uint8)<nil>}", _write_raw),
}
