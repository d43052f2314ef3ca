"""Quantities: reading, writing, arithmetic and order, as Kubernetes has them."""

import copy
import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from kubeobj.errors import QuantityError
from kubeobj.meta.quantity import Format, Quantity
from tests.golden import golden

INT64 = range(-(2**63), 2**63)


def numbers(quantity: Quantity, line: dict) -> dict[str, object]:
    """Return the 64-bit readings; an answer that is not defined counts as the recorded null."""
    found: dict[str, object] = {}
    for key in ("value", "milli_value"):
        try:
            found[key] = getattr(quantity, key)
        except QuantityError:
            found[key] = None
        if line.get(key, 0) is None:
            found[key] = None
    return found


def read_answer(line: dict) -> dict[str, object]:
    """Return what we make of a text, in the form of the recording."""
    read = Quantity.parse_json if line["op"] == "json" else Quantity
    try:
        quantity = read(line["input"])
    except QuantityError as error:
        return {"ok": False, "error_class": error.rule}
    return {
        "ok": True,
        "canonical": str(quantity),
        "recomputed": str(quantity.with_format(quantity.format)),
        "format": quantity.format,
        "sign": quantity.sign,
        **numbers(quantity, line),
    }


def computed_answer(line: dict) -> dict[str, object]:
    """Return the result of an operation, in the form of the recording."""
    a = Quantity(line["a"])
    if line["op"] == "cmp":
        b = Quantity(line["b"])
        return {"result": (a > b) - (a < b)}
    operations: dict[str, Callable[[], Quantity]] = {
        "add": lambda: a + Quantity(line["b"]),
        "sub": lambda: a - Quantity(line["b"]),
        "neg": lambda: -a,
        "mul": lambda: a * line["n"],
        "round_up": lambda: a.round_up(line["scale"]),
    }
    result = operations[line["op"]]()
    found = {"result": str(result), "format": result.format}
    # RoundUp reports whether nothing was lost, and Mul whether 64 bits were enough.
    exact = {"round_up": result == a, "mul": result.fits_64_bits}
    return found | {"exact": exact[line["op"]]} if line["op"] in exact else found


def wrong_answers(operations: set[str], answer: Callable[[dict], dict[str, object]]) -> list:
    """Return the recorded lines that we answer otherwise, with our answers."""
    lines = [line for line in golden("quantities") if line["op"] in operations]
    assert lines
    wrong = []
    for line in lines:
        found = answer(line)
        asked = {"op", "input", "a", "b", "n", "scale"}
        expected = {key: line[key] for key in line if key not in asked}
        if found != expected:
            wrong.append((line, found))
    return wrong


@pytest.mark.parametrize("operation", ["parse", "json"])
def test_quantities_are_read_as_kubernetes_does(operation: str) -> None:
    """Every recorded text gives the recorded quantity, or error."""
    assert not wrong_answers({operation}, read_answer)


@pytest.mark.parametrize("operation", ["add", "sub", "cmp", "neg", "mul", "round_up"])
def test_quantities_compute_as_in_kubernetes(operation: str) -> None:
    """Every recorded operation gives the recorded result, in the recorded format."""
    assert not wrong_answers({operation}, computed_answer)


# ---------------------------------------------------------------- construction


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(5, "5", id="int"),
        pytest.param(-(10**30), "-1", id="int-beyond-the-suffixes"),
        pytest.param(Decimal("1.5"), "1500m", id="decimal"),
        pytest.param(Decimal("-1e-12"), "-1n", id="decimal-below-nano"),
        pytest.param(Decimal("1E+3"), "1k", id="decimal-exponent"),
        pytest.param(Quantity("01"), "01", id="quantity"),
    ],
)
def test_exact_numbers_make_quantities(value: int | Decimal | Quantity, text: str) -> None:
    """Whole and decimal numbers, and quantities, are amounts."""
    assert str(Quantity(value)) == text


@pytest.mark.parametrize("value", [1.5, True, None, b"1"])
def test_other_types_are_misuse(value: object) -> None:
    """A float is not exact; a flag is no number."""
    with pytest.raises(TypeError):
        Quantity(value)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        pytest.param(Decimal("NaN"), "numeric", id="nan"),
        pytest.param(Decimal("-Infinity"), "numeric", id="infinity"),
        pytest.param(Decimal("9" * 4001), "numeric", id="decimal-digits"),
        pytest.param(Decimal("1e999999999"), "numeric", id="decimal-exponent"),
        pytest.param(10**4001, "numeric", id="int"),
        pytest.param("1e999999999", "numeric", id="exponent"),
        pytest.param("9" * 3999 + "E", "numeric", id="suffix"),
        pytest.param("9" * 100_000, "numeric", id="digits"),
        pytest.param("0x" * 100_000, "numeric", id="nonsense"),
        pytest.param("1" * 3999 + "x", "format", id="nonsense-within-limits"),
        pytest.param("1e+", "suffix", id="no-power"),
        pytest.param("1E9223372036854775808", "suffix", id="power-beyond-64-bits"),
        pytest.param("1e-9223372036854775809", "suffix", id="negative-power-beyond-64-bits"),
    ],
)
def test_too_much_is_refused(value: str | int | Decimal, rule: str) -> None:
    """Numbers without an end or with too many digits are refused, at once."""
    with pytest.raises(QuantityError) as caught:
        Quantity(value)
    assert caught.value.rule == rule
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    ("text", "same"),
    [
        pytest.param("1e-999999999", "1n", id="tiny"),
        pytest.param("0e999999999", "0", id="zero"),
        pytest.param("0." + "0" * 3900 + "1Gi", "1n", id="long-binary-fraction"),
        pytest.param("1e" + "0" * 3900 + "3", "1k", id="long-exponent"),
        pytest.param("-1e-9223372036854775808", "-1", id="least-power"),
    ],
)
def test_far_away_numbers_are_read(text: str, same: str) -> None:
    """Below a nano is a nano; an exponent counts in 32 bits."""
    assert Quantity(text) == Quantity(same)


# ---------------------------------------------------------------- JSON


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("250m", "250m", id="text"),
        pytest.param("\u20031\u3000", "1", id="space"),
        pytest.param(2, "2", id="int"),
        pytest.param(0.1, "100m", id="float"),
        pytest.param(1e22, "10e21", id="large-float"),
    ],
)
def test_decoded_json_is_read(value: str | float, text: str) -> None:
    """Text and numbers are quantities; a float is its shortest text."""
    assert str(Quantity.from_json(value)) == text


@pytest.mark.parametrize("value", [True, [], {}, "\t1", float("inf"), float("nan")])
def test_other_decoded_json_is_refused(value: object) -> None:
    """What is neither text nor a finite number is a QuantityError."""
    with pytest.raises(QuantityError) as caught:
        Quantity.from_json(value)
    assert caught.value.rule == "format"


def test_unset_zero_takes_any_format() -> None:
    """JSON null is zero, and becomes what is added to it."""
    unset = Quantity.from_json(None)
    assert (unset.format, str(unset), bool(unset)) == (Format.UNSET, "0", False)
    assert str(unset + Quantity("1Gi")) == "1Gi"


class Limits(BaseModel):
    """A model with amounts of resources."""

    limits: dict[str, Quantity]


def test_models_carry_quantities() -> None:
    """A pydantic model reads text and numbers, and writes text."""
    limits = Limits.model_validate_json('{"limits": {"cpu": 0.5, "memory": "1Gi", "pods": 10}}')
    assert limits.limits == {
        "cpu": Quantity("500m"),
        "memory": Quantity(2**30),
        "pods": Quantity(10),
    }
    assert limits.model_dump_json() == '{"limits":{"cpu":"500m","memory":"1Gi","pods":"10"}}'
    assert Limits(limits={"cpu": Quantity("1")}).limits["cpu"] == Quantity(1)
    schema = Limits.model_json_schema()["properties"]["limits"]["additionalProperties"]
    assert schema == {"oneOf": [{"type": "string"}, {"type": "number"}]}
    with pytest.raises(ValidationError):
        Limits.model_validate({"limits": {"cpu": "1 core"}})


# ---------------------------------------------------------------- values


def test_quantities_are_values() -> None:
    """Equal amounts hash alike in any format, and nothing changes in place."""
    assert len({Quantity("1Ki"), Quantity("1024"), Quantity("1.024k"), Quantity("1024e0")}) == 1
    quantity = Quantity("1.500")
    for name in ("format", "value", "anything"):
        with pytest.raises(AttributeError):
            setattr(quantity, name, 1)
    copies = [copy.copy(quantity), copy.deepcopy(quantity), pickle.loads(pickle.dumps(quantity))]  # noqa: S301 - ours
    assert {(one, str(one)) for one in copies} == {(quantity, "1.500")}
    assert repr(quantity) == "Quantity('1.500')"


def test_quantities_keep_to_themselves() -> None:
    """Quantities compare and add with quantities alone; sums may start from 0."""
    one = Quantity("1")
    assert one != 1
    assert one != "1"
    for operation in (
        lambda: one < 1,
        lambda: one <= 1,
        lambda: one > 1,
        lambda: one >= 1,
        lambda: one + 1,
        lambda: 1 + one,
        lambda: one - 1,
        lambda: one * 1.5,
        lambda: one * one,
    ):
        with pytest.raises(TypeError):
            operation()
    assert sum([one, one]) == 2 * one == Quantity(2)


def test_numbers_beyond_64_bits_have_no_value() -> None:
    """Where Kubernetes has no answer, there is an error; the exact amount is always there."""
    huge = Quantity("10000000000000000000")
    for name in ("value", "milli_value"):
        with pytest.raises(QuantityError, match="64-bit"):
            getattr(huge, name)
    assert huge.as_decimal() == Decimal("1e19")
    assert (huge - Quantity("9999999999999999999")).value == 1


def test_rounding_is_bounded() -> None:
    """A scale without bounds is no way to make a number without bounds."""
    with pytest.raises(QuantityError):
        Quantity("1").round_up(10**9)
    assert not Quantity("0").round_up(10**9)
    assert Quantity("1.5").round_up(-(10**9)) == Quantity("1.5")
    assert Quantity("1.0000000001").round_up(-(10**9)) == Quantity("1000000001n")


# ---------------------------------------------------------------- laws

LETTERS = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
SUFFIXES = st.sampled_from(LETTERS) | st.integers(-30, 40).map(lambda power: f"e{power}")
NUMBERS = st.from_regex(r"\A[+-]?([0-9]{1,25}(\.[0-9]{0,12})?|\.[0-9]{1,12})\Z")
TEXTS = st.builds("".join, st.tuples(NUMBERS, SUFFIXES))
QUANTITIES = TEXTS.map(Quantity)


def exact(quantity: Quantity) -> Fraction:
    """Return the amount by another way of counting."""
    return Fraction(quantity.as_decimal())


@given(quantity=QUANTITIES)
def test_text_reads_back(quantity: Quantity) -> None:
    """The text of a quantity is an equal quantity, of the same format, unless it drops a suffix."""
    # Kubernetes writes no suffix beyond E and Ei.
    assume(abs(exact(quantity)) < 10**21)
    again = Quantity(str(quantity))
    assert again == quantity
    assert str(again) == str(quantity)
    if again.format is not quantity.format:
        # A decimal exponent of 0 is not written, nor is a power of 1024 below 1.
        assert not set("eEi") & set(str(quantity))


@given(text=TEXTS)
def test_amount_is_that_of_the_text(text: str) -> None:
    """Decimal text is exact to the nano, and never less than what is asked."""
    quantity = Quantity(text)
    assume(quantity.format is Format.DECIMAL_EXPONENT)
    number, _, power = text.partition("e")
    asked = Fraction(Decimal(number)) * Fraction(10) ** int(power)
    difference = abs(exact(quantity)) - abs(asked)
    assert 0 <= difference < Fraction(1, 10**9)


@given(a=QUANTITIES, b=QUANTITIES, times=st.integers(-(10**6), 10**6))
def test_arithmetic_is_exact(a: Quantity, b: Quantity, times: int) -> None:
    """Sums, differences, products and negations are those of fractions."""
    assert exact(a + b) == exact(a) + exact(b)
    assert exact(a - b) == exact(a) - exact(b)
    assert exact(a * times) == exact(times * a) == exact(a) * times
    assert exact(-a) == -exact(a)
    assert a - a == Quantity()


@given(a=QUANTITIES, b=QUANTITIES)
def test_order_is_that_of_amounts(a: Quantity, b: Quantity) -> None:
    """Order and equality are total, agree with the amounts, and with the hash."""
    assert (a < b) == (b > a) == (exact(a) < exact(b))
    assert (a <= b) == (b >= a) == (exact(a) <= exact(b))
    assert (a == b) == (exact(a) == exact(b))
    assert (a < b) + (a == b) + (a > b) == 1
    assert a != b or hash(a) == hash(b)
    assert (a.sign > 0) == (a > Quantity())


@given(quantity=QUANTITIES, scale=st.integers(-12, 30))
def test_rounding_goes_away_from_zero(quantity: Quantity, scale: int) -> None:
    """The result is the nearest multiple that is no smaller in size."""
    unit = Fraction(10) ** scale
    rounded = quantity.round_up(scale)
    added = abs(exact(rounded)) - abs(exact(quantity))
    assert 0 <= added < unit
    assert scale < -9 or exact(rounded) % unit == 0


@given(quantity=QUANTITIES)
def test_value_is_rounded_away_from_zero(quantity: Quantity) -> None:
    """Where 64 bits are enough for nanos, the value is the exact one, rounded."""
    assume(0 <= exact(quantity) * 10**9 < 2**63)
    assert quantity.value == exact(quantity).__ceil__()
    assert quantity.milli_value == (exact(quantity) * 1000).__ceil__()


@given(number=st.integers(-(2**62), 2**62))
def test_whole_numbers_are_their_value(number: int) -> None:
    """A whole number goes there and back."""
    assert Quantity(number).value == number
    assert Quantity(str(number)) == Quantity(number)


@given(text=st.text() | st.text('0123456789.+-eEinumkKMGTP "') | TEXTS)
def test_any_text_is_a_quantity_or_an_error(text: str) -> None:
    """No text makes anything but a quantity or a QuantityError, in or out of JSON."""
    for read in (Quantity, Quantity.parse_json, Quantity.from_json):
        try:
            quantity = read(text)
        except QuantityError as error:
            str(error).encode()
        else:
            for name in ("value", "milli_value"):
                try:
                    assert getattr(quantity, name) in INT64
                except QuantityError:
                    assert abs(exact(quantity)) >= 2**63 // 1000
