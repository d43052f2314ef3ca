"""Which of many selectors overlap, without comparing every one with every other.

Kubernetes asks that the selectors of two controllers in a namespace never overlap. Real ones differ
in a label that both ask about, so the search divides by such a key: selectors that *list* the
values they allow (or that the label be absent) go into a bucket for each; two of different buckets
cannot meet; and the *rest*, which leave the key open, are taken up with another key. What remains
is compared in full, so how well the keys divide decides the time and never the answer.

Each step takes the key that saves most comparisons, while that is more than dividing costs. No way
is known to be fast on every conceivable input (ranges, for one, are never divided by); and where
most pairs do overlap, the answer is as long as all pairs. So pairs are yielded as they are found.

Source: Labels and Selectors, and ReplicaSet, on selectors that must not overlap (Kubernetes v1.36).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import TypeAlias, TypeVar, final

from kubeobj.labels.algebra import Constraints, normal_form
from kubeobj.labels.selector import Selector
from kubeobj.labels.valueset import Cofinite, Finite, Value, ValueSet, intersects

Id = TypeVar("Id")

# What dividing costs for each selector, in comparisons of two; measured, roughly.
_COST_OF_DIVIDING = 4

_NONE: frozenset[Value] = frozenset()


def find_overlaps(items: Iterable[tuple[Id, Selector]]) -> Iterator[tuple[Id, Id]]:
    """Yield each pair of *items* whose selectors overlap, as found; of two, the earlier first.

    Args:
        items: Ids, each with a selector. One that no object can match overlaps with none.

    >>> texts = {"web": "app=web", "db": "app=db", "all": "app", "none": "a=1,a=2"}
    >>> sorted(find_overlaps((name, Selector.parse(text)) for name, text in texts.items()))
    [('db', 'all'), ('web', 'all')]
    """
    ids: list[Id] = []
    groups: dict[frozenset[tuple[str, ValueSet]], _Group] = {}
    for position, (id_, selector) in enumerate(items):
        ids.append(id_)
        form = normal_form(selector)
        if form is not None:
            group = groups.setdefault(frozenset(form.items()), _Group(form))
            group.positions.append(position)
    for one, other in _find_positions(list(groups.values())):
        yield ids[min(one, other)], ids[max(one, other)]


@final
@dataclass(slots=True, eq=False)
class _Group:
    """The items whose selectors are equivalent."""

    form: Constraints
    positions: list[int] = field(default_factory=list)

    def overlaps(self, other: "_Group") -> bool:
        for key, values in self.form.items():
            others = other.form.get(key)
            if others is not None and not intersects(values, others):
                return False
        return True

    def listed(self, key: str) -> frozenset[Value]:
        """Return the values of *key* that these selectors list, if they do."""
        values = self.form.get(key)
        return values.values if isinstance(values, Finite) else _NONE

    def excluded(self, key: str) -> frozenset[Value]:
        """Return the values of *key* that these selectors exclude, if they do."""
        values = self.form.get(key)
        return values.excluded if isinstance(values, Cofinite) else _NONE


_Groups: TypeAlias = Sequence[_Group]


@final
@dataclass(frozen=True, slots=True)
class _Task:
    """Find the pairs of one group from *left* and one from *right*, or of two from *left*."""

    left: _Groups
    right: _Groups | None = None
    within: tuple[tuple[str, Value], ...] = ()
    """The buckets that this is about, by key and value, where a pair of groups may share several;
    it counts in the one of the first value that both list, and so only once."""

    @property
    def pair_count(self) -> int:
        if self.right is None:
            return len(self.left) * (len(self.left) - 1) // 2
        return len(self.left) * len(self.right)

    def pairs(self) -> Iterator[tuple[_Group, _Group]]:
        """Yield all pairs that overlap, by comparing each."""
        right = self.right
        pairs = combinations(self.left, 2) if right is None else product(self.left, right)
        for one, other in pairs:
            if one.overlaps(other) and self._counts(one, other):
                yield one, other

    def _counts(self, one: _Group, other: _Group) -> bool:
        return all(
            value == min(one.listed(key) & other.listed(key), key=_order)
            for key, value in self.within
        )


def _find_positions(groups: _Groups) -> Iterator[tuple[int, int]]:
    for group in groups:
        yield from combinations(group.positions, 2)
    tasks = [_Task(groups)]
    while tasks:
        task = tasks.pop()
        key = _dividing_key(task)
        if key is not None:
            # Ends: savings are counted exactly, so the parts have fewer pairs than the task.
            tasks += _divide(task, key)
            continue
        for one, other in task.pairs():
            yield from product(one.positions, other.positions)


# ------------------------------------------------------------ dividing by a key


def _divide(task: _Task, key: str) -> Iterator[_Task]:
    """Yield tasks that together find what *task* does, without pairs that *key* keeps apart."""
    left = _split(task.left, key)
    right = left if task.right is None else _split(task.right, key)
    for value, groups in left.buckets.items():
        others = None if task.right is None else right.buckets.get(value, ())
        several = any(len(group.listed(key)) > 1 for group in groups)
        yield _Task(groups, others, (*task.within, (key, value)) if several else task.within)
    yield from _against_rest(left.listing, right.rest, key, task.within)
    if task.right is not None:
        yield from _against_rest(right.listing, left.rest, key, task.within)
    yield _Task(left.rest, None if task.right is None else right.rest, task.within)


@final
@dataclass(frozen=True, slots=True)
class _Split:
    """Groups by what they say of one key."""

    buckets: Mapping[Value, list[_Group]]
    listing: _Groups
    rest: _Groups


def _split(groups: _Groups, key: str) -> _Split:
    buckets: defaultdict[Value, list[_Group]] = defaultdict(list)
    listing: list[_Group] = []
    rest: list[_Group] = []
    for group in groups:
        listed = group.listed(key)
        (listing if listed else rest).append(group)
        for value in listed if len(listed) < 2 else sorted(listed, key=_order):
            buckets[value].append(group)
    return _Split(buckets, listing, rest)


def _against_rest(
    listing: _Groups, rest: _Groups, key: str, within: tuple[tuple[str, Value], ...]
) -> Iterator[_Task]:
    """Yield the tasks of those that list values of *key* against those that leave it open.

    A value that much of the rest excludes is taken apart.
    """
    refused = _widely_excluded(
        Counter(value for group in rest for value in group.excluded(key)), len(rest)
    )
    apart: defaultdict[Value, list[_Group]] = defaultdict(list)
    together: list[_Group] = []
    for group in listing:
        listed = group.listed(key)
        sole = next(iter(listed)) if len(listed) == 1 else ""
        (apart[sole] if len(listed) == 1 and sole in refused else together).append(group)
    yield _Task(together, rest, within)
    for value, groups in apart.items():
        yield _Task(groups, [group for group in rest if value not in group.excluded(key)], within)


def _widely_excluded(excluded: Counter[Value], rest_count: int) -> Mapping[Value, int]:
    """Return the values that half of the rest or more exclude, with how many do.

    There are few: at most twice as many as one of them excludes on average.
    """
    return {value: count for value, count in excluded.items() if 2 * count >= rest_count}


# ------------------------------------------------------------ choosing the key


def _dividing_key(task: _Task) -> str | None:
    """Return the key that saves the most comparisons; None if no key is worth its price."""
    best, most = None, _COST_OF_DIVIDING * (len(task.left) + len(task.right or ()))
    if task.pair_count <= most:
        return None
    left = _tally(task.left)
    right = left if task.right is None else _tally(task.right)
    for key, tally in left.items():
        if key in right:
            saved = tally.saved() if task.right is None else tally.saved_against(right[key])
            if saved > most:
                best, most = key, saved
    return best


@final
@dataclass(slots=True, eq=False)
class _Tally:
    """How many of a side's groups say what of one key."""

    rest: int
    listing: int = 0
    by_value: Counter[Value] = field(default_factory=Counter)
    by_sole_value: Counter[Value] = field(default_factory=Counter)
    excluded: Counter[Value] = field(default_factory=Counter)

    def add(self, values: ValueSet) -> None:
        if isinstance(values, Finite):
            self.rest -= 1
            self.listing += 1
            self.by_value.update(values.values)
            if len(values.values) == 1:
                self.by_sole_value.update(values.values)
        else:
            self.excluded.update(values.excluded)

    def saved(self) -> int:
        """Return how many pairs within the side dividing keeps apart."""
        meeting = sum(count * (count - 1) // 2 for count in self.by_value.values())
        return self.listing * (self.listing - 1) // 2 - meeting + _refused(self, self)

    def saved_against(self, other: "_Tally") -> int:
        """Return how many pairs across the two sides dividing keeps apart."""
        meeting = sum(
            count * other.by_value.get(value, 0) for value, count in self.by_value.items()
        )
        refused = _refused(self, other) + _refused(other, self)
        return self.listing * other.listing - meeting + refused


def _refused(listing: _Tally, rest: _Tally) -> int:
    """Return how many pairs taking widely excluded values apart saves; see `_against_rest`."""
    widely = _widely_excluded(rest.excluded, rest.rest)
    return sum(count * listing.by_sole_value.get(value, 0) for value, count in widely.items())


def _tally(groups: _Groups) -> Mapping[str, _Tally]:
    tallies: dict[str, _Tally] = {}
    for group in groups:
        for key, values in group.form.items():
            tally = tallies.get(key)
            if tally is None:
                tally = tallies[key] = _Tally(rest=len(groups))
            tally.add(values)
    return tallies


def _order(value: Value) -> tuple[bool, str]:
    return (value is not None, value or "")
