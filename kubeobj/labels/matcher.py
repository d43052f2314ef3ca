"""A selector as one predicate over a label mapping.

The predicate is a Python expression, compiled once for each *shape*: the sequence of operators.
Keys and values are arguments of the shape, never part of its source, so no input becomes code.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Protocol, TypeAlias

from kubeobj.errors import LabelsTypeError
from kubeobj.labels.labelsets import read_labels
from kubeobj.labels.operator import Operator
from kubeobj.labels.requirement import Requirement, parse_integer

Matcher: TypeAlias = Callable[[Mapping[str, str]], bool]
"""Says whether labels match. It trusts them to be a mapping of strings to strings."""

_Operand: TypeAlias = str | int | frozenset[str] | None

# The source of one test. An absent label reads as None, which equals no value and is in no set.
# All of them call `get`, which tells mappings from lists and strings that have an `in` as well.
_TESTS = {
    Operator.EQUALS: "labels.get(k{at}) == v{at}",
    Operator.NOT_EQUALS: "labels.get(k{at}) != v{at}",
    Operator.IN: "labels.get(k{at}) in v{at}",
    Operator.NOT_IN: "labels.get(k{at}) not in v{at}",
    Operator.EXISTS: "labels.get(k{at}) is not None",
    Operator.DOES_NOT_EXIST: "labels.get(k{at}) is None",
    Operator.GREATER_THAN: "exceeds(labels.get(k{at}), v{at})",
    Operator.LESS_THAN: "is_below(labels.get(k{at}), v{at})",
}


class _Shape(Protocol):
    """Takes key, operand, key, operand … and gives the matcher."""

    def __call__(self, *arguments: _Operand) -> Matcher: ...


# Longer selectors are split into shapes of this many requirements, so that few shapes serve all.
_SHAPE_LIMIT = 8

_NO_LABELS: Mapping[str, str] = {}


def compile_matcher(requirements: Sequence[Requirement]) -> Matcher:
    """Return the predicate that holds where all *requirements* are met."""
    parts = [
        _compile_shape(requirements[start : start + _SHAPE_LIMIT])
        for start in range(0, len(requirements), _SHAPE_LIMIT)
    ]
    if not parts:
        return _always
    if len(parts) == 1:
        return parts[0]
    return lambda labels: all(part(labels) for part in parts)


def never(labels: Mapping[str, str]) -> bool:
    """Match no labels at all."""
    return False


def call_matcher(matcher: Matcher, labels: Mapping[str, str] | None) -> bool:
    """Return what *matcher* says of *labels*, whatever they are; None is no labels.

    Raises:
        LabelsTypeError: If *labels* are no mapping of strings to strings, and it comes to that.
    """
    try:
        return matcher(labels)  # type: ignore[arg-type]  # None is caught below, off the fast path
    except (AttributeError, TypeError) as caught:
        error = caught
    if labels is None:
        return matcher(_NO_LABELS)
    read_labels(labels)  # says what is wrong with them
    raise LabelsTypeError(f"labels cannot be read: {error}") from error


def _always(labels: Mapping[str, str]) -> bool:
    return True


def _compile_shape(requirements: Sequence[Requirement]) -> Matcher:
    operators: list[Operator] = []
    arguments: list[_Operand] = []
    for requirement in requirements:
        operator = _plain(requirement)
        operators.append(operator)
        arguments += (requirement.key, _operand(operator, requirement))
    return _shape(tuple(operators))(*arguments)


def _plain(requirement: Requirement) -> Operator:
    """Return the operator to compile: a set of one value is matched as that value."""
    match requirement.operator:
        case Operator.DOUBLE_EQUALS:
            return Operator.EQUALS
        case Operator.IN if len(requirement.values) == 1:
            return Operator.EQUALS
        case Operator.NOT_IN if len(requirement.values) == 1:
            return Operator.NOT_EQUALS
        case operator:
            return operator


def _operand(operator: Operator, requirement: Requirement) -> _Operand:
    if operator.takes_integer:
        return requirement.bound
    if operator.takes_set:
        return frozenset(requirement.values)
    return requirement.values[0] if operator.takes_one else None


@lru_cache(maxsize=1024)
def _shape(operators: tuple[Operator, ...]) -> _Shape:
    """Compile the shape; operators and positions alone make its source."""
    parameters = ", ".join(f"k{at}, v{at}" for at in range(len(operators)))
    tests = " and ".join(_TESTS[operator].format(at=at) for at, operator in enumerate(operators))
    scope = {"exceeds": _exceeds, "is_below": _is_below}
    shape: _Shape = eval(f"lambda {parameters}: lambda labels: {tests}", scope)  # noqa: S307
    return shape


def _exceeds(value: str | None, bound: int) -> bool:
    number = _integer(value)
    return number is not None and number > bound


def _is_below(value: str | None, bound: int) -> bool:
    number = _integer(value)
    return number is not None and number < bound


def _integer(value: str | None) -> int | None:
    return None if value is None else parse_integer(value)
