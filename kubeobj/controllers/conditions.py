"""Conditions in documents: which there is of a type.

Source: API conventions, Typical status properties.
"""

from collections.abc import Iterable

from kubeobj.documents import Wire

_NOTHING: Wire = {}


def find(conditions: Iterable[Wire], type_: str) -> Wire | None:
    """Return the first condition of a type, or None."""
    for condition in conditions:
        if condition["type"] == type_:
            return condition
    return None


def condition_of(document: Wire, type_: str) -> Wire | None:
    """Return the first condition of a type that the status of an object has, or None.

    >>> condition_of({"status": {"conditions": [{"type": "Ready", "status": "True"}]}}, "Ready")
    {'type': 'Ready', 'status': 'True'}
    """
    return find(document.get("status", _NOTHING).get("conditions") or (), type_)
