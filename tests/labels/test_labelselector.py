"""The object form of a selector, held against what Kubernetes answers."""

from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import FieldPath, SelectorInvalidError
from kubeobj.labels.labelselector import (
    format_label_selector,
    label_selector_of,
    validate_label_selector,
)
from kubeobj.labels.selector import Selector
from tests.golden import golden


def _errors(document: object, *, lenient: bool) -> Counter[tuple[str, str]]:
    found = validate_label_selector(document, FieldPath.of("selector"), lenient=lenient)
    return Counter((str(e.path), e.type.value.removeprefix("FieldValue")) for e in found)


def _differences(line: dict[str, object]) -> list[object]:
    """Return what we answer differently from the recording."""
    source = line["selector"]
    expected_errors = [
        Counter((e["field"], e["type"]) for e in line[name])
        for name in ("errors", "errors_lenient")
    ]
    errors = [_errors(source, lenient=False), _errors(source, lenient=True)]
    wrong: list[object] = [] if errors == expected_errors else [errors]
    if format_label_selector(source) != line["format"]:
        wrong.append(format_label_selector(source))
    try:
        selector = Selector.from_label_selector(source)
    except SelectorInvalidError as error:
        return [*wrong, error] if line["ok"] else wrong
    answer = {
        "canonical": str(selector),
        "requirements": [
            {"key": one.key, "operator": one.operator.value, "values": list(one.values)}
            for one in selector
        ],
        "matches_everything": selector.selects_everything,
        "matches_nothing": selector.selects_nothing,
    }
    if "labels" in line:
        answer["match"] = selector.matches(line["labels"])
    return wrong + [(k, v) for k, v in answer.items() if not line["ok"] or line[k] != v]


def test_every_recorded_label_selector_is_read_as_recorded() -> None:
    """Accepted or refused, errors, canonical text, requirements and matches."""
    wrong = [(line, found) for line in golden("label_selectors") if (found := _differences(line))]
    assert wrong == []


def test_null_selects_nothing_and_empty_everything() -> None:
    """The one trap everybody falls into."""
    assert Selector.from_label_selector(None) is Selector.nothing()
    assert Selector.from_label_selector({}).selects_everything


@dataclass
class Expression:
    """An expression as the official client models it."""

    key: str
    operator: str
    values: list[str] | None = None


@dataclass
class Model:
    """A label selector as the official client models it."""

    match_labels: dict[str, str] | None = None
    match_expressions: list[Expression] | None = None


def test_any_model_with_the_two_attributes_is_read() -> None:
    """Other clients' models need no conversion."""
    model = Model({"app": "web"}, [Expression("tier", "NotIn", ["db"]), Expression("x", "Exists")])
    assert str(Selector.from_label_selector(model)) == "app=web,tier notin (db),x"
    assert Selector.from_label_selector(Model()).selects_everything


@pytest.mark.parametrize(
    ("source", "path"),
    [
        pytest.param({"app": "web"}, "app", id="labels-in-place-of-a-selector"),
        pytest.param({"matchLabels": []}, "matchLabels", id="labels-are-a-list"),
        pytest.param({"matchLabels": {"a": 1}}, "matchLabels[a]", id="number"),
        pytest.param({"matchLabels": {1: "a"}}, "matchLabels", id="key-is-a-number"),
        pytest.param({1: "a"}, "[1]", id="field-is-a-number"),
        pytest.param({10**5000: "a"}, "[<int>]", id="field-is-a-number-too-long-to-print"),
        pytest.param(
            {"matchExpressions": [{"key": "a", "operator": "Exists", "value": "x"}]},
            "matchExpressions[0].value",
            id="unknown-field-of-an-expression",
        ),
        pytest.param({"matchExpressions": {}}, "matchExpressions", id="expressions-are-a-map"),
        pytest.param({"matchExpressions": ["a"]}, "matchExpressions[0]", id="expression-is-text"),
        pytest.param({"matchExpressions": [{"key": 1}]}, "matchExpressions[0].key", id="key"),
        pytest.param(
            {"matchExpressions": [{"key": "a", "operator": 1}]},
            "matchExpressions[0].operator",
            id="operator",
        ),
        pytest.param(
            {"matchExpressions": [{"key": "a", "operator": "In", "values": "x"}]},
            "matchExpressions[0].values",
            id="values-are-text",
        ),
        pytest.param(
            {"matchExpressions": [{"key": "a", "operator": "In", "values": [1]}]},
            "matchExpressions[0].values[0]",
            id="value-is-a-number",
        ),
        pytest.param([], "", id="a-list"),
    ],
)
def test_what_is_no_label_selector_is_refused_and_never_selects_everything(
    source: object, path: str
) -> None:
    """A plain label map in its place would otherwise be an empty selector."""
    if isinstance(source, dict):
        with pytest.raises(SelectorInvalidError) as caught:
            Selector.from_label_selector(source)
        assert [str(error.path) for error in caught.value.errors] == [path]
    else:
        assert [str(error.path) for error in validate_label_selector(source)] == [path]


def test_an_object_that_is_no_model_is_the_callers_mistake() -> None:
    """What has neither attribute is no label selector."""
    with pytest.raises(TypeError, match="not int"):
        Selector.from_label_selector(5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("", {}),
        ("a=1,b==2", {"matchLabels": {"a": "1", "b": "2"}}),
        (
            "a=1,a=2",
            {
                "matchLabels": {"a": "1"},
                "matchExpressions": [{"key": "a", "operator": "In", "values": ["2"]}],
            },
        ),
        ("a!=1", {"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}),
        ("a in (1)", {"matchExpressions": [{"key": "a", "operator": "In", "values": ["1"]}]}),
        (
            "!a,b",
            {
                "matchExpressions": [
                    {"key": "a", "operator": "DoesNotExist"},
                    {"key": "b", "operator": "Exists"},
                ]
            },
        ),
    ],
)
def test_a_selector_has_an_object_form(text: str, document: dict[str, object]) -> None:
    """Every operator but ``>`` and ``<`` can be written as an object."""
    assert label_selector_of(Selector.parse(text)) == document


def test_nothing_has_the_null_form_and_comparisons_have_none() -> None:
    """What cannot be said is refused, with all of it named."""
    assert label_selector_of(Selector.nothing()) is None
    with pytest.raises(SelectorInvalidError) as caught:
        label_selector_of(Selector.parse("a>1,b<2,c"))
    assert [str(error.path) for error in caught.value.errors] == ["[a].operator", "[b].operator"]


labels = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["", "x", "y"]))
expressions = st.fixed_dictionaries(
    {"key": st.sampled_from("abc"), "operator": st.sampled_from(["In", "NotIn"])},
    optional={},
).flatmap(lambda e: st.lists(st.sampled_from("xyz"), min_size=1).map(lambda v: {**e, "values": v}))


@given(labels, st.lists(expressions), labels)
def test_the_object_form_means_the_same(
    match_labels: dict[str, str], match_expressions: list[dict[str, object]], asked: dict[str, str]
) -> None:
    """There and back, the same objects match."""
    source = {"matchLabels": match_labels, "matchExpressions": match_expressions}
    selector = Selector.from_label_selector(source)
    again = Selector.from_label_selector(label_selector_of(selector))
    assert again.matches(asked) is selector.matches(asked)


def test_a_null_label_selector_breaks_no_rule() -> None:
    """It is valid, and selects nothing."""
    assert validate_label_selector(None) == ()


def test_null_is_the_empty_text_wherever_a_text_is() -> None:
    """As the API decodes it, and as the typed model does."""
    null = {
        "matchLabels": {"a": None},
        "matchExpressions": [{"key": "b", "operator": "In", "values": ["x", None]}],
    }
    assert str(Selector.from_label_selector(null)) == "a=,b in (,x)"
    errors = validate_label_selector({"matchExpressions": [{"key": None, "operator": None}]})
    assert {str(error.path) for error in errors} == {
        "matchExpressions[0].key",
        "matchExpressions[0].operator",
    }
