"""Values that are an integer or a string, and the shares they stand for."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from kubeobj.errors import FieldErrors, FieldErrorType
from kubeobj.meta.intorstring import IntOrString
from tests.golden import golden

INT32 = st.integers(-(2**31), 2**31 - 1)


def answer(line: dict) -> dict[str, object]:
    """Return our answer to a recorded question, in the form of the recording."""
    try:
        if line["op"] == "scale":
            value = IntOrString(line["input"])
            up = value.scaled(line["total"], round_up=True)
            return {
                "ok": True,
                "round_up": up,
                "round_down": value.scaled(line["total"], round_up=False),
            }
        parse = IntOrString.parse if line["op"] == "parse" else from_json_text
        value = parse(line["input"])
    except (FieldErrors, json.JSONDecodeError):
        return {"ok": False}
    kind = "int" if isinstance(value.value, int) else "string"
    found = {"type": kind, "canonical": value.to_json(), "int_value": value.int_value}
    return found if line["op"] == "parse" else found | {"ok": True, "string": str(value)}


def from_json_text(text: str) -> IntOrString:
    """Return the value that a JSON text holds."""
    return IntOrString.from_json(json.loads(text))


def test_values_are_read_and_scaled_as_kubernetes_does() -> None:
    """Every recorded IntOrString gives the recorded answer."""
    wrong = []
    for line in golden("int_or_string"):
        expected = {key: line[key] for key in line.keys() - {"op", "input", "total"}}
        found = answer(line)
        if found != expected:
            wrong.append((line, found))
    assert not wrong


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1])
def test_integers_have_32_bits(value: int) -> None:
    """A larger integer is refused where a larger string is kept."""
    with pytest.raises(FieldErrors) as caught:
        IntOrString(value)
    assert [error.type for error in caught.value] == [FieldErrorType.INVALID]
    assert IntOrString.parse(str(value)) == IntOrString(str(value))


@pytest.mark.parametrize("value", [True, 1.0, None])
def test_other_types_are_refused(value: object) -> None:
    """A flag, a float or nothing is neither integer nor string."""
    with pytest.raises(FieldErrors) as caught:
        IntOrString(value)
    assert [error.type for error in caught.value] == [FieldErrorType.TYPE_INVALID]


def test_integer_and_its_text_differ() -> None:
    """80 and "80" are two values; equal ones hash alike."""
    assert IntOrString(80) != IntOrString("80")
    assert {IntOrString(80), IntOrString.parse("80")} == {IntOrString(80)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("+7", 7, id="plus"),
        pytest.param("+" + "0" * 5000 + "7", 7, id="leading-zeros"),
        pytest.param("9" * 100_000, 2**63 - 1, id="too-many-digits"),
        pytest.param("-" + "9" * 100_000, -(2**63), id="too-many-negative-digits"),
        pytest.param("", 0, id="empty"),
        pytest.param("-", 0, id="sign-alone"),
    ],
)
def test_int_value_of_text(text: str, value: int) -> None:
    """Text counts as its integer, cut to 64 bits, or as 0."""
    assert IntOrString(text).int_value == value


@pytest.mark.parametrize(
    ("text", "total"),
    [
        pytest.param("9223372036854775807%", 2**63 - 1, id="result"),
        pytest.param("10%", 2**63, id="total"),
        pytest.param("9" * 50 + "%", 1, id="percentage"),
    ],
)
def test_shares_beyond_64_bits_are_refused(text: str, total: int) -> None:
    """What does not fit 64 bits is an error, not a wrong number."""
    with pytest.raises(FieldErrors, match=r"64 bits|percentage"):
        IntOrString(text).scaled(total, round_up=True)


class Port(BaseModel):
    """A model with an integer or a string."""

    target: IntOrString = IntOrString(0)


def test_models_carry_values() -> None:
    """A pydantic model reads and writes what JSON has."""
    assert Port.model_validate_json('{"target": 80}').model_dump_json() == '{"target":80}'
    assert Port.model_validate_json('{"target": "80"}').model_dump_json() == '{"target":"80"}'
    assert "anyOf" in Port.model_json_schema()["properties"]["target"]
    for wrong in (1.5, True, []):
        with pytest.raises(ValidationError):
            Port.model_validate({"target": wrong})


@given(value=INT32 | st.text())
def test_json_goes_there_and_back(value: int | str) -> None:
    """What is written is read as the same value."""
    assert IntOrString.from_json(IntOrString(value).to_json()) == IntOrString(value)


@given(number=INT32)
def test_text_of_an_integer_is_read_as_it(number: int) -> None:
    """An integer survives its text."""
    assert IntOrString.parse(str(IntOrString(number))) == IntOrString(number)


@given(percent=st.integers(-1000, 1000), total=st.integers(-(10**9), 10**9))
def test_shares_are_exact(percent: int, total: int) -> None:
    """In the range of real objects, the share is the exact one, rounded as asked."""
    value = IntOrString(f"{percent}%")
    assert value.scaled(total, round_up=True) == -(-percent * total // 100)
    assert value.scaled(total, round_up=False) == percent * total // 100


@given(text=st.text() | st.text("0123456789+-%"), total=st.integers())
def test_any_text_is_scaled_or_refused(text: str, total: int) -> None:
    """No text and no total make anything but a number or FieldErrors."""
    value = IntOrString.parse(text)
    assert -(2**63) <= value.int_value < 2**63
    try:
        assert isinstance(value.scaled(total, round_up=True), int)
    except FieldErrors as errors:
        str(errors).encode()
