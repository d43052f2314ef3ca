"""One change as a row of the file, and back; with a checksum of all that is in it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias, final
from zlib import crc32

import orjson

from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.errors import RecordError
from kubeobj.store.history import Change
from kubeobj.store.record import Record

Row: TypeAlias = tuple[
    int, int, int, str, str, str, str, int | None, str, str, str, bytes, int
]  # fmt: skip
"""A row of the table ``changes``, in the order of its columns."""

COLUMNS: Final = (
    "revision, replaces, is_deletion, resource, namespace, name, uid, revision_at, labels, owners,"
    " terms, data, checksum"
)

_NONE = "[]"


def row_of(change: Change) -> Row:
    """Return the row of *change*.

    Raises:
        RecordError: If one of its texts is none that can be written: half a surrogate pair, say.
    """
    record, previous = change.record, change.previous
    key = record.key
    replaces = 0 if previous is None else previous.revision
    is_deletion = int(change.is_deletion)
    try:
        labels = orjson.dumps(dict(record.labels)).decode()
        owners = orjson.dumps(record.owners).decode() if record.owners else _NONE
        terms = orjson.dumps(record.terms).decode() if record.terms else _NONE
        head = (record.revision, replaces, is_deletion, *key, record.uid, record.revision_at)
        checksum = _checksum((*head, labels, owners, terms), record.data)
    except (UnicodeEncodeError, TypeError) as error:
        raise RecordError(f"{key!r} cannot be written: {error}") from None
    return (*head, labels, owners, terms, record.data, checksum)


@final
class RowReader:
    """Makes records of rows; equal parts of them are made once."""

    __slots__ = ("_labels", "_names", "_words")

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._labels: dict[str, Mapping[str, str]] = {}
        self._words: dict[str, tuple[str, ...]] = {_NONE: ()}

    def record(self, row: Row) -> Record:
        """Return the record of *row*.

        Raises:
            ValueError: If the row is not as it was written.
        """
        if _checksum(row[:11], row[11]) != row[12]:
            raise ValueError("the checksum is wrong")
        revision, _, _, resource, namespace, name, uid, place, labels, owners, terms, data, _ = row
        names = self._names
        key = ObjectKey(
            names.setdefault(resource, resource), names.setdefault(namespace, namespace), name
        )
        known = self._labels.get(labels)
        if known is None:
            known = self._labels[labels] = MappingProxyType(orjson.loads(labels))
        return Record(
            key, uid, revision, data, place, known, self._word_list(owners), self._word_list(terms)
        )

    def _word_list(self, text: str) -> tuple[str, ...]:
        known = self._words.get(text)
        if known is None:
            known = self._words[text] = tuple(orjson.loads(text))
        return known


def _checksum(head: tuple[object, ...], data: bytes) -> int:
    return crc32(data, crc32("\0".join(map(str, head)).encode()))
