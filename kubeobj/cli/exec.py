"""`kubeobj exec`: run a command in a container."""

import click

from kubeobj.cli.connecting import Reach, reaching


@click.command(
    "exec",
    context_settings={"ignore_unknown_options": False, "allow_interspersed_args": False},
    epilog="""\b
Examples:
  kubeobj exec web-0 -- date
  kubeobj exec -it web-0 -c web -- sh
  kubeobj exec deploy/web -- env
""",
)
@click.option("-c", "--container", default="", help="In this container.")
@click.option("-i", "--stdin", "has_stdin", is_flag=True, help="Send it what is typed.")
@click.option("-t", "--tty", "has_tty", is_flag=True, help="Give it a terminal.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what it prints.")
@click.argument("name", metavar="POD | TYPE/NAME")
@click.argument(
    "words", metavar="[-c CONTAINER] -- COMMAND [ARG]...", nargs=-1, type=click.UNPROCESSED
)
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

    asked = ExecWords.split(words)
    container = asked.container or container
    if not asked.command:
        raise click.UsageError("you must specify at least one command for the container")
    pod = first_pod(reach, pod_target(reach, name))
    chosen = chosen_container(pod, container, quiet=quiet)
    has_stdin, has_tty = has_stdin or asked.has_stdin, has_tty or asked.has_tty
    return run_session(
        lambda tty: reach.streams.exec(
            pod["metadata"]["name"],
            asked.command,
            container=chosen,
            stdin=has_stdin,
            tty=tty,
            namespace=pod["metadata"]["namespace"],
        ),
        stdin=has_stdin,
        tty=has_tty,
    )


class ExecWords:
    """What stands after the name of the pod: options up to ``--``, and the command."""

    def __init__(self) -> None:
        self.container: str = ""
        self.has_stdin: bool = False
        self.has_tty: bool = False
        self.command: tuple[str, ...] = ()

    @classmethod
    def split(cls, words: tuple[str, ...]) -> "ExecWords":
        """Return what *words* say.

        >>> found = ExecWords.split(("-it", "-c", "web", "--", "sh", "-c", "date"))
        >>> found.container, found.has_stdin, found.has_tty, found.command
        ('web', True, True, ('sh', '-c', 'date'))
        """
        found = cls()
        rest = list(words)
        while rest and rest[0] != "--" and rest[0].startswith("-"):
            word = rest.pop(0)
            if word in {"-c", "--container"} and rest:
                found.container = rest.pop(0)
            elif word.startswith("--container="):
                found.container = word.partition("=")[2]
            elif word in {"-i", "--stdin"}:
                found.has_stdin = True
            elif word in {"-t", "--tty"}:
                found.has_tty = True
            elif word in {"-it", "-ti"}:
                found.has_stdin = found.has_tty = True
            else:
                raise click.NoSuchOption(word)
        found.command = tuple(rest[1:] if rest[:1] == ["--"] else rest)
        return found
