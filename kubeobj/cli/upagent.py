"""The process that is a cluster, for `kubeobj up`: in the foreground, or detached."""

import gc
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final, final

from kubeobj.errors import KubeobjError

if TYPE_CHECKING:
    from kubeobj.cluster.statedirectory import StateDirectory
    from kubeobj.server.apisocket import ApiSocket

_READY: Final = "KUBEOBJ_READY_FD"
_NEEDED: Final = ("aiohttp", "dns", "psutil")


@final
class AgentFailed(KubeobjError, RuntimeError):
    """A detached cluster could not be started; the message says why."""


def check_packages() -> None:
    """Make sure that what it takes to run pods is installed.

    Raises:
        AgentFailed: If not; it says how to install it.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        msg = f"no package {', '.join(missing)}: install what runs pods, pip install 'kubeobj[run]'"
        raise AgentFailed(msg)


@final
class Agent:
    """A cluster that answers on its socket until it is told to end.

    Args:
        state: Where its state is.
        runtime: What runs its pods.
    """

    def __init__(self, state: Path, runtime: str) -> None:
        check_packages()
        # What is imported and begun stays until the end. Not to look for garbage among it makes a
        # start a little faster, and every later look cheaper.
        self._collects = gc.isenabled()
        gc.disable()
        from kubeobj.cluster.cluster import Cluster

        self.cluster: Cluster = Cluster(state, runtime)
        self.cluster.directory.ends_by_signal = True
        self._socket: ApiSocket | None = None
        self._ending = threading.Event()
        self._leaves_pods = False
        self._asked_to_end = 0

    def start(self) -> None:
        """Begin, and answer.

        Raises:
            KubeobjError: If it cannot begin.
            OSError: If it cannot answer.
        """
        from kubeobj.server.serving import serve

        try:
            self.cluster.start()
            try:
                self._socket = serve(self.cluster, shutdown=self.end)
            except BaseException:
                self.cluster.stop()
                raise
        finally:
            gc.freeze()
            if self._collects:
                gc.enable()

    def end(self, leave_pods: bool = False) -> None:  # noqa: FBT001, FBT002 - as it is asked for
        """Begin the end, from any thread; a second time it is hurried."""
        self._asked_to_end += 1
        self._leaves_pods = leave_pods
        if self._asked_to_end > 1:
            self.cluster.hurry()
        self._ending.set()

    def on_signals(self, told: Callable[[int], object]) -> None:
        """End at SIGINT and SIGTERM.

        Args:
            told: Told how often that was asked for.
        """

        def end() -> None:
            self.end()
            told(self._asked_to_end)

        def handle(number: int, frame: FrameType | None) -> None:
            del number, frame
            # What the signal has interrupted may hold a lock that this needs.
            threading.Thread(target=end, name="kubeobj-signal").start()

        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Who has begun it with nohup wants it to go on.
            if one is not signal.SIGHUP or signal.getsignal(one) is not signal.SIG_IGN:
                signal.signal(one, handle)

    @property
    def is_ending(self) -> bool:
        """Whether it has been told to end."""
        return self._ending.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it is told to end; return whether it is.

        Args:
            seconds: How long at most; None for ever.
        """
        return self._ending.wait(seconds)

    def stop(self) -> None:
        """End: pods first, unless they are to go on."""
        try:
            self.cluster.stop(leave_pods=self._leaves_pods)
        finally:
            if self._socket is not None:
                self._socket.stop()


def run_detached(state: Path, runtime: str) -> int:
    """Run a cluster until it is told to end: what a detached process does.

    Whether it could be started is told on the file that the environment names.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    agent = Agent(state, runtime)
    agent.on_signals(lambda _: None)
    try:
        agent.start()
    except (KubeobjError, OSError) as error:
        _tell({"error": str(error)})
        logging.getLogger("kubeobj").error("cannot start: %s", error)
        return 2
    _tell({"pid": os.getpid()})
    agent.wait()
    agent.stop()
    return 0


def _tell(what: dict[str, object]) -> None:
    number = os.environ.pop(_READY, "")
    if number.isdigit():
        with open(int(number), "w", encoding="utf-8") as out:  # noqa: PTH123 - a descriptor
            json.dump(what, out)


def start_detached(
    directory: "StateDirectory", runtime: str, meanwhile: Callable[[], object] = lambda: None
) -> int:
    """Start a process that is the cluster, and that outlives the terminal; return its number.

    It is in use once this returns.

    Args:
        directory: Where its state is.
        runtime: What runs its pods.
        meanwhile: Called while it starts.

    Raises:
        AgentFailed: If it could not be started.
        StateError: If the state cannot be used.
    """
    check_packages()
    directory.make()
    reading, writing = os.pipe()
    log = os.open(directory.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        child = subprocess.Popen(  # noqa: S603 - this program itself
            [
                *(sys.executable, "-m", "kubeobj", "agent"),
                *("--state", str(directory.path), "--runtime", runtime),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, _READY: str(writing)},
            pass_fds=(writing,),
            start_new_session=True,
            cwd="/",
        )
    finally:
        os.close(writing)
        os.close(log)
    meanwhile()
    with open(reading, encoding="utf-8") as told:  # noqa: PTH123 - a descriptor
        text = told.read()
    found = json.loads(text) if text else {}
    if "pid" not in found:
        child.wait()
        why = found.get("error") or f"it has ended at once; see {directory.log}"
        raise AgentFailed(str(why))
    # It is nobody's child any more; that it ends is told by the lock on its state.
    child.returncode = 0
    return child.pid
