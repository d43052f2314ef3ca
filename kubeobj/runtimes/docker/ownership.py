"""What a runtime keeps in its directory: whose containers are, and what the engine may not do."""

import os
import secrets
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, final

_BYTES: Final = 8
_SYS_RESOURCE: Final = 24
_PATIENCE_SECONDS: Final = 2.0


def owner_of(directory: Path) -> str:
    """Return the word for a directory; the first who asks makes it, and the directory.

    Raises:
        OSError: If the directory cannot be made or read.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / "owner"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    draft = directory / f".owner-{secrets.token_hex(_BYTES)}"
    draft.write_text(secrets.token_hex(_BYTES), encoding="ascii")
    draft.chmod(0o600)
    try:
        os.link(draft, path)  # who comes second takes the word of the first
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


@final
class Protection:
    """Whether the engine may tell the kernel to end something late when memory is short.

    Some machines do not let even root do that; it is found out once, and kept.

    Args:
        directory: Where that is kept.
        url: Where the engine is.
    """

    def __init__(self, directory: Path, url: str) -> None:
        self._url = url
        self._path = directory / "no-oom-score"
        self.allowed: bool = not self._path.exists()
        self._is_known = not self.allowed
        self._lock = threading.Lock()

    @contextmanager
    def finding_out(self) -> Iterator[None]:
        """Let one at a time start something until it is known; from then on, all at once.

        Else many pods that come together would all try in vain, and be started twice.
        """
        self._lock.acquire()
        if not self._is_known and lacks_resource_right(self._url):
            self.refuse()
        if self._is_known:
            self._lock.release()
            yield
            return
        try:
            yield
        finally:
            self._lock.release()

    def settle(self) -> None:
        """Take in that something was started as it is now asked for."""
        self._is_known = True

    def refuse(self) -> None:
        """Do not ask for it any more."""
        self.allowed = False
        self._is_known = True
        self._path.touch(mode=0o600)


def lacks_resource_right(url: str) -> bool:
    """Return whether an engine's own process may surely not have anything ended late.

    What it starts has no right that it lacks itself. Whose process cannot be seen may do anything,
    as far as can be told without trying.

    Source: unix(7), ``SO_PEERCRED``; capabilities(7), ``CAP_SYS_RESOURCE``.
    """
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None or not url.startswith("unix://"):
        return False
    with suppress(OSError, ValueError, StopIteration), socket.socket(socket.AF_UNIX) as one:
        one.settimeout(_PATIENCE_SECONDS)
        one.connect(url.removeprefix("unix://"))
        process = struct.unpack("3i", one.getsockopt(socket.SOL_SOCKET, option, 12))[0]
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
        rights = next(line.split()[1] for line in status if line.startswith("CapEff:"))
        return not int(rights, 16) >> _SYS_RESOURCE & 1
    return False
