"""One condition on one field: that it has a value, or that it has not.

A requirement is valid or does not exist, and its text reads back as the same requirement.

Source: ``k8s.io/apimachinery/pkg/fields`` (v1.36).
"""

import re
from dataclasses import dataclass
from typing import final

from kubeobj.errors import (
    FieldError,
    FieldErrorType,
    FieldPath,
    SelectorInvalidError,
    mistyped,
)
from kubeobj.fields.escaping import escape_value
from kubeobj.labels.operator import Operator

# Fields have no escapes, yet a comma behind a backslash does not end them.
_FIELD = re.compile(r"(?:[^\\,=]|\\[^=])*+\\?")

_OPERATORS = {
    Operator.EQUALS: Operator.EQUALS,
    Operator.DOUBLE_EQUALS: Operator.EQUALS,
    Operator.NOT_EQUALS: Operator.NOT_EQUALS,
}


@final
@dataclass(frozen=True, slots=True)
class FieldRequirement:
    r"""One condition on one field.

    Args:
        field: Which field, such as ``metadata.name``.
        operator: ``=`` or ``!=``; ``==`` is kept as ``=``.
        value: The value as it is, without escapes. A field that is absent has the value "".

    Raises:
        SelectorInvalidError: If a part breaks a rule; with all such errors.

    >>> print(FieldRequirement("spec.nodeName", "!=", "node,1"))
    spec.nodeName!=node\,1
    """

    field: str
    operator: Operator
    value: str

    def __init__(self, field: str, operator: Operator | str, value: str) -> None:
        """Check the parts, all of them, and keep them."""
        errors = _validate(field, operator, value)
        if errors:
            raise SelectorInvalidError(errors)
        object.__setattr__(self, "field", field)
        object.__setattr__(self, "operator", _OPERATORS[Operator(operator)])
        object.__setattr__(self, "value", value)

    def is_met_by(self, value: str) -> bool:
        """Return whether the field may have *value*."""
        return (value == self.value) is (self.operator is Operator.EQUALS)

    def __str__(self) -> str:
        return f"{self.field}{self.operator.value}{escape_value(self.value)}"


def _validate(field: str, operator: Operator | str, value: str) -> tuple[FieldError, ...]:
    parts: list[tuple[str, object]] = [("field", field), ("operator", operator), ("value", value)]
    errors = tuple(
        mistyped(FieldPath.of(name), part, "a string")
        for name, part in parts
        if not isinstance(part, str)
    )
    if errors:
        return errors
    return (*_validate_operator(operator), *_validate_field(field, operator, value))


def _validate_operator(operator: str) -> tuple[FieldError, ...]:
    known = [known.value for known in _OPERATORS]
    if operator in known:
        return ()
    rule = f"field selectors know {', '.join(known)} and no others"
    kind = FieldErrorType.NOT_SUPPORTED
    return (FieldError(FieldPath.of("operator"), kind, operator, rule, "enum=field-operator"),)


def _validate_field(field: str, operator: str, value: str) -> tuple[FieldError, ...]:
    at = FieldPath.of("field")
    if not field and not value:
        rule = "a requirement without field and value says nothing"
        return (FieldError(at, FieldErrorType.REQUIRED, field, rule),)
    if _FIELD.fullmatch(field) is None:
        rule = "cannot be written: a field has no '=', and no ',' but behind a backslash"
    elif field.endswith("!") and operator != Operator.NOT_EQUALS.value:
        rule = "cannot be written: '!' before '=' reads as '!='"
    else:
        return ()
    return (FieldError(at, FieldErrorType.INVALID, field, rule, "format=field-selector-field"),)
