"""What a YAML scalar means to Kubernetes: which words are booleans, numbers and nulls.

The rules are YAML 1.1's as Kubernetes' own reader keeps them, seen from the far end of its way
from YAML over JSON to an object: ``yes`` and ``off`` are booleans, ``0o17``, ``017``, ``0x1F`` and
``1_000`` are integers, ``1.0`` is the integer 1 (JSON has it as ``1``), an integer beyond 64 bits
is a float, a date is a string, and ``1:30`` is one too.

Source: ``sigs.k8s.io/yaml`` and its ``go.yaml.in/yaml/v2`` (resolution, keys), ``encoding/json``
and ``k8s.io/apimachinery/pkg/util/json`` (numbers).
"""

import binascii
import math
import re
from array import array
from decimal import Decimal

from kubeobj.documents import JsonScalar

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(["y", "Y", "yes", "Yes", "YES"], True),
    **dict.fromkeys(["true", "True", "TRUE", "on", "On", "ON"], True),
    **dict.fromkeys(["n", "N", "no", "No", "NO"], False),
    **dict.fromkeys(["false", "False", "FALSE", "off", "Off", "OFF"], False),
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
}
_NOT_FINITE = {
    **dict.fromkeys([".nan", ".NaN", ".NAN"], ".nan"),
    **dict.fromkeys([".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"], ".inf"),
    **dict.fromkeys(["-.inf", "-.Inf", "-.INF"], "-.inf"),
}
# Nothing that begins otherwise can be anything but a string.
_HINTS = frozenset("yYnNtTfFoO~.+-0123456789")

_INTEGER = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]([0-7]+)|0[bB]([01]+)|0([0-7]+)|(0|[1-9][0-9]*))"
)
_BASES = (16, 8, 2, 8, 10)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
# No number of 64 bits is longer, however it is written; `int` is quadratic, so it gets no more.
_MAX_DIGITS = 66

_TAG = "tag:yaml.org,2002:"
BINARY_TAG = f"{_TAG}binary"
"""The tag of a scalar that is the base64 text of what it means."""

_TAG_TYPES: dict[str, tuple[type, ...]] = {
    f"{_TAG}bool": (bool,),
    f"{_TAG}int": (int,),
    f"{_TAG}float": (int, float),
    f"{_TAG}null": (type(None),),
}


class ScalarError(Exception):
    """A scalar that JSON cannot hold; the caller knows where it stands."""


def resolve(text: str) -> JsonScalar:
    """Return the value of a scalar without quotes and without a tag.

    Raises:
        ScalarError: If it is infinite or not a number; JSON has neither.

    >>> [resolve(text) for text in ("web", "yes", "0x1F", "1.0", "1.5", "2001-01-01", "~")]
    ['web', True, 31, 1, 1.5, '2001-01-01', None]
    """
    if text and text[0] not in _HINTS:
        return text
    if text in _NOT_FINITE:
        raise ScalarError(f"{text} is not a number in JSON")
    value = _interpret(text)
    # The way leads through JSON text, where a whole float below 1e21 has no point.
    if isinstance(value, float) and value.is_integer() and -(2**63) <= value < 2**63:
        return int(value)
    return value


def resolve_tagged(text: str, tag: str) -> JsonScalar:
    """Return the value of a scalar with the tag *tag*, such as ``tag:yaml.org,2002:str``.

    A tag that YAML does not define makes a string, as it does for Kubernetes.

    Raises:
        ScalarError: If *text* is not of the type the tag names.
    """
    if tag == BINARY_TAG:
        raise ScalarError("!!binary cannot be read; write the base64 text without the tag")
    types = _TAG_TYPES.get(tag)
    if types is None:
        return text
    value = resolve(text)
    # A bool is an int to Python, and neither is the other to YAML.
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise ScalarError(f"{text[:40]!r} is not of the type !!{tag.removeprefix(_TAG)}")
    return value


def binary_text(text: str) -> str:
    """Return what a scalar with the tag ``!!binary`` means to the API: the text it encodes.

    Raises:
        ScalarError: If it is not base64.

    >>> binary_text("aGk=")
    'hi'
    """
    try:
        data = binascii.a2b_base64(text.replace("\n", ""), strict_mode=True)
    except ValueError:
        raise ScalarError(f"{text[:40]!r} is not base64") from None
    return data.decode("utf-8", "replace")


def resolve_key(text: str) -> str:
    """Return the key that a scalar without quotes and without a tag makes.

    Raises:
        ScalarError: If it is null, which cannot be a key.

    >>> [resolve_key(text) for text in ("app", "on", "010", "1.50")]
    ['app', 'true', '8', '1.5']
    """
    if text and text[0] not in _HINTS:
        return text
    return _NOT_FINITE.get(text) or key_text(_interpret(text))


def key_text(value: JsonScalar) -> str:
    """Return the key that *value* makes: JSON has only strings.

    Booleans and numbers become their text, floats with the precision of 32 bits.

    Raises:
        ScalarError: If it is null, which cannot be a key.
    """
    if value is None:
        raise ScalarError("a key is null; put it in quotes")
    if isinstance(value, bool):
        return "true" if value else "false"
    return _float32_text(value) if isinstance(value, float) else str(value)


def json_integer(text: str) -> int | float:
    """Return the JSON integer *text*: exact within 64 bits, a float beyond, as the API reads it.

    Raises:
        ScalarError: If it is beyond a float too.
    """
    if len(text) <= _MAX_DIGITS and -(2**63) <= (value := int(text)) < 2**63:
        return value
    return json_float(text)


def json_float(text: str) -> float:
    """Return the JSON number *text* as a float.

    Raises:
        ScalarError: If no float is as large.
    """
    value = float(text)
    if math.isinf(value):
        raise ScalarError(f"{text[:40]} is out of range")
    return value


def _interpret(text: str) -> JsonScalar:
    """Return the word or number that *text* is, or *text* itself if it is neither."""
    if text in _WORDS:
        return _WORDS[text]
    plain = text if text[0] == "." else text.replace("_", "")
    match = _INTEGER.fullmatch(plain)
    value = None if match is None else _integer(match)
    if value is not None:
        return value
    if _FLOAT.fullmatch(plain) is None:
        return text
    number = float(plain)
    return text if math.isinf(number) else number


def _integer(match: re.Match[str]) -> int | float | None:
    """Return the integer of *match*, a float beyond int64, or None beyond uint64."""
    base, digits = next(
        (base, digits)
        for base, digits in zip(_BASES, match.groups()[1:], strict=True)
        if digits is not None
    )
    if len(digits.lstrip("0")) > _MAX_DIGITS:
        return None
    value = int(digits.lstrip("0") or "0", base)
    if match[1] == "-":
        return -value if value <= 2**63 else None
    if value < 2**63:
        return value
    return float(value) if value < 2**64 and not match[1] else None


def _float32_text(value: float) -> str:
    """Return the shortest text that reads back as *value* with 32 bits, in Go's format."""
    wanted = _float32(value)
    if math.isinf(wanted):
        return ".inf" if value > 0 else "-.inf"
    # Nine digits always tell two such floats apart.
    texts = (f"{value:.{digits}e}" for digits in range(9))
    shortest = next(text for text in texts if _float32(float(text)) == wanted)
    exponent = int(shortest.partition("e")[2])
    return f"{Decimal(shortest):f}" if -4 <= exponent < 6 else shortest


def _float32(value: float) -> float:
    """Return the float of 32 bits that is nearest to *value*; infinite if none is."""
    return array("f", [value])[0]
