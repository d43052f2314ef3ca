"""Telling the coroutines of one event loop that something in the API has changed."""

import asyncio
from typing import final


@final
class Changes:
    """Wakes whoever waits for a change; told from any thread, awaited in one loop.

    Args:
        loop: The loop of those who wait.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: asyncio.Future[None] | None = None
        self._is_told = False

    def tell(self) -> None:
        """Say that something has changed; many times in a row count once."""
        if not self._is_told and not self._loop.is_closed():
            self._is_told = True
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._is_told = False
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def next(self) -> "asyncio.Future[None]":
        """Return what is done at the next change; ask for it before looking what has changed."""
        if self._waiting is None:
            self._waiting = self._loop.create_future()
        return self._waiting
