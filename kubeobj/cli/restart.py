"""`kubeobj restart`: let workloads or pods begin anew."""

import click

from kubeobj.cli.connecting import CommandFailed, Reach, reaching, selector_option
from kubeobj.cli.resourceargs import Target, targets_of


@click.command(
    "restart",
    epilog="""\b
Examples:
  kubeobj restart deployment/web
  kubeobj restart statefulset db
  kubeobj restart pod/web-7d4b9-x2x
""",
)
@click.argument("args", metavar="TYPE NAME... | TYPE/NAME...", nargs=-1, required=True)
@selector_option
@reaching
def command(reach: Reach, *, args: tuple[str, ...], selector: str) -> int:
    """Let workloads replace their pods one by one, or replace single pods at once."""
    from kubeobj.cli.deleting import chosen
    from kubeobj.cli.refusals import answered_each
    from kubeobj.cli.restarting import replace_pod, restart_workload

    targets = targets_of(reach, args, needs_name=not selector)
    found = list(chosen(reach, targets, None, selector, ""))
    if not found:
        raise CommandFailed("no objects found")

    def one(target: Target) -> None:
        if target.resource.kind.kind == "Pod":
            click.echo(f"{target} {replace_pod(reach, target)}")
        else:
            restart_workload(reach, target)
            click.echo(f"{target} restarted")

    return answered_each(found, one)
