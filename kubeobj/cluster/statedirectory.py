"""Where a cluster on this machine keeps what it must not lose, and who holds it.

    store.sqlite     all objects
    config.json      what was chosen when the cluster was made, and the secret of its tokens
    lock             held by the process that runs the cluster
    api.sock         where that process answers
    agent.log        what a detached one has to say
    node/            pods' files, containers' logs, and what the runtime keeps
    volumes/         local persistent volumes

Everything is for its owner alone.
"""

import errno
import fcntl
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self, final

from kubeobj.errors import KubeobjError

PRIVATE_DIRECTORY: Final = 0o700
PRIVATE_FILE: Final = 0o600

_LONGEST_SOCKET_PATH: Final = 100

_OWN_NAME: Final = re.compile(
    r"volumes|node|agent\.log|api\.sock|config\.json|\.config-\d+|lock"
    r"|store\.sqlite(-wal|-shm|-lock|-journal)?"
    r"|\.store\.sqlite\.\d+\.partial(-wal|-shm|-journal)?"
)
"""What a cluster, or a backup that is put back, makes in the directory of its state."""

_USUAL_NAMES: Final = frozenset({"volumes", "node", "config.json"})
"""Names that other directories have, too."""

_NAMED_AT_MOST: Final = 5


class StateError(KubeobjError, RuntimeError):
    """The state of a cluster cannot be used; the message says why, and what to do."""


@final
class StateInUse(StateError):
    """Another process runs the cluster.

    Attributes:
        path: The directory of its state.
        pid: The process; 0 if it has not said.
    """

    def __init__(self, path: Path, pid: int) -> None:
        who = f"process {pid}" if pid else "another process"
        super().__init__(
            f"the cluster in {path} is run by {who} already: `kubeobj apply` changes it,"
            " `kubeobj down` stops it, and --state names another"
        )
        self.path: Path = path
        self.pid: int = pid


def default_state(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where the state is if nobody says where.

    That is ``$KUBEOBJ_STATE``, or ``kubeobj/default`` in ``$XDG_STATE_HOME`` or ``~/.local/state``.

    >>> str(default_state({"XDG_STATE_HOME": "/s"}))
    '/s/kubeobj/default'
    """
    if said := environment.get("KUBEOBJ_STATE"):
        return Path(said)
    home = environment.get("XDG_STATE_HOME")
    root = Path(home) if home and Path(home).is_absolute() else Path.home() / ".local" / "state"
    return root / "kubeobj" / "default"


@contextmanager
def socket_address(path: Path) -> Iterator[str]:
    """Give an address of a unix socket at *path*, however long that is, for as long as needed.

    The system takes some hundred bytes; a longer path is reached through its directory's handle.

    Raises:
        OSError: If the directory is not there.
    """
    text = str(path)
    if len(os.fsencode(text)) < _LONGEST_SOCKET_PATH:
        yield text
        return
    handle = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{handle}/{path.name}"
    finally:
        os.close(handle)


@final
class StateDirectory:
    """The state of a cluster on this machine.

    Args:
        path: The directory; it need not be there yet.
        is_temporary: Whether it goes with the cluster.
    """

    def __init__(self, path: Path, *, is_temporary: bool = False) -> None:
        self.path: Path = path.absolute()
        self.is_temporary: bool = is_temporary
        self.ends_by_signal: bool = False
        """Whether the process that is about to hold it ends its cluster at SIGTERM."""
        self.is_cleaned_up: bool = False
        """Whether the process that is about to hold it has no cluster, and soon lets go of it."""
        self._lock: int | None = None

    @classmethod
    def temporary(cls) -> Self:
        """Return a state that is removed once its cluster has ended."""
        return cls(Path(tempfile.mkdtemp(prefix="kubeobj-")), is_temporary=True)

    @property
    def store(self) -> Path:
        """The file of all objects."""
        return self.path / "store.sqlite"

    @property
    def socket(self) -> Path:
        """Where the process that runs the cluster answers."""
        return self.path / "api.sock"

    @property
    def log(self) -> Path:
        """What a detached process has to say."""
        return self.path / "agent.log"

    @property
    def node(self) -> Path:
        """The files of the node."""
        return self.path / "node"

    @property
    def volumes(self) -> Path:
        """Local persistent volumes."""
        return self.path / "volumes"

    @property
    def lock_file(self) -> Path:
        """Locked by the process that runs the cluster; it says which that is."""
        return self.path / "lock"

    # ------------------------------------------------------------ making, holding

    def make(self) -> None:
        """Make the directory if it is not there, for its owner alone.

        Raises:
            StateError: If it cannot be made, or belongs to somebody else.
        """
        self.check_directory()
        try:
            self.path.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
            found = self.path.stat()
            if found.st_uid != os.geteuid():
                raise StateError(f"{self.path} belongs to another user: name another with --state")
            if stat.S_IMODE(found.st_mode) & 0o077:
                self.path.chmod(PRIVATE_DIRECTORY)
        except OSError as error:
            reason = error.strerror or str(error)
            msg = f"the state cannot be kept in {self.path}: {reason}: name another with --state"
            raise StateError(msg) from error

    def hold(self) -> None:
        """Make sure that no other process runs the cluster, until `release`.

        Raises:
            StateInUse: If one does.
            StateError: If the directory cannot be used.
        """
        while (handle := self._locked()) is None:
            pass
        os.truncate(handle, 0)
        how = "signal\n" if self.ends_by_signal else "cleanup\n" if self.is_cleaned_up else ""
        os.pwrite(handle, f"{os.getpid()}\n{how}".encode(), 0)
        self._lock = handle

    def _locked(self) -> int | None:
        """Return the lock, held; None if it is to be tried again.

        That is so if it has been removed, with the rest, meanwhile, or somebody only looked whether
        it is held.
        """
        self.make()
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        try:
            handle = os.open(self.lock_file, flags, PRIVATE_FILE)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            is_looked_at = _can_be_shared(handle)
            os.close(handle)
            if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
                msg = f"{self.lock_file} cannot be locked: {error.strerror}: use a local disk"
                raise StateError(msg) from error
            if is_looked_at:
                return None
            raise StateInUse(self.path, self.holder) from None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), self.lock_file.stat()):
                return handle
        os.close(handle)
        return None

    def release(self) -> None:
        """Let other processes run the cluster; a temporary state is removed."""
        if self._lock is None:
            return
        with suppress(OSError):
            self.socket.unlink()
        if self.is_temporary:
            shutil.rmtree(self.path, ignore_errors=True)
        else:
            os.truncate(self._lock, 0)
        os.close(self._lock)
        self._lock = None

    @property
    def is_held(self) -> bool:
        """Whether some process runs the cluster."""
        if self._lock is not None:
            return True
        try:
            handle = os.open(self.lock_file, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            return not _can_be_shared(handle)
        finally:
            os.close(handle)

    @property
    def holder(self) -> int:
        """The process that runs the cluster, as it has said; 0 if none has."""
        return self.held_by[0]

    @property
    def held_by(self) -> tuple[int, str]:
        """The process that holds it, and how it ends.

        ``signal``: it ends its cluster, and nothing else, at SIGTERM. ``cleanup``: it has no
        cluster, and soon lets go. Empty: that is its own affair.
        """
        try:
            words = self.lock_file.read_text(encoding="ascii").split()
            return int(words[0]), "".join(words[1:])
        except (OSError, ValueError, IndexError):
            return 0, ""

    @property
    def exists(self) -> bool:
        """Whether a cluster has ever been kept here."""
        return self.store.exists() or (self.path / "config.json").exists()

    # ------------------------------------------------------------ removing

    def check_directory(self) -> None:
        """Make sure that nothing else is where the directory is to be.

        Raises:
            StateError: If something is.
        """
        if os.path.lexists(self.path) and not self.path.is_dir():
            raise StateError(f"{self.path} is no directory: name another with --state")

    def check_removable(self) -> None:
        """Make sure that the directory, if it is there, is the state of a cluster.

        What is left of one that was half made, or half removed, is one, too.

        Raises:
            StateError: If it is something else, or cannot be read.
        """
        self.check_directory()
        names = self._names()
        others = [name for name in names if not _OWN_NAME.fullmatch(name)]
        is_left = not others and not _USUAL_NAMES.intersection(names)
        if self.store.is_file() or self._has_config() or is_left:
            return
        raise StateError(
            f"{self.path} is not the state of a cluster, and is left as it is:"
            f" it holds {_listed(others or names)}"
        )

    def _has_config(self) -> bool:
        try:
            text = (self.path / "config.json").read_text(encoding="utf-8")
            return "tokenSecret" in json.loads(text)
        except (OSError, ValueError, TypeError):
            return False

    def _names(self) -> list[str]:
        try:
            return sorted(one.name for one in self.path.iterdir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StateError(f"{self.path} cannot be read: {error.strerror}") from error

    def remove(self) -> tuple[str, ...]:
        """Remove the state, which is held, and let go of it.

        Returns:
            What else is in the directory, which stays with it.

        Raises:
            StateError: If the directory is not the state of a cluster; nothing is removed then. Or
                if some of it cannot be removed; then it is still known as a state.
        """
        self.check_removable()
        # What makes it a state goes last, so that it can be tried again. While the lock is there,
        # nobody begins anything new here.
        last = ("config.json", self.lock_file.name)
        own = [one for one in self._names() if _OWN_NAME.fullmatch(one) and one not in last]
        failures = [failure for name in own for failure in _removed(self.path / name)]
        for name in last:
            failures = failures or _removed(self.path / name)
        if failures:
            raise StateError(f"not all of {self.path} can be removed: {_listed(failures)}")
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        left = tuple(name for name in self._names() if not _OWN_NAME.fullmatch(name))
        if not left:
            self._remove_empty()
        return left

    def _remove_empty(self) -> None:
        try:
            self.path.resolve().rmdir()
            if self.path.is_symlink():
                self.path.unlink()
        except FileNotFoundError:
            pass  # another has been quicker
        except OSError as error:
            if error.errno != errno.ENOTEMPTY:  # else another has begun a cluster here
                raise StateError(f"{self.path} cannot be removed: {error.strerror}") from error

    # ------------------------------------------------------------ what was chosen

    def read_config(self) -> "Config":
        """Return what was chosen; the beginnings of it if the cluster is new.

        Raises:
            StateError: If the file cannot be read.
        """
        file = self.path / "config.json"
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
            return Config(str(found["runtime"]), int(found["octet"]), str(found["tokenSecret"]))
        except FileNotFoundError:
            return Config("", 0, secrets.token_hex(32))
        except (OSError, ValueError, KeyError, TypeError) as error:
            msg = f"{file} cannot be read ({error!r}): restore it, or remove {self.path}"
            raise StateError(msg) from error

    def write_config(self, config: "Config") -> None:
        """Keep what was chosen, whole or not at all.

        Raises:
            StateError: If it cannot be written.
        """
        found = {
            "runtime": config.runtime,
            "octet": config.octet,
            "tokenSecret": config.token_secret,
        }
        file = self.path / "config.json"
        new = self.path / f".config-{os.getpid()}"
        try:
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
            try:
                os.write(handle, json.dumps(found, indent=2).encode() + b"\n")
                os.fsync(handle)
            finally:
                os.close(handle)
            new.replace(file)
        except OSError as error:
            raise StateError(f"{file} cannot be written: {error.strerror}") from error


def _can_be_shared(handle: int) -> bool:
    """Return whether nobody holds a lock for themselves; who looks shares it with others who do."""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _removed(path: Path) -> list[str]:
    """Remove a file, or a directory with all that is in it; return what cannot be, and why."""
    failed: list[tuple[str, OSError]] = []

    def fail(_: object, name: str, error: tuple[object, BaseException, object]) -> None:
        if isinstance(error[1], OSError) and not isinstance(error[1], FileNotFoundError):
            failed.append((name, error[1]))

    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, onerror=fail)
    else:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            failed.append((str(path), error))
    # That a directory is not empty is no news where it is said what is left in it.
    causes = [one for one in failed if one[1].errno != errno.ENOTEMPTY] or failed
    return [f"{name} ({error.strerror})" for name, error in causes]


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    more = len(found) - _NAMED_AT_MOST
    shown = ", ".join(found[:_NAMED_AT_MOST])
    return f"{shown} and {more} more" if more > 0 else shown


@final
class Config:
    """What was chosen when a cluster was made.

    Args:
        runtime: What runs its pods; empty if nobody has chosen yet.
        octet: The second number of its loopback addresses; 0 for none yet.
        token_secret: What its tokens are signed with. It is shown nowhere.
    """

    __slots__ = ("octet", "runtime", "token_secret")

    def __init__(self, runtime: str, octet: int, token_secret: str) -> None:
        self.runtime: str = runtime
        self.octet: int = octet
        self.token_secret: str = token_secret

    def __repr__(self) -> str:
        return f"Config(runtime={self.runtime!r}, octet={self.octet})"
