"""Lists in a cell of a table: the first few, and how many more there are.

Source: ``k8s.io/kubernetes/pkg/printers/internalversion`` (v1.36).
"""

from collections.abc import Sequence

SHOWN = 3
"""How many are shown."""


def shortened(items: Sequence[str], count: int | None = None) -> str:
    """Return the first of *items*, and how many more there are.

    Args:
        items: What there is.
        count: How many there are, if it is not those.

    >>> shortened(["a", "b", "c", "d", "e"])
    'a,b,c + 2 more...'
    """
    text = ",".join(items[:SHOWN])
    total = len(items) if count is None else count
    return f"{text} + {total - SHOWN} more..." if total > SHOWN else text
