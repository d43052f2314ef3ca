"""What `kubeobj top` does: asks who measures, and lays it out.

Source: ``k8s.io/kubectl/pkg/cmd/top`` and ``metricsutil/metrics_printer.go`` (v1.36).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, final

import click

from kubeobj.cli.connecting import CommandFailed, Reach
from kubeobj.cli.printing.elastictabs import Rows
from kubeobj.cli.resourceargs import resource_of
from kubeobj.documents import Wire
from kubeobj.meta.quantity import Quantity

Used: TypeAlias = tuple[int, int]
"""How much is used: thousandths of a core, and bytes of memory."""

_PODS: Final = "pods.v1beta1.metrics.k8s.io"
_NODES: Final = "nodes.v1beta1.metrics.k8s.io"
_MIB: Final = 1024 * 1024
_POD_COLUMNS: Final = ("NAME", "CPU(cores)", "MEMORY(bytes)", "")
_NODE_COLUMNS: Final = ("NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)", "")
_ALSO: Final = ("cpu", "memory")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UsageQuestion:
    """What is asked of `kubeobj top`.

    Args:
        name: Of which object; empty for all.
        namespace: In which namespace; empty for all, None for the usual one.
        selector: With which labels.
        fields: With which fields.
        sort_by: ``cpu`` or ``memory``, the most first; empty for by name.
        headers: Whether columns are named.
    """

    name: str = ""
    namespace: str | None = None
    selector: str = ""
    fields: str = ""
    sort_by: str = ""
    headers: bool = True

    @property
    def namespaces(self) -> bool:
        """Whether namespaces are shown."""
        return self.namespace == ""

    def order(self, used: Used) -> int:
        """Return by what something is sorted that uses so much."""
        return -used[_ALSO.index(self.sort_by)] if self.sort_by else 0


def show_pods(reach: Reach, question: UsageQuestion, *, containers: bool, total: bool) -> int:
    """Print what pods use, and return the exit code.

    Raises:
        CommandFailed: If nothing was measured of pods that are there.
    """
    measured = _measured(reach, _PODS, question)
    if not measured:
        _check_empty(reach, question)
        return 0
    table = _pod_rows(question, measured, containers=containers)
    if total:
        table += _sum_rows(measured, len(table[0]) if table else len(_POD_COLUMNS))
    click.echo("\n".join(Rows().add(table)))
    return 0


def show_nodes(reach: Reach, question: UsageQuestion) -> int:
    """Print what nodes use, and return the exit code.

    Raises:
        CommandFailed: If nothing was measured.
    """
    measured = _measured(reach, _NODES, question)
    if not measured:
        raise CommandFailed("metrics not available yet")
    offered = {
        one["metadata"]["name"]: one["status"].get("allocatable") or {}
        for one in reach.items(resource_of(reach, "nodes"))
    }
    rows: list[Sequence[str]] = [_NODE_COLUMNS] if question.headers else []
    rows += [
        _node_row(one, offered.get(one["metadata"]["name"], {}))
        for one in sorted(measured, key=lambda each: _place(question, each))
    ]
    click.echo("\n".join(Rows().add(rows)))
    return 0


def _measured(reach: Reach, kind: str, question: UsageQuestion) -> list[Wire]:
    resource = resource_of(reach, kind)
    if question.name:
        return [reach.get(resource, question.name, question.namespace)]
    return list(
        reach.items(
            resource, question.namespace, selector=question.selector, fields=question.fields
        )
    )


def _check_empty(reach: Reach, question: UsageQuestion) -> None:
    """Say that there are no pods; or else that nothing is known of those that there are."""
    pods = reach.items(
        resource_of(reach, "pods"),
        question.namespace,
        selector=question.selector,
        fields=question.fields,
    )
    if pods:
        raise CommandFailed("metrics not available yet")
    where = "" if question.namespaces else f" in {reach.namespace} namespace."
    click.echo(f"No resources found{where}", err=True)


# ---------------------------------------------------------------- rows


def _pod_rows(
    question: UsageQuestion, measured: Iterable[Wire], *, containers: bool
) -> list[Sequence[str]]:
    first = ("NAMESPACE",) if question.namespaces else ()
    second = ("POD",) if containers else ()
    rows: list[Sequence[str]] = []
    if question.headers:
        rows.append((*first, *second, *_POD_COLUMNS))
    for one in sorted(measured, key=lambda each: _place(question, each)):
        metadata = one["metadata"]
        before = (metadata["namespace"],) if question.namespaces else ()
        if not containers:
            rows.append((*before, *_row(metadata["name"], used_by(one))))
            continue
        parts = [(each["name"], _used(each["usage"])) for each in one["containers"]]
        for name, used in sorted(parts, key=lambda each: (question.order(each[1]), each[0])):
            rows.append((*before, metadata["name"], *_row(name, used)))
    return rows


def _place(question: UsageQuestion, one: Wire) -> tuple[int, str, str]:
    metadata = one["metadata"]
    return question.order(used_by(one)), metadata.get("namespace", ""), metadata["name"]


def used_by(one: Wire) -> Used:
    """Return how much something uses: a node, or a pod with all of its containers.

    >>> used_by({"usage": {"cpu": "1500u", "memory": "3Mi"}})
    (2, 3145728)
    """
    if "usage" in one:
        return _used(one["usage"])
    parts = [_used(each["usage"]) for each in one["containers"]]
    return sum(cpu for cpu, _ in parts), sum(memory for _, memory in parts)


def _used(usage: Mapping[str, str]) -> Used:
    return (
        Quantity(usage.get("cpu", "0")).milli_value,
        Quantity(usage.get("memory", "0")).value,
    )


def _row(name: str, used: Used) -> tuple[str, ...]:
    cpu, memory = used
    return name, f"{cpu}m", f"{memory // _MIB}Mi", ""


def _node_row(one: Wire, offered: Mapping[str, str]) -> tuple[str, ...]:
    cpu, memory = used_by(one)
    cores, bytes_ = _used(offered)
    return (
        one["metadata"]["name"],
        f"{cpu}m",
        f"{_percent(cpu, cores)}%",
        f"{memory // _MIB}Mi",
        f"{_percent(memory, bytes_)}%",
        "",
    )


def _percent(used: int, offered: int) -> int:
    return int(used / offered * 100) if offered else 0


def _sum_rows(measured: Iterable[Wire], width: int) -> list[Sequence[str]]:
    cpu, memory = map(sum, zip(*map(used_by, measured), strict=True))
    columns = width - 1
    blank = ("",) * (columns - 2)
    return [(*blank, "________", "________", ""), (*blank[1:], *_row("", (cpu, memory)))]
