"""`SelectorIndex` against a dictionary and a linear scan."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kubeobj.labels.selector import Selector
from kubeobj.labels.selectorindex import SelectorIndex
from tests.labels.smallworld import selectors

KEYS = ("a", "b", "c")
ids = st.integers(0, 40)
held = selectors(KEYS)
values = st.sampled_from(("", "x", "y", "3", "05", "-4", "6", "not a valid value", "\ud800"))
label_sets = st.dictionaries(st.sampled_from((*KEYS, "not a valid key")), values)


class SelectorIndexMachine(RuleBasedStateMachine):
    """Selectors come and go; label sets are asked about."""

    @initialize(items=st.lists(st.tuples(ids, held)))
    def build(self, items: list[tuple[int, Selector]]) -> None:
        """Begin with some selectors."""
        self.index = SelectorIndex(items)
        self.model = dict(items)

    @rule(id_=ids, selector=held)
    def add(self, id_: int, selector: Selector) -> None:
        """Add a selector, or replace the one of its id."""
        self.index.add(id_, selector)
        self.model[id_] = selector

    @rule(id_=ids)
    def discard(self, id_: int) -> None:
        """Forget a selector, if it is there."""
        self.index.discard(id_)
        self.model.pop(id_, None)

    @rule(labels=label_sets)
    def match(self, labels: dict[str, str]) -> None:
        """Ask, and scan."""
        scan = sorted(id_ for id_, selector in self.model.items() if selector.matches(labels))
        assert self.index.match(labels) == scan

    @invariant()
    def mirrors_the_model(self) -> None:
        """The selectors are those of the dictionary."""
        assert list(self.index) == sorted(self.model)
        assert {id_: self.index.selector(id_) for id_ in self.index} == self.model


TestSelectorIndex = SelectorIndexMachine.TestCase
