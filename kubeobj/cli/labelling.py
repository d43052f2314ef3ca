"""What `kubeobj label` and `kubeobj annotate` do: set and remove entries of a map of texts.

Source: ``k8s.io/kubectl/pkg/cmd/label`` label.go, ``annotate`` annotate.go (v1.36).
"""

from collections.abc import Sequence

import click

from kubeobj.cli.connecting import (
    CommandFailed,
    Reach,
    all_namespaces_option,
    dry_run_option,
    reaching,
    selector_option,
)
from kubeobj.cli.deleting import chosen
from kubeobj.cli.printing.endings import dry_run_ending
from kubeobj.cli.resourceargs import targets_of
from kubeobj.documents import Wire


def map_command(name: str, field: str, done: str) -> click.Command:
    """Return the command that changes a map of texts in the metadata of objects.

    Args:
        name: The name of the command.
        field: The field: ``labels`` or ``annotations``.
        done: What is said of an object afterwards.
    """

    @click.command(
        name,
        help=f"Set {field} of objects: KEY=VALUE, or KEY- to remove one.",
        epilog=f"\b\nExamples:\n  kubeobj {name} pod web a=b\n  kubeobj {name} pod web a-",
    )
    @click.argument("args", metavar="TYPE NAME... KEY=VALUE...", nargs=-1, required=True)
    @all_namespaces_option
    @selector_option
    @click.option("--all", "everything", is_flag=True, help="All of the kind in the namespace.")
    @click.option("--overwrite", is_flag=True, help="Change those that are there, too.")
    @dry_run_option
    @reaching
    def command(  # noqa: PLR0913 - kubectl's options
        reach: Reach,
        *,
        args: tuple[str, ...],
        all_namespaces: bool,
        selector: str,
        everything: bool,
        overwrite: bool,
        dry_run: str,
    ) -> int:
        names, changes = _split(args, field)
        targets = targets_of(reach, names)
        if any(not one.name for one in targets) and not (everything or selector):
            raise click.UsageError("Say which: TYPE NAME, TYPE/NAME, --all or -l SELECTOR.")
        code = 0
        for target in chosen(reach, targets, "" if all_namespaces else None, selector, ""):
            path = reach.path(target.resource, target.namespace, target.name)
            found = reach.ask("GET", path)
            said = _change(found, field, changes, overwrite=overwrite, done=done)
            if said != f"not {done}" and dry_run != "client":
                patch = {"metadata": {field: changes}}
                media = "application/merge-patch+json"
                reach.write("PATCH", path, patch, media=media, dry_run=dry_run == "server")
            click.echo(f"{target} {said}{dry_run_ending(dry_run)}")
        return code

    found: click.Command = command
    return found


def _split(args: Sequence[str], field: str) -> tuple[list[str], dict[str, str | None]]:
    names: list[str] = []
    changes: dict[str, str | None] = {}
    for one in args:
        key, equals, value = one.partition("=")
        if equals:
            if changes.get(key) is None and key in changes:
                raise click.UsageError(f"can not both modify and remove {field} {key}")
            changes[key] = value
        elif one.endswith("-") and names:
            changes[one[:-1]] = None
        else:
            names.append(one)
    if not changes:
        raise click.UsageError(f"at least one {field[:-1]} update is required")
    return names, changes


def _change(
    found: Wire, field: str, changes: dict[str, str | None], *, overwrite: bool, done: str
) -> str:
    """Return what is said of an object that is changed so."""
    there = found["metadata"].get(field) or {}
    for key, value in changes.items():
        if value is None and key not in there:
            click.echo(f'{field[:-1]} "{key}" not found.')
        elif value is not None and not overwrite and there.get(key, value) != value:
            msg = f"'{key}' already has a value ({there[key]}), and --overwrite is false"
            raise CommandFailed(msg)
    after = {**there, **changes}
    if {key: value for key, value in after.items() if value is not None} == there:
        return f"not {done}"
    only_removed = all(value is None for value in changes.values())
    return "unlabeled" if only_removed and done == "labeled" else done
