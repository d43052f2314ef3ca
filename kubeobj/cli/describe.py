"""`kubeobj describe`: objects of the cluster that runs, with all that is about them."""

import click

from kubeobj.cli.connecting import (
    Reach,
    all_namespaces_option,
    files_option,
    reaching,
    selector_option,
)
from kubeobj.cli.resourceargs import Target, targets_of


@click.command(
    "describe",
    epilog="""\b
Examples:
  kubeobj describe pod web-0
  kubeobj describe deployment/web
  kubeobj describe pods -l app=web
  kubeobj describe nodes
""",
)
@click.argument("args", metavar="TYPE [NAME]... | TYPE/NAME...", nargs=-1)
@files_option
@all_namespaces_option
@selector_option
@click.option("--show-events", type=bool, default=True, show_default=True, help="Show events.")
@reaching
def command(
    reach: Reach,
    *,
    args: tuple[str, ...],
    filenames: tuple[str, ...],
    all_namespaces: bool,
    selector: str,
    show_events: bool,
) -> int:
    """Show objects in full, with what belongs to them and what has happened to them.

    If no object has the name after TYPE, all are shown whose names begin with it.
    Of secrets, only how large they are is shown.
    """
    from kubeobj.api.errors import ApiError, NotFound
    from kubeobj.cli.deleting import chosen
    from kubeobj.cli.describing.describer import described
    from kubeobj.cli.refusals import say

    targets = targets_of(reach, args, filenames)
    found = list(chosen(reach, targets, "" if all_namespaces else None, selector, ""))
    if not found:
        where = "" if all_namespaces else f" in {reach.namespace} namespace."
        click.echo(f"No resources found{where}", err=True)
    code = 0
    is_first = True
    for target in found:
        try:
            text = described(reach, target, with_events=show_events)
        except ApiError as error:
            # Two words, as TYPE and NAME_PREFIX: `pod/web` means that pod alone.
            is_prefix = isinstance(error, NotFound) and len(args) == 2 and len(found) == 1
            if is_prefix and (pages := _begun_by(reach, target, with_events=show_events)):
                click.echo("".join(f"{page}\n" for page in pages), nl=False)
                continue
            say(error)
            code = 1
            continue
        click.echo(text if is_first else f"\n\n{text}", nl=False)
        is_first = False
    return code


def _begun_by(reach: Reach, target: Target, *, with_events: bool) -> list[str]:
    """Return the pages of all objects of a kind whose names begin with that of *target*."""
    from kubeobj.cli.describing.describer import described

    names = [one["metadata"]["name"] for one in reach.items(target.resource, target.namespace)]
    return [
        described(reach, Target(target.resource, name, target.namespace), with_events=with_events)
        for name in names
        if name.startswith(target.name)
    ]
