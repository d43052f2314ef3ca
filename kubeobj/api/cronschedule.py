"""Schedules of CronJobs: five fields, or a name such as ``@daily``.

A field is ``*`` or ``?``, a number or name, or a range ``5-9``; any of these with a step, as in
``*/5``, and several with commas between. ``?`` is as ``*``. A number with a step begins a range to
the greatest. Before the fields may stand ``TZ=`` or ``CRON_TZ=`` with a time zone.

Source: ``github.com/robfig/cron/v3`` (v3.0.1), the standard parser.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, final

from kubeobj.api.timezones import is_time_zone
from kubeobj.errors import TimeError, echo
from kubeobj.meta.duration import Duration

_match_integer = re.compile(r"[-+]?[0-9]+").fullmatch
_ZONES = ("TZ=", "CRON_TZ=")
_EVERY = "@every "


@final
class CronError(ValueError):
    """The text is no schedule."""


@final
@dataclass(frozen=True, slots=True)
class CronField:
    """The values that one field of a schedule has.

    Args:
        values: The values.
        is_any: Whether it is ``*``: of two fields for days, one that is does not count.
    """

    values: frozenset[int]
    is_any: bool


@final
@dataclass(frozen=True, slots=True)
class CronSchedule:
    """Times at which all fields have one of their values; days of the month and week are one."""

    minute: CronField
    hour: CronField
    day: CronField
    month: CronField
    weekday: CronField
    zone: str = ""


@final
@dataclass(frozen=True, slots=True)
class IntervalSchedule:
    """Times with always the same number of whole seconds between."""

    seconds: int


Schedule: TypeAlias = CronSchedule | IntervalSchedule
"""When something is to happen."""


@final
@dataclass(frozen=True, slots=True)
class _Bounds:
    least: int
    greatest: int
    names: Mapping[str, int]


_NO_NAMES: Mapping[str, int] = {}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_BOUNDS = (
    _Bounds(0, 59, _NO_NAMES),
    _Bounds(0, 23, _NO_NAMES),
    _Bounds(1, 31, _NO_NAMES),
    _Bounds(1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    _Bounds(0, 6, {name: number for number, name in enumerate(_WEEKDAYS)}),
)
_NAMED = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


def parse_schedule(text: str) -> Schedule:
    """Return the schedule that *text* writes.

    Raises:
        CronError: If it is none.

    >>> sorted(parse_schedule("*/20 9-17 * * mon-fri").minute.values)
    [0, 20, 40]
    >>> parse_schedule("@every 90m")
    IntervalSchedule(seconds=5400)
    """
    zone, fields = "", text
    if text.startswith(_ZONES):
        name, found, rest = text.partition("=")[2].partition(" ")
        # ``Local`` is one here, and whoever asks refuses every zone in a schedule anyway.
        if not found or not (name == "Local" or is_time_zone(name)):
            raise CronError(f"provided bad location {echo(name)}")
        zone, fields = name or "UTC", rest.strip()
    if fields.startswith(_EVERY):
        return _parse_interval(fields)
    if fields.startswith("@"):
        if fields not in _NAMED:
            raise CronError(f"unrecognized descriptor: {echo(fields)}")
        fields = _NAMED[fields]
    if not text:
        raise CronError("empty spec string")
    parts = fields.split()
    if len(parts) != len(_BOUNDS):
        raise CronError(f"expected exactly {len(_BOUNDS)} fields, found {len(parts)}")
    minute, hour, day, month, weekday = map(_parse_field, parts, _BOUNDS)
    return CronSchedule(minute, hour, day, month, weekday, zone)


def _parse_interval(text: str) -> IntervalSchedule:
    try:
        nanos = Duration.parse(text.removeprefix(_EVERY)).nanos
    except TimeError as error:
        raise CronError(f"failed to parse duration {echo(text)}: {error}") from None
    return IntervalSchedule(max(1, nanos // 10**9))


def _parse_field(text: str, bounds: _Bounds) -> CronField:
    values: set[int] = set()
    is_any = False
    for part in filter(None, text.split(",")):
        numbers, whole = _parse_range(part, bounds)
        values.update(numbers)
        is_any = is_any or whole
    return CronField(frozenset(values), is_any)


def _parse_range(text: str, bounds: _Bounds) -> tuple[range, bool]:
    """Return the numbers of a range, and whether it is all of them."""
    span, *steps = text.split("/")
    low, *highs = span.split("-")
    is_any = low in {"*", "?"}
    if is_any:
        start, end = bounds.least, bounds.greatest
    else:
        start = end = _parse_value(low, bounds)
        if len(highs) > 1:
            raise CronError(f"too many hyphens: {echo(text)}")
        if highs:
            end = _parse_value(highs[0], bounds)
    step = 1
    if len(steps) > 1:
        raise CronError(f"too many slashes: {echo(text)}")
    if steps:
        step = _parse_number(steps[0])
        end = end if highs else bounds.greatest
    _check_range(start, end, step, bounds, text)
    return range(start, end + 1, step), is_any and step == 1


def _check_range(start: int, end: int, step: int, bounds: _Bounds, text: str) -> None:
    if start < bounds.least:
        raise CronError(f"beginning of range ({start}) below minimum ({bounds.least}): {text}")
    if end > bounds.greatest:
        raise CronError(f"end of range ({end}) above maximum ({bounds.greatest}): {text}")
    if start > end:
        raise CronError(f"beginning of range ({start}) beyond end of range ({end}): {text}")
    if not step:
        raise CronError(f"step of range should be a positive number: {text}")


def _parse_value(text: str, bounds: _Bounds) -> int:
    named = bounds.names.get(text.lower())
    return _parse_number(text) if named is None else named


def _parse_number(text: str) -> int:
    # No number of more digits is in bounds; and reading very long ones takes very long.
    if not _match_integer(text) or len(text) > 19:
        raise CronError(f"failed to parse int from {echo(text)}")
    number = int(text)
    if number < 0:
        raise CronError(f"negative number ({number}) not allowed: {text}")
    return number
