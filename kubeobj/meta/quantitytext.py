"""The text of quantities: reading it, and writing it in canonical form.

Kubernetes keeps nothing finer than a nano, so every quantity is a whole number of nanos. What is
finer rounds away from zero: who asks for something gets something. Binary quantities stop at
2^63 - 1. Small numbers that stand in canonical form already keep their text, others lose it; which
ones they are is Kubernetes' rule, and follows from what fits its 64-bit fast path.

Source: ``k8s.io/apimachinery/pkg/api/resource`` (v1.36).
"""

import re
from enum import StrEnum
from typing import TypeAlias

from kubeobj.errors import QuantityError, echo

NANO_PLACES = 9
NANOS = 10**NANO_PLACES
"""How many nanos make one."""

MAX_INT64 = 2**63 - 1

DIGIT_LIMIT = 4_000
"""The most characters of a quantity's text, and the most digits before its decimal point.

Kubernetes has no limit of its own but time and memory; Python's integers print up to 4,300 digits.
"""

BIT_LIMIT = (10 ** (DIGIT_LIMIT + NANO_PLACES)).bit_length()
"""The most bits of a count of nanos that keeps to `DIGIT_LIMIT`."""


class Format(StrEnum):
    """Which suffixes a quantity is written with; the values are Kubernetes' own names."""

    DECIMAL_SI = "DecimalSI"
    """``12M``: powers of 1000 by letter."""
    BINARY_SI = "BinarySI"
    """``12Mi``: powers of 1024 by letter."""
    DECIMAL_EXPONENT = "DecimalExponent"
    """``12e6``: powers of 1000 by number."""
    UNSET = ""
    """Of the zero that JSON null stands for; it takes the format of what is added to it."""


Reading: TypeAlias = tuple[int, Format, int | None, str]
"""Nanos, format, scale, kept text.

The scale is the power of ten that Kubernetes counts in with 64 bits, or None where it turns to
big decimals. The text is what was read, or empty where the canonical form replaces it.
"""

_DECIMAL_LETTERS = ("n", "u", "m", "", "k", "M", "G", "T", "P", "E")
_BINARY_LETTERS = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_UNITS = {
    **{letter: (3 * i - 9, Format.DECIMAL_SI) for i, letter in enumerate(_DECIMAL_LETTERS)},
    **{letter: (10 * i, Format.BINARY_SI) for i, letter in enumerate(_BINARY_LETTERS) if letter},
}

# Possessive throughout, so that no text is read twice: sign, zeros, whole, fraction, letters, power
_TEXT = re.compile(
    r"([+-]?+)(0*+)([0-9]*+)(?:\.([0-9]*+))?+([eEinumkKMGTP]*+)([+-]?+[0-9]*+)", re.ASCII
)

_FAST_DIGITS = 18
_FAST_BINARY_DIGITS = 14
_SUFFIXES = "n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or an exponent such as e3"


def read(text: str) -> Reading:
    """Return what the quantity *text* means.

    Raises:
        QuantityError: If it is no quantity, or exceeds `DIGIT_LIMIT`.
    """
    if len(text) > DIGIT_LIMIT:
        raise too_large(text)
    match = _TEXT.fullmatch(text)
    if match is None or not text:
        msg = f"{echo(text)} is not a quantity: a number and a suffix, such as 500m or 1.5Gi"
        raise QuantityError(msg, text=text, rule="format")
    sign, zeros, whole, fraction, letters, power = match.groups("")
    unit = _read_exponent(letters, power) if power else _UNITS.get(letters)
    if unit is None:
        msg = f"{echo(text)} has the suffix {echo(letters + power)}, which is not {_SUFFIXES}"
        raise QuantityError(msg, text=text, rule="suffix")
    exponent, unit_format = unit
    fast = _read_binary if unit_format is Format.BINARY_SI else _read_decimal
    reading = fast(whole or "0", fraction, exponent, unit_format)
    if reading is None:
        if not (zeros or whole or fraction):
            msg = f"{echo(text)} has no number before its suffix"
            raise QuantityError(msg, text=text, rule="numeric")
        reading = _read_big(whole, fraction, exponent, unit_format)
    nanos, unit_format, scale, keeps_text = reading
    if nanos.bit_length() > BIT_LIMIT:
        raise too_large(text)
    return -nanos if sign == "-" else nanos, unit_format, scale, text if keeps_text else ""


_Parts: TypeAlias = tuple[int, Format, int | None, bool]


def _read_exponent(letters: str, power: str) -> tuple[int, Format] | None:
    """Return the exponent written ``e3``, or None if it is not one."""
    digits = power.lstrip("+-").lstrip("0")
    if letters not in {"e", "E"} or not power[-1].isdigit() or len(digits) > 19:
        return None
    exponent = int(f"{power[0] if power[0] == '-' else ''}{digits or 0}")
    if not -MAX_INT64 - 1 <= exponent <= MAX_INT64:
        return None
    return _wrap32(exponent), Format.DECIMAL_EXPONENT


def _read_decimal(whole: str, fraction: str, exponent: int, unit_format: Format) -> _Parts | None:
    """Read a decimal quantity on Kubernetes' 64-bit path; None if it has too many digits for it."""
    digits = whole + fraction
    scale = _wrap32(exponent - len(fraction))
    if len(digits) > _FAST_DIGITS or scale < -NANO_PLACES:
        return None
    number = int(digits)
    if number == 0:
        return 0, unit_format, 0, False
    keeps_text = scale % 3 == 0 and digits[0] != "0" and not digits.endswith("000")
    return to_nanos(number, scale), unit_format, scale, keeps_text


def _read_binary(whole: str, fraction: str, exponent: int, unit_format: Format) -> _Parts | None:
    """Read a binary quantity on Kubernetes' 64-bit path; None if it may not fit."""
    # Three digits for each power of 1024.
    if fraction or len(whole) + exponent * 3 // 10 > _FAST_BINARY_DIGITS:
        return None
    number = int(whole)
    return (number << exponent) * NANOS, unit_format, 0, number % 8 != 0


def _read_big(whole: str, fraction: str, exponent: int, unit_format: Format) -> _Parts:
    """Read a quantity that Kubernetes holds as a big decimal."""
    digits = int(f"0{whole}{fraction}")
    if unit_format is not Format.BINARY_SI:
        # The scale of a big decimal is upside down, and 32 bits wide at each step.
        scale = -_wrap32(len(fraction) + _wrap32(-exponent))
        return to_nanos(digits, scale), unit_format, None, False
    nanos = to_nanos(digits << exponent, -len(fraction))
    if nanos > MAX_INT64 * NANOS:
        return MAX_INT64 * NANOS, unit_format, 0, False
    if 0 < nanos < NANOS:
        unit_format = Format.DECIMAL_SI
    return nanos, unit_format, None, False


def to_nanos(number: int, exponent: int) -> int:
    """Return *number* (not negative) times ten to *exponent* in nanos, rounded up.

    Raises:
        QuantityError: If it exceeds `DIGIT_LIMIT`.
    """
    places = exponent + NANO_PLACES
    if places >= 0:
        if number and places > DIGIT_LIMIT + NANO_PLACES:
            raise too_large(f"{number}e{exponent}")
        nanos: int = number * 10**places if number else 0
        return nanos
    # Beyond twice the limit every number is below one nano.
    unit: int = 10 ** min(-places, 2 * DIGIT_LIMIT)
    return -(-number // unit)


def too_large(text: str = "") -> QuantityError:
    """Return the error for a quantity, read from *text* if any, that exceeds `DIGIT_LIMIT`."""
    what = echo(text) if text else "the amount"
    msg = f"{what} is too large: a quantity has at most {DIGIT_LIMIT} digits"
    return QuantityError(msg, text=text, rule="numeric")


def write(nanos: int, unit_format: Format) -> str:
    """Return the canonical text: the largest suffix that leaves a whole number.

    A binary quantity that is below 1024 or has a fraction is written as a decimal one.
    """
    if nanos == 0:
        return "0"
    if unit_format is Format.BINARY_SI:
        whole, rest = divmod(nanos, NANOS)
        if rest == 0 and abs(whole) >= 1024:
            return _write_binary(whole)
        unit_format = Format.DECIMAL_SI
    text = str(nanos)
    digits = text.rstrip("0")
    exponent = len(text) - len(digits) - NANO_PLACES
    digits += "0" * (exponent % 3)
    exponent -= exponent % 3
    if unit_format is not Format.DECIMAL_SI:
        return f"{digits}e{exponent}" if exponent else digits
    # Kubernetes 1.36 has no suffix beyond these and writes none: 1000E is printed as 1.
    return digits + (_DECIMAL_LETTERS[exponent // 3 + 3] if exponent <= 18 else "")


def _write_binary(whole: int) -> str:
    """Return the text of a whole number with the largest power of 1024."""
    power = ((whole & -whole).bit_length() - 1) // 10
    return f"{whole >> (10 * power)}{_BINARY_LETTERS[power] if power <= 6 else ''}"


def _wrap32(number: int) -> int:
    """Return *number* as 32 bits hold it, which is how wide an exponent is."""
    return (number + 2**31) % 2**32 - 2**31
