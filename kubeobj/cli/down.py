"""`kubeobj down`: end what `kubeobj up` keeps true."""

import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import click

from kubeobj.cli.output import output_option, print_json, printable
from kubeobj.cli.stateoption import state_directory, state_option
from kubeobj.clock import LiveClock
from kubeobj.errors import KubeobjError

if TYPE_CHECKING:
    from kubeobj.cluster.statedirectory import StateDirectory

_LOOKED_EVERY_SECONDS: Final = 0.05


@click.command(
    "down",
    epilog="""\b
Examples:
  kubeobj down
  kubeobj down --volumes
  kubeobj down --state ./state --timeout 10
""",
)
@click.option("--volumes", is_flag=True, help="Remove all state, with the data in volumes.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    help="How many seconds pods may take to end before they are ended by force.",
)
@state_option
@output_option("text", "json")
def command(*, volumes: bool, timeout: float, state: str | None, output: str) -> int:
    """End what `kubeobj up` keeps true.

    Pods are ended in order, each with its time of grace. What was applied is kept, with the data
    in volumes, and the next `kubeobj up` goes on with it; --volumes removes it all. If the process
    that kept it true is gone, what it has left is cleaned up.
    """
    directory = state_directory(state)
    directory.check_directory()
    if volumes:
        directory.check_removable()
    was_running = directory.is_held
    if was_running:
        end(directory, timeout)
    removed, left = clean_up(directory, timeout, volumes=volumes)
    if output == "json":
        print_json(
            {
                "state": str(directory.path),
                "wasRunning": was_running,
                "leftPods": removed,
                "removed": volumes,
            }
        )
        return 0
    _say(directory, was_running=was_running, removed=removed, volumes=volumes)
    if left:
        click.echo(printable(f"What is not the cluster's is left there: {', '.join(left)}."))
    return 0


def _say(directory: "StateDirectory", *, was_running: bool, removed: int, volumes: bool) -> None:
    if was_running:
        text = "All pods have ended."
    elif removed:
        text = f"Nothing kept it true any more; {removed} pods that were left have ended."
    elif not volumes and not directory.exists:
        text = f"There is no cluster in {directory.path}."
    else:
        text = "Nothing was running."
    click.echo(text)
    if volumes:
        click.echo(printable(f"The state in {directory.path} has been removed."))
    elif directory.exists:
        click.echo(printable(f"What was applied is kept in {directory.path}."))


def end(directory: "StateDirectory", timeout: float) -> None:
    """Let the process that runs the cluster end, by force if it takes too long.

    Args:
        directory: The state of the cluster.
        timeout: How long its pods may take, in seconds.

    Raises:
        KubeobjError: If it is a program of somebody's own.
    """
    from kubeobj.api.errors import MethodNotAllowed
    from kubeobj.remote.client import connect
    from kubeobj.remote.errors import NoCluster

    client = connect(directory.path)
    held_by = directory.held_by
    try:
        client.shut_down()
    except MethodNotAllowed:
        raise _part_of_a_program(directory) from None
    except NoCluster:
        _end_silent(directory, timeout)
    finally:
        client.close()
    if _is_free(directory, timeout):
        return
    with suppress(KubeobjError):
        client.shut_down()  # a second time means: hurry
    if not _is_free(directory, 10.0):
        if directory.held_by == held_by and held_by[1] != "cleanup":
            _signal(held_by[0], signal.SIGKILL)
        _is_free(directory, 10.0)
    client.close()


def _part_of_a_program(directory: "StateDirectory") -> KubeobjError:
    where, pid = directory.path, directory.holder
    return KubeobjError(f"the cluster in {where} is part of a program (process {pid}): end that")


def _end_silent(directory: "StateDirectory", within: float) -> None:
    """Let a process end that holds the state, and does not answer; another `down` does so itself.

    Raises:
        KubeobjError: If it is a program of somebody's own.
    """
    clock = LiveClock()
    end, before = clock.now() + within, (0, "")
    while directory.is_held and clock.now() < end:
        pid, how = held_by = directory.held_by
        # Seen twice, it is not what the one before has left there.
        if pid and held_by == before:
            if how == "signal":
                _signal(pid, signal.SIGTERM)
                return
            if how != "cleanup":
                raise _part_of_a_program(directory)
        before = held_by
        time.sleep(_LOOKED_EVERY_SECONDS)


def _is_free(directory: "StateDirectory", within: float) -> bool:
    """Wait until nobody runs the cluster; return whether that is so."""
    clock = LiveClock()
    end = clock.now() + within
    while directory.is_held:
        if clock.now() >= end:
            return False
        time.sleep(_LOOKED_EVERY_SECONDS)
    return True


def _signal(pid: int, number: signal.Signals) -> None:
    if pid > 0:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def clean_up(
    directory: "StateDirectory", timeout: float, *, volumes: bool
) -> tuple[int, tuple[str, ...]]:
    """End the pods that a process has left which is gone, and remove the state if asked for.

    Args:
        directory: The state.
        timeout: How long to wait for another that does so, in seconds.
        volumes: Whether the state is to be removed.

    Returns:
        How many pods those were, and what is left in the directory that is not the cluster's.

    Raises:
        KubeobjError: If the state cannot be used, or not all of it can be removed.
    """
    from kubeobj.cluster.leftovers import end_left_over

    if not (directory.exists or (volumes and directory.path.exists())):
        return 0, ()
    _hold(directory, timeout)
    try:
        number = end_left_over(directory)
        return number, directory.remove() if volumes else ()
    finally:
        directory.release()


def _hold(directory: "StateDirectory", within: float) -> None:
    """Hold the state, once another that ends it has done so.

    Raises:
        KubeobjError: If it cannot be held.
    """
    from kubeobj.cluster.statedirectory import StateInUse

    clock = LiveClock()
    end = clock.now() + within
    directory.is_cleaned_up = True
    while True:
        try:
            directory.hold()
        except StateInUse:
            if clock.now() >= end:
                raise
            time.sleep(_LOOKED_EVERY_SECONDS)
        else:
            return
