"""A value that is a number or a text, such as a port (``80``, ``http``) or a share (``25%``).

Source: ``k8s.io/apimachinery/pkg/util/intstr`` (v1.36).
"""

import math
import re
from dataclasses import dataclass
from typing import ClassVar, Self, final

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import ROOT, FieldError, FieldErrors, FieldErrorType
from kubeobj.meta.wirevalue import WireValue

_MAX_INT32 = 2**31 - 1
_MAX_INT64 = 2**63 - 1

_INTEGER = re.compile(r"([+-]?)0*+([0-9]*+)")


@final
@dataclass(frozen=True, slots=True)
class IntOrString(WireValue):
    """A 32-bit integer or a string; ``80`` and ``"80"`` are two values.

    Args:
        value: The integer or the string.

    Raises:
        FieldErrors: If it is neither, or the integer does not fit 32 bits.

    >>> IntOrString("25%").scaled(10, round_up=True)
    3
    >>> IntOrString.parse("80"), IntOrString("80").int_value
    (IntOrString(value=80), 80)
    """

    value: int | str

    json_schema: ClassVar[Document] = {
        "x-kubernetes-int-or-string": True,
        "anyOf": [{"type": "integer", "format": "int32"}, {"type": "string"}],
    }

    def __post_init__(self) -> None:
        if isinstance(self.value, str):
            return
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise _error(self.value, "must be an integer or a string", FieldErrorType.TYPE_INVALID)
        if not -_MAX_INT32 - 1 <= self.value <= _MAX_INT32:
            raise _error(self.value, "must fit in 32 bits")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the integer that *text* writes, or the text itself where it is no such integer."""
        number = _integer(text)
        fits = number is not None and -_MAX_INT32 - 1 <= number <= _MAX_INT32
        return cls(number if number is not None and fits else text)

    @classmethod
    def from_json(cls, value: JsonValue) -> Self:
        """Return the value in decoded JSON; null is 0.

        Raises:
            FieldErrors: If it is no integer of 32 bits and no string.
        """
        if value is None:
            return cls(0)
        if isinstance(value, int | str):
            return cls(value)
        raise _error(value, "must be an integer or a string", FieldErrorType.TYPE_INVALID)

    def to_json(self) -> int | str:
        """Return the integer or the string."""
        return self.value

    @property
    def int_value(self) -> int:
        """The integer, or the one that the string writes, cut to 64 bits; 0 where it writes none.

        >>> IntOrString("007").int_value, IntOrString("http").int_value
        (7, 0)
        """
        if isinstance(self.value, int):
            return self.value
        number = _integer(self.value) or 0
        return max(-_MAX_INT64 - 1, min(number, _MAX_INT64))

    def scaled(self, total: int, *, round_up: bool) -> int:
        """Return the integer, or the percentage of *total* that the string writes.

        The share is taken in floating point, as Kubernetes does: exact below 2^53.

        Args:
            total: What a percentage is of, in 64 bits.
            round_up: Whether a fraction counts as one, or as nothing.

        Raises:
            FieldErrors: If the string is no percentage, or the result does not fit 64 bits.
        """
        if isinstance(self.value, int):
            return self.value
        percent = _integer(self.value[:-1]) if self.value.endswith("%") else None
        if percent is None or not _fits(percent):
            raise _error(self.value, "must be an integer or a percentage, such as 5 or '10%'")
        if not _fits(total):
            raise _error(total, "must fit in 64 bits")
        share = float(percent) * float(total) / 100
        result = math.ceil(share) if round_up else math.floor(share)
        if not _fits(result):
            raise _error(self.value, f"of {total} does not fit in 64 bits")
        return result

    def __str__(self) -> str:
        return str(self.value)


def _integer(text: str) -> int | None:
    """Return the integer that *text* writes, or None; beyond 64 bits, one that also is."""
    match = _INTEGER.fullmatch(text)
    if match is None or not text[-1:].isdigit():
        return None
    sign, digits = match.groups()
    return int(f"{sign}{digits[:20] or 0}")


def _fits(number: int) -> bool:
    """Return whether 64 bits hold *number*."""
    return -_MAX_INT64 - 1 <= number <= _MAX_INT64


def _error(
    value: JsonValue, detail: str, kind: FieldErrorType = FieldErrorType.INVALID
) -> FieldErrors:
    """Return the error for a *value* that breaks the rule *detail*."""
    return FieldErrors([FieldError(ROOT, kind, value, detail)])
