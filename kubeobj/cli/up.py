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

if TYPE_CHECKING:
    from kubeobj.api.client import Client
    from kubeobj.cli.upagent import Agent
    from kubeobj.cli.upfollow import Followed
    from kubeobj.cluster.statedirectory import StateDirectory
    from kubeobj.documents import Document, JsonValue
    from kubeobj.manifests import Manifest

RUNTIMES: Final = ("auto", "process", "docker", "podman")


@click.command(
    "up",
    epilog="""\b
Examples:
  kubeobj up -f docs/examples/shop --runtime process
  kubeobj up -f shop.yaml --detach
  kubeobj up -f shop.yaml --state ./state --prune
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
    until `kubeobj down`. Given again, it changes what runs.

    Pods are containers of Docker or Podman, or processes of this machine: each with an address of
    its own, its volumes, probes and limits, behind Services that have addresses, too.
    """
    del recursive
    from kubeobj.cli.upread import Unusable, read_all

    asked = _Asked(required(filenames + paths), runtime, timeout, prune, output)
    with progress() as bar:
        try:
            manifests = read_all(asked.paths, bar)
        except Unusable as error:
            return _refuse(error)
    directory = state_directory(state)
    if directory.is_held:
        pid = directory.holder
        asked.say(f"The cluster in {directory.path} runs already (process {pid}); it is changed.")
        return _change(asked, directory, manifests)
    if detach:
        from kubeobj.cli.upagent import start_detached

        start_detached(directory, runtime, meanwhile=_load)
        return _change(asked, directory, manifests)
    return _keep(asked, directory, manifests)


@final
@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for."""

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


def _refuse(error: "Exception") -> int:
    from kubeobj.cli.findings import finding_lines
    from kubeobj.cli.upread import Unusable

    if not isinstance(error, Unusable):
        raise error
    for line in finding_lines(error.findings, error.inputs, notes=("Nothing has been applied.",)):
        click.echo(line, err=True)
    return 1


# ---------------------------------------------------------------- a cluster that runs


def _load() -> None:
    """Load what is needed to ask a cluster, which takes about as long as one takes to start."""
    for name in ("kubeobj.remote.client", "kubeobj.cli.upapply", "kubeobj.cli.upfollow"):
        import_module(name)


def _change(asked: _Asked, directory: "StateDirectory", manifests: Sequence["Manifest"]) -> int:
    """Apply manifests to a cluster that another process runs, and wait until they are ready."""
    from kubeobj.remote.client import connect

    client = connect(directory.path)
    try:
        status = client.status()
        _check_runtime(asked, status)
        asked.say(_about_runtime(status))
        followed = _brought_up(asked, client, manifests)
        status = client.status()
        where = _where_to_look(client, manifests, status)
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


def _keep(asked: _Asked, directory: "StateDirectory", manifests: Sequence["Manifest"]) -> int:
    """Be the cluster until Ctrl-C."""
    from kubeobj.cli.upagent import Agent

    agent = Agent(directory.path, asked.runtime)
    agent.on_signals(_say_ending)
    agent.start()
    try:
        status = agent.cluster.status()
        asked.say(_about_runtime(status))
        followed = _brought_up(asked, agent.cluster.client, manifests, agent)
        if agent.is_ending:
            return 130
        status = agent.cluster.status()
        if asked.as_json:
            print_json(_record(directory, status, followed))
        else:
            where = _where_to_look(agent.cluster.client, manifests, status) + _troubles(status)
            print_text([*_verdict(followed), *where, "Ctrl-C ends it."])
        _watch_over(asked, agent, manifests)
        return 0
    finally:
        agent.stop()
        asked.say("All pods have ended. What was applied is kept; `kubeobj up` goes on with it.")


def _say_ending(times: int) -> None:
    text = "Ending the pods, each with its time of grace; Ctrl-C again hurries them."
    click.echo(f"\n{text}" if times == 1 else "Hurrying.", err=True)


def _watch_over(asked: _Asked, agent: "Agent", manifests: Sequence["Manifest"]) -> None:
    """Tell what happens to workloads, until the end is asked for."""
    from kubeobj.cli.upfollow import workloads_in
    from kubeobj.cli.upshow import Lines
    from kubeobj.cluster.workloadstates import look

    client, clock = agent.cluster.client, LiveClock()
    ids, lines = workloads_in(manifests, client.namespace), Lines()
    lines.remember(look(client, ids, clock.now()))
    while not agent.wait(1.0):
        if not asked.as_json:
            lines.update(look(client, ids, clock.now()))


def _brought_up(
    asked: _Asked,
    client: "Client",
    manifests: Sequence["Manifest"],
    agent: "Agent | None" = None,
) -> "Followed":
    """Apply manifests, and show how they come up."""
    from kubeobj.cli.upapply import apply, left_over, prune
    from kubeobj.cli.upfollow import follow, workloads_in
    from kubeobj.cli.upshow import show_on

    done = apply(client, manifests)
    asked.say(done.summary)
    left = left_over(client, manifests)
    if left and asked.prune:
        prune(client, left)
        asked.say(f"Deleted, for it is in none of the files: {_listed(left)}.")
    elif left:
        asked.say(f"Left as it is, though it is in none of the files: {_listed(left)}.")
        asked.say("  --prune deletes it.")
    ids = workloads_in(manifests, client.namespace)
    show = show_on(is_quiet=asked.as_json)
    if agent is None:
        return follow(client, ids, show, within=asked.timeout)
    return follow(
        client, ids, show, within=asked.timeout, is_over=lambda: agent.is_ending, sleep=agent.wait
    )


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
    client: "Client", manifests: Sequence["Manifest"], status: "Document"
) -> list[str]:
    from kubeobj.cli.whereto import where_lines

    namespaces = [one.namespace or client.namespace for one in manifests if one.kind == "Service"]
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
