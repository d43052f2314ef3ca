"""A whole store as text: JSON, one record a line.

The first line says what it is and at which revision::

    {"kubeobj":"snapshot","version":1,"revision":42,"records":2}

Every further line is a record with everything that a store knows of it, the object's JSON as a
string, so that not one byte of it changes. History is not part of it: what was before the
snapshot has expired.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import final

import orjson

from kubeobj.documents import JsonValue
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.errors import SnapshotError
from kubeobj.store.record import Draft, Record
from kubeobj.store.store import Store

_VERSION = 1


@final
@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a store holds at one revision.

    Args:
        revision: When.
        records: By resource and path.
    """

    revision: int
    records: tuple[Record, ...]


def take_snapshot(store: Store) -> Snapshot:
    """Return what *store* holds now."""
    pages = [store.list(resource) for resource in store.resources()]
    return Snapshot(store.revision, tuple(record for page in pages for record in page.records))


def format_snapshot(snapshot: Snapshot) -> Iterator[bytes]:
    r"""Yield the lines of *snapshot*, each with its line feed.

    >>> list(format_snapshot(Snapshot(7, ())))
    [b'{"kubeobj":"snapshot","version":1,"revision":7,"records":0}\n']
    """
    head = {
        "kubeobj": "snapshot",
        "version": _VERSION,
        "revision": snapshot.revision,
        "records": len(snapshot.records),
    }
    yield orjson.dumps(head) + b"\n"
    for record in snapshot.records:
        yield orjson.dumps(_as_document(record)) + b"\n"


def parse_snapshot(lines: Iterable[bytes]) -> Snapshot:
    """Return the snapshot that *lines* are, with or without their line feeds.

    Raises:
        SnapshotError: If they are none, or some are missing.
    """
    numbered = enumerate(lines, start=1)
    head = _Line(*next(numbered, (1, b"")))
    if head.text("kubeobj") != "snapshot" or head.count("version") != _VERSION:
        raise head.error("this is no snapshot of version 1")
    revision, expected = head.count("revision"), head.count("records")
    seen: dict[ObjectKey, Record] = {}
    for number, text in numbered:
        line = _Line(number, text)
        record = _as_record(line)
        if not 0 < record.revision <= revision:
            raise line.error("the record is later than the snapshot")
        if seen.setdefault(record.key, record) is not record:
            raise line.error("the key is there twice")
    if len(seen) != expected:
        raise SnapshotError(f"found {len(seen)} records, not {expected}", line=len(seen) + 1)
    return Snapshot(revision, tuple(seen.values()))


def _as_document(record: Record) -> dict[str, object]:
    return {
        "resource": record.key.resource,
        "namespace": record.key.namespace,
        "name": record.key.name,
        "uid": record.uid,
        "revision": record.revision,
        "revisionAt": record.draft.revision_at,
        "labels": dict(record.labels),
        "owners": record.owners,
        "terms": record.terms,
        "body": record.draft.body.decode(),
    }


def _as_record(line: "_Line") -> Record:
    key = ObjectKey(line.text("resource"), line.text("namespace"), line.text("name"))
    body = line.text("body").encode()
    place = None if line.fields.get("revisionAt") is None else line.count("revisionAt")
    if place is not None and place > len(body):
        raise line.error("revisionAt is behind the body")
    labels = line.fields.get("labels")
    if not isinstance(labels, dict):
        raise line.error("labels must be an object")
    draft = Draft(
        key,
        line.text("uid"),
        body,
        place,
        {name: line.as_text(value) for name, value in labels.items()},
        line.texts("owners"),
        line.texts("terms"),
    )
    return draft.at(line.count("revision"))


@final
class _Line:
    """A line of a snapshot, which is a JSON object."""

    __slots__ = ("_number", "fields")

    def __init__(self, number: int, text: bytes) -> None:
        self._number = number
        try:
            fields: JsonValue = orjson.loads(text)
        except orjson.JSONDecodeError:
            fields = None
        if not isinstance(fields, Mapping):
            raise self.error("this is no JSON object")
        self.fields = fields

    def text(self, field: str) -> str:
        return self.as_text(self.fields.get(field))

    def texts(self, field: str) -> tuple[str, ...]:
        values = self.fields.get(field)
        if not isinstance(values, list):
            raise self.error(f"{field} must be a list")
        return tuple(map(self.as_text, values))

    def count(self, field: str) -> int:
        value = self.fields.get(field)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.error(f"{field} must be a count")
        return value

    def as_text(self, value: JsonValue) -> str:
        if not isinstance(value, str):
            raise self.error("a string is missing, or something else is in its place")
        return value

    def error(self, reason: str) -> SnapshotError:
        return SnapshotError(reason, line=self._number)
