"""Lengths of time as API objects carry them: ``1h2m3.5s``.

A `Duration` is a 64-bit count of nanoseconds. Its text is that of Go: numbers with units, the
largest first when it is written, in any order and number when it is read.

Source: ``k8s.io/apimachinery/pkg/apis/meta/v1`` Duration (v1.36); Go's package ``time``.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import repeat
from math import prod
from typing import ClassVar, Self, final

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import TimeError, echo
from kubeobj.meta.wirevalue import WireValue

_LIMIT = 2**63
_NANOS_PER_SECOND = 1_000_000_000

_NANOS_PER_UNIT = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,  # the micro sign, which is the one written
    "\u03bcs": 1_000,  # the Greek letter mu
    "ms": 1_000_000,
    "s": _NANOS_PER_SECOND,
    "m": 60 * _NANOS_PER_SECOND,
    "h": 3600 * _NANOS_PER_SECOND,
}
_PART = re.compile(r"([0-9]*+)(?:\.([0-9]*+))?+(ns|us|\u00b5s|\u03bcs|ms|s|m|h)")


@final
@dataclass(frozen=True, slots=True, order=True)
class Duration(WireValue):
    """A length of time, such as the interval of a check.

    Args:
        nanos: Nanoseconds; negative lengths exist.

    Raises:
        TimeError: If *nanos* does not fit 64 bits.

    >>> Duration.parse("90m").nanos
    5400000000000
    >>> str(Duration.parse("90m")), str(Duration(1_500_000))
    ('1h30m0s', '1.5ms')
    """

    nanos: int = 0

    json_schema: ClassVar[Document] = {"type": "string"}

    def __post_init__(self) -> None:
        if not -_LIMIT <= self.nanos < _LIMIT:
            msg = "a duration is at most 2562047h47m16.854775807s, about 292 years"
            raise TimeError(msg)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the duration that *text* writes.

        Raises:
            TimeError: If it is no duration, or longer than 64 bits of nanoseconds.
        """
        sign = -1 if text.startswith("-") else 1
        return cls(sign * _read(text))

    @classmethod
    def from_json(cls, value: JsonValue) -> Self:
        """Return the duration in decoded JSON, which is a string and never null.

        Raises:
            TimeError: If it is anything else.
        """
        if not isinstance(value, str):
            msg = f"a duration must be a string, not {echo(value)}"
            raise TimeError(msg)
        return cls.parse(value)

    def to_json(self) -> str:
        """Return the canonical text."""
        return str(self)

    @classmethod
    def from_timedelta(cls, length: timedelta) -> Self:
        """Return the duration of a *length*.

        Raises:
            TimeError: If it does not fit 64 bits of nanoseconds.
        """
        return cls(length // timedelta(microseconds=1) * 1_000)

    def to_timedelta(self) -> timedelta:
        """Return the length to the microsecond; finer digits are cut."""
        micros = abs(self.nanos) // 1_000
        return timedelta(microseconds=micros if self.nanos >= 0 else -micros)

    def __str__(self) -> str:
        sign = "-" if self.nanos < 0 else ""
        nanos = abs(self.nanos)
        if nanos == 0:
            return "0s"
        if nanos < _NANOS_PER_SECOND:
            places, unit = next(
                (places, unit)
                for places, unit in ((6, "ms"), (3, "\u00b5s"), (0, "ns"))
                if nanos >= 10**places
            )
            return f"{sign}{_decimal(nanos, places)}{unit}"
        minutes, nanos = divmod(nanos, 60 * _NANOS_PER_SECOND)
        hours, minutes = divmod(minutes, 60)
        text = f"{_decimal(nanos, 9)}s"
        if hours or minutes:
            text = f"{minutes}m{text}"
        return f"{sign}{hours}h{text}" if hours else f"{sign}{text}"


def _read(text: str) -> int:
    """Return the nanoseconds of *text*, whatever its sign."""
    position = 1 if text.startswith(("+", "-")) else 0
    if text[position:] == "0":
        return 0
    total = 0
    start = position
    while match := _PART.match(text, position):
        whole, fraction, unit = match.groups("")
        if not (whole or fraction):
            break
        total += _nanos(whole, fraction, _NANOS_PER_UNIT[unit])
        position = match.end()
    if position == start or position < len(text):
        msg = f"{echo(text)} is not a duration such as 1h30m or 1.5s"
        raise TimeError(msg)
    return total


def _nanos(whole: str, fraction: str, unit: int) -> int:
    """Return a number of *unit* nanoseconds, as exactly as Go reads it."""
    digits = whole.lstrip("0")
    # More than nineteen digits are too long for 64 bits, whatever they are.
    number = int(digits or 0) if len(digits) <= 19 else 2 * _LIMIT
    return number * unit + (_nanos_of_fraction(fraction, unit) if fraction else 0)


def _nanos_of_fraction(fraction: str, unit: int) -> int:
    """Return the nanoseconds of the digits behind the point, of those that fit 64 bits."""
    significant = fraction.lstrip("0")
    kept = significant[:19]
    if int(kept or 0) > _LIMIT:
        kept = kept[:18]
    # Go computes with floating point, one factor of ten at a time.
    places = len(fraction) - len(significant) + len(kept)
    scale = prod(repeat(10.0, min(places, 400)))
    return int(float(kept or 0) * (unit / scale))


def _decimal(number: int, places: int) -> str:
    """Return *number* with the point *places* from the right, without zeros behind it."""
    whole, rest = divmod(number, 10**places)
    fraction = f"{rest:0{places}}".rstrip("0") if places else ""
    return f"{whole}.{fraction}" if fraction else f"{whole}"
