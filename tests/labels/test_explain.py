"""Why labels match a selector, or why not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import LabelsTypeError
from kubeobj.labels.explain import explain
from kubeobj.labels.selector import Selector
from tests.labels.smallworld import LABEL_SETS, selectors


@pytest.mark.parametrize(
    ("text", "labels", "lines"),
    [
        pytest.param(
            "app=web,tier!=frontend",
            {"app": "web", "tier": "frontend"},
            [
                '✓ app=web         app is "web"',
                '✗ tier!=frontend  tier is "frontend"',
                "does not match: 1 of 2 requirements not met",
            ],
            id="met and not met",
        ),
        pytest.param(
            "!a,b,c notin (x)",
            {"a": ""},
            [
                '✗ !a           a is ""',
                "✗ b            b is absent",
                "✓ c notin (x)  c is absent",
                "does not match: 2 of 3 requirements not met",
            ],
            id="absent",
        ),
        pytest.param(
            "a>4,b<4",
            {"a": "05", "b": "four"},
            [
                '✓ a>4  a is "05"',
                '✗ b<4  b is "four", which is no integer of 64 bits',
                "does not match: 1 of 2 requirements not met",
            ],
            id="integers",
        ),
        pytest.param("a=x", {"a": "x"}, ['✓ a=x  a is "x"', "matches: 1 of 1 requirement met"]),
        pytest.param(
            "a>4", None, ["✗ a>4  a is absent", "does not match: 1 of 1 requirement not met"]
        ),
        pytest.param("", {"a": "x"}, ["matches: the selector selects everything"]),
    ],
)
def test_explanation_prints_a_line_for_each_requirement(
    text: str, labels: dict[str, str] | None, lines: list[str]
) -> None:
    """Ticks, requirements and what was found stand in columns, with the verdict below."""
    assert str(explain(Selector.parse(text), labels)).splitlines() == lines


def test_nothing_explains_itself() -> None:
    """The selector without any match says that it is why."""
    explanation = explain(Selector.nothing(), {"a": "x"})
    assert not explanation.matches
    assert str(explanation) == "does not match: the selector selects nothing"


def test_long_requirements_and_values_are_cut_in_print() -> None:
    """A line stays readable however much is asked for or found."""
    selector = Selector.parse(f"a in ({','.join(f'value-{n}' for n in range(1000))})")
    explanation = explain(selector, {"a": "x" * 10_000})
    line = str(explanation).splitlines()[0]
    assert line.startswith("✗ a in (value-0,value-1,value-10,")
    assert len(line) < 400
    assert explanation.requirements[0].value == "x" * 10_000


def test_explanation_is_data_too() -> None:
    """Everything that is printed is in the data, which is JSON."""
    data = explain(Selector.parse("a in (x,y),b"), {"a": "y"}).to_dict()
    assert json.loads(json.dumps(data)) == {
        "selector": "a in (x,y),b",
        "matches": False,
        "verdict": "does not match: 1 of 2 requirements not met",
        "requirements": [
            {
                "key": "a",
                "operator": "in",
                "values": ["x", "y"],
                "requirement": "a in (x,y)",
                "met": True,
                "value": "y",
                "reason": 'a is "y"',
            },
            {
                "key": "b",
                "operator": "exists",
                "values": [],
                "requirement": "b",
                "met": False,
                "value": None,
                "reason": "b is absent",
            },
        ],
    }


@pytest.mark.parametrize("text", ["a=x", "a", "!a", "a notin (x)", "a>1"])
@pytest.mark.parametrize("labels", [["a"], "abc", {"a"}, 5], ids=repr)
def test_labels_must_be_a_mapping(text: str, labels: object) -> None:
    """What is no mapping is refused as `matches` refuses it, whatever is asked."""
    selector = Selector.parse(text)
    for ask in (selector.explain, selector.matches):
        with pytest.raises(LabelsTypeError):
            ask(labels)


@given(selectors(), st.sampled_from(LABEL_SETS))
def test_explanation_agrees_with_matching(selector: Selector, labels: dict[str, str]) -> None:
    """The verdict is that of the selector, and each finding that of its requirement."""
    explanation = explain(selector, labels)
    assert explanation.matches is selector.matches(labels)
    assert tuple(one.requirement for one in explanation.requirements) == selector.requirements
    for one in explanation.requirements:
        assert one.is_met is one.requirement.matches(labels)
        assert one.value == labels.get(one.requirement.key)
