"""Control loops as time passes: the one place where they meet the time of the machine.

A manager works in steps, and knows when it has something to do next; here somebody steps it, and
sleeps in between.
"""

import asyncio
import threading

from kubeobj.reconcile.manager import Manager

LOOKED_EVERY_SECONDS = 0.05
"""How long it takes at most until a change is noticed that nobody tells of."""


def run(
    manager: Manager,
    stop: threading.Event,
    *,
    look_every_seconds: float = LOOKED_EVERY_SECONDS,
) -> None:
    """Let loops work until *stop* is set, which may be done from any thread.

    Args:
        manager: The loops, on a live clock.
        stop: Ends this.
        look_every_seconds: How long it takes at most until a change is noticed.

    Raises:
        NeverSettles: If a loop keeps itself going.
    """
    while not stop.is_set():
        if not manager.step():
            stop.wait(_pause(manager, look_every_seconds))


async def arun(manager: Manager, *, look_every_seconds: float = LOOKED_EVERY_SECONDS) -> None:
    """Let loops work until the task is cancelled; each step is done in a thread.

    Args:
        manager: The loops, on a live clock.
        look_every_seconds: How long it takes at most until a change is noticed.

    Raises:
        NeverSettles: If a loop keeps itself going.
    """
    while True:
        if not await asyncio.to_thread(manager.step):
            await asyncio.sleep(_pause(manager, look_every_seconds))


def _pause(manager: Manager, longest: float) -> float:
    at = manager.deadline
    return longest if at is None else min(max(at - manager.clock.now(), 0.0), longest)
