"""The operators of a requirement."""

from enum import StrEnum


class Operator(StrEnum):
    """How a requirement asks about its key.

    The set is closed. ``=`` and ``==`` mean the same, but each is kept as it was written. The
    other spellings that Kubernetes has are read: those of text, and of the object forms.

    >>> Operator("NotIn"), Operator(">")
    (<Operator.NOT_IN: 'notin'>, <Operator.GREATER_THAN: 'gt'>)

    Source: ``k8s.io/apimachinery/pkg/selection`` (v1.36).
    """

    EQUALS = "="
    DOUBLE_EQUALS = "=="
    NOT_EQUALS = "!="
    IN = "in"
    NOT_IN = "notin"
    EXISTS = "exists"
    DOES_NOT_EXIST = "!"
    GREATER_THAN = "gt"
    LESS_THAN = "lt"

    @classmethod
    def _missing_(cls, value: object) -> "Operator | None":
        return _SPELLINGS.get(value) if isinstance(value, str) else None

    @property
    def is_negative(self) -> bool:
        """Whether an object without the key meets every requirement with this operator."""
        return self in _NEGATIVE

    @property
    def takes_set(self) -> bool:
        """Whether the operator takes a set of values: one or more, in any order."""
        return self in _SET

    @property
    def takes_one(self) -> bool:
        """Whether the operator takes exactly one value."""
        return self in _ONE

    @property
    def takes_integer(self) -> bool:
        """Whether the operator compares integers."""
        return self in _INTEGER


# `In` to `DoesNotExist` are of label selectors in object form, and all of node selectors.
_SPELLINGS = {
    ">": Operator.GREATER_THAN,
    "<": Operator.LESS_THAN,
    "In": Operator.IN,
    "NotIn": Operator.NOT_IN,
    "Exists": Operator.EXISTS,
    "DoesNotExist": Operator.DOES_NOT_EXIST,
    "Gt": Operator.GREATER_THAN,
    "Lt": Operator.LESS_THAN,
}
_NEGATIVE = frozenset({Operator.NOT_EQUALS, Operator.NOT_IN, Operator.DOES_NOT_EXIST})
_SET = frozenset({Operator.IN, Operator.NOT_IN})
_INTEGER = frozenset({Operator.GREATER_THAN, Operator.LESS_THAN})
_ONE = _INTEGER | {Operator.EQUALS, Operator.DOUBLE_EQUALS, Operator.NOT_EQUALS}
