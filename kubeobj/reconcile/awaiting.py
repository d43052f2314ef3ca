"""Coroutine functions as reconcilers: the edge where a loop of asyncio's finishes what they return.

Nothing else in this room knows asyncio. A coroutine is run to its end before the next key is looked
at, so the order in which things happen stays the same.
"""

import asyncio
from inspect import isawaitable


async def _result_of(answer: object) -> object:
    return await answer  # type: ignore[misc]


def finished(answer: object) -> object:
    """Return what a function has returned; what it awaits is waited for.

    Raises:
        RuntimeError: If it must be waited for inside of a running loop of asyncio: there, step a
            manager with `arun`.
    """
    if not isawaitable(answer):
        return answer
    return asyncio.run(_result_of(answer))
