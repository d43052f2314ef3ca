"""Durations: what is read, what is written, and their limits."""

import copy
import json
import pickle
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from kubeobj.errors import TimeError
from kubeobj.meta.duration import Duration
from tests.golden import golden

NANOS = st.integers(-(2**63), 2**63 - 1)
UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9}


def answer(line: dict) -> dict[str, object]:
    """Return our answer to a recorded question, in the form of the recording."""
    if line["op"] == "format":
        return {"nanos": line["nanos"], "canonical": str(Duration(line["nanos"]))}
    try:
        duration = Duration.from_json(json.loads(line["input"]))
    except (TimeError, json.JSONDecodeError):
        return {"ok": False}
    return {"ok": True, "canonical": duration.to_json(), "nanos": duration.nanos}


def test_durations_are_read_and_written_as_kubernetes_does() -> None:
    """Every recorded Duration gives the recorded answer."""
    lines = [line for line in golden("times") if line["kind"] == "Duration"]
    wrong = []
    for line in lines:
        expected = {key: line[key] for key in line.keys() - {"kind", "op", "input"}}
        found = answer(line)
        if found != expected:
            wrong.append((line, found))
    assert lines
    assert not wrong


@pytest.mark.parametrize(
    ("text", "nanos"),
    [
        pytest.param("+0", 0, id="signed-zero"),
        pytest.param("1.s", 10**9, id="point-without-fraction"),
        pytest.param(".5s.5s", 10**9, id="fractions-alone"),
        pytest.param("1m1h1m", 3720 * 10**9, id="any-order"),
        pytest.param("0." + "0" * 5000 + "1h", 0, id="too-small-to-count"),
        pytest.param("0.9223372036854775807s", 922337203, id="nineteen-digits"),
        pytest.param("0.9223372036854775809s", 922337203, id="one-digit-too-many"),
        pytest.param("0" * 5000 + "1ns", 1, id="leading-zeros"),
    ],
)
def test_numbers_are_read_as_go_does(text: str, nanos: int) -> None:
    """Signs, points and digits may stand where Go lets them."""
    assert Duration.parse(text).nanos == nanos


@pytest.mark.parametrize(
    "text", ["", "0x", "1", "1.0", "s", "1h 1m", "1msh", "²s", "9" * 100_000 + "s", "1s" * 9 + "1"]
)
def test_other_text_is_refused(text: str) -> None:
    """What is no duration is a TimeError, however long."""
    with pytest.raises(TimeError):
        Duration.parse(text)


def test_many_parts_take_linear_time() -> None:
    """A long sum of parts is read part by part."""
    assert Duration.parse("1ns" * 100_000) == Duration(100_000)


@pytest.mark.parametrize("nanos", [2**63, -(2**63) - 1])
def test_length_has_64_bits(nanos: int) -> None:
    """A longer duration cannot be made."""
    with pytest.raises(TimeError, match="292 years"):
        Duration(nanos)


def test_timedelta_beyond_64_bits_is_refused() -> None:
    """The standard library knows longer lengths."""
    with pytest.raises(TimeError):
        Duration.from_timedelta(timedelta.max)


def test_finer_than_a_microsecond_is_cut_towards_zero() -> None:
    """A timedelta has microseconds at most."""
    assert Duration(1_999).to_timedelta() == timedelta(microseconds=1)
    assert Duration(-1_999).to_timedelta() == timedelta(microseconds=-1)


class Probe(BaseModel):
    """A model with a duration."""

    interval: Duration = Duration()


def test_models_carry_durations() -> None:
    """A pydantic model reads and writes the text, and refuses null."""
    probe = Probe.model_validate_json('{"interval": "90s"}')
    assert probe.interval == Duration(90 * 10**9)
    assert probe.model_dump_json() == '{"interval":"1m30s"}'
    assert Probe.model_json_schema()["properties"]["interval"]["type"] == "string"
    with pytest.raises(ValidationError):
        Probe.model_validate({"interval": None})


def test_durations_are_values() -> None:
    """Equal durations hash alike, order by length, and survive copying."""
    second = Duration.parse("1s")
    assert {second, Duration(10**9)} == {second}
    assert Duration(-1) < Duration(0) < second
    assert copy.deepcopy(second) == pickle.loads(pickle.dumps(second)) == second  # noqa: S301 - ours


@given(nanos=NANOS)
def test_canonical_text_reads_back(nanos: int) -> None:
    """What is written is read as the same duration."""
    duration = Duration(nanos)
    assert Duration.parse(str(duration)) == duration


@given(micros=st.integers(-(10**15), 10**15))
def test_timedelta_goes_there_and_back(micros: int) -> None:
    """Microseconds are kept."""
    length = timedelta(microseconds=micros)
    assert Duration.from_timedelta(length).to_timedelta() == length


@given(
    parts=st.lists(
        st.tuples(st.integers(0, 9999), st.integers(0, 999), st.sampled_from(sorted(UNITS))),
        min_size=1,
        max_size=6,
    )
)
def test_sum_of_parts_is_exact(parts: list[tuple[int, int, str]]) -> None:
    """Up to three decimal places, no part loses more than the nanosecond it is cut to."""
    text = "".join(f"{whole}.{fraction:03}{unit}" for whole, fraction, unit in parts)
    exact = sum(
        Fraction(1000 * whole + fraction, 1000) * UNITS[unit] for whole, fraction, unit in parts
    )
    assert 0 <= exact - Duration.parse(text).nanos <= len(parts)


@given(text=st.text() | st.text("0123456789.-+nuµmsh"))
def test_any_text_is_a_duration_or_an_error(text: str) -> None:
    """No text makes anything but a duration or a TimeError."""
    try:
        duration = Duration.parse(text)
    except TimeError as error:
        str(error).encode()
    else:
        assert Duration.parse(str(duration)) == duration
