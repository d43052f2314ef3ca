"""How Go sees JSON values: their types, when two are one, and how they are printed.

Strategic merge compares merge keys and list items as Go values: 1 is neither 1.0 nor ``"1"`` nor
true, and to compare two objects or two lists is to crash. Where items are sorted, it is by how Go
prints them.

Source: k8s.io/apimachinery v0.36 `util/json` (whole numbers of 64 bits are integers, all others
floats) and `util/strategicpatch`.
"""

from collections.abc import Hashable
from decimal import Decimal

from kubeobj.api.patch.errors import PatchCrashError, PatchError, PatchRule
from kubeobj.api.patch.plain import Plain

_BOUND = 1 << 63


def go_type(value: Plain) -> type:
    """Return the type that *value* has in Go, as the one of Python that stands for it."""
    kind = value.__class__
    if kind is int and not -_BOUND <= value < _BOUND:  # type: ignore[operator] # it is an integer
        return float
    return kind


def identity(value: Plain) -> Hashable:
    """Return what is equal for two values exactly if Go finds them equal.

    Raises:
        PatchCrashError: If *value* is an object or a list, which Go does not compare.
    """
    if isinstance(value, dict | list):
        raise PatchCrashError("an object or a list stands where items are told apart")
    return go_type(value), value


def go_text(value: Plain) -> str:
    """Return *value* as Go prints it (``%v``), by which items are sorted.

    Raises:
        PatchCrashError: If *value* is an object or a list.

    >>> go_text(1e6), go_text(0.5), go_text(True), go_text(None)
    ('1e+06', '0.5', 'true', '<nil>')
    """
    if isinstance(value, str):
        return value
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if go_type(value) is float:
        return _float_text(float(value))  # type: ignore[arg-type] # it is a number
    identity(value)
    return str(value)


def _float_text(number: float) -> str:
    """Return the shortest text of *number*, with an exponent below -4 and from 6 on."""
    shortest = Decimal(repr(number)).normalize()
    if -4 <= shortest.adjusted() < 6 or not number:
        return f"{shortest:f}"
    mantissa, _, exponent = f"{shortest:e}".partition("e")
    return f"{mantissa}e{exponent[0]}{exponent[1:]:0>2}"


def item_type(*lists: list[Plain]) -> type:
    """Return the one type that all items of these lists have.

    Raises:
        PatchError: If there is no item, if they differ, or if they are lists themselves.
    """
    found: type | None = None
    for items in lists:
        for item in items:
            kind = go_type(item)
            if found is None:
                if item is None:
                    raise PatchCrashError("a list to be merged begins with null")
                if kind is list:
                    reason = "lists of lists cannot be merged"
                    raise PatchError(reason, rule=PatchRule.LIST_OF_LISTS)
                found = kind
            elif kind is not found:
                reason = "the items of a list to be merged are of different types"
                raise PatchError(reason, rule=PatchRule.MIXED_LIST)
    if found is None:
        raise PatchError("there are no items to put in order", rule=PatchRule.EMPTY_LISTS)
    return found
