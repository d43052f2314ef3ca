"""The warden of a runtime's processes: it starts them, waits for them and writes their logs.

It is one small process with one thread, which imports the standard library alone and outlives
whoever has started it. It ends once nothing runs and nobody talks to it. Only one can be there for
a directory. If it dies, the processes go on, and the next one finds them by what is written down.
"""

import fcntl
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, final

from kubeobj.clock import LiveClock
from kubeobj.documents import Wire
from kubeobj.runtimes.process import mountspace, processtree, syscalls
from kubeobj.runtimes.process.cgroups import Cgroups
from kubeobj.runtimes.process.execution import Execution
from kubeobj.runtimes.process.loop import Loop
from kubeobj.runtimes.process.peer import Peer
from kubeobj.runtimes.process.plan import (
    NO_NAMESPACES,
    ROOT_NAMESPACES,
    USER_NAMESPACES,
    Limits,
    Plan,
)
from kubeobj.runtimes.process.supervised import (
    EXIT_FILE,
    RUN_FILE,
    Phase,
    Supervised,
    Surroundings,
)

SOCKET: Final = "warden.sock"
"""Where a warden listens, in the directory of its runtime."""

LOCK: Final = "warden.lock"
"""What a warden holds as long as it lives."""

CONTAINERS: Final = "containers"
"""Where the directories of the containers are."""

ALREADY: Final = 3
"""With which code a warden ends if there is one."""

_LINGER_SECONDS: Final = 2.0

Reply = Callable[[Wire], object]


@final
class Warden:
    """What one does.

    Args:
        directory: The directory of the runtime.
        cgroups: Where control groups are made.
        namespaces: Which namespaces processes can have.
    """

    def __init__(self, directory: Path, cgroups: Cgroups, namespaces: str) -> None:
        self._directory = directory
        self._namespaces = namespaces
        self._cgroups = cgroups
        self._loop = Loop()
        self._around = Surroundings(self._loop, LiveClock(), cgroups, self._tell)
        self._containers: dict[str, Supervised] = {}
        self._commands: dict[str, Execution] = {}
        self._peers: list[Peer] = []
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def run(self, is_ready: Callable[[], object]) -> None:
        """Do it, until nobody needs it any more."""
        self._loop.on_children(self._reap)
        self._adopt()
        path = self._directory / SOCKET
        path.unlink(missing_ok=True)
        with _near(self._directory, SOCKET) as near:
            self._door.bind(near)
        path.chmod(0o600)
        self._door.listen(64)
        self._door.setblocking(False)  # noqa: FBT003 - as it is called
        self._loop.watch(self._door.fileno(), self._let_in)
        self._soon_needless()
        is_ready()
        self._loop.run()
        path.unlink(missing_ok=True)
        self._cgroups.release()

    def _adopt(self) -> None:
        known: dict[str, Wire] = {}
        for directory in sorted((self._directory / CONTAINERS).glob("*/")):
            with suppress(OSError, ValueError):
                known[directory.name] = json.loads((directory / RUN_FILE).read_text())
        self._end_strays({run["token"] for run in known.values()})
        for container_id, run in known.items():
            if not (self._directory / CONTAINERS / container_id / EXIT_FILE).exists():
                self._supervised(container_id).adopt(run)

    def _end_strays(self, known: set[str]) -> None:
        """End what belongs to containers that are gone: it was to end with them."""
        mark = token_mark(self._directory)
        for pid, token in processtree.tokens(processtree.processes()).items():
            if token.startswith(mark) and token not in known:
                processtree.kill(pid)

    def _supervised(self, container_id: str) -> Supervised:
        directory = str(self._directory / CONTAINERS / container_id)
        one = self._containers[container_id] = Supervised(container_id, directory, self._around)
        return one

    # ------------------------------------------------------------ who is there

    def _let_in(self) -> None:
        with suppress(OSError):
            connection, _ = self._door.accept()
            self._peers.append(Peer(connection, self._loop, self._told, self._let_out))

    def _let_out(self, peer: Peer) -> None:
        self._peers.remove(peer)
        for command in [*self._commands.values()]:
            if command.owner is peer:
                command.kill()
        for container in self._containers.values():
            container.streams.leave(peer)
        self._soon_needless()

    def _soon_needless(self) -> None:
        self._loop.after(_LINGER_SECONDS, self._end_if_needless)

    def _end_if_needless(self) -> None:
        runs = any(one.phase is not Phase.ENDED for one in self._containers.values())
        if not self._peers and not runs:
            self._loop.end()

    def _tell(self, event: Wire) -> None:
        for peer in [*self._peers]:
            peer.send(event)
        if event["event"] == "ended" and not self._peers:
            self._soon_needless()

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                self._ended(pid, status)

    def _ended(self, pid: int, status: int) -> None:
        for container in self._containers.values():
            if container.pid == pid and container.is_child:
                container.ended(status)
                return
        for key, command in [*self._commands.items()]:
            if command.pid == pid:
                del self._commands[key]
                if command.look_at_start() and isinstance(command.owner, Peer):
                    code = os.waitstatus_to_exitcode(status)
                    code = code if code >= 0 else 128 - code
                    command.owner.send({"event": "done", "command": key, "code": code})

    # ------------------------------------------------------------ what is asked

    def _told(self, peer: Peer, message: Wire) -> None:
        number = message["id"]

        def reply(answer: Wire) -> None:
            peer.send({"id": number, **answer})

        fds = peer.take_fds(message.get("fds", 0))
        try:
            self._answer(peer, message, fds, reply)
        except OSError as error:
            reply({"error": error.strerror or str(error), "code": 128})
        finally:
            if message["do"] != "attach":
                for fd in fds:
                    os.close(fd)

    def _answer(self, peer: Peer, message: Wire, fds: tuple[int, ...], reply: Reply) -> None:
        match message["do"]:
            case "hello":
                reply({"pid": os.getpid(), "namespaces": self._namespaces, **self._about()})
            case "start":
                self._start(message, reply)
            case "exec":
                self._execute(peer, message, fds, reply)
            case "end-exec":
                if command := self._commands.get(message["command"]):
                    command.kill()
                reply({})
            case "attach":
                self._attach(peer, message, fds)
            case _:
                self._ask(message, reply)

    def _about(self) -> Wire:
        runs = [one.id for one in self._containers.values() if one.phase is not Phase.ENDED]
        groups = self._cgroups
        about = [groups.unified, list(groups.controllers), groups.single]
        return {"running": runs, "cgroups": about}

    def _ask(self, message: Wire, reply: Reply) -> None:
        container = self._containers.get(message["container"])
        if container is None:
            reply({"absent": True})
            return
        match message["do"]:
            case "stop":
                container.stop(message["grace"], lambda: reply({}))
                return
            case "forget":
                container.stop(0, lambda: self._forget(container, reply))
                return
            case "reopen":
                container.streams.reopen_log()
            case "close-stdin":
                container.streams.close_stdin()
            case "update":
                container.update(Limits(**message["limits"]))
            case _:
                pass
        reply({})

    def _forget(self, container: Supervised, reply: Reply) -> None:
        self._containers.pop(container.id, None)
        reply({})

    def _start(self, message: Wire, reply: Reply) -> None:
        container_id = message["container"]
        container = self._containers.get(container_id)
        if container is not None:
            container.join_start(reply)
            return
        container = self._supervised(container_id)
        try:
            container.start(Plan.from_wire(message["plan"]), reply)
        except OSError:
            del self._containers[container_id]
            raise

    def _execute(self, peer: Peer, message: Wire, fds: tuple[int, ...], reply: Reply) -> None:
        container = self._containers.get(message["container"])
        if container is None or container.phase is not Phase.RUNNING:
            reply({"absent": True})
            return
        key = message["command"]
        plan = Plan.from_wire(message["plan"])
        if plan.world.namespaces != NO_NAMESPACES:
            plan = replace(plan, world=replace(plan.world, join=container.pid))
        command = self._commands[key] = Execution(peer, key, self._loop)
        streams = (fds[0], fds[1], fds[-1])
        try:
            command.start(plan, streams, container.group.directories, reply)
        except OSError:
            del self._commands[key]
            raise

    def _attach(self, peer: Peer, message: Wire, fds: tuple[int, ...]) -> None:
        container = self._containers.get(message["container"])
        if container is None or container.phase is not Phase.RUNNING:
            for fd in fds:
                os.close(fd)
            peer.send({"id": message["id"], "absent": True})
            return
        container.streams.attach(fds, peer)
        master = container.streams.master
        terminal = (master,) if master >= 0 else ()
        peer.send({"id": message["id"], "fds": len(terminal)}, terminal)


# ---------------------------------------------------------------- the process


@final
class _near:  # noqa: N801 - used as a function
    """The path of a socket in a directory, short enough for the kernel however long that is."""

    def __init__(self, directory: Path, name: str) -> None:
        self._path = str(directory / name)
        self._name = name
        self._fd = os.open(directory, os.O_RDONLY) if len(self._path) > 100 else -1

    def __enter__(self) -> str:
        return self._path if self._fd < 0 else f"/proc/self/fd/{self._fd}/{self._name}"

    def __exit__(self, *_: object) -> None:
        if self._fd >= 0:
            os.close(self._fd)


near = _near


def token_mark(directory: Path) -> str:
    """Return with what the tokens of the containers of a runtime begin."""
    about = directory.stat()
    return f"{about.st_dev:x}.{about.st_ino:x}."


def main(path: str) -> None:
    """Be the warden of a directory, in a process of its own that nobody waits for."""
    directory = Path(path)
    lock = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(ALREADY)
    ready_read, ready_write = os.pipe()
    if os.fork() != 0:
        os.close(ready_write)
        sys.exit(0 if os.read(ready_read, 1) else 1)
    os.close(ready_read)
    os.setsid()
    os.chdir("/")
    os.umask(0o022)
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    syscalls.set_name("kubeobj-warden")
    syscalls.become_subreaper()
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())

    def is_ready() -> None:
        os.write(ready_write, b"r")
        os.close(ready_write)

    name = f"kubeobj-{token_mark(directory).replace('.', '-').strip('-')}"
    Warden(directory, Cgroups.found(name), _namespaces()).run(is_ready)


def _namespaces() -> str:
    """Return what kind of namespaces can be had here, found by trying."""
    kind = ROOT_NAMESPACES if os.geteuid() == 0 else USER_NAMESPACES
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(0 if mountspace.probe(kind) else 1)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    return kind if status == 0 else NO_NAMESPACES
