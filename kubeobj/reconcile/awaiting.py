"""Coroutine functions as reconcilers: the edge where a loop of asyncio's finishes what they return.

Nothing else in this room knows asyncio, but for what runs loops live. A coroutine is run to its end
before the next key is looked at, so the order in which things happen stays the same.
"""

import asyncio
import weakref
from collections.abc import AsyncIterable, Coroutine
from inspect import isawaitable
from typing import final


@final
class Awaiter:
    """Waits for what reconcilers return.

    It has one loop of asyncio's for all of them, so that a session or a pool that one of them has
    opened can be used by the next. Between two of them that loop stands still.
    """

    __slots__ = ("__weakref__", "_loop")

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def finished(self, answer: object) -> object:
        """Return what a function has returned; what it awaits is waited for.

        What an asynchronous generator yields is returned as a list.

        Raises:
            RuntimeError: If it was cancelled, or if it must be waited for inside of a running loop
                of asyncio: there, step a manager with `arun`.
        """
        if not isawaitable(answer) and not isinstance(answer, AsyncIterable):
            return answer
        if _is_running():
            if isinstance(answer, Coroutine):
                answer.close()
            raise RuntimeError("a loop of asyncio runs here already: step the manager with arun()")
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            weakref.finalize(self, self._loop.close)
        try:
            return self._loop.run_until_complete(_result_of(answer))
        except asyncio.CancelledError:
            # By itself, for nobody else has this loop; it must not look as if the manager was.
            raise RuntimeError("the reconciler was cancelled") from None
        except (KeyboardInterrupt, SystemExit):
            self._loop = None  # something in it is not done, and is not to go on later
            raise


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
