"""`kubeobj backup`: a copy of all objects of a cluster, in one file."""

from typing import TYPE_CHECKING

import click

from kubeobj.cli.output import output_option, print_json, print_text
from kubeobj.cli.paths import not_empty
from kubeobj.cli.stateoption import state_directory, state_option

if TYPE_CHECKING:
    from kubeobj.store.sqlite.copies import Copied


@click.command(
    "backup",
    epilog="""\b
Examples:
  kubeobj backup monday.backup
  kubeobj backup --state ./state --force latest.backup
""",
)
@click.argument("file", type=click.Path())
@state_option
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@output_option("text", "json")
def command(*, file: str, state: str | None, force: bool, output: str) -> int:
    """Copy all objects of a cluster to FILE, while it runs or not.

    The copy is of one moment, and is read back before it comes to its place. It holds secrets, so
    it is for its owner alone. What volumes hold is not in it.
    """
    from kubeobj.store.sqlite.copies import back_up

    not_empty((file,))
    copied = back_up(state_directory(state).store, file, overwrite=force)
    show(copied, file, output, f"{file} holds {count_of(copied)} of revision {copied.revision}")
    return 0


def count_of(copied: "Copied") -> str:
    """Return how many objects a copy holds."""
    return f"{copied.object_count:,} object{'s' * (copied.object_count != 1)}"


def show(copied: "Copied", file: str, output: str, text: str) -> None:
    """Print what a copy holds: *text*, or as JSON."""
    if output == "text":
        print_text([text])
        return
    print_json(
        {
            "file": file,
            "revision": copied.revision,
            "objects": copied.object_count,
            "bytes": copied.size_bytes,
        }
    )
