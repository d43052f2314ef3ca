"""Selectors as values: built, joined, compared, printed and asked."""

import copy
import pickle
from collections import defaultdict
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import LabelsTypeError, SelectorInvalidError
from kubeobj.labels.index import LabelIndex
from kubeobj.labels.operator import Operator
from kubeobj.labels.requirement import Requirement
from kubeobj.labels.selector import Selector
from tests.golden import golden

keys = st.sampled_from(["a", "b", "c"])
values = st.sampled_from(["", "0", "1", "05", "5", "x"])
numbers = st.sampled_from(["0", "1", "5"])
requirements = st.one_of(
    st.builds(
        Requirement,
        keys,
        st.sampled_from(["=", "==", "!="]),
        st.lists(values, min_size=1, max_size=1),
    ),
    st.builds(
        Requirement,
        keys,
        st.sampled_from(["in", "notin"]),
        st.lists(values, min_size=1, max_size=3),
    ),
    st.builds(Requirement, keys, st.sampled_from(["exists", "!"])),
    st.builds(
        Requirement, keys, st.sampled_from(["gt", "lt"]), st.lists(numbers, min_size=1, max_size=1)
    ),
)
label_sets = st.dictionaries(keys, values | st.sampled_from(["-1", "+5", "é", "9" * 30]))


def _holds(one: Requirement, labels: dict[str, str]) -> bool:
    """Say what Kubernetes' documentation says of each operator, in so many words."""
    value = labels.get(one.key)
    match one.operator:
        case Operator.EXISTS:
            return value is not None
        case Operator.DOES_NOT_EXIST:
            return value is None
        case Operator.EQUALS | Operator.DOUBLE_EQUALS | Operator.IN:
            return value is not None and value in one.values
        case Operator.NOT_EQUALS | Operator.NOT_IN:
            return value is None or value not in one.values
        case Operator.GREATER_THAN | Operator.LESS_THAN:
            digits = (value or "").removeprefix("+").removeprefix("-")
            if not (digits.isascii() and digits.isdigit()) or len(digits) > 19:
                return False
            above = one.operator is Operator.GREATER_THAN
            return (
                int(value or "") > int(one.values[0])
                if above
                else int(value or "") < int(one.values[0])
            )


def test_every_recorded_match_is_matched_as_recorded() -> None:
    """Selectors against label sets, valid and not: Kubernetes' own answers."""
    wrong = [
        line
        for line in golden("selector_matches")
        if Selector.parse(line["selector"]).matches(line["labels"]) is not line["match"]
    ]
    assert wrong == []


@given(st.lists(requirements, max_size=20), label_sets)
def test_a_selector_matches_where_every_requirement_does(
    parts: list[Requirement], labels: dict[str, str]
) -> None:
    """The compiled predicate is the conjunction of its requirements, at any length."""
    expected = all(_holds(one, labels) for one in parts)
    assert Selector(parts).matches(labels) is expected
    assert all(one.matches(labels) for one in parts) is expected


@given(st.lists(requirements, max_size=6))
def test_canonical_text_reads_back_to_an_equal_selector(parts: list[Requirement]) -> None:
    """Printing loses nothing, and equal selectors hash alike."""
    selector = Selector(parts)
    again = Selector.parse(str(selector))
    assert again == selector
    assert hash(again) == hash(selector)
    assert [one.key for one in selector] == sorted(one.key for one in parts)


@given(st.lists(requirements, max_size=4), st.lists(requirements, max_size=4), label_sets)
def test_a_conjunction_matches_where_both_sides_do(
    left: list[Requirement], right: list[Requirement], labels: dict[str, str]
) -> None:
    """``&`` is and."""
    one, other = Selector(left), Selector(right)
    assert (one & other).matches(labels) is (one.matches(labels) and other.matches(labels))


def test_everything_and_nothing() -> None:
    """The one has no requirements and matches all; the other matches none, joined to whatever."""
    everything, nothing = Selector.everything(), Selector.nothing()
    assert everything == Selector() == Selector.parse(" \t")
    assert everything.selects_everything
    assert everything.matches({"a": "b"})
    assert everything.matches(None)
    assert nothing.selects_nothing
    assert not nothing.selects_everything
    assert not nothing.matches({})
    assert nothing != everything
    assert nothing & everything is everything & nothing is Selector.nothing()
    assert (str(everything), str(nothing)) == ("", "")
    assert repr(nothing) == "Selector.nothing()"
    assert repr(Selector.parse("b,a=1")) == "Selector.parse('a=1,b')"


def test_requirements_on_one_key_keep_their_order() -> None:
    """Sorting is by key alone, and stable."""
    assert str(Selector.parse("b!=2,a,b=1,b!=0")) == "a,b!=2,b=1,b!=0"


def test_labels_make_the_selector_that_asks_for_each() -> None:
    """From labels: equality, in order of the keys; bad ones are all named."""
    assert str(Selector.from_labels({"tier": "db", "app": "web"})) == "app=web,tier=db"
    with pytest.raises(SelectorInvalidError) as caught:
        Selector.from_labels({"-a": "x", "b": "x,env!=prod", "c": "ok"})
    assert [(str(error.path), error.value) for error in caught.value.errors] == [
        ("[-a].key", "-a"),
        ("[b].values[0]", "x,env!=prod"),
    ]
    assert Selector.from_labels({}).selects_everything


@pytest.mark.parametrize("labels", [None, [("a", "b")], "a=b"], ids=repr)
def test_only_a_mapping_makes_a_selector_of_labels(labels: object) -> None:
    """None is refused too: it would quietly select everything."""
    with pytest.raises(LabelsTypeError, match="must be a mapping"):
        Selector.from_labels(labels)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [None, 5, [], b"a=b"], ids=repr)
def test_only_text_is_parsed(text: object) -> None:
    """Anything else is the caller's mistake, and said to be."""
    with pytest.raises(TypeError, match="text must be str"):
        Selector.parse(text)  # type: ignore[arg-type]


@pytest.mark.parametrize("parts", ["a=b", ["a=b"], [1]], ids=repr)
def test_a_selector_is_made_of_requirements_alone(parts: object) -> None:
    """Text in their place is the caller's mistake, and said to be."""
    with pytest.raises(TypeError, match="made of Requirements"):
        Selector(parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=1", "1"),
        ("a==", ""),
        ("a in (1)", "1"),
        ("a in (1,2)", None),
        ("a", None),
        ("b=1", None),
        ("a!=2,a=1", None),
        ("a=1,a=2", "1"),
    ],
)
def test_the_exact_value_is_that_of_the_first_requirement(text: str, value: str | None) -> None:
    """What a planner may look up instead of scanning."""
    assert Selector.parse(text).requires_exact("a") == value


def test_any_mapping_can_be_asked() -> None:
    """Labels need not be a dict."""
    assert Selector.parse("a=1").matches(MappingProxyType({"a": "1"}))


@pytest.mark.parametrize("labels", [[], "a=1", 5, {"a": {}}, {"a": []}], ids=repr)
def test_labels_that_are_none_are_refused(labels: object) -> None:
    """What is no mapping of strings to strings gets our error, whichever operator met it."""
    with pytest.raises(LabelsTypeError, match="labels must"):
        Selector.parse("a in (1,2),a>3").matches(labels)  # type: ignore[arg-type]


def test_the_label_that_is_wrong_is_named() -> None:
    """The message says which key has what."""
    with pytest.raises(LabelsTypeError, match='"a" has int'):
        Selector.parse("a>3").matches({"b": "1", "a": 5})  # type: ignore[dict-item]


class _Broken(dict[str, str]):
    def get(self, key: str, default: object = None) -> str:  # type: ignore[override]
        raise TypeError("broken")


def test_labels_that_break_when_read_are_refused() -> None:
    """Even what looks like good labels may fail, and gets our error."""
    with pytest.raises(LabelsTypeError, match="cannot be read: broken"):
        Selector.parse("a=1").matches(_Broken(a="1"))


def test_matching_never_changes_the_labels() -> None:
    """Not even labels that make up an entry when asked for it."""
    labels: defaultdict[str, str] = defaultdict(str)
    selector = Selector.parse("a=,b!=1,!c,d in (,x),e>1,f notin (,x)")
    assert not selector.matches(labels)
    assert not selector.explain(labels).matches
    assert LabelIndex([("x", labels)]).select(selector) == []
    assert not labels


def test_a_selector_cannot_be_changed() -> None:
    """No attribute can be set or deleted."""
    selector = Selector.parse("a")
    with pytest.raises(AttributeError, match="immutable"):
        selector.requirements = ()
    with pytest.raises(AttributeError, match="immutable"):
        del selector.requirements


def test_a_selector_survives_copy_and_pickle() -> None:
    """Copies are equal, asked before or after."""
    for selector in (Selector.parse("a>5,b in (x,y)"), Selector.nothing(), Selector.everything()):
        selector.matches({"a": "6"})
        again = pickle.loads(pickle.dumps(selector))  # noqa: S301 - our own
        assert again == copy.deepcopy(selector) == selector
        assert again.matches({"a": "6", "b": "x"}) is selector.matches({"a": "6", "b": "x"})


def test_a_selector_is_joined_and_compared_only_with_selectors() -> None:
    """Text is no selector until it is parsed."""
    assert Selector.parse("a") != "a"
    with pytest.raises(TypeError):
        Selector.parse("a") & "b"  # type: ignore[operator]


def test_a_selector_answers_about_another() -> None:
    """What `algebra` finds is asked of the selector itself."""
    one, other = Selector.parse("a in (1,2),a!=2"), Selector.parse("a")
    assert one.is_satisfiable
    assert one.overlaps(other)
    assert one.implies(other)
    assert not one.equivalent(other)
    assert str(one.simplify()) == "a=1"
    assert one.witness() == {"a": "1"}
    assert one.witness(unlike=other) is None


@pytest.mark.parametrize("question", ["overlaps", "implies", "equivalent", "witness"])
@pytest.mark.parametrize("other", ["app=web", 5, {"app": "web"}], ids=repr)
def test_selectors_compare_with_selectors_alone(question: str, other: object) -> None:
    """Text is to be parsed first, and the message says so, whatever the selector."""
    for one in (Selector.parse("app"), Selector.everything(), Selector.nothing()):
        with pytest.raises(TypeError, match=f"a Selector, not {type(other).__name__}"):
            getattr(one, question)(other)
