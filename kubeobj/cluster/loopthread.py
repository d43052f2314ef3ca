"""The one thread in which a live cluster's loops work, and which sleeps while they have nothing to.

It is woken by writes, by what happens to containers, by work that has been done elsewhere, and by
deadlines. A part that fails begins anew, as a process would, after a while that grows.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol, TypeVar, final

from kubeobj.clock import Clock
from kubeobj.reconcile.loop import Steppable

T = TypeVar("T")

FIRST_PAUSE_SECONDS: Final = 1.0
"""How long a part that has failed waits before it begins anew, the first time."""

LONGEST_PAUSE_SECONDS: Final = 60.0
"""How long at most, and for how long it must work to be trusted again."""

LONGEST_SLEEP_SECONDS: Final = 30.0
"""How long the thread sleeps at most; a clock that is set may make a deadline come earlier."""


class Part(Steppable, Protocol):
    """Something that works in steps and can begin anew; a manager is one."""

    def restart(self) -> None:
        """Forget everything but what is installed."""
        ...

    def close(self) -> None:
        """End, and let go of what is held."""
        ...


@final
class _Kept:
    """A part, and how it has done lately."""

    __slots__ = ("failed_at", "failures", "part", "resumes_at")

    def __init__(self, part: Part) -> None:
        self.part = part
        self.failures = 0
        self.failed_at = 0.0
        self.resumes_at: float | None = None


@final
class LoopThread:
    """Steps parts in a thread of its own.

    Args:
        parts: What is stepped, by name, in turns.
        clock: The time by which deadlines go.
        on_failure: Told of what a part raises; called in the thread.
        turn: What each step is done in.
        name: What the thread is called.
    """

    def __init__(
        self,
        parts: Mapping[str, Part],
        clock: Clock,
        on_failure: Callable[[str, Exception], object],
        turn: Callable[[], AbstractContextManager[None]] = nullcontext,
        name: str = "kubeobj-loops",
    ) -> None:
        self._parts = {name: _Kept(part) for name, part in parts.items()}
        self._clock = clock
        self._on_failure = on_failure
        self._turn = turn
        self._wake = threading.Event()
        self._is_stopping = False
        self._asked: deque[tuple[Callable[[], object], Future[object]]] = deque()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Let the loops look at once; from any thread."""
        self._wake.set()

    def do(self, work: Callable[[], T]) -> T:
        """Do something between two steps, in the thread, and return what it returns.

        Raises:
            RuntimeError: If the thread has been stopped.
        """
        if threading.current_thread() is self._thread:
            return work()
        future: Future[T] = Future()
        self._asked.append((work, future))  # type: ignore[arg-type]
        self._wake.set()
        while True:
            try:
                return future.result(timeout=1.0)
            except TimeoutError:
                if future.done():
                    raise
                if not self._thread.is_alive():
                    msg = "the cluster has been stopped"
                    raise RuntimeError(msg) from None

    def stop(self) -> None:
        """End after the step that is being done, and close all parts."""
        self._is_stopping = True
        self._wake.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join()

    # ------------------------------------------------------------ in the thread

    def _run(self) -> None:
        while not self._is_stopping:
            self._wake.clear()
            self._answer()
            if not self._round():
                self._wake.wait(self._pause())
        self._answer()
        for name, kept in self._parts.items():
            try:
                with self._turn():
                    kept.part.close()
            except Exception as error:
                self._on_failure(name, error)

    def _answer(self) -> None:
        while self._asked:
            work, future = self._asked.popleft()
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)

    def _round(self) -> bool:
        """Let each part do a little; return whether any has done anything."""
        busy = False
        now = self._clock.now()
        for name, kept in self._parts.items():
            if kept.resumes_at is not None:
                if now < kept.resumes_at:
                    continue
                kept.resumes_at = None
            try:
                with self._turn():
                    stepped = kept.part.step()
                busy = stepped or busy
            except Exception as error:
                self._failed(name, kept, error)
                busy = True
        return busy

    def _failed(self, name: str, kept: _Kept, error: Exception) -> None:
        now = self._clock.now()
        if now - kept.failed_at > LONGEST_PAUSE_SECONDS:
            kept.failures = 0
        pause = min(FIRST_PAUSE_SECONDS * 2**kept.failures, LONGEST_PAUSE_SECONDS)
        kept.failures += 1
        kept.failed_at = kept.resumes_at = now + pause
        self._on_failure(name, error)
        try:
            with self._turn():
                kept.part.restart()
        except Exception as again:
            self._on_failure(name, again)

    def _pause(self) -> float:
        now = self._clock.now()
        found = [LONGEST_SLEEP_SECONDS]
        for kept in self._parts.values():
            at = kept.part.deadline if kept.resumes_at is None else kept.resumes_at
            if at is not None:
                found.append(max(at - now, 0.0))
        return min(found)
