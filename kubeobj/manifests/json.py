"""JSON files: read by the standard library's decoder, bounded, with the place of every value.

The decoder is compiled and fast, and knows no positions. So the text is read once more, by the
slower `Scanner`, when somebody asks where a value stands, or when something is wrong that only it
can point at: a key twice, too deep, a number out of range.

Several values may follow one another, as ``kubectl`` reads them. Numbers are read as the API
reads them: integers within 64 bits exactly, all others as floats. Half of a surrogate pair
becomes U+FFFD.

Source: ``encoding/json`` and ``k8s.io/apimachinery/pkg/util/json``.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from typing import NoReturn, final

from kubeobj.documents import JsonValue
from kubeobj.errors import ManifestError, echo
from kubeobj.manifests.limits import Limits
from kubeobj.manifests.position import (
    Marks,
    PackedPosition,
    Positions,
    entry_position,
    pack,
)
from kubeobj.manifests.scalars import ScalarError, json_float, json_integer
from kubeobj.manifests.text import SourceText

_SPACE = re.compile(r"[ \t\n\r]*")
_HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_TOKEN = re.compile(
    r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{}:,]|true|false|null|NaN|-?Infinity'
    r"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?",
    re.DOTALL,
)


# What is kept of an object and of a list while they are open.
_SCOPES: dict[str, Callable[[], dict[str, int] | None]] = {"{": dict, "[": lambda: None}


class JsonSyntaxError(Exception):
    """The text is not JSON; it may be YAML.

    Attributes:
        error: What is wrong with it as JSON.
    """

    def __init__(self, error: ManifestError) -> None:
        super().__init__(error)
        self.error = error


class _RefusedError(Exception):
    """The decoder met what `Scanner` refuses too, and can point at."""


def read_json(text: SourceText, limits: Limits) -> Iterator[Positions]:
    """Yield each value of *text* that is not null, with its positions.

    Args:
        text: The file.
        limits: How much of it to read.

    Raises:
        JsonSyntaxError: If it is not JSON.
        ManifestError: If a key comes twice, or there is more than the limits allow.
    """
    whole = SourceText(_mend_pairs(text.text), text.source)
    offset = _skip_space(whole.text, 0)
    while offset < len(whole.text):
        value, end = _decode(whole, offset, limits)
        if value is not None:
            yield _positions(whole, offset, limits, value)
        offset = _skip_space(whole.text, end)


@final
class Scanner:
    """Finds where the values of a JSON text stand, and what the decoder could not point at.

    The text is JSON at least as far as the first mistake that is looked for here.

    Args:
        text: The file.
        limits: How deep it may nest.
    """

    def __init__(self, text: SourceText, limits: Limits) -> None:
        self._text = text
        self._limits = limits
        self._found: list[PackedPosition] = []
        # The keys of each object around the current token, with their lines; None for a list.
        self._scopes: list[dict[str, int] | None] = []
        self._key: PackedPosition | None = None
        self._line = 0
        self._line_start = 0

    def scan(self, offset: int) -> list[PackedPosition]:
        """Return the positions of the value at *offset* and all inside it, in their order.

        Raises:
            ManifestError: If a key comes twice, a number is out of range, or it nests too deeply.
        """
        start = self._text.position(offset)
        self._line = start.line - 1
        self._line_start = offset - start.column + 1
        end = offset
        for token in _TOKEN.finditer(self._text.text, offset):
            lines = self._text.text.count("\n", end, token.start())
            if lines:
                self._line += lines
                self._line_start = self._text.text.rfind("\n", 0, token.start()) + 1
            end = token.end()
            self._take(token[0], token.start())
            if not self._scopes:
                break
        return self._found

    def _take(self, token: str, offset: int) -> None:
        """Take the next token."""
        scope = self._scopes[-1] if self._scopes else None
        match token:
            case "}" | "]":
                self._scopes.pop()
            case ",":
                self._key = None
            case ":":
                pass
            case _ if scope is not None and self._key is None:
                self._key = pack(self._line, offset - self._line_start)
                self._note_key(scope, json.loads(token), offset)
            case _:
                self._value(token, offset)

    def _value(self, token: str, offset: int) -> None:
        """Take a token that is a value or begins one."""
        mark = pack(self._line, offset - self._line_start)
        self._found.append(mark if self._key is None else entry_position(self._key, mark))
        if token in _SCOPES:
            if len(self._scopes) >= self._limits.depth:
                limit = self._limits.depth
                raise self._text.error(f"nested deeper than the limit of {limit} (depth)", offset)
            self._scopes.append(_SCOPES[token]())
            self._key = None
        elif token[0] in "-0123456789NI" and not _is_number(token):
            raise self._text.error(f"{token[:40]} is no number, or out of range", offset)

    def _note_key(self, scope: dict[str, int], key: str, offset: int) -> None:
        """Remember *key* of the object *scope*."""
        if key in scope:
            line = scope[key]
            raise self._text.error(f"the key {echo(key)} is already on line {line}", offset)
        scope[key] = self._line + 1


def _is_number(token: str) -> bool:
    """Report whether *token* is a number: NaN and Infinity are none in JSON, 1e999 in a float."""
    return token[-1] in "0123456789" and not math.isinf(float(token))


def _decode(text: SourceText, offset: int, limits: Limits) -> tuple[JsonValue, int]:
    """Return the value at *offset* and where it ends."""
    try:
        value, end = _DECODER.raw_decode(text.text, offset)
        _check_depth(value, limits)
    except json.JSONDecodeError as error:
        reason = f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise JsonSyntaxError(text.error(reason, error.pos)) from None
    except (_RefusedError, ScalarError, RecursionError):
        Scanner(text, limits).scan(offset)
        reason = "nested deeper than the interpreter can follow"
        raise text.error(reason, offset) from None
    return value, end


def _check_depth(value: JsonValue, limits: Limits) -> None:
    """Refuse a value that nests too deeply, one level after the other."""
    level = [value] if isinstance(value, dict | list) else []
    depth = 0
    while level:
        depth += 1
        if depth > limits.depth:
            raise _RefusedError
        level = [
            part
            for container in level
            for part in (container.values() if isinstance(container, dict) else container)
            if isinstance(part, dict | list)
        ]


def _positions(text: SourceText, offset: int, limits: Limits, value: JsonValue) -> Positions:
    """Return the positions of *value*, which stands at *offset*, to be found when needed."""
    return Positions(
        value, text.position(offset), lambda: _assign(value, Scanner(text, limits).scan(offset))
    )


def _assign(root: JsonValue, positions: list[PackedPosition]) -> Marks:
    """Return the marks of *root*, given the positions of it and all inside, in their order."""
    marks: Marks = {}
    following = iter(positions[1:])

    def entries(container: JsonValue) -> Iterator[JsonValue]:
        # Each mark is taken before the value is entered, so the order is that of the text.
        if isinstance(container, dict):
            table: dict[str, PackedPosition] = {}
            marks[id(container)] = table
            for key, value in container.items():
                table[key] = next(following)
                yield value
        elif isinstance(container, list):
            column: list[PackedPosition] = []
            marks[id(container)] = column
            for value in container:
                column.append(next(following))
                yield value

    pending = [entries(root)]
    while pending:
        for value in pending[-1]:
            if isinstance(value, dict | list):
                pending.append(entries(value))
                break
        else:
            pending.pop()
    return marks


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    """Return the object of *pairs*; refuse it if a key comes twice."""
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise _RefusedError
    return entries


def _constant(_text: str) -> NoReturn:
    """Refuse NaN and Infinity, which the decoder takes for numbers and JSON does not."""
    raise _RefusedError


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=json_integer,
    parse_float=json_float,
    parse_constant=_constant,
)


def _mend_pairs(text: str) -> str:
    """Return *text* with each half of a surrogate pair as U+FFFD, and of the same length."""
    if _HALF_PAIR.search(text) is None:
        return text
    return _ESCAPE.sub(lambda escape: "\\ufffd" if escape[1] else escape[0], text)


def _skip_space(text: str, offset: int) -> int:
    """Return where the white space at *offset* ends."""
    found = _SPACE.match(text, offset)
    return found.end() if found else offset
