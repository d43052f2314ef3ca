"""What a process sees of the machine: mounts of its own, at their real paths.

All of it happens in a process that is about to become a container's. Nothing of the machine is
changed: where a directory lacks what is to be mounted in it, the process gets one in its place that
has all of its entries, and what is missing.
"""

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, final

from kubeobj.runtimes.process import syscalls
from kubeobj.runtimes.process.plan import (
    NO_NAMESPACES,
    ROOT_NAMESPACES,
    USER_NAMESPACES,
    PlannedMount,
    World,
)

_NAMESPACES: Final = (
    ("user", syscalls.CLONE_NEWUSER),
    ("mnt", syscalls.CLONE_NEWNS),
    ("uts", syscalls.CLONE_NEWUTS),
)

_FROM_MACHINE: Final = ("dev", "proc", "sys")
"""What a root of one's own gets from the machine."""

_UNUSED: Final = re.compile(r"(?:tty|ttyS|loop|ram|vcs|vcsa|vcsu)\d+")
"""Devices that there are many of, and that no container misses."""

_CHANGING: Final = ("/dev", "/proc")
"""What can be written to where nothing else can."""


def enter(world: World) -> None:
    """Make the calling process see what it is to see.

    Raises:
        OSError: If that does not work.
    """
    if world.join:
        _join(world.join)
    elif world.namespaces != NO_NAMESPACES:
        _leave(world.namespaces)
        _View(world).build()


def probe(kind: str) -> bool:
    """Return whether the calling process, which is good for nothing afterwards, can have mounts."""
    try:
        _leave(kind)
        syscalls.attach_mount(syscalls.clone_mount("/usr"), "/usr")
        syscalls.set_read_only("/usr", read_only=True)
        syscalls.set_hostname("probe")
    except OSError:
        return False
    return True


def _join(pid: int) -> None:
    # All are opened first: from within the first, the others may not be reached.
    mine = Path("/proc/self/ns/user").stat().st_ino
    fds = [(os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY), kind) for name, kind in _NAMESPACES]
    for fd, kind in fds:
        if kind != syscalls.CLONE_NEWUSER or os.fstat(fd).st_ino != mine:
            syscalls.setns(fd, kind)
        os.close(fd)


def _leave(kind: str) -> None:
    flags = syscalls.CLONE_NEWNS | syscalls.CLONE_NEWUTS
    if kind == USER_NAMESPACES:
        user, group = os.geteuid(), os.getegid()
        syscalls.unshare(flags | syscalls.CLONE_NEWUSER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    else:
        syscalls.unshare(flags)
    # What the machine mounts later is seen; what is mounted here, the machine does not see.
    syscalls.mount("none", "/", syscalls.MS_REC | syscalls.MS_SLAVE)


@final
@dataclass
class _View:
    """What a process sees, while it is made."""

    world: World
    own: set[str] = field(default_factory=set)
    replaced: list[str] = field(default_factory=list)

    def build(self) -> None:
        """Make it."""
        world = self.world
        mounts = sorted(world.mounts, key=self._order)
        # They stay as they are whatever is mounted over them.
        cloned = [(one, _clone(one.source)) for one in mounts]
        syscalls.mount(world.private, world.private, syscalls.MS_BIND)
        if world.root:
            self._take_root()
        elif world.read_only_root:
            syscalls.set_read_only("/", read_only=True)
            for path in (*_CHANGING, world.private):
                syscalls.set_read_only(path, read_only=False)
        if world.hostname:
            syscalls.set_hostname(world.hostname)
        place = os.open(world.private, os.O_PATH | os.O_CLOEXEC) if not world.root else -1
        for one, fd in cloned:
            self._mount(one, fd, place)
        if world.read_only_root:
            for path in ("/",) if world.root else self.replaced:
                syscalls.set_read_only(path, read_only=True, below=False)

    def _order(self, one: PlannedMount) -> tuple[bool, int]:
        """Return where a mount comes: those that need another root last, for it hides the old."""
        needs_root = not self.world.root and _deepest(os.path.realpath(one.target)) == "/"
        return needs_root, one.target.count("/")

    def _take_root(self) -> None:
        root = self.world.root
        if self.world.upper:
            upper, work = f"{self.world.upper}/upper", f"{self.world.upper}/work"
            merged = f"{self.world.upper}/root"
            options = f"lowerdir={root},upperdir={upper},workdir={work}"
            if self.world.namespaces != ROOT_NAMESPACES:
                options += ",userxattr"
            syscalls.mount("overlay", merged, 0, "overlay", options)
            root = merged
        else:
            syscalls.mount(root, root, syscalls.MS_BIND | syscalls.MS_REC)
        for name in _FROM_MACHINE:
            target = f"{root}/{name}"
            os.makedirs(target, exist_ok=True)  # noqa: PTH103 - as plain as what is around it
            syscalls.mount(f"/{name}", target, syscalls.MS_BIND | syscalls.MS_REC)
        syscalls.pivot_root(root)

    # ------------------------------------------------------------ single mounts

    def _mount(self, one: PlannedMount, fd: int, place: int) -> None:
        target = self._target(one.target, place)
        if not os.path.lexists(target):
            if stat.S_ISDIR(os.fstat(fd).st_mode):
                os.mkdir(target, 0o755)  # noqa: PTH102 - the same
            else:
                os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o644))
        syscalls.attach_mount(fd, target)
        os.close(fd)
        if one.read_only:
            syscalls.set_read_only(target, read_only=True)

    def _target(self, path: str, place: int) -> str:
        """Return where to mount what is to be at a path; all above it is there then."""
        target = os.path.realpath(path)
        above = _deepest(target)
        if above == target:
            return target
        if not self._is_own(above):
            self._replace(above, place)
        for name in os.path.relpath(target, above).split("/")[:-1]:
            above = os.path.join(above, name)  # noqa: PTH118 - the same
            os.mkdir(above, 0o755)  # noqa: PTH102 - the same
            self.own.add(above)
        return target

    def _is_own(self, directory: str) -> bool:
        if self.world.root or directory in self.own:
            return True
        # What a volume lacks is made in the volume, as container engines do.
        volumes = (os.path.realpath(one.target) for one in self.world.mounts)
        return any(directory == one or directory.startswith(f"{one}/") for one in volumes)

    def _replace(self, directory: str, place: int) -> None:
        """Put a directory of the process' own in the place of one of the machine."""
        mine = f"/proc/self/fd/{place}/{len(self.replaced)}"
        os.mkdir(mine, 0o755)  # noqa: PTH102 - the same
        mine = os.path.realpath(mine)
        os.chmod(mine, stat.S_IMODE(os.stat(directory).st_mode))  # noqa: PTH101, PTH116 - the same
        syscalls.mount(mine, mine, syscalls.MS_BIND)
        # Or what has all of the directory would have itself, too.
        syscalls.mount("none", mine, syscalls.MS_UNBINDABLE)
        with os.scandir(directory) as entries:
            for entry in entries:
                if directory == "/dev" and _UNUSED.fullmatch(entry.name):
                    continue
                _carry_over(entry, f"{mine}/{entry.name}")
        if directory == "/":
            syscalls.pivot_root(mine)
        else:
            syscalls.mount(mine, directory, syscalls.MS_MOVE)
        syscalls.mount("none", directory, syscalls.MS_PRIVATE)
        self.own.add(directory)
        self.replaced.append(directory)


def _clone(path: str) -> int:
    try:
        return syscalls.clone_mount(path)
    except OSError as error:
        raise OSError(error.errno, f"mount {path}: {os.strerror(error.errno or 0)}") from None


def _carry_over(entry: os.DirEntry[str], target: str) -> None:
    if entry.is_symlink():
        os.symlink(os.readlink(entry.path), target)  # noqa: PTH115, PTH211 - one of many
        return
    try:
        if entry.is_dir():
            os.mkdir(target)  # noqa: PTH102 - the same
        else:
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        syscalls.mount(entry.path, target, syscalls.MS_BIND | syscalls.MS_REC)
    except FileNotFoundError:
        return  # it has gone meanwhile


def _deepest(path: str) -> str:
    while not os.path.lexists(path):
        path = os.path.dirname(path)  # noqa: PTH120 - the same
    return path
