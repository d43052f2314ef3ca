"""The typed label selector, held against the mapping it models."""

import pytest

from kubeobj.errors import FieldErrors, FieldPath, SelectorInvalidError
from kubeobj.labels.labelselector import validate_label_selector
from kubeobj.labels.selector import Selector
from kubeobj.meta.labelselector import LabelSelector, LabelSelectorRequirement
from tests.golden import golden

RECORDED = [line for line in golden("label_selectors") if line["selector"] is not None]


def test_every_recorded_label_selector_means_the_same_as_a_model() -> None:
    """The model loses nothing that the mapping says."""
    for line in RECORDED:
        model = LabelSelector.parse(line["selector"])
        assert str(model) == line["format"]
        path = FieldPath.of("selector")
        errors = [(str(e.path), e.type) for e in model.validate_rules(path)]
        plain = validate_label_selector(line["selector"], path)
        assert sorted(errors) == sorted((str(e.path), e.type) for e in plain)
        if line["ok"]:
            assert model.to_selector() == Selector.from_label_selector(line["selector"])
            assert LabelSelector.parse(model.to_document()) == model


def test_the_model_is_built_by_attribute_or_wire_name() -> None:
    """Both spellings, one value; frozen and typed."""
    expression = LabelSelectorRequirement(key="tier", operator="In", values=("db",))
    one = LabelSelector(match_labels={"app": "web"}, match_expressions=(expression,))
    assert one == LabelSelector.parse(
        {
            "matchLabels": {"app": "web"},
            "matchExpressions": [{"key": "tier", "operator": "In", "values": ["db"]}],
        }
    )
    assert str(one) == "app=web,tier in (db)"
    with pytest.raises(FieldErrors, match=r"matchLabels\[a\]: Invalid value: 1"):
        LabelSelector.parse({"matchLabels": {"a": 1}})


@pytest.mark.parametrize("text", ["", "a=1", "!a,b,c in (x,y),d!=z"])
def test_a_selector_goes_there_and_back(text: str) -> None:
    """The object form means what the text means."""
    selector = Selector.parse(text)
    model = LabelSelector.from_selector(selector)
    assert model is not None
    assert model.to_selector().equivalent(selector)


def test_nothing_is_null_and_comparisons_have_no_object_form() -> None:
    """As the API has it."""
    assert LabelSelector.from_selector(Selector.nothing()) is None
    assert str(LabelSelector()) == "<none>"
    with pytest.raises(SelectorInvalidError):
        LabelSelector.from_selector(Selector.parse("a>1"))
