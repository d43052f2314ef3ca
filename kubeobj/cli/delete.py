"""`kubeobj delete`: delete objects of the cluster that runs."""

import click

from kubeobj.cli.connecting import (
    Reach,
    all_namespaces_option,
    dry_run_option,
    field_selector_option,
    files_option,
    reaching,
    selector_option,
)
from kubeobj.cli.resourceargs import targets_of
from kubeobj.cli.spans import SPAN


@click.command(
    "delete",
    epilog="""\b
Examples:
  kubeobj delete -f shop.yaml
  kubeobj delete deployment web
  kubeobj delete pod/web-0 --now
  kubeobj delete pods -l app=web
""",
)
@click.argument("args", metavar="[TYPE [NAME]... | TYPE/NAME...]", nargs=-1)
@files_option
@all_namespaces_option
@selector_option
@field_selector_option
@click.option("--all", "everything", is_flag=True, help="All of the kind in the namespace.")
@click.option(
    "--grace-period",
    type=int,
    default=-1,
    help="How many seconds they may take to end; 0 only with --force.",
)
@click.option("--now", is_flag=True, help="End them within a second.")
@click.option("--force", is_flag=True, help="Do not wait for their end.")
@click.option(
    "--cascade",
    type=click.Choice(("background", "orphan", "foreground")),
    default="background",
    show_default=True,
    help="What becomes of what belongs to them.",
)
@click.option("--wait/--no-wait", default=True, show_default=True, help="Wait until they are gone.")
@click.option("--timeout", type=SPAN, default=0.0, help="How long to wait: 30s, 5m.")
@click.option("--ignore-not-found", is_flag=True, help="It is no error if one is not there.")
@dry_run_option
@click.option("-o", "--output", type=click.Choice(("", "name")), default="", help="Names alone.")
@reaching
def command(  # noqa: PLR0913 - kubectl's options
    reach: Reach,
    *,
    args: tuple[str, ...],
    filenames: tuple[str, ...],
    all_namespaces: bool,
    selector: str,
    field_selector: str,
    everything: bool,
    grace_period: int,
    now: bool,
    force: bool,
    cascade: str,
    wait: bool,
    timeout: float,
    ignore_not_found: bool,
    dry_run: str,
    output: str,
) -> int:
    """Delete objects by file, by name or by their labels, and wait until they are gone."""
    from kubeobj.cli.deleting import Deletion, chosen, delete_all

    if now:
        if grace_period != -1:
            raise click.UsageError("--now and --grace-period cannot be specified together")
        grace_period = 1
    if grace_period == 0 and not force:
        # The end is waited for, as it would be with one second.
        grace_period = 1
    if force and grace_period < 0:
        grace_period = 0
    if everything and (selector or field_selector):
        raise click.UsageError("setting 'all' parameter but found a non empty selector")
    targets = targets_of(reach, args, filenames)
    if everything and any(one.name and one.document is None for one in targets):
        raise click.UsageError("name cannot be provided when all of a kind are meant")
    has_choice = everything or selector or field_selector
    if any(not one.name for one in targets) and not has_choice:
        raise click.UsageError("resource(s) were provided, but no name was specified")
    if force and grace_period == 0:
        click.echo(
            "Warning: Immediate deletion does not wait for confirmation that the running resource"
            " has been terminated. The resource may continue to run on the cluster indefinitely.",
            err=True,
        )
    namespace = "" if all_namespaces else None
    found = list(chosen(reach, targets, namespace, selector, field_selector))
    if not found:
        click.echo("No resources found")
        return 0
    how = Deletion(
        grace_period=grace_period,
        force=force,
        cascade=cascade,
        waits=wait,
        timeout=timeout,
        dry_run=dry_run,
        output=output,
        ignore_not_found=ignore_not_found or bool(has_choice),
    )
    return delete_all(reach, found, how)
