"""Lengths of time as people write them: ``90s``, ``2m``, ``1h30m``, ``500ms``, or just seconds."""

import re
from typing import Final

_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_LONGEST_SECONDS: Final = 366 * 86400.0
"""The longest that can be asked for: a year, in seconds."""


def parse_duration(text: str) -> float:
    """Return a length of time in seconds.

    Args:
        text: Numbers with their units, ``d h m s ms``, from the longest down; or seconds.

    Raises:
        ValueError: If it is none, or longer than a year.

    >>> parse_duration("1h30m"), parse_duration("90"), parse_duration("500ms")
    (5400.0, 90.0, 0.5)
    """
    if _NUMBER.fullmatch(text):
        seconds = float(text)
    else:
        parts = _PART.findall(text)
        units = [list(_SECONDS).index(unit) for _, unit in parts]
        if "".join(map("".join, parts)) != text or not parts or units != sorted(units)[::-1]:
            raise ValueError(f"{text!r} is no length of time; write 90s, 2m or 1h30m")
        if len(set(units)) != len(units):
            raise ValueError(f"{text!r} has a unit twice")
        seconds = sum(float(number) * _SECONDS[unit] for number, unit in parts)
    if seconds > _LONGEST_SECONDS:
        raise ValueError(f"{text!r} is longer than a year")
    return seconds


def format_duration(seconds: float) -> str:
    """Return a length of time as people write it, to the millisecond at most.

    >>> format_duration(5400), format_duration(0.5), format_duration(90), format_duration(0)
    ('1h30m', '500ms', '1m30s', '0s')
    """
    left = round(abs(seconds) * 1000)
    if 1000 <= left < 60_000 and left % 1000:
        return f"{seconds:.3f}".rstrip("0") + "s"
    if left >= 60_000:
        left = round(left / 1000) * 1000
    found = "-" if seconds < 0 and left else ""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, left = divmod(left, size)
        if count:
            found += f"{count}{unit}"
    return found or "0s"
