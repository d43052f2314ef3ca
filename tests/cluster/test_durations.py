"""Lengths of time as people write them."""

import pytest

from kubeobj.cluster.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("2m", 120),
        ("1h30m", 5400),
        ("500ms", 0.5),
        ("1.5m", 90),
        ("7", 7),
        ("1d", 86400),
    ],
)
def test_a_length_of_time_is_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "90x", "-1s", "1m1h", "1m1m", "1 m", "400d", "nan"])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"length of time|twice|year"):
        parse_duration(text)


@pytest.mark.parametrize("seconds", [0, 0.25, 1, 59.5, 60, 90, 3600, 5400, 86400, 90061])
def test_what_is_written_can_be_read(seconds: float) -> None:
    assert parse_duration(format_duration(seconds)) == seconds
