"""A command that runs in a container, as the warden has it."""

import os
from collections.abc import Callable
from typing import final

from kubeobj.documents import Wire
from kubeobj.runtimes.process import processtree
from kubeobj.runtimes.process.loop import Loop
from kubeobj.runtimes.process.plan import Plan
from kubeobj.runtimes.process.spawning import read_failure, spawn


@final
class Execution:
    """A command; its streams are those that who wants it has sent along.

    Args:
        owner: Who wants it; it ends when they go.
        token: What is in its environment, to find what it has started.
        loop: What waits for it.
    """

    def __init__(self, owner: object, token: str, loop: Loop) -> None:
        self.owner: object = owner
        self.pid: int = 0
        self._token = token
        self._loop = loop
        self._failure = -1
        self._done: Callable[[Wire], object] | None = None

    def start(
        self,
        plan: Plan,
        fds: tuple[int, int, int],
        groups: tuple[str, ...],
        done: Callable[[Wire], object],
    ) -> None:
        """Start it; *done* is told when it runs, or why it does not.

        Raises:
            OSError: If there is no room for another process.
        """
        spawned = spawn(plan, fds, groups)
        self.pid = spawned.pid
        self._failure = spawned.failure
        self._done = done
        os.write(spawned.go, b"g")
        os.close(spawned.go)
        self._loop.watch(self._failure, self.look_at_start)

    def look_at_start(self) -> bool:
        """See whether it runs; False if it has failed to start."""
        if self._failure < 0:
            return True
        try:
            failure = read_failure(self._failure)
        except BlockingIOError:
            return True
        self._loop.forget(self._failure)
        os.close(self._failure)
        self._failure = -1
        if self._done is not None:
            told = {"error": failure["message"], "code": failure["code"]} if failure else {}
            self._done(told)
        return failure is None

    def kill(self) -> None:
        """End it, with all that it has started."""
        processtree.kill(self.pid)
        leaders = {self._token: self.pid}
        for one in processtree.belonging(leaders, processtree.COMMAND)[self._token]:
            processtree.kill(one.pid)
