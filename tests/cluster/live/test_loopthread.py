"""The thread that steps loops: woken, asked, and never ended by one that fails."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kubeobj.clock import LiveClock
from kubeobj.cluster.loopthread import LoopThread


class Part:
    """Counts its steps; fails when it is told to."""

    def __init__(self) -> None:
        self.steps = self.restarts = self.closed = 0
        self.fails = 0
        self.deadline: float | None = None
        self.stepped = threading.Event()

    def step(self) -> bool:
        self.steps += 1
        self.stepped.set()
        if self.fails:
            self.fails -= 1
            raise RuntimeError("it has failed")
        return False

    def restart(self) -> None:
        self.restarts += 1

    def close(self) -> None:
        self.closed += 1


def test_it_sleeps_until_it_is_woken_or_something_is_due() -> None:
    """And is woken by whoever asks it to do something."""
    part, clock, told = Part(), LiveClock(), []
    loop = LoopThread({"one": part}, clock, lambda *what: told.append(what))
    loop.start()
    assert part.stepped.wait(10)
    before = part.steps
    part.stepped.clear()
    loop.wake()
    assert part.stepped.wait(10)
    assert part.steps > before
    part.deadline = clock.now() + 0.05
    part.stepped.clear()
    loop.wake()
    assert part.stepped.wait(10)
    part.stepped.clear()
    assert part.stepped.wait(10)  # by the deadline
    part.deadline = None
    assert loop.do(lambda: threading.current_thread().name) == "kubeobj-loops"
    with pytest.raises(KeyError):
        loop.do(lambda: {}["nothing"])
    loop.stop()
    assert (part.closed, part.restarts, told) == (1, 0, [])
    with pytest.raises(RuntimeError, match="stopped"):
        loop.do(lambda: None)


def test_a_part_that_fails_begins_anew_and_holds_up_nobody() -> None:
    """Each step is a turn; one that fails is told of."""
    turns = []

    @contextmanager
    def turn() -> Iterator[None]:
        turns.append("begun")
        yield

    bad, good = Part(), Part()
    bad.fails = 1
    told: list[tuple[str, str]] = []
    loop = LoopThread(
        {"bad": bad, "good": good},
        LiveClock(),
        lambda name, error: told.append((name, str(error))),
        turn,
    )
    loop.start()
    assert good.stepped.wait(10)
    bad.stepped.clear()
    assert bad.stepped.wait(10)
    loop.stop()
    assert told == [("bad", "it has failed")]
    assert (bad.restarts, good.restarts) == (1, 0)
    assert bad.steps >= 2
    assert len(turns) == bad.steps + good.steps + 1 + 2  # a restart, and two ends
