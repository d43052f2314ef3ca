"""`kubeobj up`: keep manifests true on this machine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final, final

import click

from kubeobj.cli.output import output_option, print_json, print_text, printable
from kubeobj.cli.paths import path_options, required
from kubeobj.cli.progress import progress
from kubeobj.cli.stateoption import state_directory, state_option
from kubeobj.clock import LiveClock
from kubeobj.errors import KubeobjError

if TYPE_CHECKING:
    from kubeobj.api.client import Client
    from kubeobj.cli.inputs import Inputs
    from kubeobj.cli.upagent import Agent
    from kubeobj.cli.upfollow import Followed
    from kubeobj.cli.upread import Unusable
    from kubeobj.cluster.statedirectory import StateDirectory
    from kubeobj.cluster.workloadstates import WorkloadId
    from kubeobj.documents import Document, JsonValue

RUNTIMES: Final = ("auto", "process", "docker", "podman")


@click.command(
    "up",
    epilog="""\b
Examples:
  kubeobj up -f docs/examples/shop --runtime process
  kubeobj up -f shop.yaml --detach
  kubeobj up -f shop.yaml --state ./state --prune
  kubeobj up --detach
""",
)
@path_options
@click.option(
    "-R",
    "--recursive",
    is_flag=True,
    help="As in kubectl; directories are read with those in them anyway.",
)
@click.option(
    "--runtime",
    type=click.Choice(RUNTIMES),
    default="auto",
    show_default=True,
    help="What runs pods. auto: what this state has had before, else Docker or Podman if one of"
    " them answers, else processes of this machine.",
)
@click.option("--detach", "-d", is_flag=True, help="Go on without the terminal.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=120.0,
    show_default=True,
    help="How many seconds to wait until everything is ready.",
)
@click.option("--prune", is_flag=True, help="Delete what was applied before and is not here.")
@state_option
@output_option("text", "json")
def command(  # noqa: PLR0913 - one for each option
    *,
    filenames: tuple[str, ...],
    paths: tuple[str, ...],
    recursive: bool,
    runtime: str,
    detach: bool,
    timeout: float,
    prune: bool,
    state: str | None,
    output: str,
) -> int:
    """Keep manifests true on this machine.

    Everything is checked first; nothing is done if the API would refuse any of it. Then it is
    applied, and kept true until Ctrl-C, which ends the pods in order; with --detach it goes on
    until `kubeobj down`. Given again, it changes what runs; without files it goes on with what
    was applied before.

    Pods are containers of Docker or Podman, or processes of this machine: each with an address of
    its own, its volumes, probes and limits, behind Services that have addresses, too.
    """
    del recursive
    from kubeobj.cli.upread import Unusable, read_all

    directory, files = state_directory(state), filenames + paths
    if files or prune or not directory.exists:
        files = required(files)
    asked = _Asked(files, runtime, timeout, prune, output)
    try:
        with progress() as bar:
            given = read_all(asked.paths, bar)
        if directory.is_held:
            asked.say(
                f"The cluster in {directory.path} runs already (process {directory.holder});"
                " it is changed."
            )
            return _change(asked, directory, given)
        return _begin(asked, directory, given, detach=detach)
    except Unusable as error:
        return _refuse(error)


@final
@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for; without paths, what was applied before is kept true."""

    paths: tuple[str, ...]
    runtime: str
    timeout: float
    prune: bool
    output: str

    @property
    def as_json(self) -> bool:
        """Whether the answer is to be JSON."""
        return self.output == "json"

    def say(self, text: str) -> None:
        """Say something, if people read it."""
        if not self.as_json:
            click.echo(printable(text))


def _refuse(error: "Unusable") -> int:
    from kubeobj.cli.findings import finding_lines

    for line in finding_lines(error.findings, error.inputs, notes=("Nothing has been applied.",)):
        click.echo(line, err=True)
    return 1


# ---------------------------------------------------------------- a cluster that runs


def _load() -> None:
    """Load what is needed to ask a cluster, which takes about as long as one takes to start."""
    for name in ("kubeobj.remote.client", "kubeobj.cli.upapply", "kubeobj.cli.upfollow"):
        import_module(name)


def _begin(asked: _Asked, directory: "StateDirectory", given: "Inputs", *, detach: bool) -> int:
    """Begin a cluster; nothing is left of a new one that the manifests do not fit."""
    from kubeobj.cli.down import clean_up
    from kubeobj.cli.upread import Unusable

    is_new = not directory.exists
    try:
        return (_detach if detach else _keep)(asked, directory, given)
    except Unusable:
        if is_new:
            clean_up(directory, asked.timeout, volumes=True)
        raise


def _detach(asked: _Asked, directory: "StateDirectory", given: "Inputs") -> int:
    """Begin a cluster in a process of its own, and do as with one that runs.

    Raises:
        Unusable: If the manifests do not fit the cluster; it has ended again.
    """
    from kubeobj.cli.down import end
    from kubeobj.cli.upagent import start_detached
    from kubeobj.cli.upread import Unusable

    pid = start_detached(directory, asked.runtime, meanwhile=_load)
    try:
        return _change(asked, directory, given)
    except Unusable:
        end(directory, asked.timeout)
        raise
    except (KubeobjError, KeyboardInterrupt):
        text = f"The cluster runs (process {pid}). End it: kubeobj down{_option(directory)}"
        click.echo(printable(text), err=True)
        raise


def _change(asked: _Asked, directory: "StateDirectory", given: "Inputs") -> int:
    """Apply manifests to a cluster that another process runs, and wait until they are ready.

    Raises:
        Unusable: If they do not fit the cluster; nothing is done then.
    """
    from kubeobj.remote.client import connect

    client = connect(directory.path)
    try:
        status = client.status()
        _check_runtime(asked, status)
        asked.say(_about_runtime(status))
        followed = _brought_up(asked, client, given)
        status = client.status()
        where = _where_to_look(asked, client, given, status)
        if asked.as_json:
            print_json(_record(directory, status, followed))
        else:
            where += _troubles(status)
            print_text([*_verdict(followed), *where, _ENDING.format(_option(directory))])
        return 0 if followed.are_ready else 1
    finally:
        client.close()


def _check_runtime(asked: _Asked, status: "Document") -> None:
    """Make sure that what runs pods is what is asked for.

    Raises:
        StateError: If it is something else.
    """
    from kubeobj.cluster.statedirectory import StateError

    runtime = status["runtime"]
    there = runtime["name"] if isinstance(runtime, dict) else ""
    if asked.runtime not in {"auto", there}:
        msg = (
            f"the pods of this cluster are run by {there}, not {asked.runtime}:"
            " name another state with --state, or end this one with `kubeobj down --volumes`"
        )
        raise StateError(msg)


def _keep(asked: _Asked, directory: "StateDirectory", given: "Inputs") -> int:
    """Be the cluster until Ctrl-C.

    Raises:
        Unusable: If the manifests do not fit the cluster; it has ended again.
    """
    from kubeobj.cli.upagent import Agent
    from kubeobj.cli.upread import Unusable

    agent = Agent(directory.path, asked.runtime)
    agent.on_signals(_say_ending)
    agent.start()
    is_kept = True
    try:
        status = agent.cluster.status()
        asked.say(_about_runtime(status))
        followed = _brought_up(asked, agent.cluster.client, given, agent)
        if agent.is_ending:
            return 130
        status = agent.cluster.status()
        if asked.as_json:
            print_json(_record(directory, status, followed))
        else:
            where = _where_to_look(asked, agent.cluster.client, given, status)
            where += _troubles(status)
            print_text([*_verdict(followed), *where, "Ctrl-C ends it."])
        _watch_over(asked, agent, given)
        return 0
    except Unusable:
        is_kept = False
        raise
    finally:
        agent.stop()
        if is_kept:
            asked.say(
                "All pods have ended. What was applied is kept; `kubeobj up` goes on with it."
            )


def _say_ending(times: int) -> None:
    text = "Ending the pods, each with its time of grace; Ctrl-C again hurries them."
    click.echo(f"\n{text}" if times == 1 else "Hurrying.", err=True)


def _watch_over(asked: _Asked, agent: "Agent", given: "Inputs") -> None:
    """Tell what happens to workloads, until the end is asked for."""
    from kubeobj.cli.upshow import Lines
    from kubeobj.cluster.workloadstates import look

    client, clock = agent.cluster.client, LiveClock()
    ids, lines = _workloads(asked, client, given), Lines()
    lines.remember(look(client, ids, clock.now()))
    while not agent.wait(1.0):
        if not asked.as_json:
            lines.update(look(client, ids, clock.now()))


def _brought_up(
    asked: _Asked,
    client: "Client",
    given: "Inputs",
    agent: "Agent | None" = None,
) -> "Followed":
    """Apply manifests, and show how they come up.

    Raises:
        Unusable: If they do not fit the cluster; nothing is done then.
    """
    from kubeobj.cli.upfollow import follow
    from kubeobj.cli.upshow import show_on

    if asked.paths:
        _apply(asked, client, given)
    else:
        asked.say("No files are given: it goes on with what was applied before.")
    ids = _workloads(asked, client, given)
    show = show_on(is_quiet=asked.as_json)
    if agent is None:
        return follow(client, ids, show, within=asked.timeout)
    return follow(
        client, ids, show, within=asked.timeout, is_over=lambda: agent.is_ending, sleep=agent.wait
    )


def _apply(asked: _Asked, client: "Client", given: "Inputs") -> None:
    from kubeobj.cli.upapply import apply, left_over, prune
    from kubeobj.cli.upread import check_places

    check_places(client, given)
    done = apply(client, given.manifests)
    asked.say(done.summary)
    left = left_over(client, given.manifests)
    if left and asked.prune:
        prune(client, left)
        asked.say(f"Deleted, for it is in none of the files: {_listed(left)}.")
    elif left:
        asked.say(f"Left as it is, though it is in none of the files: {_listed(left)}.")
        asked.say("  --prune deletes it.")


def _workloads(asked: _Asked, client: "Client", given: "Inputs") -> "Sequence[WorkloadId]":
    from kubeobj.cli.upfollow import stored_workloads, workloads_in

    if asked.paths:
        return workloads_in(given.manifests, client.namespace)
    return stored_workloads(client)


def _listed(names: Iterable[object]) -> str:
    found = [str(one) for one in names]
    shown = ", ".join(found[:8])
    return f"{shown} and {len(found) - 8} more" if len(found) > 8 else shown


# ---------------------------------------------------------------- what is said in the end

_ENDING: Final = """\
See more:   kubeobj get pods{0}
            kubeobj logs -f POD{0}
End it:     kubeobj down{0}"""


def _option(directory: "StateDirectory") -> str:
    """Return the option by which other commands find the cluster, if they need one."""
    from kubeobj.cluster.statedirectory import default_state

    is_default = directory.path == default_state().absolute()
    return "" if is_default else f" --state {directory.path}"


def _about_runtime(status: "Document") -> str:
    runtime = status["runtime"]
    assert isinstance(runtime, dict)  # noqa: S101 - as the cluster says it
    return f"Pods are {runtime['what']}, {runtime['why']}."


def _verdict(followed: "Followed") -> list[str]:
    number = len(followed.states)
    if followed.are_ready:
        what = "1 workload is" if number == 1 else f"All {number} workloads are"
        return [f"{what} ready after {followed.seconds:.1f} s." if number else "Applied."]
    lacking = [one for one in followed.states if not one.is_well]
    text = f"{len(lacking)} of {number} workloads are not ready after {followed.seconds:.1f} s"
    return [f"{text}; they are still tried."]


def _where_to_look(
    asked: _Asked, client: "Client", given: "Inputs", status: "Document"
) -> list[str]:
    from kubeobj.cli.whereto import where_lines

    services = [one for one in given.manifests if one.kind == "Service"]
    namespaces = [one.namespace or client.namespace for one in services] if asked.paths else [""]
    return where_lines(client, namespaces, status)


def _troubles(status: "Document") -> list[str]:
    """Return what is wrong with the cluster itself, with what to do about it."""
    found = status["troubles"]
    return [printable(f"! {one}") for one in found] if isinstance(found, list) else []


def _record(
    directory: "StateDirectory", status: "Document", followed: "Followed"
) -> dict[str, "JsonValue"]:
    from kubeobj.cli.upfollow import state_record

    return {
        "state": str(directory.path),
        "cluster": status,
        "ready": followed.are_ready,
        "seconds": round(followed.seconds, 3),
        "workloads": [state_record(one) for one in followed.states],
    }
