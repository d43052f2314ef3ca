"""`LabelIndex` and its live queries against a dictionary and a linear scan."""

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
)

from kubeobj.labels.index import LabelIndex
from kubeobj.labels.livequery import LiveQuery
from kubeobj.labels.selector import Selector
from tests.labels.smallworld import selectors

KEYS = ("a", "b", "not a valid key")
ids = st.integers(0, 30)
values = st.sampled_from(("", "x", "y", "3", "05", "-4", "6", "not a valid value", "\ud800"))
label_sets = st.dictionaries(st.sampled_from(KEYS), values)


class LabelIndexMachine(RuleBasedStateMachine):
    """Changes of any kind, questions of any kind."""

    queries = Bundle("queries")

    @initialize(items=st.lists(st.tuples(ids, label_sets)))
    def build(self, items: list[tuple[int, dict[str, str]]]) -> None:
        """Begin with some objects in bulk."""
        self.index = LabelIndex(items)
        self.model = dict(items)

    @rule(id_=ids, labels=label_sets)
    def add(self, id_: int, labels: dict[str, str]) -> None:
        """Add an object, or replace its labels."""
        self.index.add(id_, labels)
        self.model[id_] = labels

    @rule(data=st.data(), labels=label_sets)
    def update(self, data: st.DataObject, labels: dict[str, str]) -> None:
        """Replace the labels of an object that is there."""
        if self.model:
            id_ = data.draw(st.sampled_from(sorted(self.model)))
            self.index.update(id_, labels)
            self.model[id_] = labels

    @rule(id_=ids)
    def discard(self, id_: int) -> None:
        """Forget an object, if it is there."""
        self.index.discard(id_)
        self.model.pop(id_, None)

    @rule(selector=selectors())
    def select(self, selector: Selector) -> None:
        """Ask, and scan."""
        hits = self._scan(selector)
        assert self.index.select(selector) == hits
        assert self.index.count(selector) == len(hits)
        assert self.index.exists(selector) == bool(hits)

    @rule(target=queries, selector=selectors(), initial=st.booleans())
    def follow(self, selector: Selector, initial: bool) -> tuple[LiveQuery[int], set[int]]:
        """Open a live query; its reader knows what it was told."""
        known = set() if initial else set(self._scan(selector))
        return self.index.follow(selector, initial=initial), known

    @rule(query=queries)
    def poll(self, query: tuple[LiveQuery[int], set[int]]) -> None:
        """Read on: what the reader knows becomes what is true."""
        cursor, known = query
        changes = cursor.poll()
        assert not known & set(changes.entered)
        assert known >= set(changes.left)
        known |= set(changes.entered)
        known -= set(changes.left)
        assert sorted(known) == self._scan(cursor.selector)

    @rule(query=consumes(queries))
    def abandon(self, query: tuple[LiveQuery[int], set[int]]) -> None:
        """Let go of a live query."""

    @invariant()
    def mirrors_the_model(self) -> None:
        """Objects, labels and facets are those of the dictionary."""
        assert list(self.index) == sorted(self.model)
        assert len(self.index) == len(self.model)
        assert {id_: self.index.labels(id_) for id_ in self.index} == self.model
        held = [label for labels in self.model.values() for label in labels.items()]
        for key in KEYS:
            assert self.index.keys()[key] == sum(key == other for other, _ in held)
            counts = self.index.values(key)
            assert all(count == held.count((key, value)) for value, count in counts.items())
            assert sum(counts.values()) == self.index.keys()[key]

    def _scan(self, selector: Selector) -> list[int]:
        return sorted(id_ for id_, labels in self.model.items() if selector.matches(labels))


TestLabelIndex = LabelIndexMachine.TestCase
