"""How a command is told which cluster is meant: ``--state DIR``, ``$KUBEOBJ_STATE``, or neither."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import click

if TYPE_CHECKING:
    from kubeobj.cluster.statedirectory import StateDirectory

_Options = ParamSpec("_Options")


def state_option(command: Callable[_Options, int]) -> Callable[_Options, int]:
    """Add ``--state`` to *command*."""
    return click.option(
        "--state",
        metavar="DIR",
        type=click.Path(),
        help="Where the cluster has its state; by default $KUBEOBJ_STATE, or kubeobj/default in"
        " $XDG_STATE_HOME or ~/.local/state.",
    )(command)


def state_directory(state: str | None) -> "StateDirectory":
    """Return the state that is meant."""
    from kubeobj.cluster.statedirectory import StateDirectory, default_state

    if state == "":
        raise click.UsageError("--state is empty; leave it out for the default.")
    return StateDirectory(default_state() if state is None else Path(state))
