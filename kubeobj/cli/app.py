"""The root of the `kubeobj` command, and the one place where a run ends.

Exit codes: 0 true or clean, 1 false or findings, 2 misuse or input that cannot be used, 130
interrupted, 141 nobody reads the output any more. A command returns its code, or raises.
"""

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from typing import final

import click

from kubeobj.cli.errors import report
from kubeobj.errors import KubeobjError

NAME = "kubeobj"
COMPLETE_VARIABLE = "_KUBEOBJ_COMPLETE"
"""What a shell sets when it asks for completions."""

INTERRUPTED = 130
BROKEN_PIPE = 141
"""What a shell reports for a program that the closed pipe killed: 128 and SIGPIPE."""

_SECTIONS = {
    "A cluster on this machine": ("up", "down", "status", "backup", "restore"),
    "What is in it": ("get", "describe", "logs", "events", "top", "wait"),
    "Change it": ("apply", "delete", "scale", "rollout", "restart", "label", "annotate"),
    "Reach into it": ("exec", "attach", "port-forward"),
    "Files, without a cluster": (
        *("lint", "validate", "diff", "explain", "convert", "default", "simulate", "plan"),
    ),
    "Selectors": ("selector", "select"),
    "Others": ("api-resources", "completion"),
}
_COMMANDS = tuple(name for names in _SECTIONS.values() for name in names)

_TRUTHS = {
    **dict.fromkeys(("1", "t", "T", "true", "True", "TRUE"), True),
    **dict.fromkeys(("0", "f", "F", "false", "False", "FALSE"), False),
}
"""What Go takes for a boolean."""

_HIDDEN = ("agent",)
"""Commands that commands run."""


@final
class Root(click.Group):
    """The commands, each imported from the module of its name when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order that help shows them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command called *cmd_name*, if there is one."""
        if cmd_name not in _COMMANDS and cmd_name not in _HIDDEN:
            return None
        module = import_module(f"kubeobj.cli.{cmd_name.replace('-', '')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, section by section."""
        width = max(map(len, _COMMANDS))
        for title, names in _SECTIONS.items():
            rows = []
            for name in names:
                command = self.get_command(ctx, name)
                limit = formatter.width - 6 - width
                rows.append(
                    (name.ljust(width), command.get_short_help_str(limit) if command else "")
                )
            with formatter.section(title):
                formatter.write_dl(rows)


@click.command(
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  kubeobj up -f manifests/
  kubeobj get pods -o wide
  kubeobj logs -f -l app=web
  kubeobj lint -f manifests/
  kubeobj selector overlap 'app=web' 'tier!=cache'

\b
Exit codes:
  0 yes, or nothing found   1 no, or findings   2 misuse or unusable input
""",
)
@click.version_option(package_name=NAME, prog_name=NAME, message="%(prog)s %(version)s")
def root() -> None:
    """Keep Kubernetes manifests true on this machine, and ask about them.

    Commands about files and selectors need no cluster, and contact none.
    """


def run(args: Sequence[str]) -> int:
    """Run the command with *args*, print what there is to print, and return the exit code."""
    _print_anything()
    try:
        return _answer(args)
    except KeyboardInterrupt:
        if sys.stderr and sys.stderr.isatty():
            click.echo(err=True)  # ends the line that shows ^C
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return BROKEN_PIPE
    except OSError as error:
        # Reading has its own errors, so what is left is the output: a full disk, say.
        with contextlib.suppress(OSError):
            click.echo(f"Error: cannot write the output: {error.strerror}", err=True)
        _discard_output()
        return 2


def _answer(args: Sequence[str]) -> int:
    try:
        code = _invoke(_plain_flags(args))
    except click.exceptions.Exit as done:
        code = done.exit_code
    except (click.ClickException, KubeobjError) as error:
        report([error], as_json=_wants_json(args))
        code = 2
    if sys.stdout:
        sys.stdout.flush()
    return code


def _invoke(args: Sequence[str]) -> int:
    instruction = os.environ.get(COMPLETE_VARIABLE)
    if instruction:
        from click.shell_completion import shell_complete

        return shell_complete(root, {}, NAME, COMPLETE_VARIABLE, instruction)
    with root.make_context(NAME, list(args)) as context:
        if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            context.color = False
        code: int = root.invoke(context)
    return code


def _plain_flags(args: Sequence[str]) -> list[str]:
    """Return *args* with flags as click writes them, where Go says ``--watch=false``.

    One that is true is said, one that is false is left out, or said with ``no``; options that take
    a value keep it. What follows ``--`` is nobody's flag.
    """
    end = args.index("--") if "--" in args else len(args)
    asked = args[:end]
    if not any(one.startswith("-") and one.partition("=")[2] in _TRUTHS for one in asked):
        return list(args)
    flags = _flags(asked)
    return [*(plain for one in asked for plain in _plain(one, flags)), *args[end:]]


def _plain(word: str, flags: Mapping[str, list[str]]) -> list[str]:
    name, _, value = word.partition("=")
    if name not in flags or value not in _TRUTHS:
        return [word]
    return [name] if _TRUTHS[value] else flags[name]


def _flags(words: Sequence[str]) -> dict[str, list[str]]:
    """Return the flags of the command that *words* are for, and how to say that each is false."""
    command: click.Command = root
    context = click.Context(root)
    for word in words:
        if isinstance(command, click.Group):
            command = command.get_command(context, word) or command
    return {
        name: one.secondary_opts[:1]
        for one in command.params
        if isinstance(one, click.Option) and one.is_bool_flag
        for name in one.opts
    }


def _wants_json(args: Sequence[str]) -> bool:
    """Say whether *args* ask for JSON, even where they cannot be parsed."""
    return (
        any(first in {"-o", "--output"} and second == "json" for first, second in pairwise(args))
        or "-ojson" in args
        or "--output=json" in args
        or "--json" in args
    )


def _print_anything() -> None:
    """Make the standard streams escape what their encoding lacks instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _discard_output() -> None:
    """Send what a broken stream still holds nowhere, so that the interpreter does not try again."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)
