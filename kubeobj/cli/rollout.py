"""`kubeobj rollout`: how workloads come to a new state, and back."""

from collections.abc import Callable, Sequence
from typing import ParamSpec

import click

from kubeobj.cli.connecting import (
    CommandFailed,
    Reach,
    dry_run_option,
    files_option,
    reaching,
    selector_option,
)
from kubeobj.cli.deadlines import Deadline
from kubeobj.cli.printing.endings import dry_run_ending
from kubeobj.cli.resourceargs import Target, targets_of
from kubeobj.cli.spans import SPAN
from kubeobj.documents import Wire

_Options = ParamSpec("_Options")


@click.group(
    "rollout",
    epilog="""\b
Examples:
  kubeobj rollout status deployment/web
  kubeobj rollout history deployment/web
  kubeobj rollout undo deployment/web --to-revision=2
  kubeobj rollout restart statefulset db
""",
)
def command() -> None:
    """Follow, undo, pause and restart the rollouts of workloads."""


_args = click.argument("args", metavar="TYPE NAME... | TYPE/NAME...", nargs=-1)


def _which(given: Callable[_Options, int]) -> Callable[_Options, int]:
    return _args(files_option(selector_option(given)))


@command.command()
@_which
@click.option("--revision", type=click.IntRange(min=0), default=0, help="Only of this revision.")
@click.option("--timeout", type=SPAN, default=0.0, help="How long to wait: 30s, 5m; 0 for ever.")
@click.option("-w", "--watch/--no-watch", "watches", default=True, help="Wait until it is through.")
@reaching
def status(  # noqa: PLR0913 - kubectl's options
    reach: Reach,
    *,
    args: tuple[str, ...],
    filenames: tuple[str, ...],
    selector: str,
    revision: int,
    timeout: float,
    watches: bool,
) -> int:
    """Show how far a rollout has come, until it is through."""
    from kubeobj.cli.rolloutstatus import rollout_status

    deadline = Deadline(timeout if timeout > 0 else None)
    for target in _targets(reach, args, filenames, selector):
        last = ""
        while True:
            found = reach.get(target.resource, target.name, target.namespace)
            said, is_done = rollout_status(found, revision)
            if said != last:
                click.echo(said)
                last = said
            if is_done or not watches:
                break
            if deadline.is_past:
                raise CommandFailed("timed out waiting for the condition")
            deadline.pause()
    return 0


@command.command()
@_which
@click.option("--revision", type=click.IntRange(min=0), default=0, help="Show this one whole.")
@reaching
def history(
    reach: Reach, *, args: tuple[str, ...], filenames: tuple[str, ...], selector: str, revision: int
) -> int:
    """Show the revisions of workloads."""
    from kubeobj.cli.printing.elastictabs import aligned
    from kubeobj.cli.revisions import revisions, shown_template

    for target in _targets(reach, args, filenames, selector):
        workload = reach.get(target.resource, target.name, target.namespace)
        found = revisions(reach, target, workload)
        if not revision:
            lines = ["REVISION\tCHANGE-CAUSE"]
            lines += [f"{one.number}\t{one.cause or '<none>'}" for one in found]
            table = aligned("".join(f"{line}\n" for line in lines))
            click.echo(f"{target} \n{table}")
            continue
        from kubeobj.cli.describing.podtemplates import template_text

        chosen = [one for one in found if one.number == revision]
        if not chosen:
            raise CommandFailed("unable to find the specified revision")
        text = template_text(shown_template(chosen[0]))
        click.echo(f"{target} with revision #{revision}\n{text}")
    return 0


@command.command()
@_which
@click.option("--to-revision", type=click.IntRange(min=0), default=0, help="0: the one before.")
@dry_run_option
@reaching
def undo(
    reach: Reach,
    *,
    args: tuple[str, ...],
    filenames: tuple[str, ...],
    selector: str,
    to_revision: int,
    dry_run: str,
) -> int:
    """Bring an earlier revision of workloads back."""
    from kubeobj.cli.revisions import undo as bring_back

    for target in _targets(reach, args, filenames, selector):
        workload = reach.get(target.resource, target.name, target.namespace)
        done = bring_back(reach, target, workload, to_revision, dry_run=dry_run)
        click.echo(f"{target} {done}{dry_run_ending(dry_run)}")
    return 0


@command.command()
@_which
@reaching
def restart(
    reach: Reach, *, args: tuple[str, ...], filenames: tuple[str, ...], selector: str
) -> int:
    """Replace the pods of workloads, as a new revision would."""
    from kubeobj.cli.restarting import restart_workload

    for target in _targets(reach, args, filenames, selector):
        restart_workload(reach, target)
        click.echo(f"{target} restarted")
    return 0


@command.command()
@_which
@reaching
def pause(reach: Reach, *, args: tuple[str, ...], filenames: tuple[str, ...], selector: str) -> int:
    """Let changes of deployments wait."""
    for target in _targets(reach, args, filenames, selector):
        _set_paused(reach, target, paused=True)
        click.echo(f"{target} paused")
    return 0


@command.command()
@_which
@reaching
def resume(
    reach: Reach, *, args: tuple[str, ...], filenames: tuple[str, ...], selector: str
) -> int:
    """Let the changes of paused deployments go on."""
    for target in _targets(reach, args, filenames, selector):
        _set_paused(reach, target, paused=False)
        click.echo(f"{target} resumed")
    return 0


def _targets(
    reach: Reach, args: Sequence[str], filenames: Sequence[str], selector: str
) -> list[Target]:
    from kubeobj.cli.deleting import chosen

    targets = targets_of(reach, args, filenames)
    found = list(chosen(reach, targets, None, selector, "", latest=True))
    if not found:
        raise CommandFailed("no objects found")
    return found


def _set_paused(reach: Reach, target: Target, *, paused: bool) -> None:
    workload: Wire = reach.get(target.resource, target.name, target.namespace)
    verb = "pausing" if paused else "resuming"
    what = f'{target.resource.group_version_resource.group_resource} "{target.name}"'
    if workload["kind"] != "Deployment":
        raise CommandFailed(f"{verb} is not supported")
    if bool(workload["spec"].get("paused")) == paused:
        raise CommandFailed(f"{what} {'is already paused' if paused else 'is not paused'}")
    path = reach.path(target.resource, target.namespace, target.name)
    patch = {"spec": {"paused": True if paused else None}}
    reach.write("PATCH", path, patch, media="application/merge-patch+json")
