"""Where a node agent does what takes its time: beside its loop, which never waits.

Jobs are plain functions that block. On a live clock they are done by threads, as many as there are
jobs. On a virtual clock one thing runs at a time: a job runs until it is done or sleeps, and goes
on when its time has come; so the same jobs are a function of what was asked and when.
"""

import sys
import threading
from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Protocol, TypeAlias, final

from kubeobj.clock import Clock

Job: TypeAlias = Callable[[], object]
"""Something to do; it catches what may go wrong, and leaves its result where it belongs."""


class Executor(Protocol):
    """Does jobs beside the loop."""

    def submit(self, job: Job) -> None:
        """Begin a job; this does not wait for it."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait, within a job."""
        ...

    def close(self) -> None:
        """Begin no more jobs; those that have begun come to their end by themselves."""
        ...


IDLE_SECONDS = 5.0
"""How long a thread waits for something to do before it ends."""


@final
class ThreadExecutor:
    """Does each job in a thread, on the clock of the machine.

    There are as many threads as there are jobs at once: a job may wait for minutes until a
    container has ended, and must not keep others waiting.

    Args:
        limit: How many threads there are at most; more jobs wait.
        name: What the threads are called.
    """

    def __init__(self, limit: int = 512, name: str = "kubeobj-node") -> None:
        self._limit = limit
        self._name = name
        self._jobs: deque[Job] = deque()
        self._wake = threading.Condition()
        self._idle = 0
        self._count = 0
        self._is_closed = False
        self._closing = threading.Event()

    def submit(self, job: Job) -> None:
        """Begin a job; after `close` nothing happens."""
        with self._wake:
            if self._is_closed:
                return
            self._jobs.append(job)
            if self._idle >= len(self._jobs):
                self._wake.notify()
            elif self._count < self._limit:
                self._count += 1
                name = f"{self._name}-{self._count}"
                threading.Thread(target=self._work, name=name, daemon=True).start()

    def sleep(self, seconds: float) -> None:
        """Wait, within a job; when the executor is closed, no longer."""
        self._closing.wait(max(seconds, 0.0))

    def close(self) -> None:
        """Begin no more jobs, and let those that sleep go on."""
        with self._wake:
            self._is_closed = True
            self._jobs.clear()
            self._wake.notify_all()
        self._closing.set()

    def _work(self) -> None:
        while True:
            with self._wake:
                if not self._jobs and not self._is_closed:
                    self._idle += 1
                    self._wake.wait(IDLE_SECONDS)
                    self._idle -= 1
                if not self._jobs:
                    self._count -= 1
                    return
                job = self._jobs.popleft()
            try:
                job()
            except Exception:
                _tell_of_failure()
            del job  # else it is kept until the next


def _tell_of_failure() -> None:
    """Say what a job has raised, as it is said of a thread; the thread itself goes on."""
    type_, error, trace = sys.exc_info()
    args = (type_, error, trace, threading.current_thread())
    threading.excepthook(threading.ExceptHookArgs(args))


@final
class VirtualExecutor:
    """Does jobs one after the other on a clock that is moved. It is stepped, like a loop.

    Each job has a thread of its own, but only one of all threads ever runs: the baton goes to a job
    when it begins or its sleep is over, and back when it sleeps or ends.

    Args:
        clock: The clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tickets = 0
        self._sleeping: list[tuple[float, int, _Fibre]] = []
        self._spare: list[_Fibre] = []
        self._current: _Fibre | None = None
        self._is_closed = False

    # ------------------------------------------------------------ doing

    def submit(self, job: Job) -> None:
        """Do a job until it is done or sleeps; within a job, once that one sleeps or is done."""
        if not self._is_closed:
            self._tickets += 1
            fibre = self._spare.pop() if self._spare else _Fibre()
            fibre.job = job
            if self._current is not None:
                heappush(self._sleeping, (self._clock.now(), self._tickets, fibre))
            else:
                self._run(fibre)

    def sleep(self, seconds: float) -> None:
        """Wait, within a job, until the clock has moved so far.

        Raises:
            RuntimeError: If this is no job.
        """
        fibre = self._current
        if fibre is None:
            raise RuntimeError("only a job can sleep; others wait for a deadline")
        if seconds > 0 and not self._is_closed:
            self._tickets += 1
            heappush(self._sleeping, (self._clock.now() + seconds, self._tickets, fibre))
            fibre.give_back()

    def close(self) -> None:
        """Begin no more jobs, and let those that sleep go on to their end."""
        self._is_closed = True
        while self._sleeping:
            self._run(heappop(self._sleeping)[2])
        for fibre in self._spare:
            fibre.end()
        self._spare.clear()

    # ------------------------------------------------------------ stepping

    @property
    def deadline(self) -> float | None:
        """When a job goes on next, in seconds since 1970; None if none sleeps."""
        return self._sleeping[0][0] if self._sleeping else None

    def step(self) -> bool:
        """Let those jobs go on whose time has come; return whether there were any."""
        busy = False
        while self._sleeping and self._sleeping[0][0] <= self._clock.now():
            self._run(heappop(self._sleeping)[2])
            busy = True
        return busy

    def _run(self, fibre: "_Fibre") -> None:
        self._current = fibre
        fibre.resume()
        self._current = None
        failure = fibre.failure
        if fibre.job is None:
            fibre.failure = None
            if self._is_closed:
                fibre.end()
            else:
                self._spare.append(fibre)
        if failure is not None:
            raise failure


@final
class _Fibre:
    """A thread that runs only while somebody else waits for it."""

    def __init__(self) -> None:
        self.job: Job | None = None
        self.failure: BaseException | None = None
        self._go = threading.Semaphore(0)
        self._back = threading.Semaphore(0)
        self._is_over = False
        self._thread = threading.Thread(target=self._work, name="kubeobj-virtual", daemon=True)
        self._thread.start()

    def resume(self) -> None:
        """Let it run, and wait until it sleeps or its job is done."""
        self._go.release()
        self._back.acquire()

    def give_back(self) -> None:
        """Sleep, in the thread itself, until it is resumed."""
        self._back.release()
        self._go.acquire()

    def end(self) -> None:
        """End the thread; it has no job."""
        self._is_over = True
        self._go.release()

    def _work(self) -> None:
        while True:
            self._go.acquire()
            if self._is_over:
                return
            job = self.job
            if job is not None:
                try:
                    job()
                except BaseException as error:  # raised where it was begun
                    self.failure = error
            self.job = None
            del job
            self._back.release()
