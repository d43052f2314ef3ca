"""What the command prints: plain text that lines up, and JSON.

Text from a file may hold anything, so it is escaped before it reaches a terminal. JSON and YAML
are UTF-8 whatever the locale, as their standards ask.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import ParamSpec

import click

from kubeobj.documents import JsonValue

_Options = ParamSpec("_Options")


def output_option(
    *formats: str,
) -> Callable[[Callable[_Options, int]], Callable[_Options, int]]:
    """Return the ``--output`` option; the first of *formats* is the default."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How to print the answer.",
    )


def print_text(lines: Iterable[str]) -> None:
    """Print *lines* to stdout, all at once."""
    text = "".join(f"{line}\n" for line in lines)
    if text:
        click.echo(text, nl=False)


def print_json(value: JsonValue) -> None:
    """Print *value* to stdout as JSON, in the order it is given."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    # JSON knows the escape that stands for a lone surrogate: \udcff.
    click.echo(f"{text}\n".encode("utf-8", "backslashreplace"), nl=False)


def printable(text: str) -> str:
    """Return *text* with everything that could move the cursor or break the line escaped."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return *rows* as lines with their cells in columns three blanks apart, as kubectl does."""
    table = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
