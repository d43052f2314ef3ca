"""One question for all who ask the same at once."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar, final

T = TypeVar("T")


@final
class Shared(Generic[T]):
    """Asks one question at a time; who comes while one is asked shares the next answer.

    So nobody gets an answer that is older than when they came, and fifty pods that start at once
    do not have an engine list all of them fifty times.

    Args:
        ask: Asks the question.
    """

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._next: Future[T] | None = None

    def get(self) -> T:
        """Return the answer to a question that is asked from now on; raises what that raises."""
        with self._lock:
            answer, leads = self._next, self._next is None
            if answer is None:
                answer = self._next = Future()
        if leads:
            self._answer(answer)
        return answer.result()

    def _answer(self, answer: Future[T]) -> None:
        with self._asking:
            with self._lock:
                self._next = None
            try:
                answer.set_result(self._ask())
            except BaseException as error:  # told to all who wait
                answer.set_exception(error)
