"""What befalls a cluster: each fault begins, lasts a moment, and ends."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import psutil

from tests.chaos.arena import Arena

Fault: TypeAlias = Callable[[Arena, random.Random], str]
"""Does something bad, undoes it, and says what it was."""


def kill_container(arena: Arena, chance: random.Random) -> str:
    """Kill the main process of a container."""
    process = _some_container(arena, chance)
    if process is None:
        return "nobody to kill"
    with suppress(psutil.Error):
        process.kill()
    return f"kill container {process.pid}"


def freeze_container(arena: Arena, chance: random.Random) -> str:
    """Let a container do nothing for a moment."""
    process = _some_container(arena, chance)
    if process is None:
        return "nobody to freeze"
    with suppress(psutil.Error):
        process.suspend()
        time.sleep(chance.uniform(0.05, 0.5))
        process.resume()
    return f"freeze container {process.pid}"


def kill_agent(arena: Arena, chance: random.Random) -> str:
    """Kill the agent, wherever it is, and start it again."""
    arena.kill()
    time.sleep(chance.uniform(0, 0.3))
    arena.start()
    return "kill agent"


def kill_agent_and_container(arena: Arena, chance: random.Random) -> str:
    """Kill the agent, and a container while it is away."""
    arena.kill()
    said = kill_container(arena, chance)
    arena.start()
    return f"kill agent, {said}"


def delete_pod(arena: Arena, chance: random.Random) -> str:
    """Delete a pod, and kill the agent at once."""
    client = arena.client()
    try:
        pods = [one.metadata.name for one in client.list("pods", selector="app")]
        if not pods:
            return "no pod to delete"
        name = chance.choice(sorted(map(str, pods)))
        client.delete("pods", name, grace_period_seconds=1)
    finally:
        client.close()
    arena.kill()
    arena.start()
    return f"delete {name}, kill agent"


def jump_clock(arena: Arena, chance: random.Random) -> str:
    """Put the agent's clock forward or back."""
    seconds = chance.choice([-3600.0, -30.0, 30.0, 3600.0, 86400.0])
    arena.jump(seconds)
    return f"clock {seconds:+g} s"


def fill_disk(arena: Arena, chance: random.Random) -> str:
    """Leave no room where the state is; then make room again."""
    filler = arena.folder / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as out:
        while True:
            out.write(b"\0" * 65536)
    try:
        time.sleep(chance.uniform(0.1, 0.5))
        said = kill_container(arena, chance)
        time.sleep(0.3)
    finally:
        filler.unlink()
    return f"fill disk, {said}"


def kill_warden(arena: Arena, chance: random.Random) -> str:
    """Kill what waits for processes, of the process runtime."""
    del chance
    killed = 0
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if str(arena.state) in " ".join(process.cmdline()) and _is_warden(process):
                process.kill()
                killed += 1
    return f"kill {killed} wardens"


def _is_warden(process: psutil.Process) -> bool:
    words = process.cmdline()
    return "warden" in " ".join(words) and "tests.chaos.agent" not in words


def kill_proxy(arena: Arena, chance: random.Random) -> str:
    """Kill what carries connections to Services."""
    del chance
    for child in psutil.Process(_pid_of(arena)).children(recursive=True):
        with suppress(psutil.Error):
            if "kubeobj.network.proxy" in child.cmdline():
                child.kill()
    return "kill proxy"


def freeze_agent(arena: Arena, chance: random.Random) -> str:
    """Let the agent do nothing for a moment, while a container is killed."""
    pid = _pid_of(arena)
    os.kill(pid, signal.SIGSTOP)
    try:
        said = kill_container(arena, chance)
        time.sleep(chance.uniform(0.05, 0.4))
    finally:
        os.kill(pid, signal.SIGCONT)
    return f"freeze agent, {said}"


def _pid_of(arena: Arena) -> int:
    process = arena.process
    assert process is not None
    return process.pid


def _some_container(arena: Arena, chance: random.Random) -> psutil.Process | None:
    there = [one for found in arena.running().values() for one in found]
    return chance.choice(sorted(there, key=lambda one: one.pid)) if there else None


EVERYWHERE: tuple[Fault, ...] = (
    kill_container,
    freeze_container,
    kill_agent,
    kill_agent_and_container,
    delete_pod,
    jump_clock,
    kill_proxy,
    freeze_agent,
)
"""What can befall a cluster whatever runs its pods."""


def room(path: Path) -> int:
    """Return how much room there is, in bytes."""
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize
