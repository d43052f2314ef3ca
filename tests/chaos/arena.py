"""A cluster that things happen to, and what can be seen of it from outside."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from kubeobj.api.errors import ApiError
from kubeobj.clock import LiveClock
from kubeobj.documents import Wire
from kubeobj.reconcile.request import wire_of
from kubeobj.remote.client import RemoteClient, connect
from tests.chaos.jumpingclock import put

ROOT = Path(__file__).parents[2]
WAIT_SECONDS = 60.0
LIVE = LiveClock()


class Arena:
    """A cluster of a process of its own; a context manager.

    Args:
        folder: A directory of its own.
        runtime: What runs pods.
        environment: More of the environment of its process.
    """

    def __init__(
        self, folder: Path, runtime: str, environment: dict[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.tally = folder / "tally"
        self.clock = folder / "clock"
        self._runtime = runtime
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[str] | None = None
        self._log = folder / "agent.log"
        self.offset = 0.0

    def __enter__(self) -> Self:
        self.tally.mkdir(parents=True)
        put(self.clock, 0.0)
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            sys.stdout.write(self._log.read_text(encoding="utf-8")[-6000:])
        with suppress(Exception):
            if not self.is_up:
                self.start()
            self._the_process.send_signal(signal.SIGTERM)
            self._the_process.wait(60)
        self.kill()

    # ------------------------------------------------------------ its process

    @property
    def is_up(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def process(self) -> "subprocess.Popen[str] | None":
        """Its process, if it was started."""
        return self._process

    @property
    def _the_process(self) -> "subprocess.Popen[str]":
        assert self._process is not None
        return self._process

    def start(self) -> None:
        """Start its process, and wait until it answers."""
        with self._log.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.chaos.agent"),
                    *(str(self.state), self._runtime, str(self.clock)),
                ],
                cwd=ROOT,
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        out = self._the_process.stdout
        assert out is not None
        said = out.readline()
        out.close()
        assert said == "ready\n", self._log.read_text(encoding="utf-8")[-4000:]

    def kill(self) -> None:
        """End its process with no word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def client(self) -> RemoteClient:
        """Return a new client of it."""
        return connect(self.state)

    def jump(self, seconds: float) -> None:
        """Put its clock forward, or back."""
        self.offset += seconds
        put(self.clock, self.offset)

    # ------------------------------------------------------------ what runs

    def running(self) -> dict[str, list[psutil.Process]]:
        """Return the main processes of containers by identity, as the machine has them.

        They are the shells that hold the locks of their identities. What they run holds them, too,
        and is a shell until it is what it is to be.
        """
        locks = {_place(path): path.stem for path in self.tally.glob("*.lock")}
        found: dict[str, list[psutil.Process]] = {identity: [] for identity in locks.values()}
        for process in psutil.process_iter(["name"]):
            if process.info["name"] in {"sh", "bash", "busybox", "dash"}:
                with suppress(OSError):
                    lock = _place(Path(f"/proc/{process.pid}/fd/9"))
                    if lock in locks:
                        found[locks[lock]].append(process)
        return {identity: _without_children(all_) for identity, all_ in found.items()}

    def twice(self) -> list[str]:
        """Return the identities that have run twice at one time, as they noticed themselves."""
        return sorted(path.stem for path in self.tally.glob("*.twice"))

    def watch(self, ending: threading.Event, twice: set[str]) -> None:
        """Look all the time whether something runs twice, where containers cannot lock."""
        while not ending.wait(0.05):
            with suppress(OSError):
                twice |= {one for one, found in self.running().items() if len(found) > 1}

    # ------------------------------------------------------------ waiting

    def until(self, what: str, is_so: Callable[[RemoteClient], object]) -> float:
        """Wait until something is so, and return how many seconds that took."""
        began = LIVE.now()
        client = self.client()
        try:
            while True:
                with suppress(ApiError, OSError):
                    if is_so(client):
                        return LIVE.now() - began
                if LIVE.now() - began > WAIT_SECONDS:
                    raise AssertionError(f"{what}: not after {WAIT_SECONDS:g} s\n{self.account()}")
                time.sleep(0.05)
        finally:
            client.close()

    def account(self) -> str:
        """Return what can be told of the pods, for who looks why something is not so."""
        lines = [f"agent up: {self.is_up}; clock off by {self.offset:g} s"]
        with suppress(Exception):
            client = self.client()
            pods = map(wire_of, client.list("pods"))
            lines += [f"{pod['metadata']['name']}: {pod.get('status')}" for pod in pods]
            events = list(map(wire_of, client.list("events")))[-30:]
            lines += [f"{one['involvedObject']['name']}: {one['message']}" for one in events]
            client.close()
        return "\n".join(lines)


def _without_children(found: list[psutil.Process]) -> list[psutil.Process]:
    """Return those of some processes that were begun by none of them."""
    numbers = {process.pid for process in found}
    left: list[psutil.Process] = []
    for process in found:
        with suppress(psutil.NoSuchProcess):
            if process.ppid() not in numbers:
                left.append(process)
    return left


def _place(path: Path) -> tuple[int, int]:
    """Return which file of the machine a path leads to."""
    found = path.stat()
    return found.st_dev, found.st_ino


def ready_pods(client: RemoteClient, selector: str = "app") -> list[Wire]:
    """Return the pods that are ready and not ending."""
    found = []
    for pod in map(wire_of, client.list("pods", selector=selector)):
        conditions = {one["type"]: one["status"] for one in pod["status"].get("conditions") or ()}
        if conditions.get("Ready") == "True" and "deletionTimestamp" not in pod["metadata"]:
            found.append(pod)
    return found
