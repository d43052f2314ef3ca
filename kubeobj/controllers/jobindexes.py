"""Lists of the indexes of an indexed job's pods, as its status and policies write them: ``1,3-5``.

Two neighbours are written ``3,4``, more than two ``3-5``. A list is held as intervals in order,
none of which touch, so that jobs of very many indexes cost little.

Source: ``k8s.io/kubernetes/pkg/controller/job`` indexed_job_utils.go (v1.36).
"""

from collections.abc import Iterable
from heapq import merge
from typing import TypeAlias

Intervals: TypeAlias = tuple[tuple[int, int], ...]
"""Indexes, as pairs of first and last, in order; none overlap or touch."""


def parse_indexes(text: str, completions: int) -> Intervals:
    """Return the indexes below *completions* that a text lists; what is no interval is left out.

    >>> parse_indexes("1,3-5,6,9", 9)
    ((1, 1), (3, 6))
    """
    found: list[tuple[int, int]] = []
    for part in text.split(",") if text else ():
        first, _, last = part.partition("-")
        try:
            begin = int(first)
            end = int(last) if last else begin
        except ValueError:
            continue
        if begin >= completions:
            break
        end = min(end, completions - 1)
        if found and found[-1][1] == begin - 1:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return tuple(found)


def format_indexes(intervals: Intervals) -> str:
    """Return the text that lists indexes.

    >>> format_indexes(((1, 1), (3, 4), (6, 8)))
    '1,3,4,6-8'
    """
    return ",".join(map(_format_interval, intervals))


def _format_interval(interval: tuple[int, int]) -> str:
    first, last = interval
    if first == last:
        return str(first)
    return f"{first},{last}" if last == first + 1 else f"{first}-{last}"


def merged(one: Intervals, other: Intervals) -> Intervals:
    """Return the indexes that are in one of the lists, or in both.

    >>> merged(((0, 1), (5, 5)), ((2, 3), (5, 7)))
    ((0, 3), (5, 7))
    """
    result: list[tuple[int, int]] = []
    for first, last in merge(one, other):
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return tuple(result)


def with_indexes(intervals: Intervals, indexes: Iterable[int]) -> Intervals:
    """Return a list with more indexes, which may be in any order and more than once.

    >>> with_indexes(((0, 1),), [4, 2])
    ((0, 2), (4, 4))
    """
    return merged(intervals, tuple((index, index) for index in sorted(indexes)))


def count(intervals: Intervals) -> int:
    """Return how many indexes a list has."""
    return sum(last - first + 1 for first, last in intervals)


def count_common(one: Intervals, other: Intervals) -> int:
    """Return how many indexes are in both lists."""
    return count(one) + count(other) - count(merged(one, other))


def contains(intervals: Intervals, index: int) -> bool:
    """Return whether an index is in a list."""
    return any(first <= index <= last for first, last in intervals)


def first_missing(intervals: Intervals, wanted: int, completions: int) -> list[int]:
    """Return the *wanted* smallest indexes below *completions* that are not in a list.

    >>> first_missing(((0, 1), (3, 3)), 3, 6)
    [2, 4, 5]
    """
    found: list[int] = []
    candidate = 0
    for first, last in (*intervals, (completions, completions)):
        end = min(first, completions, candidate + wanted - len(found))
        found += range(candidate, end)
        candidate = max(candidate, last + 1)
    return found
