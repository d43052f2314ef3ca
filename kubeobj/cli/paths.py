"""How files are named on the command line: ``-f`` as in kubectl, or just so.

Both, because a shell expands ``-f *.yaml`` to one value of ``-f`` and many arguments, and because
pre-commit passes arguments.
"""

from collections.abc import Callable
from typing import ParamSpec

import click

_Options = ParamSpec("_Options")


def path_options(command: Callable[_Options, int]) -> Callable[_Options, int]:
    """Add ``-f`` and the arguments that mean the same to *command*."""
    option = click.option(
        "-f",
        "--filename",
        "filenames",
        metavar="PATH",
        multiple=True,
        type=click.Path(),
        help="A file, a directory, or - for standard input. May be given more than once.",
    )
    argument = click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path())
    return option(argument(command))


def required(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return *paths*, of which there must be one."""
    if not paths:
        raise click.UsageError("Give the files to read: -f PATH, or -f - for standard input.")
    return not_empty(paths)


def not_empty(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return *paths*, none of which may be empty text: a script's unset variable, say."""
    if "" in paths:
        raise click.UsageError("A path is empty; write . for the current directory.")
    return paths
