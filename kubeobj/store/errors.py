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
    └── SnapshotError(ValueError)             the text is not a snapshot of a store
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
