"""The indexes of pods, written as ``1,3-5,7``.

Source: ``k8s.io/kubernetes/pkg/apis/batch/validation`` validateIndexesFormat and
validateFailedIndexesNotOverlapCompleted (v1.36).
"""

import re

from kubeobj.errors import echo

_match_integer = re.compile(r"[-+]?[0-9]{1,18}").fullmatch


class IndexesError(ValueError):
    """The text is no list of indexes."""


def count_indexes(text: str, completions: int) -> int:
    """Return how many indexes *text* lists, in order and all below *completions*.

    Raises:
        IndexesError: If it lists none so.

    >>> count_indexes("1,3-5,7", 8)
    5
    """
    total, last = 0, -1
    for part in text.split(",") if text else ():
        start, end = _parse_interval(part, completions)
        if start <= last and total:
            raise IndexesError(f"non-increasing order, previous: {last}, current: {start}")
        total += end - start + 1
        last = end
    return total


def _parse_interval(text: str, completions: int) -> tuple[int, int]:
    parts = text.split("-")
    if len(parts) > 2:
        raise IndexesError(f"an interval has at most two parts separated by '-': {echo(text)}")
    limits = []
    for part in parts:
        if not _match_integer(part):
            raise IndexesError(f"cannot convert string to integer for index: {echo(part)}")
        limits.append(int(part))
        if limits[-1] >= completions:
            raise IndexesError(f"too large index: {echo(part)}")
    if len(limits) == 2 and limits[0] >= limits[1]:
        raise IndexesError(f"non-increasing order, previous: {limits[0]}, current: {limits[1]}")
    return limits[0], limits[-1]


def find_common_index(first: str, second: str, completions: int) -> int | None:
    """Return the first index that both texts list, or None; what is no interval is left out."""
    ones, others = _intervals(first, completions), _intervals(second, completions)
    one = other = 0
    while one < len(ones) and other < len(others):
        (start, end), (other_start, other_end) = ones[one], others[other]
        if start <= other_end and other_start <= end:
            return max(start, other_start)
        if start <= other_start:
            one += 1
        else:
            other += 1
    return None


def _intervals(text: str, completions: int) -> list[tuple[int, int]]:
    found = []
    for part in text.split(",") if text else ():
        try:
            found.append(_parse_interval(part, completions))
        except IndexesError:
            continue
    return found
