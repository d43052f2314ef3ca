"""Everything kubeobj raises, and the parts that errors are made of.

The tree (a test holds this drawing against the classes)::

    KubeobjError
    ├── FieldErrors(ValueError)               one or more values break a rule
    ├── SelectorError(ValueError)             a selector that cannot be used
    │   ├── SelectorSyntaxError               the text is not a selector
    │   └── SelectorInvalidError              it reads as one, but breaks a rule
    ├── LabelsTypeError(TypeError)            labels that are no mapping of strings to strings
    ├── UnknownIdError(LookupError)           nothing is indexed under the id
    ├── QuantityError(ValueError)             the text is not a quantity
    ├── TimeError(ValueError)                 the text is not a time or a duration
    ├── ObjectReferenceError(ValueError)      the text is not a reference to an API object
    ├── ManifestError(ValueError)             the text is not a manifest
    └── PatchError(ValueError)                a patch that cannot be applied or computed
        ├── PatchDecodeError                  the patch or the document is not one
        ├── PatchTestError                    a test operation found something else
        ├── PatchConflictError                both sides have changed the same
        └── PatchCrashError                   Kubernetes itself fails on it

A *field error* says what is wrong with one value: where it is, what it is, which rule it breaks.
Validation collects all of them; nothing stops at the first.

Source: ``k8s.io/apimachinery/pkg/util/validation/field`` (v1.36) for the types, paths and prose.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Self, final

from kubeobj.documents import JsonValue

ECHO_LIMIT = 256
"""The most characters of an offending value that a message repeats."""


class KubeobjError(Exception):
    """The root: `except KubeobjError` catches whatever kubeobj raises about its input."""

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        # The default calls the constructor with args, and ours take keywords: process pools would
        # lose the error.
        return _restored, (type(self), self.args, self.__dict__)


def _restored(
    kind: type[KubeobjError], args: tuple[object, ...], state: dict[str, object]
) -> KubeobjError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class FieldErrorType(StrEnum):
    """The kind of rule a field breaks; the values are the API's own cause reasons."""

    NOT_FOUND = "FieldValueNotFound"
    REQUIRED = "FieldValueRequired"
    DUPLICATE = "FieldValueDuplicate"
    INVALID = "FieldValueInvalid"
    NOT_SUPPORTED = "FieldValueNotSupported"
    FORBIDDEN = "FieldValueForbidden"
    TOO_LONG = "FieldValueTooLong"
    TOO_MANY = "FieldValueTooMany"
    INTERNAL = "InternalError"
    TYPE_INVALID = "FieldValueTypeInvalid"

    @property
    def prose(self) -> str:
        """The words a message opens with, as the API writes them."""
        return _PROSE[self]


_PROSE = {
    FieldErrorType.NOT_FOUND: "Not found",
    FieldErrorType.REQUIRED: "Required value",
    FieldErrorType.DUPLICATE: "Duplicate value",
    FieldErrorType.INVALID: "Invalid value",
    FieldErrorType.NOT_SUPPORTED: "Unsupported value",
    FieldErrorType.FORBIDDEN: "Forbidden",
    FieldErrorType.TOO_LONG: "Too long",
    FieldErrorType.TOO_MANY: "Too many",
    FieldErrorType.INTERNAL: "Internal error",
    FieldErrorType.TYPE_INVALID: "Invalid value",
}

# Kinds of error whose message says nothing of the value: there is none, or it is beside the point.
_VALUELESS = frozenset(
    {
        FieldErrorType.REQUIRED,
        FieldErrorType.FORBIDDEN,
        FieldErrorType.TOO_LONG,
        FieldErrorType.INTERNAL,
    }
)


class MapKey(str):
    """A path step into a map by key, written ``[key]`` where a field is written ``.field``."""

    __slots__ = ()


@final
@dataclass(frozen=True, slots=True)
class FieldPath:
    """Where a value is in a document, such as ``spec.containers[0].image``.

    Args:
        parts: Field names (`str`), list positions (`int`) and map keys (`MapKey`), outermost first.

    >>> str(FieldPath.of("spec", "containers", 0, "image"))
    'spec.containers[0].image'
    >>> str(FieldPath.of("metadata", "labels").key("app"))
    'metadata.labels[app]'
    """

    parts: tuple[str | int, ...] = ()

    @classmethod
    def of(cls, *parts: str | int) -> Self:
        """Return the path of these parts, outermost first."""
        return cls(parts)

    def child(self, *names: str) -> "FieldPath":
        """Return the path of a field of the object here."""
        return FieldPath((*self.parts, *names))

    def index(self, position: int) -> "FieldPath":
        """Return the path of the item at *position* of the list here, counted from 0."""
        return FieldPath((*self.parts, position))

    def key(self, key: str) -> "FieldPath":
        """Return the path of the entry *key* of the map here."""
        return FieldPath((*self.parts, MapKey(key)))

    def __str__(self) -> str:
        text = ""
        for part in self.parts:
            if isinstance(part, int | MapKey):
                text += f"[{part}]"
            else:
                text += f".{part}" if text else part
        return _one_line(text)


ROOT = FieldPath()
"""The path of a whole value; a message about it names no field."""


@final
@dataclass(frozen=True, slots=True)
class FieldError:
    """One value that breaks one rule.

    Args:
        path: Where the value is.
        type: Which kind of rule it breaks.
        value: The value itself, as JSON; None where there is none.
        detail: The rule in prose, and what to write instead.
        origin: The rule by name, such as ``format=k8s-label-value``; what programs compare.

    >>> name = FieldPath.of("metadata", "name")
    >>> print(FieldError(name, FieldErrorType.INVALID, "A", "no capitals"))
    metadata.name: Invalid value: "A": no capitals
    """

    path: FieldPath
    type: FieldErrorType
    value: JsonValue = None
    detail: str = ""
    origin: str = ""

    @property
    def message(self) -> str:
        """The message without the path, as the API gives it in a cause."""
        text = self.type.prose
        if self.type not in _VALUELESS:
            text += f": {echo(self.value)}"
        return f"{text}: {_one_line(self.detail)}" if self.detail else text

    def __str__(self) -> str:
        where = str(self.path)
        return f"{where}: {self.message}" if where else self.message


class FieldErrors(KubeobjError, ValueError):
    """One or more values break a rule.

    Attributes:
        errors: Every one of them, in the order of the document.
    """

    errors: tuple[FieldError, ...]

    def __init__(self, errors: Iterable[FieldError]) -> None:
        """Collect *errors*, of which there is at least one."""
        self.errors = tuple(errors)
        super().__init__(self.errors)

    def __iter__(self) -> Iterator[FieldError]:
        return iter(self.errors)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


class SelectorError(KubeobjError, ValueError):
    """A label or field selector that cannot be used.

    Attributes:
        text: The selector as it was written.
        position: Where the mistake is, in characters from 0; the length of the text at its end.
        hint: What to write instead, or empty.
    """

    reason: str
    text: str
    position: int
    hint: str

    def __init__(self, reason: str, *, text: str, position: int, hint: str = "") -> None:
        """Say that *text* is wrong at *position*, and why."""
        super().__init__(reason)
        self.reason = reason
        self.text = text
        self.position = position
        self.hint = hint

    def __str__(self) -> str:
        return "\n".join(part for part in (self.reason, self._caret(), self._advice()) if part)

    def _caret(self) -> str:
        return point_at(self.text, self.position) if self.text else ""

    def _advice(self) -> str:
        return f"hint: {_one_line(self.hint)}" if self.hint else ""


class SelectorSyntaxError(SelectorError):
    """The text is not a selector.

    Attributes:
        found: What stands at the position; empty at the end of the text.
        expected: What could have stood there, in words, such as ``','`` or ``a value``.
    """

    found: str
    expected: tuple[str, ...]

    def __init__(
        self, *, text: str, position: int, found: str, expected: Iterable[str], hint: str = ""
    ) -> None:
        """Say that *found* stands where only *expected* can."""
        self.found = found
        self.expected = tuple(expected)
        what = echo(found) if found else "the end"
        reason = f"found {what}"
        if self.expected:
            reason += f", expected {_alternatives(self.expected)}"
        super().__init__(reason, text=text, position=position, hint=hint)


class SelectorInvalidError(SelectorError):
    """The text reads as a selector, or the parts make one, but a key or value breaks a rule.

    Attributes:
        errors: Every broken rule; all that are wrong with the selector, not the first alone.
        positions: Where each of them stands in the text, in the same order; empty for parts.
    """

    errors: tuple[FieldError, ...]
    positions: tuple[int, ...]

    def __init__(
        self,
        errors: Iterable[FieldError],
        *,
        text: str = "",
        positions: Iterable[int] = (),
        hint: str = "",
    ) -> None:
        """Collect *errors*, of which there is at least one."""
        self.errors = tuple(errors)
        self.positions = tuple(positions)
        first = self.positions[0] if self.positions else 0
        reason = "\n".join(str(error) for error in self.errors)
        super().__init__(reason, text=text, position=first, hint=hint)

    def __str__(self) -> str:
        if not self.text:
            return super().__str__()
        lines: list[str] = []
        for error, position in zip(self.errors, self.positions, strict=True):
            lines += [str(error), point_at(self.text, position)]
        return "\n".join([*lines, self._advice()] if self.hint else lines)


class LabelsTypeError(KubeobjError, TypeError):
    """Labels that are not a mapping of strings to strings."""


class UnknownIdError(KubeobjError, LookupError):
    """Nothing is indexed under the id that was asked for."""


class QuantityError(KubeobjError, ValueError):
    """The text is not a resource quantity.

    Attributes:
        text: What was read.
        rule: Which part is wrong: ``format``, ``numeric`` or ``suffix``.
    """

    def __init__(self, reason: str, *, text: str, rule: str) -> None:
        """Say why *text* is no quantity."""
        super().__init__(reason)
        self.text = text
        self.rule = rule


class TimeError(KubeobjError, ValueError):
    """The text is not a time or a duration."""


class ObjectReferenceError(KubeobjError, ValueError):
    """The text is not a reference to an API object."""


class ManifestError(KubeobjError, ValueError):
    """The text is not a manifest: bad YAML or JSON, or more of it than the limits allow.

    Attributes:
        source: The file, as it was given, or ``-``.
        line: The line of the mistake, from 1.
        column: Its column, from 1.
    """

    def __init__(self, reason: str, *, source: str, line: int, column: int) -> None:
        """Say what is wrong at a line of *source*."""
        super().__init__(f"{_one_line(source)}:{line}:{column}: {reason}")
        self.reason = reason
        self.source = source
        self.line = line
        self.column = column


class PatchRule(StrEnum):
    """What is wrong with a patch; what programs compare."""

    BAD_PATCH = "bad_patch"
    BAD_DOCUMENT = "bad_document"
    # JSON patch
    UNKNOWN_OP = "unknown_op"
    MISSING = "missing"
    BAD_INDEX = "bad_index"
    INVALID_INDEX = "invalid_index"
    TEST_FAILED = "test_failed"
    TOO_MANY_OPERATIONS = "too_many_operations"
    COPY_LIMIT = "copy_limit"
    TOO_DEEP = "too_deep"
    # strategic merge patch
    BAD_PATCH_DIRECTIVE = "bad_patch_directive"
    LIST_MERGE_DIRECTIVE = "list_merge_directive"
    NO_MERGE_KEY = "no_merge_key"
    NO_MERGE_KEY_DECLARED = "no_merge_key_declared"
    ORDER_MISMATCH = "order_mismatch"
    BAD_SET_ELEMENT_ORDER = "bad_set_element_order"
    BAD_RETAIN_KEYS = "bad_retain_keys"
    BAD_DELETE_FROM_PRIMITIVE_LIST = "bad_delete_from_primitive_list"
    EMPTY_LISTS = "empty_lists"
    MIXED_LIST = "mixed_list"
    ITEM_NOT_A_MAP = "item_not_a_map"
    LIST_OF_LISTS = "list_of_lists"
    NOT_A_LIST_FIELD = "not_a_list_field"
    NOT_AN_OBJECT_FIELD = "not_an_object_field"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_FIELD = "unknown_field"
    CONFLICT = "conflict"
    PANIC = "panic"
    OTHER = "other"


class PatchError(KubeobjError, ValueError):
    """A patch that cannot be applied to the document, or that cannot be computed.

    Attributes:
        rule: What is wrong, as programs compare it.
    """

    rule: PatchRule

    def __init__(self, reason: str, *, rule: PatchRule) -> None:
        """Say why, in prose and as a rule."""
        super().__init__(reason)
        self.rule = rule


class PatchDecodeError(PatchError):
    """The patch is no patch, or the document is no document: wrong before anything is applied."""


class PatchTestError(PatchError):
    """A JSON patch's `test` operation found another value than it asks for."""

    def __init__(self, reason: str) -> None:
        """Say where, and what was asked for."""
        super().__init__(reason, rule=PatchRule.TEST_FAILED)


class PatchConflictError(PatchError):
    """A computed patch would undo a change that someone else has made since."""

    def __init__(self, reason: str) -> None:
        """Say what is in conflict."""
        super().__init__(reason, rule=PatchRule.CONFLICT)


class PatchCrashError(PatchError):
    """Kubernetes' own library fails outright on this; an API server answers with status 500."""

    def __init__(self, reason: str) -> None:
        """Say what it cannot do."""
        super().__init__(reason, rule=PatchRule.PANIC)


def echo(value: JsonValue) -> str:
    """Return *value* as JSON for a message, cut to `ECHO_LIMIT` characters."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (RecursionError, TypeError, ValueError):
        # Too deep, too long a number, or no JSON after all: a message must always be.
        text = f"<{type(value).__name__}>"
    more = f"… ({len(text)} characters)" if len(text) > ECHO_LIMIT else ""
    # Control characters would steer a terminal, and lone surrogates cannot be printed at all.
    return _one_line(text[:ECHO_LIMIT]) + more


def point_at(text: str, position: int) -> str:
    """Return the part of *text* around *position* on one line, with a caret below it."""
    start = max(0, position - 60)
    window = text[start : position + 40]
    before = _one_line(window[: position - start])
    lead = "…" if start else ""
    tail = "…" if position + 40 < len(text) else ""
    shown = f"{lead}{before}{_one_line(window[position - start :])}{tail}"
    return f"  {shown}\n  {' ' * (len(lead) + len(before))}^"


def _one_line(text: str) -> str:
    """Return *text* with everything that would break the line or the caret escaped."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def _alternatives(expected: tuple[str, ...]) -> str:
    """Return *expected* as a list in prose."""
    if len(expected) == 1:
        return expected[0]
    return f"{', '.join(expected[:-1])} or {expected[-1]}"
