"""Objects in, selectors asked: which objects does this selector select?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, final

from pyroaring import BitMap

from kubeobj.labels.bulk import load
from kubeobj.labels.labelsets import NO_LABELS, LabelSet
from kubeobj.labels.livequery import LiveQueries, LiveQuery
from kubeobj.labels.plan import Work, make_plan
from kubeobj.labels.postings import Posting, size
from kubeobj.labels.selector import Selector, as_selector
from kubeobj.labels.slots import Id


@final
class LabelIndex(Generic[Id]):
    """Labelled objects by id, selected by label.

    Ids are hashable and comparable with each other, such as strings or tuples of strings. Labels
    are copied, and may hold any strings at all. Selectors may be given as text. Not safe for use
    by several threads at once while one of them changes it.

    Args:
        items: The first objects, as pairs of id and labels or as a mapping; many at once are much
            cheaper than one by one. Of an id that repeats, the last item counts.

    >>> index = LabelIndex([("pod-1", {"app": "web"}), ("pod-2", {"app": "db", "tier": "data"})])
    >>> index.select("app in (web,db)")
    ['pod-1', 'pod-2']
    >>> index.update("pod-1", {"app": "web", "legacy": ""})
    >>> index.count("!legacy")
    1
    >>> dict(index.values("app"))
    {'db': 1, 'web': 1}
    """

    __slots__ = ("_live_queries", "_postings", "_sets", "_slots", "work")

    work: Work
    """What answering has cost so far: for tests and for tuning."""

    def __init__(
        self,
        items: Mapping[Id, Mapping[str, str] | None]
        | Iterable[tuple[Id, Mapping[str, str] | None]] = (),
    ) -> None:
        """Take in *items*.

        Raises:
            LabelsTypeError: If labels are no mapping of strings to strings.
        """
        pairs = items.items() if isinstance(items, Mapping) else items
        self._slots, self._sets, self._postings = load(pairs)
        self._live_queries: LiveQueries[Id] = LiveQueries()
        self.work = Work()

    def copy(self) -> "LabelIndex[Id]":
        """Return an index of the same objects that changes on its own; nobody follows it yet.

        It costs far less than to build it anew.

        >>> index = LabelIndex([("pod-1", {"app": "web"})])
        >>> index.copy().discard("pod-1")
        >>> index.count("app=web")
        1
        """
        twin: LabelIndex[Id] = LabelIndex()
        twin._slots = self._slots.copy()
        twin._sets = self._sets.copy()
        twin._postings = self._postings.copy()
        return twin

    # ------------------------------------------------------------ changing

    def add(self, id: Id, labels: Mapping[str, str] | None) -> None:  # noqa: A002 - for callers
        """Index *id* with *labels*, in place of those it had; None is no labels.

        Raises:
            LabelsTypeError: If *labels* are no mapping of strings to strings; nothing has
                changed then.
        """
        after = self._sets.read(labels)
        slot = self._slots.get(id)
        if slot is None:
            slot = self._slots.take(id)
            self._sets[slot] = NO_LABELS
            self._relabel(slot, after)
            self._live_queries.tell(id, None, after)
        else:
            self._replace(id, slot, after)

    def update(self, id: Id, labels: Mapping[str, str] | None) -> None:  # noqa: A002 - for callers
        """Replace the labels of *id*, which is indexed.

        Raises:
            UnknownIdError: If it is not.
            LabelsTypeError: If *labels* are no mapping of strings to strings; nothing has
                changed then.
        """
        self._replace(id, self._slots[id], self._sets.read(labels))

    def discard(self, id: Id) -> None:  # noqa: A002 - for callers
        """Forget *id*, if it is indexed."""
        slot = self._slots.get(id)
        if slot is None:
            return
        before = self._sets[slot]
        self._relabel(slot, NO_LABELS)
        self._slots.release(id)
        self._live_queries.tell(id, before, None)

    def _replace(self, id_: Id, slot: int, after: LabelSet) -> None:
        before = self._sets[slot]
        if before != after:
            self._relabel(slot, after)
            self._live_queries.tell(id_, before, after)

    def _relabel(self, slot: int, after: LabelSet) -> None:
        self._postings.relabel(slot, self._sets[slot], after)
        self._sets[slot] = after

    # ------------------------------------------------------------ selecting

    def select(self, selector: Selector | str) -> list[Id]:
        """Return the ids of the objects that *selector* selects, ascending.

        Raises:
            SelectorError: If a text is no selector.
        """
        return self._slots.ids(self._find(as_selector(selector)))

    def count(self, selector: Selector | str) -> int:
        """Return how many objects *selector* selects.

        Raises:
            SelectorError: If a text is no selector.
        """
        return len(self._find(as_selector(selector)))

    def exists(self, selector: Selector | str) -> bool:
        """Return whether *selector* selects any object.

        Raises:
            SelectorError: If a text is no selector.
        """
        return bool(self._find(as_selector(selector)))

    def follow(self, selector: Selector | str, *, initial: bool = True) -> LiveQuery[Id]:
        """Return a cursor over what enters and leaves the selection from now on.

        It costs as long as somebody holds it, and a change costs in proportion to the queries
        it concerns.

        Args:
            selector: What to follow.
            initial: Whether the first poll delivers what is selected now, as entered.

        Raises:
            SelectorError: If a text is no selector.

        >>> index = LabelIndex([("pod-1", {"app": "web"})])
        >>> query = index.follow("app=web", initial=False)
        >>> index.add("pod-2", {"app": "web"})
        >>> query.poll()
        Changes(entered=('pod-2',), left=())
        """
        chosen = as_selector(selector)
        return self._live_queries.open(chosen, self.select(chosen) if initial else ())

    def _find(self, selector: Selector) -> BitMap:
        """Return the slots selected; to be read only."""
        plan = make_plan(selector, self._postings)
        if plan is None:
            return BitMap()
        mapping, matcher = self._sets.mapping, selector.matcher

        def narrow(slots: BitMap) -> BitMap:
            return BitMap([slot for slot in slots if matcher(mapping(slot))])

        return plan.run(self._slots.live, narrow, self.work)

    # ------------------------------------------------------------ looking around

    def labels(self, id: Id) -> dict[str, str]:  # noqa: A002 - for callers
        """Return the labels of *id*, as a mapping of its own.

        Raises:
            UnknownIdError: If it is not indexed.
        """
        return self._sets.mapping(self._slots[id])

    def keys(self) -> Counter[str]:
        """Return how many objects have each label key, by key."""
        return _counts(self._postings.keys)

    def values(self, key: str) -> Counter[str]:
        """Return how many objects have each value of the label *key*, by value."""
        return _counts(self._postings.values.get(key, {}))

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._slots

    def __iter__(self) -> Iterator[Id]:
        """Iterate over the ids as they are now, ascending."""
        return iter(self._slots.ids(self._slots.live))


def _counts(table: Mapping[str, Posting]) -> Counter[str]:
    return Counter({term: size(table[term]) for term in sorted(table)})
