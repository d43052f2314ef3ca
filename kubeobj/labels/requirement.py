"""One condition on one label.

A requirement is valid or does not exist: its parts are checked where it is made, and all that is
wrong with them is said at once. It never goes through text, so a value cannot become syntax.

Source: Requirement of ``k8s.io/apimachinery/pkg/labels`` (v1.36).
"""

import re
from collections.abc import Iterable, Mapping
from typing import NoReturn, final

from kubeobj.errors import (
    ROOT,
    FieldError,
    FieldErrorType,
    FieldPath,
    SelectorInvalidError,
    mistyped,
)
from kubeobj.labels.operator import Operator
from kubeobj.names import (
    is_label_key,
    is_label_value,
    validate_label_key,
    validate_label_value,
)

INTEGER_LIMIT = 2**63
"""``>`` and ``<`` compare signed 64-bit integers: at least minus this, and below this."""

_INTEGER = re.compile(r"[+-]?0*([0-9]{1,19})")


def parse_integer(text: str) -> int | None:
    """Return the integer that ``>`` and ``<`` read *text* as, or None where it is none.

    Decimal digits with an optional sign and any number of leading zeros, within 64 bits.

    >>> parse_integer("007"), parse_integer("7.0"), parse_integer("9223372036854775808")
    (7, None, None)
    """
    match = _INTEGER.fullmatch(text)
    if match is None:
        return None
    number = -int(match[1]) if text[0] == "-" else int(match[1])
    return number if -INTEGER_LIMIT <= number < INTEGER_LIMIT else None


@final
class Requirement:
    """One condition on one label: a key, an operator, and the values it takes.

    Args:
        key: The label's key, such as ``app.kubernetes.io/name``.
        operator: An `Operator`, or what spells it.
        values: One or more for ``in`` and ``notin``; none for exists and does-not-exist; one for
            the others, which for ``>`` and ``<`` is an integer. A string is one value.

    Equal are requirements of one key, one operator and one set of values. Immutable and hashable.

    Raises:
        SelectorInvalidError: If a part breaks a rule; with all such errors.

    >>> str(Requirement("tier", Operator.NOT_IN, ["frontend", "cache"]))
    'tier notin (cache,frontend)'
    """

    __slots__ = ("bound", "key", "operator", "values")

    key: str
    operator: Operator
    values: tuple[str, ...]
    """The values, sorted; empty for exists and does-not-exist."""
    bound: int
    """The integer that ``>`` and ``<`` compare with; 0 for the other operators."""

    def __init__(
        self, key: str, operator: Operator | str, values: Iterable[str] | None = ()
    ) -> None:
        """Check the parts, all of them, and keep them."""
        given = _listed(values)
        if given is None:
            errors = _validate_names(key, operator, ROOT)
            no_list = mistyped(FieldPath.of("values"), values, "a list of strings")
            raise SelectorInvalidError([*errors, no_list])
        errors = validate_requirement(key, operator, given)
        if errors:
            raise SelectorInvalidError(errors)
        self._keep(key, Operator(operator), given)

    def _keep(self, key: str, operator: Operator, values: tuple[str, ...]) -> None:
        keep = object.__setattr__
        keep(self, "key", key)
        keep(self, "operator", operator)
        keep(self, "values", values if len(values) < 2 else tuple(sorted(values)))
        keep(self, "bound", int(values[0]) if operator.takes_integer else 0)

    def matches(self, labels: Mapping[str, str] | None) -> bool:
        """Return whether *labels* meet this requirement; None is no labels.

        Raises:
            LabelsTypeError: If *labels* are no mapping of strings to strings, and it comes to that:
                only the keys asked for are looked at.
        """
        # The compiled form is the only form: one way to match.
        from kubeobj.labels.matcher import call_matcher, compile_matcher

        return call_matcher(compile_matcher((self,)), labels)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a Requirement is immutable: cannot set {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a Requirement is immutable: cannot delete {name}")

    def __reduce__(self) -> tuple[type["Requirement"], tuple[str, str, tuple[str, ...]]]:
        return Requirement, (self.key, self.operator.value, self.values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Requirement):
            return NotImplemented
        return (
            self.key == other.key
            and self.operator is other.operator
            and (self.values == other.values or set(self.values) == set(other.values))
        )

    def __hash__(self) -> int:
        return hash((self.key, self.operator, frozenset(self.values)))

    def __str__(self) -> str:
        match self.operator:
            case Operator.EXISTS:
                return self.key
            case Operator.DOES_NOT_EXIST:
                return f"!{self.key}"
            case Operator.IN | Operator.NOT_IN:
                return f"{self.key} {self.operator.value} ({','.join(self.values)})"
            case Operator.GREATER_THAN:
                return f"{self.key}>{self.values[0]}"
            case Operator.LESS_THAN:
                return f"{self.key}<{self.values[0]}"
            case Operator.EQUALS | Operator.DOUBLE_EQUALS | Operator.NOT_EQUALS:
                return f"{self.key}{self.operator.value}{self.values[0]}"

    def __repr__(self) -> str:
        return f"Requirement({self.key!r}, {self.operator.value!r}, {list(self.values)!r})"


def _listed(values: object) -> tuple[str, ...] | None:
    """Return *values* as a tuple; None if they are no list."""
    if values is None:
        return ()
    if isinstance(values, str):
        return (values,)
    if isinstance(values, bytes) or not isinstance(values, Iterable):
        return None
    return tuple(values)


def parsed_requirement(key: str, operator: Operator, values: tuple[str, ...]) -> Requirement | None:
    """Return the requirement of parts whose types and number the parser vouches for.

    None if a part breaks a rule; `validate_requirement` says which.
    """
    if not is_label_key(key) or not all(map(is_label_value, values)):
        return None
    if operator.takes_integer and parse_integer(values[0]) is None:
        return None
    requirement = Requirement.__new__(Requirement)
    requirement._keep(key, operator, values)  # noqa: SLF001 - the other constructor
    return requirement


def validate_requirement(
    key: str, operator: Operator | str, values: tuple[str, ...], path: FieldPath = ROOT
) -> tuple[FieldError, ...]:
    """Return everything that keeps these parts from making a requirement."""
    at = path.child("values")
    errors = list(_validate_names(key, operator, path))
    known = _known(operator)
    if known is not None:
        errors += _validate_count(known, values, at)
    for position, value in enumerate(values):
        errors += _validate_value(known, value, len(values), at.index(position))
    return tuple(errors)


def _known(operator: Operator | str) -> Operator | None:
    try:
        return Operator(operator)
    except ValueError:
        return None


def _validate_names(key: str, operator: Operator | str, path: FieldPath) -> tuple[FieldError, ...]:
    at = path.child("key")
    errors = validate_label_key(key, at) if _is_text(key) else (mistyped(at, key, "a string"),)
    return errors if _known(operator) else (*errors, _unknown_operator(operator, path))


def _validate_value(
    operator: Operator | None, value: str, count: int, at: FieldPath
) -> tuple[FieldError, ...]:
    if not _is_text(value):
        return (mistyped(at, value, "a string"),)
    errors = validate_label_value(value, at)
    if operator is not None and operator.takes_integer and count == 1:
        errors = (*_validate_integer(value, at), *errors)
    return errors


def _is_text(part: object) -> bool:
    """Return whether *part*, of which the types only promise it, is text."""
    return isinstance(part, str)


def _unknown_operator(operator: str, path: FieldPath) -> FieldError:
    known = ", ".join(f'"{known.value}"' for known in Operator)
    return FieldError(
        path.child("operator"),
        FieldErrorType.NOT_SUPPORTED,
        operator,
        f"supported values: {known}",
        "enum=selector-operator",
    )


def _validate_count(
    operator: Operator, values: tuple[str, ...], at: FieldPath
) -> tuple[FieldError, ...]:
    name, count = operator.value, len(values)
    if operator.takes_set:
        rule = f"{name} takes at least one value" if count == 0 else ""
    elif operator.takes_one:
        rule = f"{name} takes exactly one value, not {count}" if count != 1 else ""
    else:
        rule = f"{name} takes no values" if count else ""
    if not rule:
        return ()
    return (FieldError(at, FieldErrorType.INVALID, list(values), rule, "selector-values-count"),)


def _validate_integer(value: str, at: FieldPath) -> tuple[FieldError, ...]:
    if parse_integer(value) is not None:
        return ()
    rule = "> and < compare integers: decimal digits, within 64 bits"
    return (FieldError(at, FieldErrorType.INVALID, value, rule, "format=int64"),)
