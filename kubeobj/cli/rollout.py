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
from kubeobj.cli.refusals import answered_each
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

    def one(target: Target) -> None:
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

    return answered_each(_targets(reach, args, filenames, selector), one)


@command.command()
@_which
@click.option("--revision", type=click.IntRange(min=0), default=0, help="Show this one whole.")
@reaching
def history(
    reach: Reach, *, args: tuple[str, ...], filenames: tuple[str, ...], selector: str, revision: int
) -> int:
    """Show the revisions of workloads."""
    from kubeobj.cli.describing.podtemplates import template_text
    from kubeobj.cli.printing.elastictabs import aligned
    from kubeobj.cli.revisions import revisions, shown_template

    def one(target: Target) -> None:
        workload = reach.get(target.resource, target.name, target.namespace)
        found = revisions(reach, target, workload)
        if not revision:
            lines = ["REVISION\tCHANGE-CAUSE"]
            lines += [f"{each.number}\t{each.cause or '<none>'}" for each in found]
            table = aligned("".join(f"{line}\n" for line in lines))
            click.echo(f"{target} \n{table}")
            return
        chosen = [each for each in found if each.number == revision]
        if not chosen:
            raise CommandFailed("unable to find the specified revision")
        text = template_text(shown_template(chosen[0]))
        click.echo(f"{target} with revision #{revision}\n{text}")

    return answered_each(_targets(reach, args, filenames, selector), one)


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

    def one(target: Target) -> None:
        workload = reach.get(target.resource, target.name, target.namespace)
        done = bring_back(reach, target, workload, to_revision, dry_run=dry_run)
        click.echo(f"{target} {done}{dry_run_ending(dry_run)}")

    return answered_each(_targets(reach, args, filenames, selector), one)


@command.command()
@_which
@reaching
def restart(
    reach: Reach, *, args: tuple[str, ...], filenames: tuple[str, ...], selector: str
) -> int:
    """Replace the pods of workloads, as a new revision would."""
    from kubeobj.cli.restarting import restart_workload

    def one(target: Target) -> None:
        restart_workload(reach, target)
        click.echo(f"{target} restarted")

    return answered_each(_targets(reach, args, filenames, selector), one)


@command.command()
@_which
@reaching
def pause(reach: Reach, *, args: tuple[str, ...], filenames: tuple[str, ...], selector: str) -> int:
    """Let changes of deployments wait."""
    return answered_each(
        _targets(reach, args, filenames, selector),
        lambda target: _set_paused(reach, target, paused=True),
    )


@command.command()
@_which
@reaching
def resume(
    reach: Reach, *, args: tuple[str, ...], filenames: tuple[str, ...], selector: str
) -> int:
    """Let the changes of paused deployments go on."""
    return answered_each(
        _targets(reach, args, filenames, selector),
        lambda target: _set_paused(reach, target, paused=False),
    )


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
    if workload["kind"] != "Deployment":
        raise CommandFailed(f"{target.title} {verb} is not supported")
    if bool(workload["spec"].get("paused")) == paused:
        raise CommandFailed(f"{target.title} {'is already paused' if paused else 'is not paused'}")
    path = reach.path(target.resource, target.namespace, target.name)
    patch = {"spec": {"paused": True if paused else None}}
    reach.write("PATCH", path, patch, media="application/merge-patch+json")
    click.echo(f"{target} {'paused' if paused else 'resumed'}")
