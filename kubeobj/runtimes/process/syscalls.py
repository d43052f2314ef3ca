"""What is asked of Linux that the standard library of every Python we run on does not ask.

Source: the manual pages mount(2), unshare(2), setns(2), pivot_root(2), prctl(2), mount_setattr(2).
"""

import ctypes
import os
import platform
import struct
import sys
from typing import Final

CLONE_NEWNS: Final = 0x00020000
CLONE_NEWUTS: Final = 0x04000000
CLONE_NEWUSER: Final = 0x10000000

MS_BIND: Final = 4096
MS_MOVE: Final = 8192
MS_REC: Final = 16384
MS_UNBINDABLE: Final = 1 << 17
MS_PRIVATE: Final = 1 << 18
MS_SLAVE: Final = 1 << 19
MNT_DETACH: Final = 2

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_CHILD_SUBREAPER: Final = 36
_PR_CAPBSET_DROP: Final = 24
_PR_SET_NAME: Final = 15

_AT_FDCWD: Final = -100
_AT_RECURSIVE: Final = 0x8000
_OPEN_TREE_CLONE: Final = 1
_MOVE_MOUNT_F_EMPTY_PATH: Final = 4
_MOUNT_ATTR_RDONLY: Final = 1
_SYS_OPEN_TREE: Final = 428
_SYS_MOVE_MOUNT: Final = 429
_SYS_MOUNT_SETATTR: Final = 442
_SYS_PIVOT_ROOT: Final = {"x86_64": 155, "aarch64": 41, "armv7l": 218, "ppc64le": 203, "s390x": 217}

IS_LINUX: Final = sys.platform == "linux"
"""Whether any of this works here."""

_libc: Final = ctypes.CDLL(None, use_errno=True)


def unshare(flags: int) -> None:
    """Leave namespaces for new ones."""
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def setns(fd: int, kind: int) -> None:
    """Enter a namespace of a kind."""
    _check(_libc.setns(ctypes.c_int(fd), ctypes.c_int(kind)), "setns")


def mount(source: str, target: str, flags: int, kind: str = "", options: str = "") -> None:
    """Mount something."""
    code = _libc.mount(
        os.fsencode(source),
        os.fsencode(target),
        os.fsencode(kind) or None,
        ctypes.c_ulong(flags),
        options.encode() or None,
    )
    _check(code, f"mount {target}")


def detach(target: str) -> None:
    """Unmount something; who still uses it goes on to."""
    _check(_libc.umount2(os.fsencode(target), ctypes.c_int(MNT_DETACH)), f"umount {target}")


def pivot_root(new: str) -> None:
    """Make a mount point the root directory, and let go of the old one."""
    number = _SYS_PIVOT_ROOT.get(platform.machine())
    if number is None:
        raise OSError(38, f"the number of pivot_root on {platform.machine()} is not known")
    os.chdir(new)
    _check(_libc.syscall(ctypes.c_long(number), b".", b"."), "pivot_root")
    detach(".")
    os.chdir("/")


def clone_mount(path: str) -> int:
    """Return a mount, as a file descriptor, of what is at a path with all that is below it."""
    flags = _OPEN_TREE_CLONE | _AT_RECURSIVE | os.O_CLOEXEC
    fd: int = _libc.syscall(
        ctypes.c_long(_SYS_OPEN_TREE),
        ctypes.c_int(_AT_FDCWD),
        os.fsencode(path),
        ctypes.c_uint(flags),
    )
    _check(min(fd, 0), f"open {path}")
    return fd


def attach_mount(fd: int, target: str) -> None:
    """Put what `clone_mount` has returned where it is seen."""
    code = _libc.syscall(
        ctypes.c_long(_SYS_MOVE_MOUNT),
        ctypes.c_int(fd),
        b"",
        ctypes.c_int(_AT_FDCWD),
        os.fsencode(target),
        ctypes.c_uint(_MOVE_MOUNT_F_EMPTY_PATH),
    )
    _check(code, f"mount {target}")


def set_read_only(path: str, *, read_only: bool, below: bool = True) -> None:
    """Let a mount, with all below it or alone, be written to no more, or again."""
    set_, clear = (_MOUNT_ATTR_RDONLY, 0) if read_only else (0, _MOUNT_ATTR_RDONLY)
    # What is set, what is cleared, the propagation, a user namespace.
    attributes = struct.pack("=QQQQ", set_, clear, 0, 0)
    code = _libc.syscall(
        ctypes.c_long(_SYS_MOUNT_SETATTR),
        ctypes.c_int(_AT_FDCWD),
        os.fsencode(path),
        ctypes.c_uint(_AT_RECURSIVE if below else 0),
        attributes,
        ctypes.c_size_t(len(attributes)),
    )
    _check(code, f"make {path} read-only")


def set_hostname(name: str) -> None:
    """Name the machine, in its own namespace."""
    data = name.encode()
    _check(_libc.sethostname(data, ctypes.c_size_t(len(data))), "sethostname")


def become_subreaper() -> None:
    """Become the parent of what descendants leave behind."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def drop_capability(number: int) -> None:
    """Never have a capability again."""
    _prctl(_PR_CAPBSET_DROP, number)


def gain_no_privileges() -> None:
    """Let programs that are run gain no rights."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def set_name(name: str) -> None:
    """Go by a name in lists of processes."""
    if IS_LINUX:
        _libc.prctl(ctypes.c_int(_PR_SET_NAME), name.encode()[:15], 0, 0, 0)


def _prctl(option: int, value: int) -> None:
    zero = ctypes.c_ulong(0)
    code = _libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), zero, zero, zero)
    _check(code, f"prctl {option}")


def _check(code: int, what: str) -> None:
    if code != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
