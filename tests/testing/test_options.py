"""Options narrow what is drawn; bad ones raise `InvalidArgument` where the strategy is made."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.strategies import SearchStrategy

from kubeobj.labels.operator import Operator
from kubeobj.labels.requirement import Requirement
from kubeobj.labels.selector import Selector
from kubeobj.testing import strategies as kst

KEYS = ("a", "b", "example.com/c")
VALUES = ("", "x", "5", "05", "7")
NO_INTEGERS = ("", "x")

few_values = st.sampled_from([VALUES, NO_INTEGERS, ("x",), ("0",), (str(2**63 - 1),)])


def speaks_of(selector: Selector, keys: tuple[str, ...], values: tuple[str, ...]) -> bool:
    """Return whether *selector* has these keys and values alone."""
    return all(one.key in keys and set(one.values) <= set(values) for one in selector.requirements)


def consists_of(labels: dict[str, str], keys: tuple[str, ...], values: tuple[str, ...]) -> bool:
    """Return whether *labels* have these keys and values alone."""
    return set(labels) <= set(keys) and set(labels.values()) <= set(values)


@given(st.data(), few_values)
def test_selectors_are_made_of_the_words_given(
    data: st.DataObject, values: tuple[str, ...]
) -> None:
    """Requirements have no other keys and values."""
    selector = data.draw(kst.selectors(keys=KEYS, values=values))
    assert speaks_of(selector, KEYS, values)


@given(st.data(), few_values)
def test_object_forms_are_made_of_the_words_given(
    data: st.DataObject, values: tuple[str, ...]
) -> None:
    """Label selectors have no other keys and values."""
    drawn = data.draw(kst.label_selectors(keys=KEYS, values=values))
    assert speaks_of(drawn.to_selector(), KEYS, values)


@given(st.data(), few_values)
def test_cases_are_made_of_the_words_given(data: st.DataObject, values: tuple[str, ...]) -> None:
    """The selector and the label sets on both of its sides have no other keys and values."""
    drawn = data.draw(kst.selectors_with_labels(keys=KEYS, values=values))
    assert speaks_of(drawn.selector, KEYS, values)
    for labels in (*drawn.matching, *drawn.not_matching):
        assert consists_of(labels, KEYS, values)
    assert all(map(drawn.selector.matches, drawn.matching))
    assert not any(map(drawn.selector.matches, drawn.not_matching))


@given(st.data(), few_values)
def test_pairs_are_made_of_the_words_given(data: st.DataObject, values: tuple[str, ...]) -> None:
    """Overlapping and disjoint selectors have no other keys and values, and are what they are."""
    one, other, labels = data.draw(kst.overlapping_selectors(keys=KEYS, values=values))
    assert speaks_of(one & other, KEYS, values)
    assert consists_of(labels, KEYS, values)
    assert (one & other).matches(labels)
    apart = data.draw(kst.disjoint_selectors(keys=KEYS, values=values))
    assert all(speaks_of(selector, KEYS, values) for selector in apart)
    assert not apart[0].overlaps(apart[1])


@given(st.data(), st.sampled_from(Operator))
def test_requirements_have_the_operators_given(data: st.DataObject, operator: Operator) -> None:
    """With one operator, every requirement has it."""
    drawn = data.draw(kst.requirements(operators=[operator]))
    assert drawn.operator is operator


@given(kst.selectors(keys=KEYS, values=NO_INTEGERS, min_size=2, max_size=3))
def test_values_without_integers_leave_no_comparison(selector: Selector) -> None:
    """Operators that there is no value for are not drawn, and sizes are kept."""
    assert 2 <= len(selector.requirements) <= 3
    assert not any(one.operator.takes_integer for one in selector.requirements)


@given(kst.not_matching(Selector.nothing()), kst.not_matching(Selector.parse("a<0")))
def test_label_sets_that_nothing_matches_are_any(
    one: dict[str, str], other: dict[str, str]
) -> None:
    """Every label set misses a selector that nothing can match."""
    assert not Selector.nothing().matches(one)
    assert not Selector.parse("a<0").matches(other)


@given(kst.not_matching(Selector.parse("a!=x,!b,c"), values=["x"]))
def test_only_what_the_values_can_miss_is_missed(labels: dict[str, str]) -> None:
    """Each label has the one value there is, and some requirement is not met."""
    assert set(labels.values()) <= {"x"}
    assert not Selector.parse("a!=x,!b,c").matches(labels)


@given(st.data(), kst.selectors(keys=KEYS, values=VALUES))
def test_matching_follows_satisfiability(data: st.DataObject, selector: Selector) -> None:
    """Whatever can be matched is; what cannot is refused."""
    if selector.is_satisfiable:
        assert selector.matches(data.draw(kst.matching(selector)))
    else:
        with pytest.raises(InvalidArgument, match="matches"):
            kst.matching(selector)


@given(st.data())
def test_ranges_are_used_up_but_for_their_last_form(data: st.DataObject) -> None:
    """Where nearly all ways to write an integer are excluded, what is left is drawn."""
    fives = ["5".zfill(width) for width in range(1, 64)]
    all_but_one = Requirement("a", Operator.NOT_IN, [one for one in fives if one != "00005"])
    selector = Selector.parse("a>4,a<6") & Selector([all_but_one])
    assert data.draw(kst.matching(selector))["a"] == "00005"


@given(kst.workloads(namespace="shop"), kst.api_calls(max_size=2))
def test_objects_are_where_they_are_asked_for(
    workload: dict[str, Any], calls: Sequence[kst.ApiCall]
) -> None:
    """The namespace of objects and the number of calls are the caller's to say."""
    assert workload["metadata"]["namespace"] == "shop"
    assert len(calls) <= 2


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: kst.label_sets(min_size=-1), id="negative size"),
        pytest.param(lambda: kst.label_sets(min_size=3, max_size=2), id="sizes crossed"),
        pytest.param(lambda: kst.label_sets(keys=["a"], min_size=2), id="too few keys"),
        pytest.param(lambda: kst.label_sets(keys=[]), id="no keys"),
        pytest.param(lambda: kst.label_sets(keys="ab"), id="keys in one string"),
        pytest.param(lambda: kst.label_sets(keys=["-a"]), id="no label key"),
        pytest.param(lambda: kst.label_sets(values=["a b"]), id="no label value"),
        pytest.param(lambda: kst.annotations(min_size=2, max_size=1), id="annotations"),
        pytest.param(lambda: kst.selectors(max_size=-1), id="selector sizes"),
        pytest.param(lambda: kst.selectors(keys=["a/b/c"]), id="selector keys"),
        pytest.param(lambda: kst.requirements(operators=[]), id="no operators"),
        pytest.param(
            lambda: kst.requirements(operators=[Operator.LESS_THAN], values=["x"]),
            id="no integer for the operator",
        ),
        pytest.param(lambda: kst.selectors_matching({"": "x"}), id="invalid labels"),
        pytest.param(lambda: kst.matching(Selector.nothing()), id="nothing to match"),
        pytest.param(lambda: kst.matching(Selector.parse("a=1,a=2")), id="unsatisfiable"),
        pytest.param(
            lambda: kst.matching(Selector.parse("a=1"), values=["2"]), id="no value that matches"
        ),
        pytest.param(lambda: kst.not_matching(Selector.everything()), id="nothing to miss"),
        pytest.param(
            lambda: kst.not_matching(Selector.parse("a!=1"), values=["2"]),
            id="no value that misses",
        ),
        pytest.param(lambda: kst.overlapping_selectors(keys=[]), id="pairs without keys"),
        pytest.param(lambda: kst.disjoint_selectors(values=["?"]), id="pairs of bad values"),
        pytest.param(lambda: kst.selectors_with_labels(values=[]), id="cases without values"),
        pytest.param(lambda: kst.pods(namespace="A b"), id="no namespace"),
        pytest.param(lambda: kst.deployments(namespace=""), id="an empty namespace"),
        pytest.param(lambda: kst.broken_workloads(namespace="-"), id="broken in no namespace"),
        pytest.param(lambda: kst.pod_specs(restart_policies=[]), id="no restart policy"),
        pytest.param(lambda: kst.pod_specs(restart_policies="Never"), id="policies in one string"),
        pytest.param(
            lambda: kst.pod_templates({}, restart_policies=["Sometimes"]), id="a restart policy"
        ),
        pytest.param(lambda: kst.pod_templates({"-a": ""}), id="labels of a template"),
        pytest.param(lambda: kst.api_calls(max_size=-1), id="a negative number of calls"),
    ],
)
def test_bad_options_are_refused_at_once(make: Callable[[], SearchStrategy[object]]) -> None:
    """The strategy is not even made."""
    with pytest.raises(InvalidArgument):
        make()
