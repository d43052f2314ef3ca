"""Field selectors."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.documents import JsonValue
from kubeobj.errors import SelectorSyntaxError
from kubeobj.fields import FieldRequirement, FieldSelector
from tests.golden import golden

_LINES = [line for line in golden("field_selectors") if line.get("requirements") is not None]

_REQUIREMENTS = st.builds(
    FieldRequirement, st.sampled_from(["a", "b.c"]), st.sampled_from(["=", "!="]), st.text()
)
_SELECTORS = st.builds(FieldSelector, st.lists(_REQUIREMENTS, max_size=4))


def test_fields_match_as_recorded() -> None:
    """Every recorded set of fields matches, or not, as Kubernetes says."""
    wrong = [
        (line["input"], tried)
        for line in _LINES
        for tried in line["matches"]
        if FieldSelector.parse(line["input"]).matches(tried["fields"]) is not tried["match"]
    ]
    assert wrong == []


def test_exact_values_are_required_as_recorded() -> None:
    """Every recorded selector requires the exact values that Kubernetes finds in it."""
    wrong = []
    for line in _LINES:
        selector = FieldSelector.parse(line["input"])
        exact = {one.field: selector.requires_exact(one.field) for one in selector}
        found = {field: value for field, value in exact.items() if value is not None}
        if found != line.get("requires_exact", {}):
            wrong.append(line)
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "document", "matches"),
    [
        pytest.param("metadata.name=x", {"metadata": {"name": "x"}}, True, id="string"),
        pytest.param("metadata.name!=x", {"metadata": {"name": "x"}}, False, id="unequal"),
        pytest.param("a.b=", {}, True, id="absent is empty"),
        pytest.param("a.b=", {"a": "text"}, True, id="absent below a string"),
        pytest.param("a.b=", {"a": {"b": None}}, True, id="null is empty"),
        pytest.param("a.b=", {"a": {"b": ["x"]}}, True, id="list is empty"),
        pytest.param("a.b=", {"a": {"b": {"c": "x"}}}, True, id="object is empty"),
        pytest.param("a.b!=", {"a": [{"b": "x"}]}, False, id="lists are not entered"),
        pytest.param("a=true,b=false", {"a": True, "b": False}, True, id="booleans"),
        pytest.param("a=0,b=-7", {"a": 0, "b": -7}, True, id="integers"),
        pytest.param("a=9223372036854775807", {"a": 2**63 - 1}, True, id="largest integer"),
        pytest.param("a=", {"a": 10**5000}, True, id="no integer is that long"),
        pytest.param("a=1.5,b=2", {"a": 1.5, "b": 2.0}, True, id="numbers"),
        pytest.param("=x", {"": "x"}, True, id="field without name"),
        pytest.param("a.b=x", {"a.b": "x"}, True, id="fields by their dotted names"),
        pytest.param("a.b=x", {"a.b": "x", "a": {"b": "y"}}, True, id="dotted name is nearer"),
        pytest.param("a.b!=x", {"a.b": None, "a": {"b": "x"}}, True, id="even where it is null"),
        pytest.param("a.b=", {"a": "x"}, True, id="text has no fields"),
    ],
)
def test_documents_match_by_the_text_of_their_fields(
    text: str, document: dict[str, JsonValue], matches: bool
) -> None:
    """Dotted names lead through objects; what is no scalar counts as empty."""
    assert FieldSelector.parse(text).matches(document) is matches


def test_everything_is_the_empty_selector() -> None:
    """The selector without requirements is what empty text means, and every object matches it."""
    everything = FieldSelector.everything()
    assert everything == FieldSelector.parse("") == FieldSelector.parse("==,,!=")
    assert everything.is_empty
    assert everything.matches({})
    assert everything.matches(None)
    assert everything.matches({"a": 1})


@pytest.mark.parametrize("fields", [[], "a=1", 5], ids=repr)
def test_fields_that_are_no_mapping_are_the_callers_mistake(fields: object) -> None:
    """They are not quietly an object without fields."""
    with pytest.raises(TypeError, match="must be a mapping"):
        FieldSelector.everything().matches(fields)
    assert FieldSelector.parse("a!=1").matches(None)


@given(_SELECTORS, _SELECTORS, st.dictionaries(st.sampled_from(["a", "b.c"]), st.text()))
def test_conjunction_matches_what_both_match(
    one: FieldSelector, other: FieldSelector, fields: dict[str, str]
) -> None:
    """`&` selects exactly what both select."""
    assert (one & other).matches(fields) is (one.matches(fields) and other.matches(fields))


@given(_SELECTORS)
def test_text_reads_back_as_an_equal_selector(selector: FieldSelector) -> None:
    """Whatever the requirements, the text of their selector is one that is equal to it."""
    again = FieldSelector.parse(str(selector))
    assert again == selector
    assert hash(again) == hash(selector)


def test_selector_is_an_immutable_value() -> None:
    """It compares by its requirements, can be copied by pickle, and never changes."""
    selector = FieldSelector.parse("b=1,a=2")
    assert selector == FieldSelector(reversed(selector.requirements))
    assert pickle.loads(pickle.dumps(selector)) == selector  # noqa: S301 - our own bytes
    assert repr(selector) == "FieldSelector.parse('a=2,b=1')"
    assert selector != "a=2,b=1"
    with pytest.raises(AttributeError, match="immutable"):
        selector.requirements = ()
    with pytest.raises(AttributeError, match="immutable"):
        del selector.requirements
    with pytest.raises(TypeError):
        selector & "a=2"


def test_a_value_never_becomes_a_second_requirement() -> None:
    """A value with a comma stays one value."""
    selector = FieldSelector([FieldRequirement("a", "=", "x,env!=prod")])
    assert str(selector) == r"a=x\,env!\=prod"
    with pytest.raises(SelectorSyntaxError):
        FieldSelector.parse("a=x,env!=prod=")
