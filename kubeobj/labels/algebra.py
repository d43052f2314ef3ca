"""Reasoning about selectors without any object at hand.

A selector asks about each key on its own, so what it matches is a product: for every key the
`ValueSet` that its requirements leave, and for all other keys anything. All questions follow:

- one that leaves some key nothing is unsatisfiable;
- two overlap exactly if their conjunction is satisfiable;
- one implies another exactly if every key's set is contained in the other's (or it is
  unsatisfiable, and implies everything).

Answers are exact, about all *valid* label sets: those that Kubernetes would let an object have.

Source: Labels and Selectors (Kubernetes v1.36); that controllers' selectors must not overlap is
said there and for each controller.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias, assert_never

from kubeobj.labels.operator import Operator
from kubeobj.labels.requirement import Requirement
from kubeobj.labels.selector import Selector
from kubeobj.labels.valueset import (
    ABSENT,
    ANYTHING,
    GREATEST_INTEGER,
    PRESENT,
    Cofinite,
    Finite,
    Integers,
    Value,
    ValueSet,
    canonical,
    example,
    intersection,
    is_empty,
    outside,
)

Constraints: TypeAlias = Mapping[str, ValueSet]
"""What a selector leaves of each key it asks about; none of the sets is empty."""


def is_satisfiable(selector: Selector) -> bool:
    """Return whether any valid label set matches.

    >>> is_satisfiable(Selector.parse("a>4,a<6,a!=5"))  # the label may be 05
    True
    >>> is_satisfiable(Selector.parse("a in (x,y),a>3"))
    False
    """
    return constraints(selector) is not None


def overlaps(one: Selector, other: Selector) -> bool:
    """Return whether some valid label set matches both.

    >>> overlaps(Selector.parse("app=web"), Selector.parse("tier!=cache"))
    True
    >>> overlaps(Selector.parse("app=web"), Selector.parse("app in (db,cache)"))
    False
    """
    if one.selects_nothing or other.selects_nothing:
        return False
    return _conjoin((*one.requirements, *other.requirements)) is not None


def implies(one: Selector, other: Selector) -> bool:
    """Return whether every valid label set that matches *one* matches *other*.

    >>> implies(Selector.parse("shard>5"), Selector.parse("shard>3,shard!=x"))
    True
    """
    left = constraints(one)
    if left is None:
        return True
    right = constraints(other)
    return right is not None and next(_escapes(left, right), None) is None


def equivalent(one: Selector, other: Selector) -> bool:
    """Return whether the same valid label sets match both.

    >>> equivalent(Selector.parse("a in (x)"), Selector.parse("a,a=x,a!=y"))
    True
    """
    return normal_form(one) == normal_form(other)


def simplify(selector: Selector) -> Selector:
    """Return the one selector that stands for all those equivalent to *selector*.

    Two selectors simplify to equal ones exactly if they are equivalent. The result never takes
    more requirements and values (one counted with the other) than *selector* does.

    >>> print(simplify(Selector.parse("a in (3,5,7),a>4,b,b!=x,b!=y")))
    a in (5,7),b,b notin (x,y)
    >>> simplify(Selector.parse("a=1,a=2"))
    Selector.nothing()
    """
    form = normal_form(selector)
    if form is None:
        return Selector.nothing()
    return Selector(part for key, values in form.items() for part in _requirements(key, values))


def witness(selector: Selector, unlike: Selector | None = None) -> dict[str, str] | None:
    """Return a valid label set that matches *selector* and, if given, does not match *unlike*.

    It is small: a key is left out wherever it may be. None if there is no such label set.

    >>> witness(Selector.parse("app=web,shard>7,!legacy"))
    {'app': 'web', 'shard': '8'}
    >>> witness(Selector.parse("app=web"), unlike=Selector.parse("tier!=cache"))
    {'app': 'web', 'tier': 'cache'}
    """
    left = constraints(selector)
    if left is None:
        return None
    chosen = {key: value for key, values in left.items() for value in example(values)}
    right = None if unlike is None else constraints(unlike)
    if right is not None:
        escape = next(_escapes(left, right), None)
        if escape is None:
            return None
        key, value = escape
        chosen[key] = value
    return {key: value for key, value in chosen.items() if value is not None}


def constraints(selector: Selector) -> Constraints | None:
    """Return what *selector* leaves of each key; None if some key is left nothing."""
    return None if selector.selects_nothing else _conjoin(selector.requirements)


def normal_form(selector: Selector) -> Constraints | None:
    """Return the constraints that are equal for all equivalent selectors; None if unsatisfiable."""
    found = constraints(selector)
    if found is None:
        return None
    return {key: canonical(values) for key, values in found.items()}


def _conjoin(requirements: Iterable[Requirement]) -> Constraints | None:
    """Return what *requirements* together leave of each key; None if some key is left nothing."""
    sets: dict[str, list[ValueSet]] = {}
    for requirement in requirements:
        sets.setdefault(requirement.key, []).append(_value_set(requirement))
    found: dict[str, ValueSet] = {}
    for key, values in sets.items():
        found[key] = values[0] if len(values) == 1 else intersection(*values)
        if is_empty(found[key]):
            return None
    return found


def _escapes(left: Constraints, right: Constraints) -> Iterator[tuple[str, Value]]:
    """Yield, of keys and values that *left* allows, some that *right* does not; or none at all."""
    for key, values in right.items():
        for value in outside(left.get(key, ANYTHING), values):
            yield key, value


def _value_set(requirement: Requirement) -> ValueSet:
    """Return the values that meet *requirement*."""
    return _VALUE_SETS[requirement.operator](requirement)


def _those_listed(requirement: Requirement) -> ValueSet:
    return Finite(frozenset(requirement.values))


def _all_but_those_listed(requirement: Requirement) -> ValueSet:
    return Cofinite(frozenset(requirement.values))


# A table, for speed: most of the time that a comparison takes goes into this step.
_VALUE_SETS: Mapping[Operator, Callable[[Requirement], ValueSet]] = {
    Operator.EQUALS: _those_listed,
    Operator.DOUBLE_EQUALS: _those_listed,
    Operator.IN: _those_listed,
    Operator.NOT_EQUALS: _all_but_those_listed,
    Operator.NOT_IN: _all_but_those_listed,
    Operator.EXISTS: lambda _: PRESENT,
    Operator.DOES_NOT_EXIST: lambda _: ABSENT,
    Operator.GREATER_THAN: lambda one: Integers(one.bound + 1, GREATEST_INTEGER),
    Operator.LESS_THAN: lambda one: Integers(0, one.bound - 1),
}


def _requirements(key: str, values: ValueSet) -> Iterator[Requirement]:
    """Yield the fewest requirements that leave *key* exactly *values*, which are canonical."""
    match values:
        case Finite(members):
            yield from _listing(key, members, Operator.EQUALS, Operator.IN)
        case Cofinite(excluded):
            yield from _exclusion(key, excluded)
        case Integers(low, high, excluded):
            if low > 0:
                yield Requirement(key, Operator.GREATER_THAN, (str(low - 1),))
            if high < GREATEST_INTEGER:
                yield Requirement(key, Operator.LESS_THAN, (str(high + 1),))
            yield from _exclusion(key, excluded)
        case _:
            assert_never(values)


def _exclusion(key: str, excluded: frozenset[Value]) -> Iterator[Requirement]:
    if None in excluded:
        yield Requirement(key, Operator.EXISTS)
        excluded -= {None}
    if excluded:
        yield from _listing(key, excluded, Operator.NOT_EQUALS, Operator.NOT_IN)


def _listing(
    key: str, values: frozenset[Value], operator_of_one: Operator, operator_of_several: Operator
) -> Iterator[Requirement]:
    listed = [value for value in values if value is not None]
    if not listed:
        yield Requirement(key, Operator.DOES_NOT_EXIST)
    else:
        yield Requirement(key, operator_of_one if len(listed) == 1 else operator_of_several, listed)
