"""Everything that is wrong with how a document is written, and what of it can be read.

A server stops at the first value of the wrong type. Whoever wants to know of all of them asks here;
what is left when they are taken out can be read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NamedTuple, final

from kubeobj.api.fielderrors import forbidden
from kubeobj.api.wireform import WireError, mistyped, read_value, read_wire
from kubeobj.documents import JsonValue, Wire
from kubeobj.errors import ROOT, FieldError, FieldErrorType, FieldPath
from kubeobj.meta.confidential import REDACTED, is_confidential
from kubeobj.models.schema import FieldSchema


@final
@dataclass(frozen=True, slots=True)
class Readable:
    """What of a document can be read.

    Args:
        body: The document, without what cannot be read. It is a new one, whose parts may be those
            of the document.
        unknown: An error for each field that its type does not have.
        mistyped: An error for each value of the wrong type.
    """

    body: Wire
    unknown: list[FieldError] = field(default_factory=list)
    mistyped: list[FieldError] = field(default_factory=list)

    def is_consequence(self, error: FieldError) -> bool:
        """Return whether *error* may be there only because a value was taken out.

        It is about that value, about what holds it, or about a default made of it.
        """
        parts = error.path.parts
        if not parts:
            return False
        taken = [one.path.parts for one in self.mistyped]
        if any(_is_within(parts, one) for one in taken):
            return True
        is_default = error.type is not FieldErrorType.REQUIRED and not _is_there(self.body, parts)
        return is_default and any(one[:-1] == parts[:-1] for one in taken)


def _is_there(here: JsonValue, parts: tuple[str | int, ...]) -> bool:
    """Return whether there is a value at the end of a way."""
    for part in parts:
        if isinstance(here, dict) and str(part) in here:
            here = here[str(part)]
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            return False
    return True


def _is_within(one: tuple[str | int, ...], other: tuple[str | int, ...]) -> bool:
    """Return whether one of two ways leads to the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def readable(type_name: str, document: Mapping[str, JsonValue]) -> Readable:
    """Return what of a *document* can be read, and what is wrong with the rest.

    Args:
        type_name: The type, as `FieldSchema` names it, such as ``corev1.Pod``.
        document: A JSON object.

    >>> found = readable("corev1.ConfigMap", {"data": {"a": 1, "b": "2"}, "dat": {}})
    >>> found.body
    {'data': {'b': '2'}}
    >>> [str(error.path) for error in (*found.unknown, *found.mistyped)]
    ['dat', 'data[a]']
    """
    try:
        _, has_unknown = read_wire(type_name, document)
    except WireError:
        has_unknown = True
    if not has_unknown:  # which is nearly always so, and quickly known
        return Readable(dict(document))
    found = Readable({})
    found.body.update(_fields(FieldSchema(type_name), document, ROOT, found))
    return found


def _fields(
    schema: FieldSchema, value: Mapping[str, JsonValue], path: FieldPath, found: Readable
) -> Wire:
    out: Wire = {}
    for name, part in value.items():
        here = path.child(name)
        child = schema.child(name)
        if child is None:
            found.unknown.append(_unknown(here, name, schema))
        else:
            secret = is_confidential(schema.type, name)
            _keep(out, name, _Value(child, part, here, secret), found)
    return out


def _unknown(path: FieldPath, name: str, schema: FieldSchema) -> FieldError:
    close = get_close_matches(name, schema.fields, n=1)
    hint = f"; is {close[0]} meant?" if close else ""
    return forbidden(path, f'unknown field "{path}"{hint}', "unknown")


def _entries(of: "_Value", items: FieldSchema, found: Readable) -> Wire:
    out: Wire = {}
    for key, part in _mapping(of.value, "a map").items():
        _keep(out, key, of.part(items, part, of.path.key(key)), found)
    return out


def _items(of: "_Value", items: FieldSchema, found: Readable) -> list[JsonValue]:
    value = of.value
    if not isinstance(value, list):
        raise mistyped(value, "a list")
    out: Wire = {}
    for position, part in enumerate(value):
        _keep(out, str(position), of.part(items, part, of.path.index(position)), found)
    # What cannot be read leaves a gap, so that the others keep their places.
    return [out.get(str(position)) for position in range(len(value))]


class _Value(NamedTuple):
    """A value, what it is to be, where it is, and whether it is not to be shown."""

    schema: FieldSchema
    value: JsonValue
    path: FieldPath
    is_secret: bool

    def part(self, schema: FieldSchema, value: JsonValue, path: FieldPath) -> "_Value":
        """Return a part of it."""
        return _Value(schema, value, path, self.is_secret)


def _keep(out: Wire, name: str, value: _Value, found: Readable) -> None:
    """Put in *out* what can be read of a value, if anything can."""
    try:
        out[name] = None if value.value is None else _read(value, found)
    except WireError as error:
        shown = value.value
        if value.is_secret:
            error.conceal()
            shown = REDACTED
        wrong = FieldErrorType.TYPE_INVALID
        found.mistyped.append(FieldError(value.path, wrong, shown, error.reason, "type"))


def _read(of: _Value, found: Readable) -> JsonValue:
    """Return what can be read of a value.

    Raises:
        WireError: If it has the wrong type.
    """
    schema, value = of.schema, of.value
    items = schema.items
    if schema.kind == "object":
        return _fields(schema, _mapping(value, "an object"), of.path, found)
    if schema.kind == "map" and items is not None:
        return _entries(of, items, found)
    if schema.kind == "list" and items is not None:
        return _items(of, items, found)
    read_value(schema, value)
    return value


def _mapping(value: JsonValue, wanted: str) -> Mapping[str, JsonValue]:
    if not isinstance(value, Mapping):
        raise mistyped(value, wanted)
    return value
