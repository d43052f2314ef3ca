"""`kubeobj plan`: what would happen if manifests were applied where others run already."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kubeobj.cli.errors import RefusedError
from kubeobj.cli.inputs import read_bytes, read_inputs
from kubeobj.cli.output import output_option, print_json, print_text, printable
from kubeobj.cli.paths import not_empty, path_options, required
from kubeobj.cli.progress import progress
from kubeobj.documents import JsonValue

if TYPE_CHECKING:
    from kubeobj.cli.planchange import FieldChange, ObjectChange
    from kubeobj.cli.planrun import Forecast
    from kubeobj.cluster.forecast import PodFate, WorkloadFate
    from kubeobj.cluster.simulated import Plan, SimulatedCluster
    from kubeobj.manifests import Manifest

_HEAD = b'{"kubeobj":"snapshot"'
_STATE_BYTES = 1024 * 1024 * 1024
"""The most that is read of a snapshot, in bytes."""

_MOST_FIELDS = 8
_MOST_PODS = 12
_SIGNS = {"created": "+", "changed": "~", "deleted": "-", "moved": "~", "evicted": "-"}
_COLOURS = {"+": "green", "~": "yellow", "-": "red", "!": "red"}


@click.command(
    "plan",
    epilog="""\b
Examples:
  kubeobj plan -f new/ --against old/ --nodes 5
  kubeobj plan -f new/ --against state.json -o json
""",
)
@path_options
@click.option(
    "--against",
    metavar="PATH",
    multiple=True,
    required=True,
    type=click.Path(),
    help="What runs already: manifests, or one file that simulate --state has written.",
)
@click.option(
    "--nodes",
    metavar="N|FILE",
    help="The nodes: how many, or a file of Nodes; 3 unless a state has its own.",
)
@click.option("--prune", is_flag=True, help="Delete what --against has and -f has not.")
@click.option(
    "--within",
    metavar="TIME",
    default="20m",
    show_default=True,
    help="How long to wait until all is ready.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Decides what is left to chance."
)
@click.option(
    "--behaviour", metavar="FILE", type=click.Path(), help="How containers behave, as YAML or JSON."
)
@output_option("text", "json")
def command(  # noqa: PLR0913 - the toolkit passes each option by name
    *,
    filenames: tuple[str, ...],
    paths: tuple[str, ...],
    against: tuple[str, ...],
    nodes: str | None,
    prune: bool,
    within: str,
    seed: int,
    behaviour: str | None,
    output: str,
) -> int:
    """Show what would happen if manifests were applied where others run already.

    What runs is built in a simulated cluster; then the manifests are applied to a fork of it, and
    time runs. Exits with 1 if something never becomes ready, or if something was violated that must
    always be so.
    """
    from kubeobj.cli.planrun import forecast, let_run

    with progress() as bar:
        inputs = read_inputs(required(filenames + paths), bar)
        if inputs.problems:
            raise inputs.problems[0]
        cluster, old = _running(not_empty(against), nodes, seed, behaviour)
        if prune and not old:
            raise click.UsageError("--prune needs manifests, and --against is a state.")
        limit = _seconds(within)
        bar.begin("Building what runs")
        before = let_run(cluster, limit)
        found = forecast(cluster, inputs.manifests, old if prune else (), limit, bar)
    if output == "json":
        print_json(_record(found, before))
    else:
        print_text(_lines(found, before))
    return 1 if found.failures else 0


def _running(
    against: tuple[str, ...], nodes: str | None, seed: int, behaviour: str | None
) -> "tuple[SimulatedCluster, tuple[Manifest, ...]]":
    """Return the cluster that runs what there is, and the manifests of that, if there are any."""
    from kubeobj.cli.simulateapply import apply_all
    from kubeobj.cli.simulatebehaviours import read_behaviours, usual_behaviours
    from kubeobj.cli.simulatefile import read_all
    from kubeobj.cli.simulatenodes import nodes_of
    from kubeobj.cluster.simulated import Plan, SimulatedCluster

    plan = Plan(behaviours=read_behaviours(behaviour) if behaviour else usual_behaviours())
    if len(against) == 1 and against[0] != "-" and _is_state(against[0]):
        if nodes is not None:
            raise click.UsageError("A state has nodes of its own; leave out --nodes.")
        return _restored(against[0], seed, plan), ()
    cluster = SimulatedCluster.with_nodes(nodes_of(nodes or "3"), seed=seed, plan=plan)
    manifests = read_all(list(against))
    apply_all(cluster, manifests)
    return cluster, manifests


def _is_state(path: str) -> bool:
    from pathlib import Path

    return Path(path).is_file() and read_bytes(path, len(_HEAD)).startswith(_HEAD)


def _restored(path: str, seed: int, plan: "Plan") -> "SimulatedCluster":
    from kubeobj.cli.simulatenodes import machine_of
    from kubeobj.cluster.restoring import restored
    from kubeobj.store.errors import SnapshotError
    from kubeobj.store.snapshot import parse_snapshot

    try:
        snapshot = parse_snapshot(read_bytes(path, _STATE_BYTES).splitlines())
    except SnapshotError as error:
        raise RefusedError(str(error), source=path, line=error.line) from None
    return restored(snapshot, machine_of, seed=seed, plan=plan)


def _seconds(text: str) -> float:
    from kubeobj.cluster.durations import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise click.UsageError(f"--within: {error}") from None


# ---------------------------------------------------------------- JSON


def _record(found: "Forecast", before: tuple[str, ...]) -> dict[str, JsonValue]:
    from kubeobj.cluster.timelinejson import workload_json

    workloads: list[JsonValue] = [
        {**workload_json(one.workload), "pods": [pod.to_json() for pod in one.pods]}
        for one in found.pods.values()
    ]
    return {
        "objects": [one.to_json() for one in found.objects],
        "workloads": workloads,
        "availability": list(_lowest(found)),
        "seconds": None if found.seconds is None else round(found.seconds, 6),
        "lackingBefore": list(before),
        "failures": list(found.failures),
    }


def _lowest(found: "Forecast") -> Iterator[JsonValue]:
    from kubeobj.cluster.timelinejson import workload_json

    end = found.record.end
    for one in found.record.availability.values():
        worst = one.worst(end)
        if worst is not None:
            yield {
                **workload_json(one.workload),
                "lowest": worst.serving,
                "of": worst.desired,
                "atSeconds": round(worst.at - found.began, 6),
                "shortSeconds": round(one.short_seconds(end), 6),
            }


# ---------------------------------------------------------------- text


def _lines(found: "Forecast", before: tuple[str, ...]) -> Iterator[str]:
    changed = [one for one in found.objects if one.what != "unchanged"]
    for one in changed:
        yield from _object_lines(one)
    pods = [line for one in found.pods.values() for line in _pod_lines(one)]
    if pods:
        yield "" if changed else "No object changes."
        yield from pods
    yield from _availability_lines(found)
    for text in before:
        yield from _wrong(f"before the change already: {text}")
    for text in found.failures:
        yield from _wrong(text)
    yield ""
    yield _summary(found, len(changed))


def _object_lines(one: "ObjectChange") -> Iterator[str]:
    yield _signed(_SIGNS[one.what], f"{one.kind} {one.place}")
    for each in one.fields[:_MOST_FIELDS]:
        yield f"    {printable(each.path)}: {_shown(each)}"
    if len(one.fields) > _MOST_FIELDS:
        yield f"    and {len(one.fields) - _MOST_FIELDS} more fields"


def _shown(change: "FieldChange") -> str:
    return " -> ".join(_value(value) for value in (change.old, change.new))


def _value(value: JsonValue) -> str:
    if value is None:
        return "(none)"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = printable(text)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _pod_lines(fate: "WorkloadFate") -> Iterator[str]:
    kind, key = fate.workload
    counts = [
        f"{count} {what}"
        for what in ("created", "moved", "deleted", "evicted")
        if (count := fate.count(what))
    ]
    yield printable(f"Pods of {kind} {key}: {', '.join(counts)}")
    for pod in fate.pods[:_MOST_PODS]:
        yield f"  {_signed(_SIGNS[pod.what], _pod_text(pod))}"
    if len(fate.pods) > _MOST_PODS:
        yield f"    and {len(fate.pods) - _MOST_PODS} more"


def _pod_text(pod: "PodFate") -> str:
    where = f"on {pod.node}" if pod.node else "without a node"
    text = f"{pod.key} {where}"
    if pod.to:
        text += f" moves to {pod.to}"
    if pod.what == "created" and pod.why:
        text += ", and gone again"
    return f"{text}: {pod.why}" if pod.why else text


def _availability_lines(found: "Forecast") -> Iterator[str]:
    from kubeobj.cluster.durations import format_duration

    end, lines = found.record.end, []
    for one in found.record.availability.values():
        if one.workload not in found.pods:
            continue
        worst = one.worst(end)
        if worst is None or not worst.desired:
            continue
        kind, key = one.workload
        text = f"  {kind} {key}: {worst.serving} of {worst.desired}"
        short = one.short_seconds(end)
        lines.append(printable(text) + (f", short for {format_duration(short)}" if short else ""))
    if lines:
        yield ""
        yield "Lowest availability on the way:"
        yield from lines


def _wrong(text: str) -> Iterator[str]:
    first, *others = text.split("\n")
    yield _signed("!", first)
    yield from (f"  {printable(line)}" for line in others)


def _signed(sign: str, text: str) -> str:
    return f"{click.style(sign, fg=_COLOURS[sign], bold=True)} {printable(text)}"


def _summary(found: "Forecast", changed: int) -> str:
    from kubeobj.cluster.durations import format_duration

    counts = [
        f"{sum(one.count(what) for one in found.pods.values())} {what}"
        for what in ("created", "moved", "deleted", "evicted")
    ]
    objects = f"{changed} object{'' if changed == 1 else 's'} changed"
    if found.seconds is None:
        ended = click.style("not everything becomes ready", fg="red", bold=True)
    else:
        ended = f"all ready after {format_duration(found.seconds)}"
    return f"{objects}; pods: {', '.join(counts)}; {ended}."
