"""A control loop: a queue of keys, and a reconciler that is asked about them one after the other.

Source: ``sigs.k8s.io/controller-runtime/pkg/internal/controller`` (v0.24).
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from kubeobj.api.errors import AlreadyExists, Conflict
from kubeobj.clock import Clock
from kubeobj.errors import KubeobjError
from kubeobj.reconcile.backoff import Backoff
from kubeobj.reconcile.failures import retry_after
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.metrics import ControllerMetrics, ControllerStatus
from kubeobj.reconcile.request import DONE, Request, Result
from kubeobj.reconcile.workqueue import WorkQueue

Reconcile: TypeAlias = Callable[[Request], Result | None]
"""Makes true what an object asks for, or a part of it; None if nothing is left to do.

It is asked again whenever something changes, so it looks at what is, and never at what has
happened. What it raises makes it be asked again, later and later.
"""


class NoResult(KubeobjError, TypeError):
    """A reconciler has returned what is no answer."""


class Controller:
    """A control loop. It does one thing at a time, when it is stepped.

    Args:
        name: What it is called in metrics and events.
        reconcile: What is asked about each key.
        clock: Tells when keys are due.
        needs: What it reads; nothing is asked before all of them are there.
        backoff: How long keys wait that have failed.
        on_error: Told of each failure: which key, and what was raised.
    """

    __slots__ = (
        "_clock",
        "_on_error",
        "_reconcile",
        "errors",
        "metrics",
        "name",
        "needs",
        "queue",
        "working_on",
    )

    def __init__(
        self,
        name: str,
        reconcile: Reconcile,
        clock: Clock,
        *,
        needs: Sequence[Informer] = (),
        backoff: Backoff | None = None,
        on_error: Callable[[Request, Exception], object] | None = None,
    ) -> None:
        self.name: str = name
        self.needs: tuple[Informer, ...] = tuple(needs)
        self.queue: WorkQueue[Request] = WorkQueue(clock, backoff)
        self.metrics: ControllerMetrics = ControllerMetrics()
        self.errors: dict[Request, Exception] = {}
        """What each key that has failed, and not gone well since, has failed with."""
        self.working_on: Request | None = None
        """Which key it is asked about now; None between two."""
        self._clock = clock
        self._reconcile = reconcile
        self._on_error = on_error

    @property
    def is_ready(self) -> bool:
        """Whether a step would do something."""
        return self.queue.is_ready and all(informer.is_synced for informer in self.needs)

    @property
    def deadline(self) -> float | None:
        """When its next delayed key is due, in seconds since 1970.

        None if there is none, or if it is not for time to say: what is needed is not there yet.
        """
        if all(informer.is_synced for informer in self.needs):
            return self.queue.deadline
        return None

    @property
    def status(self) -> ControllerStatus:
        """How it is doing."""
        return ControllerStatus(
            self.name,
            len(self.queue),
            self.queue.added,
            self.metrics,
            len(self.errors),
            tuple(one.lack for one in self.needs if not one.is_synced),
        )

    def step(self) -> Request | None:
        """Ask about one key, and return it; None if none waits.

        What is no `Exception`, such as `KeyboardInterrupt`, is not caught; the key waits again.
        """
        if not all(informer.is_synced for informer in self.needs):
            return None
        key = self.queue.take()
        if key is None:
            return None
        self.metrics.reconciles += 1
        self.metrics.waited(self.queue.waited(key))
        self.working_on = key
        began = self._clock.now()
        try:
            result = self._ask(key)
        except Exception as error:
            self._failed(key, error)
        except BaseException:
            self.queue.add(key)
            raise
        else:
            self._succeeded(key, result)
        finally:
            self.metrics.worked(self._clock.now() - began)
            self.working_on = None
            self.queue.done(key)
        return key

    def _ask(self, key: Request) -> Result:
        result: object = self._reconcile(key)
        if result is None:
            return DONE
        if isinstance(result, Result):
            return result
        raise NoResult(
            f"the reconciler {self.name!r} must return None or a Result, not {result!r:.80}"
        )

    def _succeeded(self, key: Request, result: Result) -> None:
        self.queue.forgive(key)
        self.errors.pop(key, None)
        if result.requeue_after is not None:
            self.metrics.requeues += 1
            self.queue.add_after(key, result.requeue_after)

    def _failed(self, key: Request, error: Exception) -> None:
        self.metrics.errors += 1
        self.errors[key] = error
        self.queue.add_failed(key, at_least_seconds=retry_after(error))
        # That somebody else was faster is how the API works, and no news.
        if self._on_error is not None and not isinstance(error, Conflict | AlreadyExists):
            try:
                self._on_error(key, error)
            except Exception as another:
                error.add_note(f"telling of it failed: {another!r}")
