"""Templates of JSONPath as kubectl writes them: text, and paths in braces.

The grammar is that of client-go, with its peculiarities: a path may begin without ``$``, ``range``
and ``end`` make loops, and a filter compares one value with another.

Source: ``k8s.io/client-go/util/jsonpath`` (v1.36); Kubernetes documentation, JSONPath Support.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias, final

from kubeobj.errors import KubeobjError


@final
class JsonPathError(KubeobjError, ValueError):
    """A template that is none, or that does not fit what it is applied to."""


@final
@dataclass(frozen=True, slots=True)
class Text:
    """A value that stands there as it is: text, a number, a boolean."""

    value: str | int | float | bool


@final
@dataclass(frozen=True, slots=True)
class Field:
    """The value of a field; all of them if the name is ``*``."""

    name: str


@final
@dataclass(frozen=True, slots=True)
class Slice:
    """Some items of a list; each number None for its default."""

    start: int | None
    stop: int | None
    step: int | None
    is_index: bool = False


@final
@dataclass(frozen=True, slots=True)
class Filter:
    """The items of a list for which something is so."""

    left: "Steps"
    operator: str
    right: "Steps"


@final
@dataclass(frozen=True, slots=True)
class Union:
    """The values of several paths."""

    parts: "tuple[Steps, ...]"


@final
@dataclass(frozen=True, slots=True)
class Descend:
    """A value, and all that is in it."""


@final
@dataclass(frozen=True, slots=True)
class Word:
    """``range`` or ``end``, or a word that means nothing."""

    name: str


Step: TypeAlias = Text | Field | Slice | Filter | Union | Descend | Word
Steps: TypeAlias = tuple[Step, ...]
Template: TypeAlias = tuple[Text | Steps, ...]
"""Texts and paths, in order."""

_SLICE: Final = re.compile(r"^(-?\d*)(:-?\d*)?(:-?\d*)?$")
_KEY: Final = re.compile(r"^'([^']*)'$")
_COMPARISON: Final = re.compile(r"^([^!<>=]+)([!<>=]+)(.+)$", re.DOTALL)
_NUMBER: Final = re.compile(r"[+-]?[\d.]*")
_INTEGER: Final = re.compile(r"[+-]?\d+")
# What ends the name of a field, unless a backslash is before it.
_FIELD: Final = re.compile(r"(?:\\.|[^\\ \t\r\n.,\[\]$@{}])*", re.DOTALL)
_WORD: Final = re.compile(r"[^ \t\r\n.,\[\]$@{}]*")
_ESCAPES: Final = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    "'": "'",
    '"': '"',
}
_NESTED: Final = 64


def parse_path(text: str) -> Template:
    """Return the template that *text* is.

    Raises:
        JsonPathError: If it is none.

    >>> parse_path("{.metadata.name}")
    ((Field(name='metadata'), Field(name='name')),)
    """
    return _Parser(text, 0).template()


def relaxed(text: str) -> str:
    """Return a path as a template: braces and the leading dot may be left out.

    Raises:
        JsonPathError: If it is no path.

    >>> relaxed("metadata.name"), relaxed("{.spec}")
    ('{.metadata.name}', '{.spec}')
    """
    if not text:
        return text
    inner = text[1:-1] if text.startswith("{") and text.endswith("}") else text
    if "{" in inner or "}" in inner:
        raise JsonPathError(
            "unexpected path string, expected a 'name1.name2' or '.name1.name2' or"
            " '{name1.name2}' or '{.name1.name2}'"
        )
    return f"{{{inner}}}" if inner.startswith(".") else f"{{.{inner}}}"


@final
class _Parser:
    def __init__(self, text: str, depth: int) -> None:
        if depth > _NESTED:
            raise JsonPathError("the template is nested too deep")
        self._text = text
        self._at = 0
        self._depth = depth
        self._steps: list[Step] = []
        self._parsers: dict[str, Callable[[], None]] = {
            "[": self._array,
            '"': self._quote,
            "'": self._quote,
            ".": self._field,
        }

    def template(self) -> Template:
        found: list[Text | Steps] = []
        while self._at < len(self._text):
            brace = self._text.find("{", self._at)
            if brace < 0:
                found.append(Text(self._text[self._at :]))
                break
            if brace > self._at:
                found.append(Text(self._text[self._at : brace]))
            self._at = brace + 1
            found.append(self._action())
        return tuple(found)

    def _action(self) -> Steps:
        self._steps = []
        while not self._text.startswith("}", self._at):
            self._step()
        self._at += 1
        return tuple(self._steps)

    def _step(self) -> None:
        if self._text.startswith("[?(", self._at):
            self._filter()
        elif self._text.startswith("..", self._at):
            self._descend()
        elif self._at >= len(self._text) or self._text[self._at] in "\r\n":
            raise JsonPathError("unclosed action")
        else:
            self._plain(self._text[self._at])

    def _plain(self, char: str) -> None:
        if char in " @$":
            self._at += 1
        elif char in self._parsers:
            self._parsers[char]()
        elif char in "+-" or char.isdigit():
            self._number()
        elif char == "_" or char.isalnum():
            word = self._match(_WORD)
            is_bool = word in {"true", "false"}
            self._steps.append(Text(word == "true") if is_bool else Word(word))
        else:
            raise JsonPathError(f"unrecognized character in action: U+{ord(char):04X} '{char}'")

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        text = found.group() if found else ""
        self._at += len(text)
        return text

    def _descend(self) -> None:
        if self._steps and isinstance(self._steps[-1], Descend):
            raise JsonPathError("invalid multiple recursive descent")
        self._steps.append(Descend())
        self._at += 2
        rest = self._text[self._at : self._at + 1]
        if rest == "_" or rest.isalnum():
            self._named()

    def _field(self) -> None:
        self._at += 1
        self._named()

    def _named(self) -> None:
        name = self._match(_FIELD)
        self._steps.append(Field(name.replace("\\", "")))

    def _number(self) -> None:
        text = self._match(_NUMBER)
        try:
            number = int(text) if _INTEGER.fullmatch(text) else float(text)
        except ValueError:
            raise JsonPathError(f"cannot parse number {text}") from None
        self._steps.append(Text(number))

    def _quote(self) -> None:
        quote, begin = self._text[self._at], self._at + 1
        end = begin
        while True:
            char = self._text[end : end + 1]
            if char in {"", "\n"}:
                raise JsonPathError("unterminated quoted string")
            if char == quote and self._text[end - 1] != "\\":
                break
            end += 1
        self._at = end + 1
        self._steps.append(Text(_unquoted(self._text[begin:end], quote)))

    def _array(self) -> None:
        end = self._text.find("]", self._at)
        text = self._text[self._at + 1 : end]
        if end < 0 or "\n" in text:
            raise JsonPathError("unterminated array")
        self._at = end + 1
        if text == "*":
            text = ":"
        parts = text.split(",")
        if len(parts) > 1:
            self._steps.append(Union(tuple(self._inner(f"[{one.strip(' ')}]") for one in parts)))
        elif key := _KEY.match(text):
            self._steps += self._inner(f".{key[1]}")
        else:
            self._steps.append(_slice(text))

    def _filter(self) -> None:
        begin = self._at + 3
        text = self._text[begin : self._filter_end(begin)]
        self._at = begin + len(text) + 1
        if not self._text.startswith("]", self._at):
            raise JsonPathError("unclosed array expect ]")
        self._at += 1
        found = _COMPARISON.match(text)
        if found is None:
            self._steps.append(Filter(self._inner(text), "exists", ()))
        else:
            self._steps.append(Filter(self._inner(found[1]), found[2], self._inner(found[3])))

    def _filter_end(self, begin: int) -> int:
        quote = ""
        is_closed = False
        for at in range(begin, len(self._text)):
            char = self._text[at]
            if char == "\n":
                break
            if char in "\"'":
                if not quote:
                    quote = char
                elif char == quote and self._text[at - 1] != "\\":
                    is_closed = True
            elif char == ")" and bool(quote) == is_closed:
                return at
        raise JsonPathError("unterminated filter")

    def _inner(self, text: str) -> Steps:
        found = _Parser(f"{{{text}}}", self._depth + 1).template()
        first = found[0]
        return (first,) if isinstance(first, Text) else first


def _slice(text: str) -> Slice:
    found = _SLICE.match(text)
    if found is None:
        raise JsonPathError(f"invalid array index {text}")
    numbers: list[int | None] = []
    for part in (found[1], *(one and one[1:] for one in (found[2], found[3]))):
        if part == "-":
            raise JsonPathError(f"array index {part} is not a number")
        numbers.append(int(part) if part else None)
    start, stop, step = numbers
    if found[2] is None:
        return Slice(start or 0, (start or 0) + 1, step, is_index=True)
    return Slice(start, stop, step)


def _unquoted(text: str, quote: str) -> str:
    if "\\" not in text:
        return text
    out: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char != "\\":
            out.append(char)
            at += 1
            continue
        piece, size = _escape(text, at, quote)
        out.append(piece)
        at += size
    return "".join(out)


def _escape(text: str, at: int, quote: str) -> tuple[str, int]:
    letter = text[at + 1 : at + 2]
    if letter in {"'", '"'} and letter != quote:
        letter = ""
    if letter in _ESCAPES and letter:
        return _ESCAPES[letter], 2
    sizes = {"x": 2, "u": 4, "U": 8}
    if letter in sizes:
        digits = text[at + 2 : at + 2 + sizes[letter]]
        if len(digits) == sizes[letter] and re.fullmatch(r"[0-9a-fA-F]+", digits):
            number = int(digits, 16)
            if number <= 0x10FFFF and not 0xD800 <= number < 0xE000:
                return chr(number), 2 + sizes[letter]
    elif re.fullmatch(r"[0-3][0-7]{2}", text[at + 1 : at + 4]):
        return chr(int(text[at + 1 : at + 4], 8)), 4
    raise JsonPathError(f"unquote string {quote}{text}{quote} error invalid syntax")
