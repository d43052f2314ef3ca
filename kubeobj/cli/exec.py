"""`kubeobj exec`: run a command in a container."""

from typing import final

import click

from kubeobj.cli.connecting import Reach, reaching


@final
class _ExecCommand(click.Command):
    """What takes options on both sides of the pod, and all that follows ``--`` as it is."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options and the pod before ``--``, and the words after it."""
        end = args.index("--") if "--" in args else len(args)
        rest = super().parse_args(ctx, args[:end])
        if ctx.params.get("words") and not ctx.resilient_parsing:
            msg = "exec POD COMMAND is not supported; use exec POD -- COMMAND instead"
            raise click.UsageError(msg, ctx)
        ctx.params["words"] = tuple(args[end + 1 :])
        return rest


@click.command(
    "exec",
    cls=_ExecCommand,
    epilog="""\b
Examples:
  kubeobj exec web-0 -- date
  kubeobj exec web-0 -it -c web -n shop -- sh
  kubeobj exec deploy/web -- env
""",
)
@click.option("-c", "--container", default="", help="In this container.")
@click.option("-i", "--stdin", "has_stdin", is_flag=True, help="Send it what is typed.")
@click.option("-t", "--tty", "has_tty", is_flag=True, help="Give it a terminal.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what it prints.")
@click.argument("name", metavar="POD | TYPE/NAME")
@click.argument("words", metavar="[-c CONTAINER] -- COMMAND [ARG]...", nargs=-1)
@reaching
def command(  # noqa: PLR0913 - kubectl's options
    reach: Reach,
    *,
    container: str,
    has_stdin: bool,
    has_tty: bool,
    quiet: bool,
    name: str,
    words: tuple[str, ...],
) -> int:
    """Run a command in a container, and exit as it does."""
    from kubeobj.cli.podtargets import chosen_container, first_pod, pod_target
    from kubeobj.cli.terminal import run_session

    if not words:
        raise click.UsageError("you must specify at least one command for the container")
    pod = first_pod(reach, pod_target(reach, name))
    chosen = chosen_container(pod, container, quiet=quiet)
    return run_session(
        lambda tty: reach.streams.exec(
            pod["metadata"]["name"],
            words,
            container=chosen,
            stdin=has_stdin,
            tty=tty,
            namespace=pod["metadata"]["namespace"],
        ),
        stdin=has_stdin,
        tty=has_tty,
        quiet=quiet,
    )
