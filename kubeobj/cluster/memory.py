"""How often Python looks for garbage while a cluster works.

What a cluster makes are documents, which refer to nothing that refers to them; they go as soon as
nobody has them any more. To look for cycles among them after every few hundred takes a sixth of the
time, and finds nothing. To look through what has been there for long, which is nearly all, takes as
long again: Python may do that when the cluster rests.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SELDOM: Final = (50_000, 20, 1_000)
"""The thresholds of Python's collector while a cluster works."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Let Python look for garbage less often; afterwards it is as it was.

    Whoever has set a higher threshold, or turned the collector off, is not interfered with.
    """
    before = gc.get_threshold()
    if not before[0] or before[0] >= SELDOM[0]:
        yield
        return
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
