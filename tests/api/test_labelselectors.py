"""Label selectors of objects, held against the selectors of the labels' own room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.api.labelselectors import (
    has_invalid_values,
    is_valid_selector,
    labels_text,
    selector_text,
    selects,
    validate_label_selector,
)
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.labels.labelselector import selector_of
from kubeobj.labels.labelselector import validate_label_selector as every_error

PATH = FieldPath.of("spec", "selector")
WORDS = st.sampled_from(["a", "b", "c", "", "a b", "-"])
EXPRESSIONS = st.fixed_dictionaries(
    {
        "key": st.sampled_from(["a", "b", "x/y", "", "a b"]),
        "operator": st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist", "Near", ""]),
    },
    optional={"values": st.lists(WORDS, min_size=1, max_size=3)},
)
SELECTORS = st.fixed_dictionaries(
    {},
    optional={
        "matchLabels": st.dictionaries(st.sampled_from(["a", "b", "a b"]), WORDS, min_size=1),
        "matchExpressions": st.lists(EXPRESSIONS, min_size=1, max_size=2),
    },
)


@given(SELECTORS)
def test_a_quick_look_finds_what_a_long_one_finds(selector: Wire) -> None:
    """A selector is valid if and only if it has no error."""
    assert is_valid_selector(selector) is (every_error(selector) == ())
    assert tuple(validate_label_selector(selector, PATH)) == every_error(selector, PATH)


@given(SELECTORS, st.dictionaries(st.sampled_from(["a", "b", "x/y"]), WORDS))
def test_what_is_selected_is_what_the_compiled_selector_selects(
    selector: Wire, labels: dict[str, str]
) -> None:
    """Looking at labels one by one comes to the same."""
    if is_valid_selector(selector):
        assert selects(selector, labels) is selector_of(selector).matches(labels)
        assert selector_text(selector) == str(selector_of(selector))


def test_nothing_selects_nothing() -> None:
    """A selector that is not there is no empty one."""
    assert not selects(None, {"a": "b"})
    assert selects({}, None)
    assert selector_text(None) == ""


@pytest.mark.parametrize(
    ("values", "expected"), [(["a"], False), (["a", "not a value"], True), ([], False)]
)
def test_values_that_are_none_are_found(values: list[str], *, expected: bool) -> None:
    """What was stored with them may keep them."""
    expression: Wire = {"key": "a", "operator": "In", "values": values}
    selector: Wire = {"matchExpressions": [expression]}
    assert has_invalid_values(selector) is expected
    if expected:
        assert list(validate_label_selector(selector, PATH))
        assert not list(validate_label_selector(selector, PATH, lenient=True))


def test_labels_are_written_in_order() -> None:
    """As sets of labels are written everywhere."""
    assert labels_text({"b": "2", "a": "1"}) == "a=1,b=2"
