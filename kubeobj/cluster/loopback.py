"""Loopback addresses of a cluster's own, so that several clusters can run at one time.

All of ``127.0.0.0/8`` is this machine. Each cluster claims ``127.X.0.0/16``: pods have the lower
half, Services the upper.
"""

import fcntl
import os
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Final, final

from kubeobj.cluster.statedirectory import PRIVATE_DIRECTORY, PRIVATE_FILE, StateError

_OCTETS: Final = range(2, 255)


@final
class LoopbackRange:
    """The loopback addresses of one cluster.

    Args:
        octet: The second number of all of them, from 1 to 254.

    >>> one = LoopbackRange(7)
    >>> one.pods, one.services, one.dns
    ('127.7.0.0/17', '127.7.128.0/17', '127.7.128.10')
    """

    __slots__ = ("_handle", "octet")

    def __init__(self, octet: int, handle: int | None = None) -> None:
        self.octet: int = octet
        self._handle = handle

    @property
    def pods(self) -> str:
        """The network of pods."""
        return f"127.{self.octet}.0.0/17"

    @property
    def services(self) -> str:
        """The network of Services."""
        return f"127.{self.octet}.128.0/17"

    @property
    def dns(self) -> str:
        """The address of the server of names."""
        return f"127.{self.octet}.128.10"

    @property
    def node(self) -> str:
        """The address of the node itself."""
        return f"127.{self.octet}.0.1"

    def release(self) -> None:
        """Let others have them."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def claims_directory() -> Path:
    """Return where claims are: for one user, until the machine is started again.

    Raises:
        StateError: If somebody else has such a directory.
    """
    said = os.environ.get("XDG_RUNTIME_DIR")
    if said and os.access(said, os.W_OK):
        path = Path(said) / "kubeobj"
    else:
        path = Path("/tmp") / f"kubeobj-{os.geteuid()}"  # noqa: S108 - its owner is checked
    try:
        path.mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
        if path.is_symlink() or path.stat().st_uid != os.geteuid():
            raise StateError(f"{path} belongs to somebody else: remove it")
    except OSError as error:
        raise StateError(f"{path} cannot be made: {error.strerror}") from error
    return path


def claim_range(state: Path, octet: int = 0, *, directory: Path | None = None) -> LoopbackRange:
    """Return addresses that no other cluster of this user has, until they are released.

    Args:
        state: Where the cluster has its state; its addresses are kept for it as long as that is.
        octet: The one it had before; 0 for any.
        directory: Where claims are; None for the usual place.

    Raises:
        StateError: If another cluster has those addresses, or there are none left.
    """
    directory = claims_directory() if directory is None else directory
    if octet:
        found = _claim(directory, octet, state)
        if found is None:
            msg = (
                f"another cluster has the addresses 127.{octet}.0.0/16 of this one, in"
                f" {_owner(directory, octet)}: stop it with `kubeobj down --state` first"
            )
            raise StateError(msg)
        return found
    # Where to begin differs by user, for another user's claims are not seen.
    start = zlib.crc32(f"{os.geteuid()}:{state}".encode()) % len(_OCTETS)
    order = [*_OCTETS[start:], *_OCTETS[:start]]
    # First those that nobody has had whose state is still there.
    for is_kept in (False, True):
        for one in order:
            if _is_kept(directory, one, state) == is_kept:
                found = _claim(directory, one, state)
                if found is not None:
                    return found
    raise StateError("253 clusters run already, and there are no more loopback addresses")


def _owner(directory: Path, octet: int) -> str:
    with suppress(OSError):
        return (directory / f"127.{octet}").read_text(encoding="utf-8").strip()
    return ""


def _is_kept(directory: Path, octet: int, state: Path) -> bool:
    owner = _owner(directory, octet)
    return bool(owner) and owner != str(state) and Path(owner).exists()


def _claim(directory: Path, octet: int, state: Path) -> LoopbackRange | None:
    path = directory / f"127.{octet}"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    os.truncate(handle, 0)
    os.pwrite(handle, f"{state}\n".encode(), 0)
    return LoopbackRange(octet, handle)
