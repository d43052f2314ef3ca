"""Coroutine functions as reconcilers: the edge where a loop of asyncio's finishes what they return.

Nothing else in this room knows asyncio. A coroutine is run to its end before the next key is looked
at, so the order in which things happen stays the same.
"""

import asyncio
from collections.abc import AsyncIterable, Coroutine
from inspect import isawaitable


async def _result_of(answer: object) -> object:
    if isinstance(answer, AsyncIterable):
        return [one async for one in answer]
    return await answer  # type: ignore[misc]


def _is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def finished(answer: object) -> object:
    """Return what a function has returned; what it awaits is waited for.

    What an asynchronous generator yields is returned as a list.

    Raises:
        RuntimeError: If it was cancelled, or if it must be waited for inside of a running loop of
            asyncio: there, step a manager with `arun`.
    """
    if not isawaitable(answer) and not isinstance(answer, AsyncIterable):
        return answer
    if _is_running():
        if isinstance(answer, Coroutine):
            answer.close()
        raise RuntimeError("a loop of asyncio runs here already: step the manager with arun()")
    try:
        return asyncio.run(_result_of(answer))
    except asyncio.CancelledError:
        # By itself, for nobody else has this loop; it must not look as if the manager was.
        raise RuntimeError("the reconciler was cancelled") from None
