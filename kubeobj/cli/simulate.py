"""`kubeobj simulate`: what a cluster would make of manifests, with faults, on virtual time."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, final

import click

from kubeobj.cli.errors import UnreadableError
from kubeobj.cli.inputs import read_inputs
from kubeobj.cli.output import columns, print_json, print_text, printable
from kubeobj.cli.paths import path_options, required
from kubeobj.cli.progress import progress
from kubeobj.documents import JsonValue

if TYPE_CHECKING:
    from kubeobj.cli.simulaterun import Later, Outcome
    from kubeobj.cluster.availability import Availability
    from kubeobj.cluster.faulttext import PlannedFault
    from kubeobj.cluster.simulated import SimulatedCluster


@click.command(
    "simulate",
    epilog="""\b
Examples:
  kubeobj simulate -f shop/ --nodes 3 --for 10m -o report.html
  kubeobj simulate -f shop/ --fault node-crash=node-2@90s+5m --seed 7 -o report.html
  kubeobj simulate -f old/ --apply new/@2m --for 5m --json

\b
Faults: KIND=TARGET[,key=value...]@WHEN[+HOW_LONG]
  node-crash=NODE   partition=NODE   slow-node=NODE,times=10
  container-crash=NAMESPACE/POD,exit-code=137,reason=OOMKilled
  process-kill=PROCESS,down=5s   relist[=PROCESS]   clock-jump=30s
  unavailable conflicts throttled forgotten death-at-write lost-watches
  late-watches doubled-watches closed-watches [=PROCESS][,probability=0.5]
""",
)
@path_options
@click.option(
    "--nodes",
    metavar="N|FILE",
    default="3",
    show_default=True,
    help="The nodes: how many, or a file of Nodes.",
)
@click.option(
    "--for", "length", metavar="TIME", default="10m", show_default=True, help="How long to go on."
)
@click.option(
    "--apply",
    "later",
    metavar="PATH@WHEN",
    multiple=True,
    help="Apply this, too, when so much time has passed. May be given more than once.",
)
@click.option(
    "--fault",
    "faults",
    metavar="FAULT",
    multiple=True,
    help="Let this go wrong; see below. May be given more than once.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Decides what is left to chance."
)
@click.option(
    "--behaviour", metavar="FILE", type=click.Path(), help="How containers behave, as YAML or JSON."
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(),
    help="Write the report: a page, or only its picture if the name ends in .svg.",
)
@click.option(
    "--state",
    metavar="FILE",
    type=click.Path(),
    help="Write all objects as they are in the end, for plan.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def command(  # noqa: PLR0913 - the toolkit passes each option by name
    *,
    filenames: tuple[str, ...],
    paths: tuple[str, ...],
    nodes: str,
    length: str,
    later: tuple[str, ...],
    faults: tuple[str, ...],
    seed: int,
    behaviour: str | None,
    output: str | None,
    state: str | None,
    as_json: bool,
) -> int:
    """Run manifests in a simulated cluster, and report what happens.

    The cluster is Kubernetes' control loops and scheduler on simulated nodes; time is virtual, and
    the same command gives the same report, byte for byte. Exits with 1 if a workload has not what
    it asks for in the end, or if something was violated that must always be so.
    """
    asked = _Asked(
        required(filenames + paths), nodes, length, later, faults, seed, behaviour, output, state
    )
    with progress() as bar:
        manifests = read_inputs(asked.paths, bar)
        if manifests.problems:
            raise manifests.problems[0]
        from kubeobj.cli.simulaterun import Later, run

        seconds, planned = _seconds(length), _faults(faults)
        first = Later(0.0, ", ".join(asked.paths), manifests.manifests)
        cluster = asked.cluster()
        outcome = run(cluster, [first, *_later(later)], planned, seconds, bar)
        _write(asked, cluster, outcome)
    if as_json:
        print_json(_record(asked, outcome))
    else:
        print_text(_lines(asked, outcome))
    return 0 if outcome.is_good else 1


@final
@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command was asked for."""

    paths: tuple[str, ...]
    nodes: str
    length: str
    later: tuple[str, ...]
    faults: tuple[str, ...]
    seed: int
    behaviour: str | None
    output: str | None
    state: str | None

    def cluster(self) -> "SimulatedCluster":
        """Return the cluster, in which nothing has happened yet."""
        from kubeobj.cli.simulatebehaviours import read_behaviours, usual_behaviours
        from kubeobj.cli.simulatenodes import nodes_of
        from kubeobj.cluster.simulated import Plan, SimulatedCluster

        behaviours = read_behaviours(self.behaviour) if self.behaviour else usual_behaviours()
        plan = Plan(behaviours=behaviours)
        return SimulatedCluster.with_nodes(nodes_of(self.nodes), seed=self.seed, plan=plan)

    @property
    def replay(self) -> str:
        """The command that does the same again."""
        words = ["kubeobj", "simulate"]
        for path in self.paths:
            words += ["-f", path]
        words += ["--nodes", self.nodes, "--for", self.length, "--seed", str(self.seed)]
        for one in self.later:
            words += ["--apply", one]
        for one in self.faults:
            words += ["--fault", one]
        if self.behaviour:
            words += ["--behaviour", self.behaviour]
        return shlex.join(words)


def _seconds(text: str) -> float:
    from kubeobj.cluster.durations import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise click.UsageError(f"--for: {error}") from None


def _faults(texts: Sequence[str]) -> "list[PlannedFault]":
    from kubeobj.cluster.faulttext import parse_fault

    return [parse_fault(text) for text in texts]


def _later(texts: Sequence[str]) -> "Iterator[Later]":
    from kubeobj.cli.simulatefile import read_all
    from kubeobj.cli.simulaterun import Later
    from kubeobj.cluster.durations import parse_duration

    for text in texts:
        path, at_sign, when = text.rpartition("@")
        if not at_sign or not path:
            raise click.UsageError(f"--apply: {text!r} does not say when; write PATH@2m")
        try:
            at = parse_duration(when)
        except ValueError as error:
            raise click.UsageError(f"--apply: {error}") from None
        yield Later(at, path, read_all([path]))


def _write(asked: _Asked, cluster: "SimulatedCluster", outcome: "Outcome") -> None:
    """Write the report and the state, if they are asked for."""
    if asked.output:
        _write_file(asked.output, _report(asked, outcome))
    if asked.state:
        from kubeobj.store.snapshot import format_snapshot, take_snapshot

        snapshot = take_snapshot(cluster.server.store)
        _write_file(asked.state, b"".join(format_snapshot(snapshot)))


def _write_file(path: str, content: bytes) -> None:
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise UnreadableError(f"cannot be written: {error.strerror}", source=path) from None


def _report(asked: _Asked, outcome: "Outcome") -> bytes:
    if asked.output and asked.output.endswith(".svg"):
        from kubeobj.cluster.report.drawing import drawing_of

        return drawing_of(outcome.record).encode()
    from kubeobj.cluster.report.page import Verdict, page_of

    verdict = Verdict(outcome.text, outcome.is_good, outcome.details)
    title = f"Simulation of {', '.join(asked.paths)}"
    return page_of(outcome.record, verdict, title=title, command=asked.replay).encode()


def _record(asked: _Asked, outcome: "Outcome") -> dict[str, JsonValue]:
    return {
        "outcome": outcome.word,
        "invariant": outcome.invariant or None,
        "details": list(outcome.details),
        "command": asked.replay,
        **outcome.record.to_json(),
    }


def _lines(asked: _Asked, outcome: "Outcome") -> Iterator[str]:
    from kubeobj.cluster.report.page import facts_of

    colour = "green" if outcome.is_good else "red"
    yield click.style(printable(outcome.text), fg=colour, bold=True)
    yield printable(facts_of(outcome.record))
    for detail in outcome.details:
        yield from (f"  {printable(line)}" for line in detail.split("\n"))
    rows = [_row(one, outcome.record.end) for one in outcome.record.availability.values()]
    if rows:
        yield ""
        yield from columns([("WORKLOAD", "DESIRED", "SERVING", "LOWEST", "SHORT FOR"), *rows])
    if asked.output:
        yield ""
        yield f"report: {printable(asked.output)}"


def _row(one: "Availability", end: float) -> tuple[str, ...]:
    from kubeobj.cluster.durations import format_duration

    worst = one.worst(end)
    lowest, short = "never all", "-"
    if worst is not None:
        short = format_duration(one.short_seconds(end))
        lowest = f"{worst.serving} of {worst.desired}"
        if worst.serving < worst.desired:
            lowest += f" at {format_duration(worst.at)}"
    kind, key = one.workload
    desired = str(one.desired[-1][1]) if one.desired else "0"
    serving = str(one.serving[-1][1]) if one.serving else "0"
    return f"{kind} {key}", desired, serving, lowest, short
