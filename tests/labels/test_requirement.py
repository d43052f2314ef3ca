"""Requirements from parts: checked whole, and values for good."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import FieldErrorType, LabelsTypeError, SelectorInvalidError
from kubeobj.labels.operator import Operator
from kubeobj.labels.requirement import Requirement, parse_integer
from kubeobj.labels.selector import Selector


def test_a_value_never_becomes_a_second_requirement() -> None:
    """The value that turns into two requirements in other clients is refused as a value."""
    with pytest.raises(SelectorInvalidError) as caught:
        Requirement("app", Operator.EQUALS, ["x,env!=prod"])
    assert [(error.path.parts, error.type) for error in caught.value.errors] == [
        (("values", 0), FieldErrorType.INVALID)
    ]


@pytest.mark.parametrize(
    ("key", "operator", "values", "paths"),
    [
        pytest.param("a", "in", [], ["values"], id="empty-set"),
        pytest.param("a", "=", [], ["values"], id="no-value"),
        pytest.param("a", "!=", ["b", "c"], ["values"], id="two-values"),
        pytest.param("a", "exists", ["b"], ["values"], id="value-of-exists"),
        pytest.param("a", "gt", ["1", "2"], ["values"], id="two-bounds"),
        pytest.param("a", "gt", ["1.5"], ["values[0]"], id="no-integer"),
        pytest.param("a", "lt", ["-5"], ["values[0]"], id="signed-is-no-label-value"),
        pytest.param("a", "lt", ["9223372036854775808"], ["values[0]"], id="beyond-64-bits"),
        pytest.param("a", "gt", ["²"], ["values[0]", "values[0]"], id="digit-that-is-none"),
        pytest.param("", "in", ["-", "ok", "é"], ["key", "values[0]", "values[2]"], id="all-said"),
        pytest.param("a", "like", ["b"], ["operator"], id="unknown-operator"),
        pytest.param(5, "in", [None, 1], ["key", "values[0]", "values[1]"], id="types"),
        pytest.param(
            "-",
            "like",
            [5, "-"],
            ["key", "operator", "values[0]", "values[1]"],
            id="types-and-rules",
        ),
        pytest.param(None, None, None, ["key", "operator"], id="nothing-at-all"),
        pytest.param("-", "like", 5, ["key", "operator", "values"], id="no-list-and-rules"),
        pytest.param("-", "gt", [5], ["key", "values[0]"], id="number-for-its-digits"),
    ],
)
def test_broken_parts_are_refused_with_every_error(
    key: str, operator: str, values: list[str], paths: list[str]
) -> None:
    """Each error names the part; nothing stops at the first."""
    with pytest.raises(SelectorInvalidError) as caught:
        Requirement(key, operator, values)
    fields = [str(error.path) for error in caught.value.errors]
    assert sorted(set(fields)) == sorted(set(paths))
    assert str(caught.value).encode()


def test_a_single_string_is_one_value_and_not_its_letters() -> None:
    """``values="web"`` means what it looks like."""
    assert Requirement("app", "=", "web").values == ("web",)


def test_no_values_may_be_said_with_none() -> None:
    """As models have it where exists and does-not-exist take no values."""
    assert Requirement("app", "exists", None) == Requirement(key="app", operator="exists")


def test_a_number_too_long_to_print_is_refused_like_any_other() -> None:
    """Python refuses to print it, and our message does without."""
    with pytest.raises(SelectorInvalidError, match="must be a string"):
        Requirement("a", 10**5000, [10**5000])  # type: ignore[list-item, arg-type]
    with pytest.raises(SelectorInvalidError, match="supported values"):
        Requirement("a", 10**5000, ["x"])  # type: ignore[arg-type]


@pytest.mark.parametrize("values", [5, b"ab", 1.5], ids=repr)
def test_values_that_are_no_list_are_refused(values: object) -> None:
    """Bytes are no list of strings either."""
    with pytest.raises(SelectorInvalidError) as caught:
        Requirement("app", "in", values)  # type: ignore[arg-type]
    assert [(str(one.path), one.type) for one in caught.value.errors] == [
        ("values", FieldErrorType.TYPE_INVALID)
    ]


@pytest.mark.parametrize(
    ("spelling", "operator"),
    [
        (">", Operator.GREATER_THAN),
        ("<", Operator.LESS_THAN),
        ("Gt", Operator.GREATER_THAN),
        ("Lt", Operator.LESS_THAN),
        ("In", Operator.IN),
        ("NotIn", Operator.NOT_IN),
        ("Exists", Operator.EXISTS),
        ("DoesNotExist", Operator.DOES_NOT_EXIST),
    ],
)
def test_every_spelling_of_kubernetes_means_one_operator(spelling: str, operator: Operator) -> None:
    """Text and object forms spell operators in several ways; the value is one."""
    values = [] if operator in {Operator.EXISTS, Operator.DOES_NOT_EXIST} else ["5"]
    assert Operator(spelling) is operator
    assert Requirement("a", spelling, values) == Requirement("a", operator, values)


@pytest.mark.parametrize("operator", ["IN", "", "like", None, 5, [], b"="], ids=repr)
def test_other_spellings_are_refused(operator: object) -> None:
    """The set is closed, whatever the type."""
    with pytest.raises(SelectorInvalidError) as caught:
        Requirement("a", operator, ["5"])  # type: ignore[arg-type]
    assert [str(one.path) for one in caught.value.errors] == ["operator"]


def test_equal_requirements_have_one_set_of_values_and_one_hash() -> None:
    """Order and repetition of values do not tell requirements apart; the operator does."""
    one = Requirement("a", "in", ["x", "y", "x"])
    assert one == Requirement("a", "in", ["y", "x"])
    assert hash(one) == hash(Requirement("a", "in", ["y", "x"]))
    assert one != Requirement("a", "notin", ["x", "y"])
    assert one != "a in (x,y)"
    assert one.values == ("x", "x", "y")


def test_a_requirement_cannot_be_changed() -> None:
    """No attribute can be set, deleted or added."""
    one = Requirement("a", "=", ["b"])
    for change in (
        lambda: setattr(one, "key", "c"),
        lambda: delattr(one, "key"),
        lambda: setattr(one, "new", 1),
    ):
        with pytest.raises(AttributeError, match="immutable"):
            change()


def test_a_requirement_survives_copy_and_pickle() -> None:
    """Copies are equal."""
    one = Requirement("a", "gt", ["05"])
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one  # noqa: S301 - our own
    assert copy.copy(one).bound == 5
    assert repr(one) == "Requirement('a', 'gt', ['05'])"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("+7", 7),
        ("-9223372036854775808", -(2**63)),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", None),
        ("-9223372036854775809", None),
        ("0" * 60 + "12", 12),
        ("", None),
        ("+", None),
        ("1_000", None),
        (" 1", None),
        ("1\n", None),
        ("٣", None),
        ("1e3", None),
        ("9" * 100_000, None),
    ],
)
def test_integers_are_read_as_go_reads_them(text: str, number: int | None) -> None:
    """Decimal digits with a sign, within 64 bits; nothing of what else Python would take."""
    assert parse_integer(text) == number


@given(st.integers(-(2**64), 2**64), st.integers(0, 40))
def test_an_integer_in_range_is_read_back_with_any_leading_zeros(number: int, zeros: int) -> None:
    """Reading is the inverse of writing, inside 64 bits and nowhere else."""
    sign, digits = ("-" if number < 0 else ""), str(abs(number))
    expected = number if -(2**63) <= number < 2**63 else None
    assert parse_integer(f"{sign}{'0' * zeros}{digits}") == expected


def test_a_requirement_matches_by_itself() -> None:
    """One requirement is asked the way a selector is."""
    one = Requirement("a", "gt", ["5"])
    assert one.matches({"a": "06"})
    assert not one.matches({"a": "x"})
    assert not one.matches(None)
    with pytest.raises(LabelsTypeError):
        one.matches({"a": 6})  # type: ignore[dict-item]


@pytest.mark.parametrize("operator", list(Operator))
def test_every_operator_says_how_many_values_it_takes(operator: Operator) -> None:
    """A set, one value, or none: each operator is of one kind."""
    assert operator.takes_set + operator.takes_one <= 1
    assert not operator.takes_integer or operator.takes_one
    values = ["1"] if operator.takes_set or operator.takes_one else []
    one = Requirement("k", operator, values)
    assert Selector.parse(str(one)).requirements == (one,)
    assert one.matches({}) is operator.is_negative
