"""`kubeobj scale`: how many replicas a workload is to have."""

import click

from kubeobj.cli.connecting import (
    CommandFailed,
    Reach,
    all_namespaces_option,
    dry_run_option,
    files_option,
    reaching,
    selector_option,
)
from kubeobj.cli.resourceargs import Target, targets_of


@click.command(
    "scale",
    epilog="""\b
Examples:
  kubeobj scale deployment web --replicas=3
  kubeobj scale deploy/web sts/db --replicas=2
  kubeobj scale deploy/web --current-replicas=3 --replicas=5
""",
)
@click.argument("args", metavar="[TYPE NAME... | TYPE/NAME...]", nargs=-1)
@files_option
@all_namespaces_option
@selector_option
@click.option("--all", "everything", is_flag=True, help="All of the kind in the namespace.")
@click.option("--replicas", type=click.IntRange(min=0), required=True, help="How many.")
@click.option("--current-replicas", type=int, default=-1, help="Only if it has so many now.")
@click.option("--resource-version", default="", help="Only if it is at this version.")
@dry_run_option
@reaching
def command(  # noqa: PLR0913 - kubectl's options
    reach: Reach,
    *,
    args: tuple[str, ...],
    filenames: tuple[str, ...],
    all_namespaces: bool,
    selector: str,
    everything: bool,
    replicas: int,
    current_replicas: int,
    resource_version: str,
    dry_run: str,
) -> int:
    """Say how many replicas deployments, replica sets or stateful sets are to have."""
    from kubeobj.cli.deleting import chosen
    from kubeobj.cli.printing.endings import dry_run_ending
    from kubeobj.cli.refusals import answered_each
    from kubeobj.cli.scaling import MustBe, scale

    targets = targets_of(reach, args, filenames)
    if any(not one.name for one in targets) and not (everything or selector):
        raise click.UsageError("Say which: TYPE NAME, TYPE/NAME, --all or -l SELECTOR.")
    found = list(chosen(reach, targets, "" if all_namespaces else None, selector, ""))
    if not found:
        raise CommandFailed("no objects passed to scale")
    if resource_version and len(found) > 1:
        raise CommandFailed("cannot use --resource-version with multiple resources")
    must_be = MustBe(current_replicas, resource_version)

    def one(target: Target) -> None:
        scale(reach, target, replicas, must_be, dry_run=dry_run)
        click.echo(f"{target} scaled{dry_run_ending(dry_run)}")

    return answered_each(found, one)
