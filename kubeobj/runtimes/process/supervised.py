"""A container as its warden has it: from its start to its end, whoever looks."""

import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final, final

from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.runtimes.process import processtree
from kubeobj.runtimes.process.cgroups import Cgroups, Group
from kubeobj.runtimes.process.loop import Loop, Timer
from kubeobj.runtimes.process.plan import Limits, Plan
from kubeobj.runtimes.process.spawning import Spawned, read_failure, spawn
from kubeobj.runtimes.process.streams import Streams

RUN_FILE: Final = "run.json"
"""Where it is written that a container runs, and as which process."""

EXIT_FILE: Final = "exit.json"
"""Where it is written how a container has ended."""

START_ERROR: Final = "StartError"
"""Why something has ended that has never run."""

START_SECONDS: Final = 60.0
"""How long a start may take: what is mounted may be far away."""

UNKNOWN_CODE: Final = 137
"""The code of what has ended while nobody looked."""

_SWEEP_SECONDS: Final = 0.005
_SWEEPS: Final = 400


@final
@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the containers of a warden have in common.

    Args:
        loop: What waits.
        clock: Where the time comes from.
        cgroups: Where control groups are made.
        tell: Tells everybody something.
    """

    loop: Loop
    clock: Clock
    cgroups: Cgroups
    tell: Callable[[Wire], object]


@final
class Phase(Enum):
    """How far it has come."""

    STARTING = "starting"
    RUNNING = "running"
    ENDING = "ending"
    ENDED = "ended"


@final
class Supervised:
    """A container that is started, runs, or has ended.

    Args:
        container_id: Its id.
        directory: Where its files are.
        around: What it has in common with others.
    """

    def __init__(self, container_id: str, directory: str, around: Surroundings) -> None:
        self.id: str = container_id
        self.phase: Phase = Phase.STARTING
        self.pid: int = 0
        self.is_child: bool = False
        self.token: str = ""
        self.stop_signal: int = signal.SIGTERM
        self.streams: Streams = Streams(directory, around.loop, around.clock)
        self._directory = directory
        self._around = around
        self._group = Group.of(around.cgroups, container_id)
        self._started_at = 0.0
        self._end: Wire = {}
        self._failure = -1
        self._pidfd = -1
        self._sweeps = 0
        self._deadline: Timer | None = None
        self._on_start: list[Callable[[Wire], object]] = []
        self._on_end: list[Callable[[], object]] = []

    # ------------------------------------------------------------ to begin

    def start(self, plan: Plan, done: Callable[[Wire], object]) -> None:
        """Start it; *done* is told when it runs, or why it does not.

        Raises:
            OSError: If there is no room for another process, or for its files.
        """
        self._remember(plan)
        self._group = self._around.cgroups.group(self.id, plan.limits)
        fds = self.streams.make(plan)
        try:
            spawned = spawn(plan, fds, self._group.directories)
        finally:
            for fd in {*fds}:
                os.close(fd)
        self.pid, self.is_child = spawned.pid, True
        self._on_start.append(done)
        self._begin(plan, spawned)

    def join_start(self, done: Callable[[Wire], object]) -> None:
        """Tell as well somebody who wants to start it when it is started already."""
        if self.phase is Phase.STARTING:
            self._on_start.append(done)
        else:
            done({"startedAt": self._started_at})

    def _begin(self, plan: Plan, spawned: Spawned) -> None:
        loop = self._around.loop
        self._started_at = self._around.clock.now()
        process = processtree.process(spawned.pid)
        run = {
            "pid": spawned.pid,
            "started": process.started if process else 0,
            "boot": processtree.boot_id(),
            "startedAt": self._started_at,
            "token": plan.token,
            "logPath": plan.log_path,
            "stopSignal": plan.stop_signal,
            "stdin": plan.stdin,
            "stdinOnce": plan.stdin_once,
            "tty": plan.tty,
        }
        self._write(RUN_FILE, run)
        # Only now: should this process die before, so does that one.
        with suppress(BrokenPipeError):
            os.write(spawned.go, b"g")
        os.close(spawned.go)
        self._failure = spawned.failure
        loop.watch(self._failure, self.look_at_start)
        self._deadline = loop.after(START_SECONDS, self.kill)

    def _remember(self, plan: Plan) -> None:
        self.token, self.stop_signal = plan.token, plan.stop_signal

    def look_at_start(self) -> None:
        """See whether it runs."""
        if self._failure < 0:
            return
        try:
            failure = read_failure(self._failure)
        except BlockingIOError:
            return
        self._around.loop.forget(self._failure)
        os.close(self._failure)
        self._failure = -1
        if self._deadline is not None:
            self._deadline.cancel()
        answer: Wire
        if failure is None:
            self.phase = Phase.RUNNING
            answer = {"startedAt": self._started_at}
            self._around.tell({"event": "started", "container": self.id, **answer})
        else:
            self.phase = Phase.ENDING
            answer = {"error": failure["message"], "code": failure["code"]}
            self._end = {**_end(failure["code"], START_ERROR), "message": failure["message"]}
        for done in self._on_start:
            done(answer)
        self._on_start.clear()

    def adopt(self, run: Wire) -> None:
        """Go on with what another warden has started."""
        self.pid, self.token, self.stop_signal = run["pid"], run["token"], run["stopSignal"]
        self._started_at = run["startedAt"]
        self.phase = Phase.RUNNING
        lives = run["boot"] == processtree.boot_id()
        if lives and processtree.is_same(self.pid, run["started"]):
            self.streams.adopt(run)
            with suppress(ProcessLookupError):
                self._pidfd = os.pidfd_open(self.pid)
                self._around.loop.watch(self._pidfd, lambda: self.ended(None))
                return
        if not lives:
            self.pid = 0
        self.ended(None)

    # ------------------------------------------------------------ to end

    def stop(self, grace_seconds: float, done: Callable[[], object]) -> None:
        """Ask it to end, and end it by force later; *done* is told once it has ended."""
        if self.phase is Phase.ENDED:
            done()
            return
        self._on_end.append(done)
        if grace_seconds > 0:
            processtree.kill(self.pid, self.stop_signal)
            timer = self._around.loop.after(grace_seconds, self.kill)
            self._on_end.append(timer.cancel)
        else:
            self.kill()

    def kill(self) -> None:
        """End it by force, with all that it has started."""
        if self.phase in (Phase.STARTING, Phase.RUNNING):
            for pid in self._members():
                processtree.kill(pid)
            if self._group.finds_all:
                self._group.kill()
            processtree.kill(self.pid)

    def ended(self, status: int | None) -> None:
        """Its first process has ended, so all others do.

        Args:
            status: How, as a parent is told; None if nobody knows.
        """
        self.look_at_start()
        self.is_child = False
        if self._pidfd >= 0:
            self._around.loop.forget(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1
        if not self._end:
            self._end = _told(status)
        self.phase = Phase.ENDING
        self._sweep()

    def update(self, limits: Limits) -> None:
        """Let it use more or less."""
        before, members = self._group.directories, self._members()
        self._group = self._around.cgroups.group(self.id, limits)
        for directory in self._group.directories:
            if directory not in before:
                self._group.take_in(directory, members)

    @property
    def group(self) -> Group:
        """Its control group."""
        return self._group

    def _members(self) -> list[int]:
        if self._group.finds_all:
            return self._group.pids()
        leader = self.pid if self.phase is not Phase.ENDING else 0
        return [one.pid for one in processtree.belonging({self.token: leader})[self.token]]

    def _sweep(self) -> None:
        left = self._members()
        if left and self._sweeps < _SWEEPS:
            self._sweeps += 1
            if self._group.finds_all:
                self._group.kill()
            for pid in left:
                processtree.kill(pid)
            self._around.loop.after(_SWEEP_SECONDS, self._sweep)
            return
        self._conclude()

    def _conclude(self) -> None:
        self.phase = Phase.ENDED
        if self._end["exitCode"] and self._group.was_short_of_memory():
            self._end["reason"] = "OOMKilled"
        self._end["finishedAt"] = max(self._around.clock.now(), self._started_at)
        self.streams.end()
        self._write(EXIT_FILE, self._end)
        self._around.tell({"event": "ended", "container": self.id, **self._end})
        for done in self._on_end:
            done()
        self._on_end.clear()
        self._remove_group()

    def _remove_group(self) -> None:
        if not self._group.remove() and self._sweeps < 2 * _SWEEPS:
            self._sweeps += 1
            self._around.loop.after(10 * _SWEEP_SECONDS, self._remove_group)

    def _write(self, name: str, content: Wire) -> None:
        # Whoever removes it may have done so.
        path = Path(self._directory, name)
        with suppress(FileNotFoundError):
            fresh = path.with_suffix(".new")
            fresh.write_text(json.dumps(content))
            fresh.replace(path)


def _end(code: int, reason: str = "") -> Wire:
    return {"exitCode": code, "reason": reason or ("Error" if code else "Completed")}


def unknown_end() -> Wire:
    """Return how something is said to have ended of which nobody knows."""
    message = "the process has ended while nobody looked, so its exit code is not known"
    return {**_end(UNKNOWN_CODE, "ContainerStatusUnknown"), "message": message}


def _told(status: int | None) -> Wire:
    if status is None:
        return unknown_end()
    if os.WIFSIGNALED(status):
        return _end(128 + os.WTERMSIG(status))
    return _end(os.waitstatus_to_exitcode(status))
