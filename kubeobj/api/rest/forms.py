"""The forms of an answer: the object as it is, its metadata alone, or a table.

Source: API concepts, Receiving resources as Tables, and ``metav1.PartialObjectMetadata`` (v1.36).
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import final

import orjson

from kubeobj.api.endpoint import Endpoint
from kubeobj.api.errors import BadRequest
from kubeobj.api.listing import Listing
from kubeobj.api.table import PLAIN_TABLE
from kubeobj.documents import JsonValue, Wire
from kubeobj.models.schema import FREE_FORM
from kubeobj.store.record import Record


class IncludeObject(StrEnum):
    """What each row of a table has of its object."""

    NONE = "None"
    METADATA = "Metadata"
    OBJECT = "Object"


@final
@dataclass(frozen=True, slots=True)
class TableForm:
    """How a table is to be made.

    Args:
        version: The version of the table: ``v1`` or ``v1beta1``.
        include: What each row has of its object.
        now: When, in seconds since 1970.
    """

    version: str
    include: IncludeObject
    now: float

    @classmethod
    def of(cls, version: str, include: str, now: float) -> "TableForm":
        """Return the form that a request asks for.

        Raises:
            BadRequest: If it asks for what no row has.
        """
        try:
            return cls(version, IncludeObject(include or IncludeObject.METADATA), now)
        except ValueError:
            raise BadRequest(f'unrecognized includeObject value: "{include}"') from None


def list_bytes(endpoint: Endpoint, listing: Listing) -> bytes:
    """Return a list as JSON: the bytes of its objects, joined."""
    gvk = endpoint.gvk
    head = (
        f'{{"kind":"{gvk.kind}List","apiVersion":"{gvk.api_version}",'
        f'"metadata":{orjson.dumps(list_metadata(listing)).decode()},"items":['
    )
    items = _items(endpoint, listing.records)
    return b"%b%b]}" % (head.encode(), b",".join(items))


def _items(endpoint: Endpoint, records: Sequence[Record]) -> Iterable[bytes]:
    """Return the JSON of each object without its version and kind, which the list says.

    Objects without a schema keep them, as custom resources do.
    """
    if endpoint.type_name == FREE_FORM:
        return map(endpoint.write, records)
    kind = endpoint.kind.kind
    prefix = b'{"apiVersion":"%b","kind":"%b",' % (kind.api_version.encode(), kind.kind.encode())
    if endpoint.version is not None:
        return [_without_type(endpoint.document(record)) for record in records]
    length = len(prefix)
    return [b"{" + record.data[length:] for record in records]


def _without_type(obj: Wire) -> bytes:
    return orjson.dumps({key: obj[key] for key in obj if key not in {"apiVersion", "kind"}})


def list_metadata(listing: Listing) -> Wire:
    """Return the metadata of a list."""
    metadata: Wire = {"resourceVersion": listing.resource_version}
    if listing.continue_token:
        metadata["continue"] = listing.continue_token
    if listing.remaining:
        metadata["remainingItemCount"] = listing.remaining
    return metadata


def partial(endpoint: Endpoint, obj: Wire, version: str) -> Wire:
    """Return the metadata of *obj* alone, without what the API derives for the whole of it."""
    return {
        "kind": "PartialObjectMetadata",
        "apiVersion": f"meta.k8s.io/{version}",
        "metadata": _underived(obj["metadata"], endpoint.kind.derived_annotations),
    }


def _underived(metadata: Wire, derived: frozenset[str]) -> Wire:
    annotations = metadata.get("annotations")
    if not derived or not annotations:
        return metadata
    others = {name: value for name, value in annotations.items() if name not in derived}
    rest = {name: value for name, value in metadata.items() if name != "annotations"}
    return {**rest, "annotations": others} if others else rest


def partial_list(endpoint: Endpoint, listing: Listing, version: str) -> Wire:
    """Return the metadata of the objects of a list."""
    items = [partial(endpoint, endpoint.document(record), version) for record in listing.records]
    return {
        "kind": "PartialObjectMetadataList",
        "apiVersion": f"meta.k8s.io/{version}",
        "metadata": list_metadata(listing),
        "items": items or None,
    }


def table(
    endpoint: Endpoint,
    objects: Iterable[Wire],
    metadata: Wire,
    form: TableForm,
    *,
    with_columns: bool = True,
) -> Wire:
    """Return a table of stored *objects*, one row each.

    Args:
        endpoint: What they are.
        objects: The objects, in stored form.
        metadata: The metadata of the table.
        form: How it is to be made.
        with_columns: Whether the columns are described; once for each watch.
    """
    shape = endpoint.table
    columns: JsonValue = [_column(asdict(column)) for column in shape.columns]
    rows: list[JsonValue] = [
        {
            "cells": shape.cells(obj, form.now),
            **_conditions(shape.conditions(obj)),
            "object": _included(endpoint, obj, form),
        }
        for obj in objects
    ]
    # A kind without a table of its own has null for no rows.
    has_rows = bool(rows) or shape is not PLAIN_TABLE
    return {
        "kind": "Table",
        "apiVersion": f"meta.k8s.io/{form.version}",
        "metadata": metadata,
        "columnDefinitions": columns if with_columns else None,
        "rows": rows if has_rows else None,
    }


def _conditions(conditions: list[Wire]) -> Wire:
    """Return what a row has to say of itself, if anything."""
    found: JsonValue = [*conditions]
    return {"conditions": found} if conditions else {}


def _column(column: Wire) -> Wire:
    order = ("name", "type", "format", "description", "priority")
    return {name: column[name] for name in order}


def _included(endpoint: Endpoint, obj: Wire, form: TableForm) -> Wire | None:
    if form.include is IncludeObject.NONE:
        return None
    if form.include is IncludeObject.METADATA:
        return partial(endpoint, obj, form.version)
    return endpoint.view(obj)
