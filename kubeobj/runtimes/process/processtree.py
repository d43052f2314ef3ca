"""Which processes there are, which belong to a container, and what they use.

Source: the manual page proc(5).
"""

import os
import signal
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

TOKEN: Final = "KUBEOBJ_TOKEN"  # noqa: S105 - the name of it
"""The variable in the environment of every process of a container by which it is found."""

COMMAND: Final = "KUBEOBJ_COMMAND"
"""The variable in the environment of every process that a command in a container has started."""

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@final
@dataclass(frozen=True, slots=True)
class Process:
    """A process that there is.

    Args:
        pid: It.
        parent: Its parent.
        session: The leader of its session.
        started: When it was started, in ticks since the machine was; with the pid, its identity.
        cpu_nanoseconds: How long it has worked, with the children that it has seen end.
        rss_bytes: How much memory it holds.
        is_dead: Whether only its parent has not noticed its end.
    """

    pid: int
    parent: int
    session: int
    started: int
    cpu_nanoseconds: int
    rss_bytes: int
    is_dead: bool


def boot_id() -> str:
    """Return which start of the machine this is."""
    return _read("/proc/sys/kernel/random/boot_id").strip()


def process(pid: int) -> Process | None:
    """Return a process, if there is one."""
    text = _read(f"/proc/{pid}/stat")
    # The name of the command is in parentheses and may hold anything.
    fields = text[text.rfind(")") + 2 :].split()
    if len(fields) < 22:
        return None
    ticks = sum(int(one) for one in fields[11:15])
    return Process(
        pid,
        int(fields[1]),
        int(fields[3]),
        int(fields[19]),
        ticks * 1_000_000_000 // _TICKS,
        int(fields[21]) * _PAGE,
        fields[0] in "ZX",
    )


def is_same(pid: int, started: int) -> bool:
    """Return whether a process still lives, and is no other of the same number."""
    found = process(pid)
    return found is not None and found.started == started and not found.is_dead


def processes() -> dict[int, Process]:
    """Return all processes that there are, by pid."""
    found = (process(int(name)) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208
    return {one.pid: one for one in found if one is not None and not one.is_dead}


def tokens(among: Iterable[int], variable: str = TOKEN) -> dict[int, str]:
    """Return the tokens of those processes that have one."""
    found = {}
    mark = f"{variable}=".encode()
    for pid in among:
        with suppress(OSError):
            environment = b"\0" + Path(f"/proc/{pid}/environ").read_bytes()
            begin = environment.find(b"\0" + mark)
            if begin >= 0:
                value = environment[begin + 1 + len(mark) :].partition(b"\0")[0]
                found[pid] = value.decode(errors="replace")
    return found


def belonging(leaders: Mapping[str, int], variable: str = TOKEN) -> dict[str, list[Process]]:
    """Return the processes of each container, or command, by token, session and descent.

    Args:
        leaders: The first process of each, by token; 0 if there is none any more.
        variable: Where the token is.
    """
    everything = processes()
    owner = {pid: token for pid, token in tokens(everything, variable).items() if token in leaders}
    by_leader = {pid: token for token, pid in leaders.items() if pid}
    for one in everything.values():
        token = by_leader.get(one.pid) or by_leader.get(one.session)
        if token is not None:
            owner.setdefault(one.pid, token)
    _inherit(everything, owner)
    found: dict[str, list[Process]] = {token: [] for token in leaders}
    for pid, token in owner.items():
        found[token].append(everything[pid])
    return found


def _inherit(everything: Mapping[int, Process], owner: dict[int, str]) -> None:
    children: dict[int, list[int]] = {}
    for one in everything.values():
        children.setdefault(one.parent, []).append(one.pid)
    waiting = list(owner)
    while waiting:
        pid = waiting.pop()
        for child in children.get(pid, ()):
            if child not in owner:
                owner[child] = owner[pid]
                waiting.append(child)


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    """Send a process a signal, if it is still there and may be sent one."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _read(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""
