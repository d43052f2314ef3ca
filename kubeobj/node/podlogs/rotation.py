"""Keeping logs small: what has grown too large is put aside and packed, the oldest of it removed.

Source: ``k8s.io/kubernetes/pkg/kubelet/logs`` container_log_manager.go (v1.36).
"""

import gzip
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import final

from kubeobj.clock import Clock
from kubeobj.node.podlogs.logfiles import PACKED, UNFINISHED, put_aside, remains
from kubeobj.runtimes.cri import ContainerRuntime
from kubeobj.runtimes.errors import RuntimeFault
from kubeobj.runtimes.states import Container, ContainerState


@final
@dataclass(frozen=True, slots=True)
class RotationPolicy:
    """How large logs may become.

    Args:
        largest_bytes: How large a file may be before it is put aside.
        most_files: How many files a log may have, that which is written to among them.

    Raises:
        ValueError: If there are fewer than two files.
    """

    largest_bytes: int = 10 * 1024 * 1024
    most_files: int = 5

    def __post_init__(self) -> None:
        if self.most_files < 2:
            msg = f"a log has two files at least, not {self.most_files}"
            raise ValueError(msg)


@final
class LogRotator:
    """Keeps the logs of running containers small.

    Args:
        runtime: Whose logs they are.
        clock: Tells what the files are named by.
        policy: How large they may become.
    """

    def __init__(
        self, runtime: ContainerRuntime, clock: Clock, policy: RotationPolicy | None = None
    ) -> None:
        self._runtime = runtime
        self._clock = clock
        self._policy = RotationPolicy() if policy is None else policy

    def rotate(self) -> int:
        """Look at all logs, and put aside what is too large; return how many files that were.

        What fails with one log does not keep the others from it, and is tried again next time.

        Raises:
            RuntimeUnavailable: If the runtime cannot be asked.
        """
        count = 0
        for container in self._runtime.containers():
            if container.state is ContainerState.RUNNING:
                with suppress(OSError, RuntimeFault):
                    count += self._rotate_one(container)
        return count

    def _rotate_one(self, container: Container) -> bool:
        path = container.log_path
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            # An agent was ended between moving the old file away and having a new one made.
            self._runtime.reopen_log(container.id)
            return False
        if size < self._policy.largest_bytes:
            return False
        make_room(path, self._policy)
        rotate_file(path, self._clock.now(), lambda: self._runtime.reopen_log(container.id))
        return True


def make_room(path: Path, policy: RotationPolicy) -> None:
    """Remove the oldest files of a log, and pack the others, before one more is put aside.

    Args:
        path: The file that is written to.
        policy: How many files there may be.

    Raises:
        OSError: If a file cannot be removed or packed.
    """
    for file in remains(path):
        file.unlink(missing_ok=True)
    files = put_aside(path)
    # Besides these there are that which is written to, and that which is put aside now.
    excess = max(len(files) - (policy.most_files - 2), 0)
    for file in files[:excess]:
        file.unlink(missing_ok=True)
    for file in files[excess:]:
        if not file.name.endswith(PACKED):
            _pack(file)


def rotate_file(path: Path, now: float, reopen: Callable[[], object]) -> Path:
    """Put a log's file aside, and let another one be begun; return where the old one is.

    It is not packed yet: the runtime may still write to it, and readers are still at it.

    Args:
        path: The file that is written to.
        now: The time, in seconds since 1970.
        reopen: Has the new one begun.

    Raises:
        OSError: If it cannot be put aside.
        RuntimeFault: What *reopen* raises; the file is back in its place then.
    """
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d-%H%M%S")
    target, number = path.with_name(f"{path.name}.{stamp}"), 0
    while os.path.lexists(target) or os.path.lexists(f"{target}{PACKED}"):
        number += 1
        target = path.with_name(f"{path.name}.{stamp}.{number}")
    path.rename(target)
    try:
        reopen()
    except BaseException:
        if not path.exists():
            target.rename(path)
        raise
    return target


def remove_logs(path: Path) -> None:
    """Remove a log with all of its files.

    Raises:
        OSError: If one cannot be removed.
    """
    for file in (*put_aside(path), *remains(path), path):
        file.unlink(missing_ok=True)


def _pack(file: Path) -> None:
    """Pack a file, which is removed; it is there packed or unpacked at any time."""
    mode = file.stat().st_mode & 0o777
    fresh = file.with_name(f"{file.name}{UNFINISHED}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
        with (
            file.open("rb") as plain,
            open(descriptor, "wb") as raw,  # noqa: PTH123 - of a descriptor
            gzip.GzipFile(filename="", mode="wb", fileobj=raw) as packed,
        ):
            shutil.copyfileobj(plain, packed, 1 << 20)
        found = file.stat()
        os.utime(fresh, (found.st_atime, found.st_mtime))
        fresh.rename(file.with_name(f"{file.name}{PACKED}"))
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    file.unlink(missing_ok=True)
