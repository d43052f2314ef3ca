"""The laws of labels and selectors, held over everything that the strategies draw."""

from hypothesis import given
from hypothesis import strategies as st

from kubeobj.labels.index import LabelIndex
from kubeobj.labels.selector import Selector
from kubeobj.labels.selectorindex import SelectorIndex
from kubeobj.meta.labelselector import LabelSelector
from kubeobj.testing import strategies as kst

# Few words, so that selectors and label sets meet often.
FEW = {"keys": ("a", "b", "example.com/c"), "values": ("", "x", "5", "05", "7")}

any_selectors = st.one_of(kst.selectors(), kst.selectors(**FEW))
few_label_sets = kst.label_sets(**FEW)


@given(any_selectors)
def test_canonical_text_parses_back(selector: Selector) -> None:
    """Canonical text means the selector it was written from."""
    assert Selector.parse(str(selector)) == selector


@given(kst.selector_texts())
def test_what_the_grammar_derives_has_a_canonical_form(text: str) -> None:
    """Text in any form reads as a selector whose canonical text reads and is written the same."""
    selector = Selector.parse(text)
    again = Selector.parse(str(selector))
    assert again == selector
    assert str(again) == str(selector)


@given(st.lists(kst.selectors(**FEW), max_size=6), st.lists(few_label_sets, max_size=8))
def test_all_ways_to_match_agree(
    selectors: list[Selector], label_sets: list[dict[str, str]]
) -> None:
    """The matcher, its requirements one by one, both indexes and the explanation say the same."""
    objects = LabelIndex(enumerate(label_sets))
    demands = SelectorIndex(enumerate(selectors))
    for number, selector in enumerate(selectors):
        selected = set(objects.select(selector))
        assert objects.count(selector) == len(selected)
        for id_, labels in enumerate(label_sets):
            matches = selector.matches(labels)
            assert matches == all(one.matches(labels) for one in selector.requirements)
            assert matches == selector.matcher(labels)
            assert matches == (id_ in selected)
            assert matches == (number in demands.match(labels))
            assert matches == selector.explain(labels).matches


@given(kst.selectors_with_labels())
def test_indexes_find_what_belongs_to_a_selector(drawn: kst.SelectorWithLabels) -> None:
    """Of any words, an index selects the label sets on one side and none on the other."""
    label_sets = (*drawn.matching, *drawn.not_matching)
    expected = list(range(len(drawn.matching)))
    assert LabelIndex(enumerate(label_sets)).select(drawn.selector) == expected
    index = SelectorIndex([("it", drawn.selector)])
    assert all(index.match(labels) == ["it"] for labels in drawn.matching)
    assert not any(index.match(labels) for labels in drawn.not_matching)


@given(st.one_of(kst.overlapping_selectors(), kst.overlapping_selectors(**FEW)))
def test_overlapping_selectors_overlap(drawn: kst.Overlap) -> None:
    """Two selectors that match one label set overlap, and the witness matches both."""
    one, other, _ = drawn
    assert one.overlaps(other)
    assert other.overlaps(one)
    witness = (one & other).witness()
    assert one.matches(witness)
    assert other.matches(witness)


@given(st.one_of(kst.disjoint_selectors(), kst.disjoint_selectors(**FEW)))
def test_disjoint_selectors_do_not_overlap(pair: tuple[Selector, Selector]) -> None:
    """Selectors with a contradiction between them do not overlap, and have no witness."""
    one, other = pair
    assert not one.overlaps(other)
    assert not other.overlaps(one)
    assert (one & other).witness() is None
    assert (one & other).simplify() == Selector.nothing()


@given(kst.selectors(**FEW), kst.selectors(**FEW))
def test_overlap_is_satisfiability_of_the_conjunction(one: Selector, other: Selector) -> None:
    """Both ask whether one label set could match; where one can, the witness does."""
    both = one & other
    assert one.overlaps(other) == other.overlaps(one) == both.is_satisfiable
    witness = both.witness()
    assert (witness is not None) == both.is_satisfiable
    assert witness is None or (one.matches(witness) and other.matches(witness))


@given(kst.selectors(**FEW), kst.selectors(**FEW), few_label_sets)
def test_implication_has_no_counterexample(
    one: Selector, other: Selector, labels: dict[str, str]
) -> None:
    """What implies another never matches alone; where it does not, there is a witness to that."""
    witness = one.witness(unlike=other)
    if one.implies(other):
        assert witness is None
        assert not one.matches(labels) or other.matches(labels)
    else:
        assert one.matches(witness)
        assert not other.matches(witness)


@given(any_selectors, st.data())
def test_simplified_selectors_match_the_same(selector: Selector, data: st.DataObject) -> None:
    """The plainest form is equivalent, and matches whatever is drawn to match the first."""
    plain = selector.simplify()
    assert plain.equivalent(selector)
    if selector.is_satisfiable:
        assert plain.matches(data.draw(kst.matching(selector)))
    if not selector.selects_everything:
        assert not plain.matches(data.draw(kst.not_matching(selector)))


@given(kst.label_selectors())
def test_object_form_comes_back_with_the_same_meaning(drawn: LabelSelector) -> None:
    """The object form of a selector that was read from one means the same selector."""
    selector = drawn.to_selector()
    again = LabelSelector.from_selector(selector)
    assert again.to_selector().equivalent(selector)
    assert LabelSelector.parse(drawn.to_document()) == drawn


@given(kst.label_selectors(), kst.label_sets())
def test_object_form_and_text_form_match_the_same(
    drawn: LabelSelector, labels: dict[str, str]
) -> None:
    """A label selector matches what its canonical text does."""
    selector = drawn.to_selector()
    assert Selector.parse(str(selector)).matches(labels) == selector.matches(labels)
