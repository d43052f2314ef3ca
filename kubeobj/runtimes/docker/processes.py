"""Processes of containers, seen from the node: to end them, and to enter their network.

That works where the engine runs on this machine and we may do it, mostly as root; it says so
otherwise, and then there is another way.

Source: proc(5), namespaces(7), setns(2).
"""

import ctypes
import os
import signal
import socket
import threading
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_CLONE_NEWNET: Final = 0x40000000


def is_in_container(pid: int, container_id: str) -> bool:
    """Return whether a process of this machine is in a container: its control group says so."""
    if pid <= 0:
        return False
    try:
        return container_id in (_PROC / str(pid) / "cgroup").read_text(encoding="utf-8")
    except OSError:
        return False


def end_tree(pid: int, container_id: str) -> bool:
    """End a process of a container with all that it has started.

    Returns:
        Whether that could be done; False if it is not here, or not ours to end.
    """
    if not is_in_container(pid, container_id):
        return False
    ended: set[int] = set()
    # A process may start another one while we look.
    for _ in range(20):
        found = [one for one in _with_children(pid) if one not in ended]
        if not found:
            break
        for one in found:
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                pass
            except PermissionError:
                return False
            ended.add(one)
    return True


def _with_children(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            children.setdefault(_parent(entry), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += children.get(one, ())
    return found


def _parent(entry: Path) -> int:
    try:
        # The name, in brackets, may have anything in it.
        return int((entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return -1


def connect_inside(pid: int, port: int, timeout: float) -> socket.socket:
    """Return a connection to a port on loopback in the network of a process.

    Raises:
        ConnectionRefusedError: If nobody listens there.
        PermissionError: If we may not enter its network.
        OSError: If that does not work for another reason.
    """
    result: list[socket.socket | OSError] = []

    def enter() -> None:
        # Only this thread enters the network, and it ends right after.
        try:
            with (_PROC / str(pid) / "ns" / "net").open("rb") as network:
                if _setns()(network.fileno(), _CLONE_NEWNET):
                    number = ctypes.get_errno()
                    raise OSError(number, os.strerror(number))
            result.append(_connect(port, timeout))
        except OSError as error:
            result.append(error)

    thread = threading.Thread(target=enter, name="kubeobj-forward", daemon=True)
    thread.start()
    thread.join()
    found = result[0]
    if isinstance(found, OSError):
        raise found
    return found


def _setns() -> "ctypes._NamedFuncPointer":
    return ctypes.CDLL(None, use_errno=True).setns


def _connect(port: int, timeout: float) -> socket.socket:
    try:
        return socket.create_connection(("127.0.0.1", port), timeout)
    except OSError as error:
        try:
            return socket.create_connection(("::1", port), timeout)
        except OSError:
            raise error from None
