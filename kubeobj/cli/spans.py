"""Spans of time on the command line: ``30s``, ``1h30m``, as Go writes them.

Source: ``time.ParseDuration`` of Go.
"""

import re
from typing import Final, final

import click

_UNITS: Final = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
}
_PART: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")


def seconds_of(text: str) -> float:
    """Return how many seconds a span is.

    Raises:
        ValueError: If it is none.

    >>> [seconds_of(one) for one in ("30s", "1h30m", "-1s", "0")]
    [30.0, 5400.0, -1.0, 0.0]
    """
    sign = -1.0 if text.startswith("-") else 1.0
    rest = text[1:] if text[:1] in {"-", "+"} else text
    if rest == "0":
        return 0.0
    seconds, at = 0.0, 0
    while at < len(rest):
        found = _PART.match(rest, at)
        if found is None:
            break
        seconds += float(found[1]) * _UNITS[found[2]]
        at = found.end()
    if not rest or at < len(rest):
        raise ValueError(f'time: invalid duration "{text}"')
    return sign * seconds


@final
class Span(click.ParamType):  # type: ignore[type-arg, explicit-any]
    """A span of time, in seconds; a bare number is seconds, too."""

    name = "span"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return how many seconds it is."""
        if isinstance(value, int | float):
            return float(value)
        text = str(value)
        try:
            return float(text) if text.isdigit() else seconds_of(text)
        except ValueError as error:
            self.fail(str(error), param, ctx)


SPAN: Final = Span()
