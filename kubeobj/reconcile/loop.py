"""Driving what works in steps: until nothing is left to do, and on to when something is.

Source: the house's own rule, that nothing which works in steps sleeps or reads a clock of the
machine.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from kubeobj.clock import VirtualClock
from kubeobj.errors import KubeobjError


class Steppable(Protocol):
    """Something that works in steps."""

    def step(self) -> bool:
        """Do a little of what is to be done now; return whether there was anything."""
        ...

    @property
    def deadline(self) -> float | None:
        """When there is something to do next, in seconds since 1970, as far as it is known."""
        ...


class NeverSettles(KubeobjError, RuntimeError):
    """A loop keeps itself going: however long it works, there is more to do at the same time."""


def settle(
    parts: Sequence[Steppable],
    *,
    after_step: Callable[[], object] | None = None,
    steps: int = 1_000_000,
) -> int:
    """Step until nothing is left to do now; return how many rounds that took.

    Args:
        parts: What is stepped, in turns.
        after_step: Called after each step that did something.
        steps: How many rounds at most.

    Raises:
        NeverSettles: If something is left to do after so many rounds.
    """
    for done in range(steps):
        busy = False
        for part in parts:
            if part.step():
                busy = True
                if after_step is not None:
                    after_step()
        if not busy:
            return done
    msg = f"something is still to be done after {steps} rounds in which no time has passed"
    raise NeverSettles(msg)


def next_deadline(parts: Sequence[Steppable]) -> float | None:
    """Return when one of *parts* has something to do next; None if that is not known."""
    deadlines = [at for at in (part.deadline for part in parts) if at is not None]
    return min(deadlines) if deadlines else None


def _overdue(parts: Sequence[Steppable], now: float) -> str:
    due = [part for part in parts if (at := part.deadline) is not None and at <= now]
    return ", ".join(type(part).__name__ for part in due)


def advance(
    clock: VirtualClock,
    parts: Sequence[Steppable],
    seconds: float,
    *,
    after_step: Callable[[], object] | None = None,
) -> None:
    """Let time pass from deadline to deadline, and do at each what is to be done.

    Args:
        clock: The clock, which stands still in between.
        parts: What is stepped.
        seconds: How long.
        after_step: Called after each step that did something.

    Raises:
        ValueError: If the time is negative.
        NeverSettles: If something keeps itself going.
    """
    if seconds < 0:
        msg = f"time does not go back, so not by {seconds} seconds"
        raise ValueError(msg)
    end = clock.now() + seconds
    settle(parts, after_step=after_step)
    while True:
        now, at = clock.now(), next_deadline(parts)
        if at is None or at > end:
            break
        clock.advance(max(at - now, 0.0))
        if clock.now() < at:
            # The sum was rounded down; the smallest step there is gets past it.
            clock.advance(at - clock.now())
        done = settle(parts, after_step=after_step)
        if not done and at <= now and next_deadline(parts) == at:
            raise NeverSettles(f"{_overdue(parts, now)}: due, and nothing is done")
    if clock.now() < end:
        clock.advance(end - clock.now())
        settle(parts, after_step=after_step)
