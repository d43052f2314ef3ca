"""Annotations: notes on an object for tools; text, but with a type for those who know the key.

Source: Annotations (Kubernetes v1.36).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar, final

import orjson

from kubeobj.documents import JsonValue
from kubeobj.errors import ROOT, FieldError, FieldErrors, FieldErrorType, FieldPath
from kubeobj.labels.requirement import parse_integer
from kubeobj.names import byte_length, is_label_key, validate_qualified_name
from kubeobj.names.syntax import invalid

ANNOTATIONS_MAX_BYTES = 256 * 1024
"""The most that the keys and values of one object's annotations may take together."""

_PATH = FieldPath.of("metadata", "annotations")
_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})

T = TypeVar("T")


def validate_annotations(
    annotations: Mapping[str, str], path: FieldPath = ROOT
) -> tuple[FieldError, ...]:
    """Return which keys are wrong, and whether all is too long together.

    A key is a label key, but capitals may stand anywhere in it. A value may be any text.

    >>> validate_annotations({"Example.com/Note": "any text!"})
    ()
    """
    errors = [
        invalid(path, key, error.detail, "format=annotation-key")
        for key in annotations
        if not is_label_key(key)
        for error in validate_qualified_name(_lower(key))
    ]
    size = annotations_size_bytes(annotations)
    if size > ANNOTATIONS_MAX_BYTES:
        detail = f"keys and values take {size} bytes, and may take {ANNOTATIONS_MAX_BYTES}"
        errors.append(FieldError(path, FieldErrorType.TOO_LONG, "", detail, "maxBytes"))
    return tuple(errors)


def annotations_size_bytes(annotations: Mapping[str, str]) -> int:
    """Return how many bytes all keys and values take together, as the API counts them."""
    return sum(byte_length(key) + byte_length(value) for key, value in annotations.items())


@final
@dataclass(frozen=True, slots=True)
class Codec(Generic[T]):
    """How values of one type are written as annotations.

    Args:
        decode: Returns the value of a text; raises ValueError if it is none.
        encode: Returns the text of a value; raises ValueError if it has none.
    """

    decode: Callable[[str], T]
    encode: Callable[[T], str]


@final
@dataclass(frozen=True, slots=True)
class AnnotationKey(Generic[T]):
    """The key of an annotation, and the type of its value.

    Args:
        key: A label key, in small letters or capitals.
        codec: How the value is written.

    Raises:
        FieldErrors: If *key* is no valid key.

    >>> replicas = AnnotationKey("example.com/replicas", INTEGER)
    >>> annotations = replicas.set({}, 3)
    >>> annotations, replicas.get(annotations)
    ({'example.com/replicas': '3'}, 3)
    """

    key: str
    codec: Codec[T]

    def __post_init__(self) -> None:
        if errors := validate_annotations({self.key: ""}):
            raise FieldErrors(errors)

    def get(self, annotations: Mapping[str, str]) -> T | None:
        """Return the value, or None where there is no such annotation.

        Raises:
            FieldErrors: If the text is no value of the type.
        """
        text = annotations.get(self.key)
        if text is None:
            return None
        try:
            return self.codec.decode(text)
        except ValueError as error:
            path = _PATH.key(self.key)
            raise FieldErrors([invalid(path, text, str(error), "annotation=codec")]) from error

    def set(self, annotations: Mapping[str, str], value: T) -> dict[str, str]:
        """Return *annotations* with *value* under the key.

        Raises:
            FieldErrors: If the value cannot be written.
        """
        try:
            text = self.codec.encode(value)
        except ValueError as error:
            path = _PATH.key(self.key)
            raise FieldErrors([invalid(path, None, str(error), "annotation=codec")]) from error
        return {**annotations, self.key: text}

    def unset(self, annotations: Mapping[str, str]) -> dict[str, str]:
        """Return *annotations* without the key."""
        return {key: text for key, text in annotations.items() if key != self.key}


def _decode_boolean(text: str) -> bool:
    if text not in _TRUE | _FALSE:
        msg = "must be 'true' or 'false'"
        raise ValueError(msg)
    return text in _TRUE


def _encode_boolean(value: bool) -> str:  # noqa: FBT001 - the value itself
    return "true" if value else "false"


def _decode_integer(text: str) -> int:
    number = parse_integer(text)
    if number is None:
        msg = "must be an integer of 64 bits"
        raise ValueError(msg)
    return number


def _encode_integer(value: int) -> str:
    # Python refuses to print very long numbers, with a ValueError of its own.
    return str(_decode_integer(str(value)))


def _decode_json(text: str) -> JsonValue:
    value: JsonValue = orjson.loads(text)
    return value


def _encode_json(value: JsonValue) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError as error:
        raise ValueError(str(error)) from error


def _lower(key: str) -> str:
    """Return *key* in small letters as Go has them, which knows one for İ too."""
    return key.replace("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", "i").lower()


TEXT: Codec[str] = Codec(str, str)
"""Text as it is."""

BOOLEAN: Codec[bool] = Codec(_decode_boolean, _encode_boolean)
"""True or false; reads all the words for it that Go reads."""

INTEGER: Codec[int] = Codec(_decode_integer, _encode_integer)
"""An integer of 64 bits."""

JSON: Codec[JsonValue] = Codec(_decode_json, _encode_json)
"""Any JSON value; written without spaces, and with keys in order."""
