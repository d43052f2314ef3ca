"""What a syntax rule of the API is made of: a pattern, a length in bytes, and its own name.

Patterns are matched against the whole text, are ASCII only, and take linear time: no two parts of
one can take the same character, and those that repeat never give back (possessive quantifiers).

Source: ``k8s.io/apimachinery/pkg/util/validation`` (v1.36) for which rules there are.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import final

from kubeobj.documents import JsonValue
from kubeobj.errors import ROOT, FieldError, FieldErrorType, FieldPath


def byte_length(text: str) -> int:
    """Return the length of *text* in UTF-8 bytes, which is how the API counts.

    >>> byte_length("naïve")
    6
    """
    # A lone surrogate has no UTF-8 form; it counts as the three bytes it would take.
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def invalid(path: FieldPath, value: JsonValue, detail: str, origin: str) -> FieldError:
    """Return the error that *value* breaks the rule *origin*."""
    return FieldError(path, FieldErrorType.INVALID, value, detail, origin)


def required(path: FieldPath, origin: str) -> FieldError:
    """Return the error that nothing is given where the rule *origin* asks for something."""
    return FieldError(path, FieldErrorType.REQUIRED, "", "", origin)


@final
@dataclass(frozen=True, slots=True)
class Syntax:
    """One syntax rule for a text.

    Args:
        origin: The rule by name.
        pattern: What the whole text must match.
        detail: The same in prose, with an example.
        max_bytes: The greatest length in UTF-8 bytes; None for no limit.
    """

    origin: str
    pattern: str
    detail: str
    max_bytes: int | None = None
    _match: Callable[[str], re.Match[str] | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_match", re.compile(self.pattern).fullmatch)

    def is_met(self, value: str) -> bool:
        """Return whether *value* keeps the rule."""
        # What matches is ASCII, so that its characters are its bytes.
        return self._match(value) is not None and len(value) <= (self.max_bytes or len(value))

    def validate(self, value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
        """Return an error each for a *value* too long and one of the wrong form."""
        if self.is_met(value):
            return ()
        errors: tuple[FieldError, ...] = ()
        if self.max_bytes is not None and byte_length(value) > self.max_bytes:
            detail = f"must be no longer than {self.max_bytes} bytes"
            errors = (invalid(path, value, detail, self.origin),)
        if self._match(value) is None:
            errors = (*errors, invalid(path, value, self.detail, self.origin))
        return errors
