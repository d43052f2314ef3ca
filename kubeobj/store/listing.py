"""One page of a list, as the store is now or as it was."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import final

from kubeobj.labels.selector import Selector
from kubeobj.store.collection import Collection
from kubeobj.store.record import Record

Overlay = Mapping[str, Record | None]
"""What was different from now, by path; None for nothing there."""


@final
@dataclass(frozen=True, slots=True)
class Page:
    """Some of the records of a list, all as they were at one revision.

    Args:
        records: In the order of their paths.
        revision: When.
        resume_after: What to give as *after* for the next page; empty if this is the last.
        remaining: How many come after this page; None if that would have to be searched for.
    """

    records: tuple[Record, ...]
    revision: int
    resume_after: str = ""
    remaining: int | None = 0


@final
@dataclass(frozen=True, slots=True)
class Question:
    """Which part of a collection is asked for.

    Args:
        scope: All namespaces (``""``) or one (``"shop/"``).
        selector: Which labels.
        limit: How many records at most; 0 for all.
        after: The path to begin after; empty for the first.
    """

    scope: str
    selector: Selector
    limit: int
    after: str


def read_page(
    collection: Collection, question: Question, *, revision: int, overlay: Overlay
) -> Page:
    """Return the page of *collection*, which is different from now as *overlay* says."""
    paths = _paths_now(collection, question)
    if overlay:
        then = sorted(path for path, record in overlay.items() if _was_in(path, record, question))
        paths = merge((path for path in paths if path not in overlay), then)
    limit = question.limit
    chosen = list(islice(paths, limit + 1)) if limit else list(paths)
    if not limit or len(chosen) <= limit:
        return Page(_records(collection, chosen, overlay), revision)
    chosen.pop()
    last = chosen[-1]
    remaining = _count_after(collection, question, last, overlay)
    return Page(_records(collection, chosen, overlay), revision, last, remaining)


def _paths_now(collection: Collection, question: Question) -> Iterator[str]:
    if question.selector.selects_everything:
        return collection.paths(question.scope, question.after)
    paths = collection.select(question.scope, question.selector)
    start = bisect_right(paths, question.after) if question.after else 0
    return islice(paths, start, None)


def _was_in(path: str, record: Record | None, question: Question) -> bool:
    return (
        record is not None
        and path.startswith(question.scope)
        and path > question.after
        and question.selector.matcher(record.labels)
    )


def _records(collection: Collection, paths: list[str], overlay: Overlay) -> tuple[Record, ...]:
    if not overlay:
        return tuple(map(collection.records.__getitem__, paths))
    found = (overlay[path] if path in overlay else collection.records[path] for path in paths)
    return tuple(record for record in found if record is not None)


def _count_after(
    collection: Collection, question: Question, after: str, overlay: Overlay
) -> int | None:
    if not question.selector.selects_everything:
        return None
    count = collection.count(question.scope, after)
    for path, record in overlay.items():
        if path.startswith(question.scope) and path > after:
            count += (record is not None) - (path in collection.records)
    return count
