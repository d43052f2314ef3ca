"""JSON pointers as JSON patches use them: a path to a container, and a key or index in it.

More is accepted than RFC 6901 allows, as Kubernetes accepts it: what stands before the first slash
is ignored, an index may have a sign and leading zeros, and a negative one counts from the end.

Source: evanphx/json-patch v4.13.0, which API servers use.
"""

import re

from kubeobj.api.patch.errors import PatchError, PatchRule
from kubeobj.errors import echo

_INDEX = re.compile(r"([+-]?)0*([0-9]{1,19})", re.ASCII)
_ESCAPE = re.compile("~[01]")
_BOUND = 1 << 63


def split_pointer(pointer: str) -> tuple[str, ...]:
    """Return the steps of *pointer*; none if there is no slash in it.

    >>> split_pointer("/metadata/annotations/example.com~1owner")
    ('metadata', 'annotations', 'example.com/owner')
    """
    _, *steps = pointer.split("/")
    return tuple(_ESCAPE.sub(_unescape, step) for step in steps)


def _unescape(escape: re.Match[str]) -> str:
    return "/" if escape[0] == "~1" else "~"


def position_of(step: str, length: int) -> int:
    """Return the place from 0 that *step* means in a list of *length* items.

    Args:
        step: The index as it is written; a negative one counts from the end.
        length: The number of places: of items, or one more where an item is to be added.

    Raises:
        PatchError: If *step* is no integer of 64 bits, or is out of the list's bounds.

    >>> position_of("-1", 3)
    2
    """
    match = _INDEX.fullmatch(step)
    number = int(match[1] + match[2]) if match else _BOUND
    if not -_BOUND <= number < _BOUND:
        raise PatchError(f"{echo(step)} is not a list index", rule=PatchRule.BAD_INDEX)
    if not -length <= number < length:
        reason = f"index {number} is out of bounds"
        raise PatchError(reason, rule=PatchRule.INVALID_INDEX)
    return number + length if number < 0 else number
