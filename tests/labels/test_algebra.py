"""Reasoning about selectors without any object at hand."""

import pytest
from hypothesis import given

from kubeobj.labels.algebra import (
    equivalent,
    implies,
    is_satisfiable,
    overlaps,
    simplify,
    witness,
)
from kubeobj.labels.requirement import Requirement
from kubeobj.labels.selector import Selector
from kubeobj.names import is_label_value
from tests.labels.smallworld import LABEL_SETS, selectors

_FIVES = ",".join("5".zfill(width) for width in range(1, 64))
_FIVES_BUT_ONE = _FIVES.removeprefix("5,")


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        pytest.param("", {}, id="everything"),
        pytest.param("a=x,b", {"a": "x", "b": "x"}, id="equal and exists"),
        pytest.param("a,a notin (x,x1)", {"a": "x2"}, id="any other value"),
        pytest.param("a=", {"a": ""}, id="the empty value"),
        pytest.param("!a,a!=x", {}, id="absent"),
        pytest.param("a notin (x)", {}, id="left out where it may be"),
        pytest.param("a>4,a<6", {"a": "5"}, id="between"),
        pytest.param("a>4,a<6,a notin (5)", {"a": "05"}, id="leading zero"),
        pytest.param(f"a>4,a<6,a notin ({_FIVES_BUT_ONE})", {"a": "5"}, id="the last form left"),
        pytest.param(f"a>4,a<7,a notin ({_FIVES})", {"a": "6"}, id="five is used up"),
        pytest.param("a in (3,05,7,x),a>4,a!=7", {"a": "05"}, id="of a list, within a range"),
        pytest.param("a>9223372036854775806", {"a": "9223372036854775807"}, id="largest integer"),
        pytest.param("a<1", {"a": "0"}, id="least integer"),
    ],
)
def test_satisfiable_selector_has_the_plainest_witness(text: str, labels: dict[str, str]) -> None:
    """A selector that labels can match has such labels, as few and as plain as may be."""
    assert witness(Selector.parse(text)) == labels


@pytest.mark.parametrize(
    "text",
    [
        "a=x,a=y",
        "a=x,a!=x",
        "a in (x,y),a notin (x,y)",
        "a,!a",
        "a=,!a",
        "a in (x,y),a>3",
        "a>4,a<5",
        "a<0",
        "a>9223372036854775807",
        f"a>4,a<6,a notin ({_FIVES})",
        f"a in ({_FIVES}),a>5",
        "b=x,a<0",
    ],
)
def test_contradiction_is_unsatisfiable(text: str) -> None:
    """A selector that no valid labels match has no witness and selects nothing."""
    selector = Selector.parse(text)
    assert not is_satisfiable(selector)
    assert witness(selector) is None
    assert simplify(selector) == Selector.nothing()


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("", ""),
        ("a,a=b", "a=b"),
        ("a==b", "a=b"),
        ("a=b,a=b", "a=b"),
        ("a in (x)", "a=x"),
        ("a in (y,x,y)", "a in (x,y)"),
        ("a!=x,a!=y", "a notin (x,y)"),
        ("a notin (x)", "a!=x"),
        ("a,a!=x", "a,a!=x"),
        ("a=b,a!=c", "a=b"),
        ("!a,a!=x", "!a"),
        ("a>3,a>5", "a>5"),
        ("a<3,a,a<005", "a<3"),
        ("a>3,a!=x,a!=3,a!=4", "a>3,a!=4"),
        ("a in (3,5,7),a>4", "a in (5,7)"),
        ("b=x,a=y", "a=y,b=x"),
        (f"a in ({_FIVES})", "a>4,a<6"),
        (f"a in ({_FIVES_BUT_ONE})", "a>4,a<6,a!=5"),
        (f"a>4,a<6,a notin ({_FIVES_BUT_ONE})", "a=5"),
        (f"a>4,a notin ({_FIVES})", "a>5"),
        (f"a<6,a notin ({_FIVES})", "a<5"),
    ],
)
def test_simplify_says_the_same_with_less(text: str, simple: str) -> None:
    """Redundancy goes, and one spelling stays."""
    assert str(simplify(Selector.parse(text))) == simple


@pytest.mark.parametrize(
    ("one", "other", "unlike"),
    [
        pytest.param("a=x", "a", None, id="value exists"),
        pytest.param("a=x", "a!=y", None, id="value is no other"),
        pytest.param("!a", "a notin (x,y)", None, id="absent is no value"),
        pytest.param("a=x,b=y", "b=y", None, id="more is narrower"),
        pytest.param("a>5", "a>3,a!=x", None, id="narrower range"),
        pytest.param("a>4,a<6", f"a in ({_FIVES})", None, id="range in a list"),
        pytest.param("a in (4,5)", "a>3,a<6", None, id="list in a range"),
        pytest.param("a=1,a=2", "b=x", None, id="contradiction implies all"),
        pytest.param("a!=y", "a", {}, id="may be absent"),
        pytest.param("a", "a!=x", {"a": "x"}, id="the value itself"),
        pytest.param("a>3", "a>5", {"a": "4"}, id="wider range"),
        pytest.param("a>3", "a<9", {"a": "9"}, id="no upper end"),
        pytest.param("a>4,a<6", "a=5", {"a": "05"}, id="leading zero"),
        pytest.param("a>4,a<6", "a>4,a<6,a!=5", {"a": "5"}, id="but for one"),
        pytest.param("a", "a>4", {"a": "x"}, id="no integer"),
        pytest.param("a in (5,x)", "a>4", {"a": "x"}, id="no integer in a list"),
        pytest.param("a in (5,6)", "a>5", {"a": "5"}, id="outside the range"),
        pytest.param("a=x", "b!=y", {"a": "x", "b": "y"}, id="other key"),
        pytest.param("a=x", "b=1,b=2", {"a": "x"}, id="unlike a contradiction"),
    ],
)
def test_implies_or_a_witness_says_why_not(
    one: str, other: str, unlike: dict[str, str] | None
) -> None:
    """One implies the other, or there are labels that match it and not the other."""
    left, right = Selector.parse(one), Selector.parse(other)
    assert implies(left, right) is (unlike is None)
    assert witness(left, unlike=right) == unlike


def test_nothing_implies_all_and_overlaps_with_none() -> None:
    """The selector that selects nothing is below all others, and everything above."""
    nothing, everything, some = Selector.nothing(), Selector.everything(), Selector.parse("a=x")
    assert not is_satisfiable(nothing)
    assert witness(nothing) is None
    assert simplify(nothing) == nothing
    assert implies(nothing, some)
    assert not implies(some, nothing)
    assert equivalent(nothing, Selector.parse("a=x,a=y"))
    assert not overlaps(nothing, everything)
    assert not overlaps(everything, nothing)
    assert witness(some, unlike=nothing) == {"a": "x"}
    assert implies(some, everything)
    assert witness(some, unlike=everything) is None
    assert simplify(everything) == everything


@given(selectors(), selectors())
def test_overlap_is_satisfiability_of_both(one: Selector, other: Selector) -> None:
    """Two overlap exactly if some labels match both, and the witness does."""
    expected = any(one.matches(labels) and other.matches(labels) for labels in LABEL_SETS)
    both = one & other
    assert overlaps(one, other) is overlaps(other, one) is is_satisfiable(both) is expected
    labels = witness(both)
    assert (labels is not None) is expected
    if labels is not None:
        assert one.matches(labels)
        assert other.matches(labels)
        assert all(map(is_label_value, labels.values()))


@given(selectors(), selectors())
def test_implication_has_no_counterexample(one: Selector, other: Selector) -> None:
    """One implies another exactly if no labels match it alone; else the witness does."""
    expected = all(other.matches(labels) for labels in LABEL_SETS if one.matches(labels))
    assert implies(one, other) is expected
    labels = witness(one, unlike=other)
    assert (labels is None) is expected
    if labels is not None:
        assert one.matches(labels)
        assert not other.matches(labels)
        assert all(map(is_label_value, labels.values()))


@given(selectors())
def test_simplify_keeps_the_meaning_and_never_grows(selector: Selector) -> None:
    """What is simplified matches the same labels, says no more, and stays as it is."""
    simple = simplify(selector)
    assert all(simple.matches(labels) is selector.matches(labels) for labels in LABEL_SETS)
    assert _size(simple) <= _size(selector)
    assert simplify(simple) == simple
    assert str(simplify(simple)) == str(simple)


@given(selectors(("a",)), selectors(("a",)))
def test_equivalent_selectors_simplify_to_equal_ones(one: Selector, other: Selector) -> None:
    """Two are equivalent, imply each other, and simplify to one selector, or none of these."""
    expected = all(one.matches(labels) is other.matches(labels) for labels in LABEL_SETS)
    assert equivalent(one, other) is expected
    assert (implies(one, other) and implies(other, one)) is expected
    assert (simplify(one) == simplify(other)) is expected


def test_many_requirements_on_one_key_take_linear_work() -> None:
    """Twenty thousand conditions on one label are answered as they are read."""
    selector = Selector(Requirement("a", "!=", f"x{number}") for number in range(20_000))
    assert len(simplify(selector).requirements[0].values) == 20_000
    assert is_satisfiable(selector & selector)


def _size(selector: Selector) -> int:
    return sum(1 + len(requirement.values) for requirement in selector)
