"""When a schedule is next due, in a time zone, over the days on which clocks change.

Where clocks are put forward, a time that is left out does not happen, and where they are put back,
one that comes twice happens twice; so an hourly schedule goes on every hour.

Source: ``github.com/robfig/cron/v3`` SpecSchedule.Next and ConstantDelaySchedule.Next (v3.0.1), and
Go's package ``time`` for local times that are left out.
"""

from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from kubeobj.api.cronschedule import CronSchedule, IntervalSchedule, Schedule, parse_schedule

_YEARS = 5
_HOUR = 3600
_NOON = 12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

schedule_of = lru_cache(maxsize=1024)(parse_schedule)
"""`parse_schedule`, for schedules that are asked for again and again."""


@cache
def zone_named(name: str) -> ZoneInfo:
    """Return a time zone; the empty name is UTC.

    It is always that of the package ``tzdata``, so that a simulation finds the same times on every
    machine.

    Raises:
        LookupError: If there is no such time zone.

    >>> str(zone_named("Europe/Vienna"))
    'Europe/Vienna'
    """
    name = name or "UTC"
    found = files("tzdata").joinpath("zoneinfo", *name.split("/"))
    if ".." in name or not found.is_file():
        msg = f"unknown time zone {name}"
        raise LookupError(msg)
    with found.open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def next_time(schedule: Schedule, after: float, zone: ZoneInfo) -> int | None:
    """Return when a schedule is due next; None if not within five years.

    Args:
        schedule: The schedule.
        after: The time after which, in seconds since 1970.
        zone: Which time its fields speak of, unless it says so itself.

    Returns:
        The time, in seconds since 1970.

    >>> utc = zone_named("UTC")
    >>> next_time(schedule_of("30 12 * * *"), 0, utc)
    45000
    >>> next_time(schedule_of("* * 31 2 *"), 0, utc) is None
    True
    """
    if isinstance(schedule, IntervalSchedule):
        return int(after // 1) + schedule.seconds
    return _Search(schedule, zone_named(schedule.zone) if schedule.zone else zone).after(after)


def text_in_zone(seconds: float, zone: ZoneInfo) -> str:
    """Return a time as RFC 3339 writes it in a time zone.

    >>> text_in_zone(0, zone_named("Europe/Vienna")), text_in_zone(0, zone_named(""))
    ('1970-01-01T01:00:00+01:00', '1970-01-01T00:00:00Z')
    """
    text = (_EPOCH + timedelta(seconds=seconds // 1)).astimezone(zone).isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def text_in_mail(seconds: float) -> str:
    """Return a time as RFC 1123 writes it, in UTC.

    >>> text_in_mail(0)
    'Thu, 01 Jan 1970 00:00:00 +0000'
    """
    at = _EPOCH + timedelta(seconds=seconds // 1)
    weekday, month = _WEEKDAYS[at.weekday()], _MONTHS[at.month - 1]
    return f"{weekday}, {at.day:02} {month} {at.year:04} {at:%H:%M:%S} +0000"


class _Search:
    """The search for the next time of one schedule: whichever field is wrong is moved on."""

    def __init__(self, schedule: CronSchedule, zone: ZoneInfo) -> None:
        self._schedule = schedule
        self._zone = zone
        # Whether a field has been moved on: all smaller ones are at their beginning then, and must
        # not be put back again, or an hour that comes twice would never end.
        self._moved = False

    def after(self, seconds: float) -> int | None:
        """Return the first time after another; None if there is none for years."""
        # Schedules have no seconds, so the next whole minute is the earliest.
        at = int(seconds // 1) + 1
        at += -self._local(at).second % 60
        last = self._local(at).year + _YEARS
        while True:
            local = self._local(at)
            if local.year > last:
                return None
            moved = self._moved_on(at, local)
            if moved == at:
                return at
            at, self._moved = moved, True

    def _moved_on(self, at: int, local: datetime) -> int:
        """Return a later time if a field is wrong, at which the greatest such field is the next."""
        schedule = self._schedule
        if local.month not in schedule.month.values:
            return self._next_month(local if self._moved else _midnight(local.replace(day=1)))
        if not self._is_day(local):
            return self._next_day(local if self._moved else _midnight(local))
        if local.hour not in schedule.hour.values:
            return _HOUR + (at if self._moved else self._instant(local.replace(minute=0)))
        if local.minute not in schedule.minute.values:
            return self._next_minute(at, local.minute)
        return at

    def _is_day(self, local: datetime) -> bool:
        schedule = self._schedule
        by_date = local.day in schedule.day.values
        by_weekday = local.isoweekday() % 7 in schedule.weekday.values
        if schedule.day.is_any or schedule.weekday.is_any:
            return by_date and by_weekday
        return by_date or by_weekday

    def _next_month(self, local: datetime) -> int:
        year, month = divmod(local.year * 12 + local.month, 12)
        first = local.replace(year=year, month=month + 1, day=1)
        return self._instant(first + timedelta(days=local.day - 1))

    def _next_day(self, local: datetime) -> int:
        at = self._instant(local + timedelta(days=1))
        # Where midnight is left out, the day begins at one, or the time found is the day before.
        hour = self._local(at).hour
        return at + (24 - hour if hour > _NOON else -hour) * _HOUR

    def _next_minute(self, at: int, minute: int) -> int:
        later = (one for one in self._schedule.minute.values if one > minute)
        found = at + (min(later, default=60) - minute) * 60
        same = self._local(found).utcoffset() == self._local(at).utcoffset()
        return found if same else at + 60

    def _local(self, at: int) -> datetime:
        return datetime.fromtimestamp(at, self._zone)

    def _instant(self, local: datetime) -> int:
        """Return when it is so late; where clocks are put forward over it, some time about then."""
        naive = (local.replace(tzinfo=UTC) - _EPOCH) // timedelta(seconds=1)
        return naive - self._offset(naive - self._offset(naive))

    def _offset(self, at: int) -> int:
        offset = self._local(at).utcoffset() or timedelta()
        return offset // timedelta(seconds=1)


def _midnight(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0)
