"""How a process is started from a plan.

The new process waits until its parent has written down that it exists; should the parent die
before, it ends without having done anything, so that nothing runs that nobody knows of.
"""

import contextlib
import errno
import fcntl
import json
import os
import resource
import signal
import termios
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn, final

from kubeobj.documents import Wire
from kubeobj.runtimes.process import mountspace, syscalls
from kubeobj.runtimes.process.plan import USER_NAMESPACES, Plan

NOT_FOUND: Final = 127
"""With which code something ends whose command is not there."""

NOT_EXECUTABLE: Final = 126
"""With which code something ends whose command cannot be run."""

NOT_STARTED: Final = 128
"""With which code something ends that could not be started for another reason."""

_MOST_BYTES: Final = 4096
"""How much a pipe takes, and gives, as one piece."""

_MOST_CHARACTERS: Final = 600
"""How long a message may be, each character of which takes up to six bytes."""


@final
@dataclass(frozen=True, slots=True)
class Spawned:
    """A process that waits for its parent's word.

    Args:
        pid: It.
        go: Where the parent writes a byte once it may go on; to close it ends the process.
        failure: Where the process says why it has not started; it closes when it has.
    """

    pid: int
    go: int
    failure: int


def spawn(plan: Plan, fds: tuple[int, int, int], groups: tuple[str, ...]) -> Spawned:
    """Start a process.

    Args:
        plan: What it is to be.
        fds: Its input, output and errors; they are the caller's to close.
        groups: The directories of the control groups that it enters.
    """
    go_read, go_write = os.pipe()
    failure_read, failure_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        # Whatever happens here, it must not go on as the parent does.
        try:
            os.close(go_write)
            if os.read(go_read, 1):
                _become(plan, fds, groups, failure_write)
        except BaseException as error:
            _tell(failure_write, repr(error), NOT_STARTED)
        finally:
            os._exit(NOT_STARTED)
    os.close(go_read)
    os.close(failure_write)
    os.set_blocking(failure_read, False)
    return Spawned(pid, go_write, failure_read)


def _become(plan: Plan, fds: tuple[int, int, int], groups: tuple[str, ...], failure: int) -> None:
    try:
        _take_place(plan, fds, groups)
    except OSError as error:
        _tell(failure, error.strerror or str(error), NOT_STARTED)
    try:
        # Before it is somebody else, who may not see what is above it; or as that one.
        is_there = _enter(plan.directory)
        _take_identity(plan)
        if not is_there:
            os.chdir(plan.directory)
    except OSError as error:
        why = f"working directory {plan.directory!r}: " if error.filename else ""
        _tell(failure, f"{why}{(error.strerror or str(error)).lower()}", NOT_STARTED)
    try:
        os.execvpe(plan.argv[0], plan.argv, plan.environment)  # noqa: S606 - what was asked for
    except OSError as error:
        _tell(failure, *_why_not(plan.argv[0], plan.environment, error))


def _take_place(plan: Plan, fds: tuple[int, int, int], groups: tuple[str, ...]) -> None:
    os.setsid()
    for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    for group in groups:
        _write(f"{group}/cgroup.procs", "0")
    _limit(plan, has_groups=any("memory" in group for group in groups))
    mountspace.enter(plan.world)
    if plan.tty:
        fcntl.ioctl(fds[0], termios.TIOCSCTTY, 0)
    _take_streams(fds)


def _enter(directory: str) -> bool:
    try:
        os.chdir(directory)
    except PermissionError:
        return False
    return True


def _take_streams(fds: tuple[int, int, int]) -> None:
    # Out of the way first: one of them may be where another goes.
    kept = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 3) for fd in fds]
    for number, fd in enumerate(kept):
        os.dup2(fd, number, inheritable=True)


def _limit(plan: Plan, *, has_groups: bool) -> None:
    limits = plan.limits
    # To be spared needs rights that the process may not have.
    with contextlib.suppress(OSError):
        _write("/proc/self/oom_score_adj", str(limits.oom_score_adj))
    if limits.memory_bytes and not has_groups:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = limits.memory_bytes
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _take_identity(plan: Plan) -> None:
    identity = plan.identity
    for number in identity.dropped:
        with contextlib.suppress(OSError):  # one that this kernel does not know
            syscalls.drop_capability(number)
    if identity.groups and plan.world.namespaces != USER_NAMESPACES and os.geteuid() == 0:
        os.setgroups(identity.groups)
    if identity.group is not None and identity.group != os.getegid():
        os.setgid(identity.group)
    if identity.user is not None and identity.user != os.geteuid():
        if not identity.groups:
            os.setgroups([os.getegid()])
        os.setuid(identity.user)
    if identity.no_new_privileges:
        syscalls.gain_no_privileges()


def _why_not(command: str, environment: Mapping[str, str], error: OSError) -> tuple[str, int]:
    if error.errno == errno.ENOENT and "/" not in command:
        return f'exec: "{command}": executable file not found in $PATH', NOT_FOUND
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        if os.path.lexists(command):
            return f'exec: "{command}": the interpreter that it names is not there', NOT_FOUND
        return f'exec: "{command}": no such file or directory', NOT_FOUND
    if error.errno == errno.E2BIG:
        size = sum(len(key) + len(value) + 2 for key, value in environment.items())
        return f'exec: "{command}": arguments and environment ({size} bytes) are too long', 128
    return f'exec: "{command}": {(error.strerror or "cannot be run").lower()}', NOT_EXECUTABLE


def _tell(failure: int, message: str, code: int) -> NoReturn:
    told = json.dumps({"message": _shortened(message), "code": code}, ensure_ascii=False)
    os.write(failure, told.encode(errors="replace"))
    os._exit(code)


def _shortened(message: str) -> str:
    if len(message) <= _MOST_CHARACTERS:
        return message
    # What happened is said at the end, of what at the beginning.
    half = _MOST_CHARACTERS // 2
    return f"{message[:half]} ... {message[-half:]}"


def read_failure(fd: int) -> Wire | None:
    """Return why a process has not started; None if it has, or has said nothing.

    Raises:
        BlockingIOError: If nobody knows yet.
    """
    data = os.read(fd, _MOST_BYTES)
    if not data:
        return None
    try:
        failure: Wire = json.loads(data)
    except ValueError:
        # Whoever waits for it must not end with it.
        return {"message": data.decode(errors="replace"), "code": NOT_STARTED}
    return failure


def _write(path: str, text: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)
