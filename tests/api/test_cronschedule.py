"""Which texts are schedules, and which times they mean."""

import pytest

from kubeobj.api.cronschedule import CronError, CronSchedule, IntervalSchedule, parse_schedule
from kubeobj.api.timezones import is_time_zone


@pytest.mark.parametrize(
    ("field", "minutes"),
    [
        ("7", {7}),
        ("5-8", {5, 6, 7, 8}),
        ("50/4", {50, 54, 58}),
        ("10-20/5", {10, 15, 20}),
        ("*/30", {0, 30}),
        ("?/30", {0, 30}),
        ("1,3,3,,59", {1, 3, 59}),
        ("+5", {5}),
        ("*-7/20", {0, 20, 40}),
        (",", set()),
    ],
)
def test_a_field_has_the_values_of_all_its_ranges(field: str, minutes: set[int]) -> None:
    """Ranges, steps and lists of them are read as the standard parser reads them."""
    schedule = parse_schedule(f"{field} * * * *")
    assert isinstance(schedule, CronSchedule)
    assert schedule.minute.values == minutes


def test_months_and_weekdays_have_names() -> None:
    """Names are taken in any letters, and stand for numbers."""
    schedule = parse_schedule("0 0 * FEB-apr mon,Sat")
    assert isinstance(schedule, CronSchedule)
    assert schedule.month.values == {2, 3, 4}
    assert schedule.weekday.values == {1, 6}


def test_only_a_star_without_a_step_leaves_a_field_open() -> None:
    """Whether a day must match both fields for days depends on it."""
    schedule = parse_schedule("0 0 */2 * ?")
    assert isinstance(schedule, CronSchedule)
    assert (schedule.day.is_any, schedule.weekday.is_any) == (False, True)


def test_names_stand_for_whole_schedules() -> None:
    """``@weekly`` is midnight between Saturday and Sunday."""
    assert parse_schedule("@weekly") == parse_schedule("0 0 * * 0")


@pytest.mark.parametrize(
    ("text", "seconds"), [("@every 90m", 5400), ("@every 1s500ms", 1), ("@every 1ns", 1)]
)
def test_intervals_are_whole_seconds(text: str, seconds: int) -> None:
    """Parts of a second are cut off, and no interval is shorter than one."""
    assert parse_schedule(text) == IntervalSchedule(seconds)


def test_a_zone_may_stand_before_the_fields() -> None:
    """It is kept with the schedule."""
    schedule = parse_schedule("CRON_TZ=Asia/Tokyo  0 6 * * *")
    assert isinstance(schedule, CronSchedule)
    assert schedule.zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 7",
        "5-1 * * * *",
        "1-2-3 * * * *",
        "1/2/3 * * * *",
        "*/0 * * * *",
        "-1 * * * *",
        "1_0 * * * *",
        "1e1 * * * *",
        "٣ * * * *",
        "* * * janu *",
        "@Daily",
        "@daily ",
        " @daily",
        "@every",
        "@every 1",
        "TZ=UTC",
        "TZ=Nowhere * * * * *",
        pytest.param("9" * 5000 + " * * * *", id="very long number"),
    ],
)
def test_other_texts_are_no_schedules(text: str) -> None:
    """Whatever the standard parser refuses is refused."""
    with pytest.raises(CronError):
        parse_schedule(text)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Europe/Vienna", True),
        ("Etc/GMT+12", True),
        ("UTC", True),
        ("europe/vienna", False),
        ("Local", False),
        ("../UTC", False),
        ("Europe", False),
    ],
)
def test_time_zones_are_those_of_the_database(name: str, *, expected: bool) -> None:
    """Capitals count, and folders are no zones."""
    assert is_time_zone(name) is expected
