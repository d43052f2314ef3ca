"""`kubeobj restore`: a cluster begins again from a copy of its objects."""

import click

from kubeobj.cli.backup import count_of, show
from kubeobj.cli.output import output_option
from kubeobj.cli.paths import not_empty
from kubeobj.cli.stateoption import state_directory, state_option


@click.command(
    "restore",
    epilog="""\b
Examples:
  kubeobj restore monday.backup
  kubeobj restore --state ./state --force latest.backup
""",
)
@click.argument("file", type=click.Path())
@state_option
@click.option("--force", is_flag=True, help="Replace the objects that are there.")
@output_option("text", "json")
def command(*, file: str, state: str | None, force: bool, output: str) -> int:
    """Let a cluster that does not run begin again from FILE, which `kubeobj backup` has made.

    FILE is read as a whole first; if anything is wrong with it, the cluster is left as it is. What
    the objects ask for is made true by the next `kubeobj up`.
    """
    from kubeobj.store.sqlite.copies import restore

    not_empty((file,))
    directory = state_directory(state)
    directory.hold()
    try:
        copied = restore(file, directory.store, overwrite=force)
    finally:
        directory.release()
    show(
        copied,
        file,
        output,
        f"{directory.path} has {count_of(copied)} again, and goes on from revision"
        f" {copied.revision}",
    )
    return 0
