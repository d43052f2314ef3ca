"""When schedules are due, on days on which clocks change, too."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.api.cronschedule import CronSchedule
from kubeobj.controllers.crontimes import next_time, schedule_of, text_in_zone, zone_named


def due(schedule: str, after: str, zone: str, count: int = 1) -> list[str]:
    """Return when a schedule is due the next times, as texts of its time zone."""
    place = zone_named(zone)
    at: float | None = datetime.fromisoformat(after).timestamp()
    found = []
    for _ in range(count):
        assert at is not None
        at = next_time(schedule_of(schedule), at, place)
        found.append("never" if at is None else text_in_zone(at, place))
    return found


@pytest.mark.parametrize(
    ("schedule", "after", "zone", "expected"),
    [
        pytest.param(
            "*/15 * * * *",
            "2026-01-01T00:00:00Z",
            "",
            ["2026-01-01T00:15:00Z", "2026-01-01T00:30:00Z"],
            id="quarters",
        ),
        pytest.param(
            "0 0 13 * 5",
            "2026-02-01T00:00:00Z",
            "",
            ["2026-02-06T00:00:00Z", "2026-02-13T00:00:00Z"],
            id="date-or-weekday",
        ),
        pytest.param(
            "0 0 */2 * 5",
            "2026-02-01T00:00:00Z",
            "",
            ["2026-02-03T00:00:00Z", "2026-02-05T00:00:00Z", "2026-02-06T00:00:00Z"],
            id="stepped-star-is-no-star",
        ),
        pytest.param(
            "0 0 29 2 *", "2026-01-01T00:00:00Z", "", ["2028-02-29T00:00:00Z"], id="leap-day"
        ),
        pytest.param("0 0 31 2 *", "2026-01-01T00:00:00Z", "", ["never"], id="never"),
        pytest.param(
            "30 8 * * *",
            "2026-01-01T00:00:00Z",
            "America/New_York",
            ["2026-01-01T08:30:00-05:00"],
            id="zone",
        ),
        pytest.param(
            "TZ=Asia/Tokyo 0 9 * * *",
            "2026-01-01T00:00:00Z",
            "",
            ["2026-01-02T00:00:00Z"],
            id="zone-in-schedule",
        ),
        pytest.param(
            "0 * * * *",
            "2026-03-29T00:30:00+01:00",
            "Europe/Vienna",
            [
                "2026-03-29T01:00:00+01:00",
                "2026-03-29T03:00:00+02:00",
                "2026-03-29T04:00:00+02:00",
            ],
            id="hourly-put-forward",
        ),
        pytest.param(
            "0 * * * *",
            "2026-10-25T01:30:00+02:00",
            "Europe/Vienna",
            [
                "2026-10-25T02:00:00+02:00",
                "2026-10-25T02:00:00+01:00",
                "2026-10-25T03:00:00+01:00",
            ],
            id="hourly-put-back",
        ),
        pytest.param(
            "30 2 * * *",
            "2026-03-28T12:00:00+01:00",
            "Europe/Vienna",
            ["2026-03-30T02:30:00+02:00"],
            id="daily-at-a-time-left-out",
        ),
        pytest.param(
            "30 2 * * *",
            "2026-10-24T12:00:00+02:00",
            "Europe/Vienna",
            [
                "2026-10-25T02:30:00+02:00",
                "2026-10-25T02:30:00+01:00",
                "2026-10-26T02:30:00+01:00",
            ],
            id="daily-at-a-time-that-comes-twice",
        ),
        pytest.param(
            "0 0 5 11 *",
            "2018-11-01T00:00:00-03:00",
            "America/Sao_Paulo",
            ["2018-11-05T00:00:00-02:00"],
            id="over-a-midnight-left-out",
        ),
        pytest.param(
            "0 1 * * *",
            "2018-11-03T12:00:00-03:00",
            "America/Sao_Paulo",
            ["2018-11-04T01:00:00-02:00"],
            id="first-hour-after-a-midnight-left-out",
        ),
    ],
)
def test_due(schedule: str, after: str, zone: str, expected: list[str]) -> None:
    """Times come as robfig/cron finds them."""
    assert due(schedule, after, zone, len(expected)) == expected


def test_interval() -> None:
    """An interval counts from the second in which it begins."""
    assert next_time(schedule_of("@every 90s"), 10.75, zone_named("")) == 100


def test_unknown_zone() -> None:
    """There are the time zones of the database, and no others."""
    for name in ("Mars/Olympus", "../x", "Europe"):
        with pytest.raises(LookupError):
            zone_named(name)


FIELDS = st.tuples(
    st.sampled_from(["*", "0", "*/7", "5,50", "59"]),
    st.sampled_from(["*", "0", "2", "*/5", "1-3", "23"]),
    st.sampled_from(["*", "1", "31", "*/10"]),
    st.sampled_from(["*", "3", "10", "2,11"]),
    st.sampled_from(["*", "0", "1-5"]),
).map(" ".join)


def matches(schedule: CronSchedule, at: float, zone: ZoneInfo) -> bool:
    """Return whether a schedule is due, asked field by field."""
    local = datetime.fromtimestamp(at, zone)
    by_date = local.day in schedule.day.values
    by_weekday = local.isoweekday() % 7 in schedule.weekday.values
    both = schedule.day.is_any or schedule.weekday.is_any
    return (
        local.minute in schedule.minute.values
        and local.hour in schedule.hour.values
        and local.month in schedule.month.values
        and (by_date and by_weekday if both else by_date or by_weekday)
    )


@given(
    text=FIELDS,
    after=st.integers(1_767_225_600, 1_798_761_600),
    zone=st.sampled_from(["UTC", "Europe/Vienna", "America/New_York", "Asia/Kolkata"]),
)
def test_next_is_the_first_minute_that_matches(text: str, after: int, zone: str) -> None:
    """Nothing is due between a time and the next one, and then it is."""
    place, schedule = zone_named(zone), schedule_of(text)
    assert isinstance(schedule, CronSchedule)
    found = next_time(schedule, after, place)
    end = after + 2 * 86_400 if found is None else min(found, after + 2 * 86_400)
    minute = after - after % 60 + 60
    while minute < end:
        assert not matches(schedule, minute, place)
        minute += 60
    if found is not None:
        assert found > after
        assert matches(schedule, found, place)
