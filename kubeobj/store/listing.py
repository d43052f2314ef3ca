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
        term: Which term besides; empty for any.
        limit: How many records at most; 0 for all.
        after: The path to begin after; empty for the first.
    """

    scope: str
    selector: Selector
    term: str
    limit: int
    after: str

    @property
    def is_about_all(self) -> bool:
        """Whether everything in the scope is asked for."""
        return self.selector.selects_everything and not self.term

    def selects(self, record: Record) -> bool:
        """Whether *record*, which is in the scope, is asked for."""
        if self.term and self.term not in record.terms:
            return False
        return self.selector.matcher(record.labels)


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
    if question.is_about_all:
        return collection.paths(question.scope, question.after)
    if question.term:
        found = collection.with_term(question.scope, question.term)
        records, after = collection.records, question.after
        return (path for path in found if path > after and question.selects(records[path]))
    paths = collection.select(question.scope, question.selector)
    start = bisect_right(paths, question.after) if question.after else 0
    return islice(paths, start, None)


def _was_in(path: str, record: Record | None, question: Question) -> bool:
    return (
        record is not None
        and path.startswith(question.scope)
        and path > question.after
        and question.selects(record)
    )


def _records(collection: Collection, paths: list[str], overlay: Overlay) -> tuple[Record, ...]:
    if not overlay:
        return tuple(map(collection.records.__getitem__, paths))
    found = (overlay[path] if path in overlay else collection.records[path] for path in paths)
    return tuple(record for record in found if record is not None)


def _count_after(
    collection: Collection, question: Question, after: str, overlay: Overlay
) -> int | None:
    if not question.is_about_all:
        return None
    count = collection.count(question.scope, after)
    for path, record in overlay.items():
        if path.startswith(question.scope) and path > after:
            count += (record is not None) - (path in collection.records)
    return count
