"""Numbers of pods that can also be a part of all of them: ``1`` or ``"25%"``.

Source: ``k8s.io/kubernetes/pkg/apis/apps/validation`` ValidatePositiveIntOrPercent,
IsNotMoreThan100Percent and getIntOrPercentValue (v1.36).
"""

import re

from kubeobj.api.fielderrors import invalid, not_negative
from kubeobj.api.kind import Errors
from kubeobj.errors import FieldPath
from kubeobj.names import validate_percent

_match_percent = re.compile(r"([0-9]++)%").fullmatch
_match_integer = re.compile(r"[-+]?[0-9]{1,18}").fullmatch


def validate_int_or_percent(value: int | str, path: FieldPath) -> Errors:
    """Find what is wrong with a number of pods, in numbers or percent."""
    if isinstance(value, str):
        yield from validate_percent(value, path)
    else:
        yield from not_negative(value, path)


def validate_at_most_all(value: int | str, path: FieldPath) -> Errors:
    """Find more than 100 percent."""
    percent = _match_percent(value) if isinstance(value, str) else None
    if percent and int(percent[1]) > 100:
        yield invalid(path, value, "must not be greater than 100%", "maximum")


def amount_of(value: int | str) -> int:
    """Return the number that a value has, whether of pods or percent; 0 for what is neither.

    >>> [amount_of(value) for value in (3, "25%", "7", "x%")]
    [3, 25, 7, 0]
    """
    if not isinstance(value, str):
        return value
    percent = _match_percent(value)
    if percent:
        return int(percent[1])
    return int(value) if _match_integer(value) else 0
