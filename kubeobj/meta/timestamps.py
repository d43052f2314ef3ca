"""Points in time as API objects carry them: `Time` to the second, `MicroTime` to the microsecond.

Both keep nanoseconds in memory and print fewer. The *zero time*, the first instant of the year 1,
means "not set" and is JSON null. What is read is what Go's RFC 3339 reading takes, which is more
than RFC 3339 (a one-digit hour, a comma before the fraction, offsets up to 24:60) and less (no
small letters, no leap second); so the years -1 and 10000 can come about.

Source: ``k8s.io/apimachinery/pkg/apis/meta/v1`` Time and MicroTime (v1.36); Go's package ``time``.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar, Self, final

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import TimeError, echo
from kubeobj.meta.wirevalue import WireValue

NANOS_PER_SECOND = 1_000_000_000

ZERO_SECONDS = -62_135_596_800
"""The zero time, 0001-01-01T00:00:00Z, in seconds since 1970."""

_SECONDS_PER_DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

# The calendar repeats every 400 years; `date` alone knows only the years 1 to 9999.
_CYCLE_YEARS = 400
_CYCLE_DAYS = 146_097

_DATE_AND_HOUR = r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{1,2})"
_OFFSET = r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
_TIME = re.compile(rf"{_DATE_AND_HOUR}:([0-9]{{2}}):([0-9]{{2}})(?:[.,]([0-9]+))?{_OFFSET}")
# Go reads the six digits as a number, so a plus sign, or a minus before zero, can be one of them.
_MICRO_DIGITS = r"[0-9]{6}|\+[0-9]{5}|-0{5}"
_MICRO_TIME = re.compile(
    rf"{_DATE_AND_HOUR}:([0-9]{{2}}):([0-9]{{2}})[.,]({_MICRO_DIGITS}){_OFFSET}"
)


@dataclass(frozen=True, slots=True, order=True)
class _Instant(WireValue):
    """A point in time to the nanosecond, ordered; what `Time` and `MicroTime` share."""

    unix_seconds: int = ZERO_SECONDS
    nanos: int = 0

    json_schema: ClassVar[Document] = {"type": "string", "format": "date-time"}
    _pattern: ClassVar[re.Pattern[str]]
    _example: ClassVar[str]

    def __post_init__(self) -> None:
        if not -(2**63) <= self.unix_seconds < 2**63:
            msg = f"{type(self).__name__}: the seconds do not fit in 64 bits"
            raise TimeError(msg)
        if not 0 <= self.nanos < NANOS_PER_SECOND:
            msg = f"{type(self).__name__}: nanoseconds must be from 0 to 999999999"
            raise TimeError(msg)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the time that *text* writes.

        Raises:
            TimeError: If it is not written in the form of this type.
        """
        match = cls._pattern.fullmatch(text)
        instant = match and _read(match)
        if instant is None:
            msg = f"{echo(text)} is not a {cls.__name__} such as {cls._example}"
            raise TimeError(msg)
        return cls(*instant)

    @classmethod
    def from_json(cls, value: JsonValue) -> Self:
        """Return the time in decoded JSON: a string, or None for the zero time.

        Raises:
            TimeError: If it is another type of value, or no time.
        """
        if value is None:
            return cls()
        if not isinstance(value, str):
            msg = f"{cls.__name__} must be a string or null, not {echo(value)}"
            raise TimeError(msg)
        return cls.parse(value)

    def to_json(self) -> str | None:
        """Return the canonical text, or None for the zero time."""
        return None if self.is_zero else str(self)

    @classmethod
    def from_datetime(cls, moment: datetime) -> Self:
        """Return the time of an aware *moment*.

        Raises:
            TimeError: If *moment* has no offset from UTC.
        """
        if moment.utcoffset() is None:
            msg = f"{cls.__name__} needs a datetime with a time zone"
            raise TimeError(msg)
        since = moment - _EPOCH
        seconds = since.days * _SECONDS_PER_DAY + since.seconds
        return cls(seconds, since.microseconds * 1_000)

    def to_datetime(self) -> datetime:
        """Return the moment in UTC, to the microsecond; finer digits are cut.

        Raises:
            TimeError: If the year is not from 1 to 9999.
        """
        try:
            return _EPOCH + timedelta(seconds=self.unix_seconds, microseconds=self.nanos // 1_000)
        except OverflowError:
            msg = f"{self} is outside the years 1 to 9999 that datetime knows"
            raise TimeError(msg) from None

    @property
    def is_zero(self) -> bool:
        """Whether this is the zero time, which stands for "not set"."""
        return self.unix_seconds == ZERO_SECONDS and self.nanos == 0

    def _seconds_text(self) -> str:
        """Return date and time to the second, without an offset."""
        days, second = divmod(self.unix_seconds, _SECONDS_PER_DAY)
        cycles, ordinal = divmod(days + _EPOCH_ORDINAL - 1, _CYCLE_DAYS)
        day = date.fromordinal(ordinal + 1)
        year = day.year + cycles * _CYCLE_YEARS
        sign = "-" if year < 0 else ""
        hour, minute = divmod(second // 60, 60)
        return (
            f"{sign}{abs(year):04}-{day.month:02}-{day.day:02}"
            f"T{hour:02}:{minute:02}:{second % 60:02}"
        )


@final
class Time(_Instant):
    """A point in time that is written to the second, such as a creation timestamp.

    Args:
        unix_seconds: Seconds since 1970-01-01T00:00:00Z, rounded down; the zero time by default.
        nanos: Nanoseconds past that second, 0 to 999999999; kept, compared, but not printed.

    >>> str(Time.parse("2020-01-02T03:04:05.678+01:00"))
    '2020-01-02T02:04:05Z'
    >>> Time().is_zero, Time().to_json()
    (True, None)
    """

    __slots__ = ()

    _pattern = _TIME
    _example = "2020-01-02T03:04:05Z"

    @classmethod
    def from_query(cls, text: str) -> Self:
        """Return the time in a query parameter, where nothing at all means the zero time.

        Raises:
            TimeError: If it is no time.
        """
        # Old clients send the JSON form.
        return cls() if text in {"", "null"} else cls.parse(text)

    def to_query(self) -> str:
        """Return the form of a query parameter; empty for the zero time."""
        return "" if self.is_zero else str(self)

    def __str__(self) -> str:
        return f"{self._seconds_text()}Z"


@final
class MicroTime(_Instant):
    """A point in time that is written to the microsecond, such as the renewal of a lease.

    Args:
        unix_seconds: Seconds since 1970-01-01T00:00:00Z, rounded down; the zero time by default.
        nanos: Nanoseconds past that second, 0 to 999999999; those below a microsecond do not print.

    >>> str(MicroTime.parse("2020-01-02T03:04:05.000678Z"))
    '2020-01-02T03:04:05.000678Z'
    """

    __slots__ = ()

    _pattern = _MICRO_TIME
    _example = "2020-01-02T03:04:05.000000Z"

    def __str__(self) -> str:
        return f"{self._seconds_text()}.{self.nanos // 1_000:06}Z"


def _read(match: re.Match[str]) -> tuple[int, int] | None:
    """Return the seconds since 1970 and nanoseconds of a match, or None if no clock shows it."""
    year, month, day, hour, minute, second, fraction, sign, offset_hours, offset_minutes = (
        match.groups(default="")
    )
    if int(hour) > 23 or int(minute) > 59 or int(second) > 59:
        return None
    offset = 0
    if sign:
        # Go lets offsets run to 24 hours and 60 minutes, both included.
        if int(offset_hours) > 24 or int(offset_minutes) > 60:
            return None
        offset = int(f"{sign}1") * (int(offset_hours) * 3600 + int(offset_minutes) * 60)
    cycles, year_of_cycle = divmod(int(year) - 1, _CYCLE_YEARS)
    try:
        ordinal = date(year_of_cycle + 1, int(month), int(day)).toordinal()
    except ValueError:
        return None
    days = ordinal + cycles * _CYCLE_DAYS - _EPOCH_ORDINAL
    clock = int(hour) * 3600 + int(minute) * 60 + int(second)
    nanos = 1000 * int(fraction) if fraction[:1] in {"+", "-"} else int(f"{fraction:0<9.9}")
    return days * _SECONDS_PER_DAY + clock - offset, nanos
