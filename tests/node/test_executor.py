"""Jobs are done beside the loop: by threads, or one after the other on a virtual clock."""

import threading

import pytest

from kubeobj.clock import VirtualClock
from kubeobj.node.executor import ThreadExecutor, VirtualExecutor
from kubeobj.reconcile.loop import advance


def test_on_a_virtual_clock_jobs_go_on_when_their_time_has_come() -> None:
    """In the order of their times, and of two at once the one that began first."""
    clock = VirtualClock(0)
    executor = VirtualExecutor(clock)
    seen: list[tuple[float, str]] = []

    def job(name: str, *waits: float) -> None:
        for seconds in waits:
            seen.append((clock.now(), name))
            executor.sleep(seconds)
        seen.append((clock.now(), name))

    executor.submit(lambda: job("a", 2, 3))
    executor.submit(lambda: job("b", 2))
    assert seen == [(0, "a"), (0, "b")]
    assert executor.deadline == 2
    advance(clock, (executor,), 10)
    assert seen[2:] == [(2, "a"), (2, "b"), (5, "a")]
    assert executor.deadline is None
    executor.close()


def test_a_job_may_begin_another() -> None:
    """Which is done at the same time, after it."""
    clock = VirtualClock(0)
    executor = VirtualExecutor(clock)
    seen: list[str] = []

    def outer() -> None:
        executor.submit(lambda: seen.append("inner"))
        seen.append("outer")

    executor.submit(outer)
    assert seen == ["outer"]
    assert executor.step()
    assert seen == ["outer", "inner"]
    executor.close()


def test_what_a_job_raises_is_raised_where_it_goes_on() -> None:
    """And others are not harmed."""
    clock = VirtualClock(0)
    executor = VirtualExecutor(clock)

    def fail() -> None:
        executor.sleep(1)
        raise KeyError("x")

    executor.submit(fail)
    with pytest.raises(KeyError):
        advance(clock, (executor,), 2)
    seen: list[int] = []
    executor.submit(lambda: seen.append(1))
    assert seen == [1]
    executor.close()


def test_only_jobs_sleep() -> None:
    """The loop never does."""
    executor = VirtualExecutor(VirtualClock(0))
    with pytest.raises(RuntimeError, match="only a job can sleep"):
        executor.sleep(1)
    executor.close()


def test_a_closed_virtual_executor_lets_sleepers_go_on() -> None:
    """To their end, and begins nothing."""
    executor = VirtualExecutor(VirtualClock(0))
    seen: list[str] = []

    def job() -> None:
        executor.sleep(1000)
        seen.append("done")

    executor.submit(job)
    executor.close()
    executor.submit(lambda: seen.append("never"))
    assert seen == ["done"]


def test_threads_do_as_many_jobs_as_there_are() -> None:
    """At one time, so none waits for another."""
    executor = ThreadExecutor()
    barrier = threading.Barrier(20)
    done = threading.Semaphore(0)

    def job() -> None:
        barrier.wait(30)
        done.release()

    for _ in range(20):
        executor.submit(job)
    assert all(done.acquire(timeout=30) for _ in range(20))
    executor.close()


def test_a_closed_thread_executor_lets_sleepers_go_on() -> None:
    """And begins nothing."""
    executor = ThreadExecutor()
    done, begun = threading.Event(), threading.Event()

    def job() -> None:
        begun.set()
        executor.sleep(1000)
        done.set()

    executor.submit(job)
    assert begun.wait(30)
    executor.close()
    assert done.wait(30)
    executor.submit(begun.clear)
    assert begun.is_set()


def test_threads_are_limited_if_that_is_asked_for() -> None:
    """Further jobs wait."""
    executor = ThreadExecutor(limit=1)
    first, second = threading.Event(), threading.Event()
    go = threading.Event()

    def wait() -> None:
        first.set()
        go.wait(30)

    executor.submit(wait)
    executor.submit(second.set)
    assert first.wait(30)
    assert not second.is_set()
    go.set()
    assert second.wait(30)
    executor.close()
