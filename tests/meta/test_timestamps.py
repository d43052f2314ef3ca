"""Times: what is read, what is written, and the order between them."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from kubeobj.errors import TimeError
from kubeobj.meta.timestamps import MicroTime, Time
from tests.golden import golden

KINDS = {"Time": Time, "MicroTime": MicroTime}
SECONDS = st.integers(-62_167_305_600, 253_402_387_199)
NANOS = st.integers(0, 999_999_999)
# Years 0 to 9999: what the text form can say in four digits.
WRITABLE_SECONDS = st.integers(-62_167_219_200, 253_402_300_799)


def answer(kind: str, text: str) -> dict[str, object]:
    """Return our answer to a recorded question, in the form of the recording."""
    try:
        if kind == "Time.query":
            time = Time.from_query(text)
            canonical = time.to_query()
        else:
            time = KINDS[kind].from_json(json.loads(text))
            canonical = time.to_json()
    except (TimeError, json.JSONDecodeError):
        return {"ok": False}
    found = {"ok": True, "canonical": canonical, "zero": time.is_zero}
    if not time.is_zero:
        found |= {"unix_seconds": time.unix_seconds, "nanos": time.nanos}
    return found


def test_times_are_read_and_written_as_kubernetes_does() -> None:
    """Every recorded Time, MicroTime and query parameter gives the recorded answer."""
    lines = [line for line in golden("times") if line["kind"] != "Duration"]
    wrong = []
    for line in lines:
        expected = {key: line[key] for key in line.keys() - {"kind", "op", "input"}}
        found = answer(line["kind"], line["input"])
        if found != expected:
            wrong.append((line, found))
    assert lines
    assert not wrong


@pytest.mark.parametrize(
    ("text", "nanos"),
    [
        pytest.param("2020-01-02T03:04:05,000001Z", 1_000, id="comma"),
        pytest.param("2020-01-02T03:04:05.-00000Z", 0, id="minus-zero"),
        pytest.param("2020-01-02T03:04:05.+00012Z", 12_000, id="plus"),
    ],
)
def test_microtime_reads_six_places_as_a_number(text: str, nanos: int) -> None:
    """A sign among the six digits counts as Go counts it."""
    assert MicroTime.parse(text).nanos == nanos


def test_years_beyond_four_digits_are_printed() -> None:
    """Offsets may push the year past 9999 or below 0; the text says so."""
    assert str(Time.parse("0000-01-01T00:00:00+24:60")) == "-0001-12-30T23:00:00Z"
    assert str(Time.parse("9999-12-31T23:59:59-24:60")) == "10000-01-02T00:59:59Z"


def test_query_null_is_zero() -> None:
    """Old clients send the word null for a time that is not set."""
    assert Time.from_query("null").is_zero


@pytest.mark.parametrize(
    ("seconds", "nanos"), [(2**63, 0), (-(2**63) - 1, 0), (0, -1), (0, 1_000_000_000)]
)
def test_parts_out_of_range_are_refused(seconds: int, nanos: int) -> None:
    """Seconds are 64 bits wide and nanoseconds below a second."""
    with pytest.raises(TimeError):
        Time(seconds, nanos)


def test_extreme_seconds_still_print() -> None:
    """Any time that can be held can be printed."""
    assert str(Time(2**63 - 1)) == "292277026596-12-04T15:30:07Z"
    assert str(Time(-(2**63))).startswith("-292277022657-01-27T")


def test_datetime_needs_a_zone() -> None:
    """A naive datetime names no point in time."""
    with pytest.raises(TimeError, match="time zone"):
        Time.from_datetime(datetime(2020, 1, 1))  # noqa: DTZ001 - the very mistake


def test_datetime_beyond_its_range_is_refused() -> None:
    """The year 0 exists in Kubernetes and not in datetime."""
    with pytest.raises(TimeError, match="datetime"):
        Time.parse("0000-01-01T00:00:00Z").to_datetime()


def test_datetime_at_the_edges_is_read() -> None:
    """An offset may push a datetime out of its own range."""
    moment = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert str(Time.from_datetime(moment)) == "0000-12-31T23:00:00Z"


def test_times_are_values() -> None:
    """Equal times hash alike, kinds never mix, and nothing changes in place."""
    time = Time.parse("2020-01-02T03:04:05Z")
    assert time == Time(1_577_934_245)
    assert len({time, Time(1_577_934_245), MicroTime(1_577_934_245)}) == 2
    with pytest.raises(AttributeError):
        time.nanos = 1
    with pytest.raises(TypeError):
        assert time < MicroTime()


class Lease(BaseModel):
    """A model with both kinds of time."""

    acquired: Time = Time()
    renewed: MicroTime | None = None


def test_models_carry_times() -> None:
    """A pydantic model reads and writes the wire form, null included."""
    lease = Lease.model_validate_json('{"acquired": "2020-01-02T03:04:05Z", "renewed": null}')
    assert lease.acquired == Time(1_577_934_245)
    assert lease.model_dump_json() == '{"acquired":"2020-01-02T03:04:05Z","renewed":null}'
    assert lease.renewed is None
    assert Lease(acquired=None).acquired.is_zero
    assert Lease(acquired=MicroTime(0)).acquired == Time(0)
    assert Lease(acquired=Time(0)).model_dump()["acquired"] == "1970-01-01T00:00:00Z"
    assert Lease.model_json_schema()["properties"]["acquired"]["format"] == "date-time"


@pytest.mark.parametrize("value", [1, True, "yesterday", {}])
def test_models_refuse_what_is_no_time(value: object) -> None:
    """A wrong value is pydantic's own error, with the place in it."""
    with pytest.raises(ValidationError) as caught:
        Lease.model_validate({"acquired": value})
    assert caught.value.errors()[0]["loc"] == ("acquired",)


@given(seconds=WRITABLE_SECONDS, nanos=NANOS)
def test_canonical_text_reads_back(seconds: int, nanos: int) -> None:
    """What is written is read as the same time, to the precision of its kind."""
    assert Time.parse(str(Time(seconds, nanos))) == Time(seconds)
    micro = MicroTime(seconds, nanos)
    assert MicroTime.parse(str(micro)) == MicroTime(seconds, nanos // 1_000 * 1_000)


@given(moment=st.datetimes(timezones=st.just(UTC)))
def test_datetime_is_the_same_moment(moment: datetime) -> None:
    """A datetime goes there and back, and prints as the standard library prints it."""
    time = MicroTime.from_datetime(moment)
    assert time.to_datetime() == moment
    expected = moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
    assert str(time) == expected


@given(one=st.tuples(SECONDS, NANOS), other=st.tuples(SECONDS, NANOS))
def test_order_is_that_of_instants(one: tuple[int, int], other: tuple[int, int]) -> None:
    """Times compare by instant, nanoseconds included."""
    assert (Time(*one) < Time(*other)) == (one < other)
    assert (Time(*one) == Time(*other)) == (one == other)


@given(
    text=st.text()
    | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{1,2}:..:..[.,]?.*(Z|[+-]..:..)")
)
def test_any_text_is_a_time_or_an_error(text: str) -> None:
    """No text makes anything but a time or a TimeError."""
    for kind in (Time, MicroTime):
        try:
            kind.parse(text).to_json()
        except TimeError as error:
            str(error).encode()
