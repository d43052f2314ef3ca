"""One API for several threads: one asks at a time, and who waits is told of what changes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Generic, Self, TypeAlias, TypeVar, cast, final

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.client import Client
from kubeobj.api.client.results import ObjectEvent, Watch
from kubeobj.api.client.waiting import Advance
from kubeobj.api.inprocess import InProcessClient
from kubeobj.api.kind import ADMIN, User
from kubeobj.models.unstructured import Unstructured
from kubeobj.reconcile.clientlayer import Ask, Call, layered
from kubeobj.store.errors import StoreUnwritable

T = TypeVar("T")
Item = TypeVar("Item")

Listener: TypeAlias = Callable[[], object]
"""Told that something has changed, in the thread that changed it; it returns at once."""


@final
class SharedApi:
    """An API server that several threads ask, each when it is its turn.

    What a write answers is as durable as its store makes it.

    Args:
        server: The server.
    """

    def __init__(self, server: ApiServer) -> None:
        self.server: ApiServer = server
        self._lock = threading.RLock()
        self._listeners: tuple[Listener, ...] = ()
        # What is read once for all loops, which do not change what they read.
        self._loops_client = InProcessClient(server, shares=True)

    def ask(self, question: Callable[[], T]) -> T:
        """Ask the server something while nobody else does, and return the answer.

        Args:
            question: Asks it. It must not wait for another thread.
        """
        store = self.server.store
        before = after = 0
        try:
            with self._lock:
                before = store.revision
                try:
                    return question()
                finally:
                    after = store.revision
        finally:
            if after != before:
                self._tell()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Ask the server many things while nobody else does; they become durable at once, at last.

        What others can see of it, such as a process that is started, is done `when_saved`.

        Raises:
            StoreUnwritable: If they cannot be made durable; then nothing of it has been done, and
                whoever has concluded anything from it begins anew.
        """
        store = self.server.store
        before = after = 0
        try:
            with self._lock:
                before = store.revision
                with store.burst():
                    yield
                after = store.revision
        except StoreUnwritable:
            # What was handed out has been taken back, with the Services that it was for.
            core = self.server.core
            core.allocators = core.allocators.anew()
            raise
        finally:
            if after != before:
                self._tell()

    def when_saved(self, action: Callable[[], object]) -> None:
        """Do something once what this thread has written in its turn is durable, or now."""
        self.server.store.when_saved(action)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell *listener* of every change from now on; return what ends that."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def end() -> None:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not listener)

        return end

    def client(self, *, user: User = ADMIN, manager: str = "kubeobj", advance: Advance) -> Client:
        """Return a client for any thread.

        Args:
            user: In whose name it asks.
            manager: Under which name it writes.
            advance: Lets so many seconds pass for who waits.
        """
        made = InProcessClient(self.server, user=user, field_manager=manager, advance=advance)
        return layered(made, self._around)

    def loop_client(self, user: User, manager: str) -> Client:
        """Return a client for loops, which ask in turns only, and do not change what they read."""
        return self._loops_client.with_user(user).with_manager(manager)

    def _tell(self) -> None:
        for tell in self._listeners:
            tell()

    def _around(self, call: Call, ask: Ask) -> object:
        return self._shared(call, self.ask(ask))

    def _shared(self, call: Call, answer: object) -> object:
        if call.verb != "watch":
            return answer
        return SharedWatch(cast("Watch[Unstructured]", answer), self)


@final
class SharedWatch(Generic[Item]):
    """A watch of a shared API; a `Watch`."""

    __slots__ = ("_api", "_watch")

    def __init__(self, watch: Watch[Item], api: SharedApi) -> None:
        self._watch = watch
        self._api = api

    @property
    def resource_version(self) -> str:
        """Up to when everything has been read; see `Watch.resource_version`."""
        return self._api.ask(lambda: self._watch.resource_version)

    @property
    def is_open(self) -> bool:
        """Whether events may still come."""
        return self._watch.is_open

    def poll(self, limit: int | None = None) -> list[ObjectEvent[Item]]:
        """Return what has happened since the last poll; see `Watch.poll`."""
        return self._api.ask(lambda: self._watch.poll(limit))

    def close(self) -> None:
        """End the watch."""
        self._api.ask(self._watch.close)

    def __iter__(self) -> Iterator[ObjectEvent[Item]]:
        while events := self.poll():
            yield from events

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
