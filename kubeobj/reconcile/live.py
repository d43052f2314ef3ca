"""Control loops as time passes: the one place where they meet the time of the machine.

A manager works in steps, and knows when it has something to do next; here somebody steps it, and
sleeps in between.
"""

import asyncio
import threading
from contextlib import suppress

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

    At the end the lead is given up, so that another can follow at once.

    Args:
        manager: The loops, on a live clock.
        stop: Ends this.
        look_every_seconds: How long it takes at most until a change is noticed.

    Raises:
        NeverSettles: If a loop keeps itself going.
    """
    try:
        while not stop.is_set():
            if not manager.step():
                stop.wait(_pause(manager, look_every_seconds))
    finally:
        manager.close()


async def arun(manager: Manager, *, look_every_seconds: float = LOOKED_EVERY_SECONDS) -> None:
    """Let loops work until the task is cancelled; each step is done in a thread.

    A step that has begun is done before the task ends; then the lead is given up, so that another
    can follow at once.

    Args:
        manager: The loops, on a live clock.
        look_every_seconds: How long it takes at most until a change is noticed.

    Raises:
        NeverSettles: If a loop keeps itself going.
    """
    try:
        while True:
            if not await _step(manager):
                await asyncio.sleep(_pause(manager, look_every_seconds))
    finally:
        await asyncio.to_thread(manager.close)


async def _step(manager: Manager) -> bool:
    """Let a manager do a step, to its end even if the task is cancelled meanwhile."""
    step = asyncio.ensure_future(asyncio.to_thread(manager.step))
    try:
        return await asyncio.shield(step)
    except asyncio.CancelledError:
        with suppress(Exception):
            await step
        raise


def _pause(manager: Manager, longest: float) -> float:
    at = manager.deadline
    return longest if at is None else min(max(at - manager.clock.now(), 0.0), longest)
