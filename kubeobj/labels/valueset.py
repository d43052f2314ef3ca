"""What a selector leaves of one label: the set of values that meet all it says about the key.

The universe is what a valid object can have there: any valid label value (up to 63 characters, or
empty), or no such label at all, which is written None. Every set that requirements can describe is
one of three kinds, and so are their intersections:

- `Finite`: these and no others. ``in``, ``=`` and does-not-exist, which is ``{None}``.
- `Cofinite`: all but these. ``notin``, ``!=`` and exists, which is all but None.
- `Integers`: every way to write the integers of a range, but for a few. ``>`` and ``<``.

Values are text. ``5``, ``05`` and ``005`` are three, and all of them are above 4; an integer of d
digits has 64 - d such *forms*, one for each width up to 63. So a range can be used up by ``notin``,
while a `Cofinite` set never can: there are more valid values than any selector could list.
"""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias, assert_never, final

from kubeobj.labels.requirement import INTEGER_LIMIT, parse_integer
from kubeobj.names import LABEL_VALUE_MAX_BYTES

Value: TypeAlias = str | None
"""A label's value; None where there is no such label."""

GREATEST_INTEGER = INTEGER_LIMIT - 1
"""The largest integer that ``>`` and ``<`` read. The least is 0: no valid label has a sign."""

_MOST_DIGITS = len(str(GREATEST_INTEGER))
_FEWEST_FORMS = LABEL_VALUE_MAX_BYTES + 1 - _MOST_DIGITS


@final
@dataclass(frozen=True, slots=True)
class Finite:
    """These values and no others."""

    values: frozenset[Value]


@final
@dataclass(frozen=True, slots=True)
class Cofinite:
    """All values but these."""

    excluded: frozenset[Value]


@final
@dataclass(frozen=True, slots=True)
class Integers:
    """All values that write an integer from *low* to *high*, both included, but the excluded.

    Invariant: the excluded values write such integers too.
    """

    low: int
    high: int
    excluded: frozenset[Value] = frozenset()


ValueSet: TypeAlias = Finite | Cofinite | Integers
"""A set of values. Equal sets are equal objects once they are `canonical`."""

NEVER = Finite(frozenset())
ABSENT = Finite(frozenset({None}))
PRESENT = Cofinite(frozenset({None}))
ANYTHING = Cofinite(frozenset())


def is_empty(values: ValueSet) -> bool:
    """Return whether nothing is in *values*.

    >>> fives = frozenset("5".zfill(width) for width in range(1, 64))
    >>> is_empty(Integers(5, 5, fives)), is_empty(Integers(5, 5, fives - {"05"}))
    (True, False)
    """
    if isinstance(values, Finite):
        return not values.values
    if isinstance(values, Cofinite):
        return False
    if values.low > values.high:
        return True
    # Counting is for the rare case: an integer cannot be used up by fewer.
    used = len(values.excluded)
    return used >= _FEWEST_FORMS and used == _count_forms(values.low, values.high)


def intersection(*sets: ValueSet) -> ValueSet:
    """Return what is in all of *sets*, in time linear in their size.

    >>> intersection(Finite(frozenset({"3", "5", "7"})), Integers(4, 9), Cofinite(frozenset({"7"})))
    Finite(values=frozenset({'5'}))
    """
    members: frozenset[Value] | None = None
    excluded: set[Value] = set()
    low, high, is_range = 0, GREATEST_INTEGER, False
    for values in sets:
        if isinstance(values, Finite):
            members = values.values if members is None else members & values.values
        else:
            excluded |= values.excluded
            if isinstance(values, Integers):
                is_range = True
                low = max(low, values.low)
                high = min(high, values.high)
    if members is not None:
        members -= excluded
        return Finite(_only_within(members, low, high) if is_range else members)
    if is_range:
        return Integers(low, high, _only_within(excluded, low, high))
    return Cofinite(frozenset(excluded))


def intersects(one: ValueSet, other: ValueSet) -> bool:
    """Return whether anything is in both."""
    if isinstance(one, Finite) and isinstance(other, Finite):
        return not one.values.isdisjoint(other.values)
    if isinstance(one, Integers) and isinstance(other, Integers) and one.high < other.low:
        return False
    return not is_empty(intersection(one, other))


def example(values: ValueSet) -> Iterator[Value]:
    """Yield one member, the plainest; or none if *values* is empty.

    Of a `Cofinite` set, it is one that writes no integer.
    """
    match values:
        case Finite(members):
            if members:
                yield (
                    None
                    if None in members
                    else min(value for value in members if value is not None)
                )
        case Cofinite(excluded):
            yield None if None not in excluded else _unlisted(excluded)
        case Integers(low, high, excluded):
            # Ends soon: only the excluded are passed over.
            yield from islice((form for form in _forms(low, high) if form not in excluded), 1)
        case _:
            assert_never(values)


def outside(values: ValueSet, others: ValueSet) -> Iterator[Value]:
    """Yield members of *values* that *others* lacks, a few; none exactly if it lacks none."""
    match others:
        case Finite(members):
            yield from example(intersection(values, Cofinite(members)))
        case Cofinite(excluded):
            yield from example(intersection(values, Finite(excluded)))
        case Integers(low, high, excluded):
            yield from _example_of_no_integer(values)
            for rest in (
                Integers(0, low - 1),
                Integers(high + 1, GREATEST_INTEGER),
                Finite(excluded),
            ):
                yield from example(intersection(values, rest))
        case _:
            assert_never(others)


def canonical(values: ValueSet) -> ValueSet:
    """Return *values* in the one form that all equal sets share.

    A range ends at members; and what is both a range with exceptions and a list is whichever takes
    fewer requirements and values to say, or the list where that is the same.

    >>> canonical(Integers(5, 6, frozenset("5".zfill(width) for width in range(1, 64))))
    Integers(low=6, high=6, excluded=frozenset())
    """
    match values:
        case Finite(members):
            return _range_if_shorter(values) if len(members) > _FEWEST_FORMS // 2 else values
        case Cofinite():
            return values
        case Integers():
            return NEVER if is_empty(values) else _list_if_shorter(_tightened(values))
        case _:
            assert_never(values)


# ------------------------------------------------------------ lists and ranges


def _range_if_shorter(values: Finite) -> ValueSet:
    numbers = [None if value is None else parse_integer(value) for value in values.values]
    found = [number for number in numbers if number is not None]
    if len(found) < len(numbers):
        return values
    low, high = min(found), max(found)
    count = _count_forms(low, high) - len(values.values)
    if _range_size(low, high, count) >= _list_size(len(values.values)):
        return values
    return Integers(low, high, frozenset(_forms(low, high)) - values.values)


def _list_if_shorter(values: Integers) -> ValueSet:
    low, high, used = values.low, values.high, values.excluded
    count = _count_forms(low, high) - len(used)
    if _list_size(count) > _range_size(low, high, len(used)):
        return values
    return Finite(frozenset(form for form in _forms(low, high) if form not in used))


def _tightened(values: Integers) -> Integers:
    """Return the same set with ends that are in it; *values* is not empty."""
    if len(values.excluded) < _FEWEST_FORMS:
        return values
    low, high = values.low, values.high
    used = Counter(int(value) for value in values.excluded if value is not None)
    while used[low] == _count_forms(low, low):
        low += 1
    while used[high] == _count_forms(high, high):
        high -= 1
    return Integers(low, high, _only_within(values.excluded, low, high))


def _list_size(count: int) -> int:
    """Return how many requirements and values say a list of *count* values."""
    return 1 + count


def _range_size(low: int, high: int, excluded_count: int) -> int:
    """Return how many requirements and values say a range with exceptions."""
    bounds = (low > 0) + (high < GREATEST_INTEGER)
    return 2 * bounds + (1 + excluded_count if excluded_count else 0)


# ------------------------------------------------------------ the ways to write integers


def _forms(low: int, high: int) -> Iterator[str]:
    """Yield every value that writes an integer of the range, the plainest first."""
    for number in range(low, high + 1):
        plain = str(number)
        for width in range(len(plain), LABEL_VALUE_MAX_BYTES + 1):
            yield plain.zfill(width)


def _count_forms(low: int, high: int) -> int:
    """Return how many values write an integer of the range."""
    return _count_forms_below(high + 1) - _count_forms_below(low)


def _count_forms_below(limit: int) -> int:
    count = start = 0
    for digits in range(1, _MOST_DIGITS + 1):
        end = min(limit, 10**digits)
        count += (LABEL_VALUE_MAX_BYTES + 1 - digits) * max(0, end - start)
        start = end
    return count


def _is_within(value: Value, low: int, high: int) -> bool:
    # Valid values are short and ASCII, so that int() reads decimal digits as `>` does.
    return value is not None and value.isdecimal() and low <= int(value) <= high


def _only_within(values: AbstractSet[Value], low: int, high: int) -> frozenset[Value]:
    return frozenset(value for value in values if _is_within(value, low, high))


# ------------------------------------------------------------ picking


def _example_of_no_integer(values: ValueSet) -> Iterator[Value]:
    match values:
        case Finite(members):
            no_integers = (v for v in members if not _is_within(v, 0, GREATEST_INTEGER))
            yield from example(Finite(frozenset(no_integers)))
        case Cofinite():
            yield from example(values)
        case Integers():
            return
        case _:
            assert_never(values)


def _unlisted(values: frozenset[Value]) -> str:
    """Return the first of x, x1, x2 … that is not among *values*."""
    if "x" not in values:
        return "x"
    return next(f"x{n}" for n in range(1, len(values) + 1) if f"x{n}" not in values)
