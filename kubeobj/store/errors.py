"""What a store raises.

The tree (a test holds this drawing against the classes)::

    StoreError
    ├── RecordError(ValueError)               the document cannot be kept as JSON
    ├── KeyExists(ValueError)                 something is stored under the key already
    ├── KeyMissing(LookupError)               nothing is stored under the key
    ├── RevisionConflict(ValueError)          the record is at another revision than expected
    ├── UidConflict(ValueError)               the record has another uid than expected
    ├── RevisionExpired(LookupError)          the history no longer reaches back to the revision
    ├── RevisionAhead(LookupError)            the store has not come to the revision yet
    ├── SnapshotError(ValueError)             the text is not a snapshot of a store
    ├── StoreUnwritable(RuntimeError)         what was written cannot be kept: the disk is full, say
    ├── StoreUnreadable(RuntimeError)         the file of a store cannot be opened
    ├── StoreDamaged(ValueError)              the file of a store is damaged, or belongs to none
    ├── StoreTooNew(ValueError)               a later kubeobj has made the file of a store
    ├── StoreLocked(RuntimeError)             another process has the file of a store
    ├── StoreClosed(RuntimeError)             the store has been closed
    └── FileKept(ValueError)                  a file is there that is not to be overwritten
"""

from kubeobj.errors import KubeobjError, echo


class StoreError(KubeobjError):
    """A store cannot do what it was asked; it is as it was before."""


class RecordError(StoreError, ValueError):
    """The document cannot be kept as JSON: too deep, a number too large, a text that is none."""


class KeyExists(StoreError, ValueError):
    """Something is stored under the key that was to be new."""


class KeyMissing(StoreError, LookupError):
    """Nothing is stored under the key that was to be changed."""


class RevisionConflict(StoreError, ValueError):
    """The record is at another revision than the writer had seen.

    Attributes:
        expected: The revision that the writer had seen.
        actual: The revision that the record is at.
    """

    def __init__(self, what: object, *, expected: int, actual: int) -> None:
        """Say that *what* is at *actual*."""
        super().__init__(f"{echo(str(what))} is at revision {actual}, not {expected}")
        self.expected = expected
        self.actual = actual


class UidConflict(StoreError, ValueError):
    """The record has another uid than the writer had seen: it was deleted and made anew.

    Attributes:
        expected: The uid that the writer had seen.
        actual: The uid that the record has.
    """

    def __init__(self, what: object, *, expected: str, actual: str) -> None:
        """Say that *what* has the uid *actual*."""
        super().__init__(f"{echo(str(what))} has uid {echo(actual)}, not {echo(expected)}")
        self.expected = expected
        self.actual = actual


class RevisionExpired(StoreError, LookupError):
    """The history no longer reaches back to the revision that was asked for.

    Attributes:
        revision: What was asked for.
        oldest: The oldest revision that can be asked for now.
    """

    def __init__(self, revision: int, *, oldest: int) -> None:
        """Say that *revision* is older than *oldest*."""
        super().__init__(f"revision {revision} has been compacted; the oldest is {oldest}")
        self.revision = revision
        self.oldest = oldest


class RevisionAhead(StoreError, LookupError):
    """The store has not come to the revision that was asked for.

    Attributes:
        revision: What was asked for.
        current: The revision that the store is at.
    """

    def __init__(self, revision: int, *, current: int) -> None:
        """Say that *revision* is later than *current*."""
        super().__init__(f"revision {revision} is ahead of the store, which is at {current}")
        self.revision = revision
        self.current = current


class SnapshotError(StoreError, ValueError):
    """The text is not a snapshot of a store.

    Attributes:
        line: The line of the mistake, from 1.
    """

    def __init__(self, reason: str, *, line: int) -> None:
        """Say what is wrong at *line*."""
        super().__init__(f"line {line}: {reason}")
        self.line = line


class StoreUnwritable(StoreError, RuntimeError):
    """What was written cannot be kept, such as on a full disk; all of it has been taken back.

    The store can be read as before, and written to again as soon as there is room.
    """


class StoreUnreadable(StoreError, RuntimeError):
    """The file of a store cannot be opened: there is none, or it may not be read or written."""


class StoreDamaged(StoreError, ValueError):
    """The file of a store is damaged, or belongs to none; nothing of it has been changed.

    Attributes:
        path: The file.
    """

    def __init__(self, path: object, what: str) -> None:
        """Say *what* is wrong with the file at *path*, and what can be done about it."""
        super().__init__(
            f"{path} is damaged or no store: {echo(what)}. Nothing of it has been changed."
            " Put a backup in its place (kubeobj restore), or move it away to begin anew"
        )
        self.path = str(path)


class StoreTooNew(StoreError, ValueError):
    """A later kubeobj has made the file of a store.

    Attributes:
        path: The file.
        version: The version of its form.
    """

    def __init__(self, path: object, *, version: int, known: int) -> None:
        """Say that the file at *path* is of *version*, and only those up to *known* are known."""
        super().__init__(
            f"{path} is of version {version}, and this kubeobj knows those up to {known}:"
            " use the kubeobj that has made it, or a later one"
        )
        self.path = str(path)
        self.version = version


class StoreLocked(StoreError, RuntimeError):
    """Another process has the file of a store.

    Attributes:
        path: The file.
        pid: The process, if it is known.
    """

    def __init__(self, path: object, *, pid: int | None) -> None:
        """Say who has the file at *path*."""
        who = "another process" if pid is None else f"process {pid}"
        super().__init__(
            f"{path} is in use by {who}: one process writes to a store at a time."
            " Stop that one first (kubeobj down), or ask it instead of the file"
        )
        self.path = str(path)
        self.pid = pid


class StoreClosed(StoreError, RuntimeError):
    """The store has been closed: it can be read, but not written to any more."""


class FileKept(StoreError, ValueError):
    """A file is there that is not to be overwritten.

    Attributes:
        path: The file.
    """

    def __init__(self, path: object) -> None:
        """Say that there is a file at *path*."""
        super().__init__(f"{path} is there already, and is not overwritten unless you say so")
        self.path = str(path)
