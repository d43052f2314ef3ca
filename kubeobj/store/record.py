"""What is stored: one object as immutable JSON, with what a store needs to know of it.

A writer hands over a `Draft`; the store gives it a revision and keeps a `Record`. The revision is
part of the JSON too, as ``metadata.resourceVersion``; only the store knows it, so a draft says
where its digits belong and the store puts them in. Nobody can change a record, so a list, a watch,
a snapshot and a fork all share the one there is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import orjson

from kubeobj.documents import Document, JsonValue
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.errors import RecordError

_HEAD = ("apiVersion", "kind")


@final
@dataclass(frozen=True, slots=True)
class Draft:
    """An object that is to be stored.

    Args:
        key: Where.
        uid: Its uid, or empty if it has none.
        body: Its JSON, without the digits of its revision.
        revision_at: Where in *body* these digits belong, in bytes from 0; None for nowhere.
        labels: Its labels, by which it is found and watched.
        owners: The uids of its owners.
        terms: Words by which it is found and watched besides, such as ``spec.nodeName=node-1``;
            what they mean is the writer's affair.
    """

    key: ObjectKey
    uid: str
    body: bytes
    revision_at: int | None
    labels: Mapping[str, str]
    owners: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()

    @classmethod
    def of(cls, key: ObjectKey, document: Document, *, terms: tuple[str, ...] = ()) -> "Draft":
        """Return the draft of an API object, its JSON in canonical form.

        Canonical form is compact and sorted by field name, except that ``apiVersion``, ``kind``
        and ``metadata.resourceVersion`` come first. A resource version in *document* is ignored.

        Raises:
            RecordError: If the document cannot be written as JSON, or its metadata is not of the
                shape that metadata has.

        >>> draft = Draft.of(ObjectKey("pods", "x", "a"), {"kind": "Pod", "metadata": {"uid": "1"}})
        >>> draft.body
        b'{"kind":"Pod","metadata":{"resourceVersion":"","uid":"1"}}'
        >>> draft.at(7).data
        b'{"kind":"Pod","metadata":{"resourceVersion":"7","uid":"1"}}'
        """
        metadata = document.get("metadata", {})
        if type(metadata) is not dict and not isinstance(metadata, Mapping):
            raise RecordError("metadata must be an object")
        body, revision_at = _encode(document, metadata)
        uid = metadata.get("uid") or ""
        if not isinstance(uid, str):
            raise RecordError("metadata.uid must be a string")
        return cls(key, uid, body, revision_at, _labels(metadata), _owners(metadata), terms)

    def at(self, revision: int) -> "Record":
        """Return what this is once it is stored at *revision*."""
        data, place = self.data_at(revision), self.revision_at
        return Record(
            self.key, self.uid, revision, data, place, self.labels, self.owners, self.terms
        )

    def data_at(self, revision: int) -> bytes:
        """Return its JSON once it is stored at *revision*."""
        body, place = self.body, self.revision_at
        return body if place is None else b"%b%d%b" % (body[:place], revision, body[place:])


@final
@dataclass(frozen=True, slots=True)
class Record:
    """An object as it is stored at one revision.

    Args:
        key: Where it is stored.
        uid: Its uid, or empty if it has none.
        revision: The revision of the store that wrote it.
        data: Its JSON.
        revision_at: Where in *data* the digits of the revision begin, in bytes from 0; None if
            they are not in it.
        labels: Its labels; to be read only.
        owners: The uids of its owners.
        terms: Words by which it is found and watched besides.
    """

    key: ObjectKey
    uid: str
    revision: int
    data: bytes
    revision_at: int | None
    labels: Mapping[str, str]
    owners: tuple[str, ...]
    terms: tuple[str, ...]

    def holds(self, draft: Draft) -> bool:
        """Whether *draft* differs from this in nothing but the revision."""
        place = self.revision_at
        if place != draft.revision_at or self.uid != draft.uid or self.key != draft.key:
            return False
        if self.owners != draft.owners or self.terms != draft.terms:
            return False
        if self.labels != draft.labels:
            return False
        return self.data == draft.data_at(self.revision)

    @property
    def draft(self) -> Draft:
        """What would be stored again to get the same object."""
        body, place = self.data, self.revision_at
        if place is not None:
            body = body[:place] + body[place + len(str(self.revision)) :]
        return Draft(self.key, self.uid, body, place, self.labels, self.owners, self.terms)

    def at(self, revision: int) -> "Record":
        """Return the same object as if *revision* had written it.

        The last state of an object that is gone, or gone from a selection, is told this way.
        """
        data, place = self.data, self.revision_at
        if place is not None:
            end = place + len(str(self.revision))
            data = b"%b%d%b" % (data[:place], revision, data[end:])
        return Record(
            self.key, self.uid, revision, data, place, self.labels, self.owners, self.terms
        )


def _encode(document: Document, metadata: Document) -> tuple[bytes, int]:
    """Return the canonical JSON of *document*, and where its revision belongs."""
    rest, tail = dict(metadata), dict(document)
    rest.pop("resourceVersion", None)
    tail.pop("metadata", None)
    head = {field: tail.pop(field) for field in _HEAD if field in tail}
    begin = _dump(head)[:-1] + (b"," if head else b"") + b'"metadata":{"resourceVersion":"'
    return b"".join((begin, b'"', _continued(rest), _continued(tail))), len(begin)


def _continued(fields: Document) -> bytes:
    """Return *fields* as the rest of an object that has begun, with its closing brace."""
    return b"," + _dump(fields)[1:] if fields else b"}"


def _dump(value: JsonValue) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (TypeError, RecursionError) as error:
        raise RecordError(f"no JSON can be made of this: {error}") from None


def _labels(metadata: Document) -> Mapping[str, str]:
    labels = metadata.get("labels") or {}
    if not isinstance(labels, dict | Mapping):
        raise RecordError("metadata.labels must be an object")
    read = {key: value for key, value in labels.items() if isinstance(value, str)}
    if len(read) != len(labels):
        raise RecordError("metadata.labels must have strings for values")
    return read


def _owners(metadata: Document) -> tuple[str, ...]:
    references = metadata.get("ownerReferences")
    if not references:
        return ()
    if not isinstance(references, list | tuple):
        raise RecordError("metadata.ownerReferences must be a list")
    uids: dict[str, None] = {}
    for owner in references:
        uid = owner.get("uid") if isinstance(owner, dict | Mapping) else None
        if not isinstance(uid, str):
            raise RecordError("every one of metadata.ownerReferences must have a uid")
        uids[uid] = None
    return tuple(uids)
