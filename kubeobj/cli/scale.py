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
from kubeobj.cli.resourceargs import targets_of


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

    targets = targets_of(reach, args, filenames)
    if any(not one.name for one in targets) and not (everything or selector):
        raise click.UsageError("Say which: TYPE NAME, TYPE/NAME, --all or -l SELECTOR.")
    found = list(chosen(reach, targets, "" if all_namespaces else None, selector, ""))
    if not found:
        raise CommandFailed("no objects passed to scale")
    for target in found:
        if target.resource.subresource("scale") is None:
            plural = target.resource.group_version_resource.group_resource
            raise CommandFailed(f'cannot scale {plural} "{target.name}": the kind does not scale')
        path = reach.path(target.resource, target.namespace, target.name, "scale")
        now = reach.ask("GET", path)
        _check(now, current_replicas, resource_version)
        if dry_run != "client":
            change = {"spec": {"replicas": replicas}}
            reach.write(
                *("PATCH", path, change),
                media="application/merge-patch+json",
                dry_run=dry_run == "server",
            )
        click.echo(f"{target} scaled{dry_run_ending(dry_run)}")
    return 0


def _check(now: dict[str, object], replicas: int, version: str) -> None:
    spec, metadata = now.get("spec"), now.get("metadata")
    there = spec.get("replicas", 0) if isinstance(spec, dict) else 0
    if replicas >= 0 and there != replicas:
        raise CommandFailed(f"Expected replicas to be {replicas}, was {there}")
    found = metadata.get("resourceVersion", "") if isinstance(metadata, dict) else ""
    if version and found != version:
        raise CommandFailed(f"Expected resource version to be {version}, was {found}")
