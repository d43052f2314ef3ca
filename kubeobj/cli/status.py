"""`kubeobj status`: how the cluster on this machine is."""

from collections import Counter
from typing import TYPE_CHECKING

import click

from kubeobj.cli.output import columns, output_option, print_json, print_text, printable
from kubeobj.cli.stateoption import state_directory, state_option
from kubeobj.clock import LiveClock
from kubeobj.documents import Document, Wire

if TYPE_CHECKING:
    from kubeobj.api.client import Client


@click.command(
    "status",
    epilog="""\b
Examples:
  kubeobj status
  kubeobj status -o json

\b
Exit codes:
  0 it runs, and all workloads are ready   1 not so   2 misuse
""",
)
@state_option
@output_option("text", "json")
def command(*, state: str | None, output: str) -> int:
    """Say how the cluster on this machine is: its process, its node, its workloads."""
    from kubeobj.cli.upfollow import state_record, stored_workloads
    from kubeobj.cli.whereto import where_lines
    from kubeobj.cluster.workloadstates import look
    from kubeobj.remote.client import connect
    from kubeobj.remote.errors import NoCluster

    directory = state_directory(state)
    client = connect(directory.path)
    try:
        found = client.status()
        states = look(client, stored_workloads(client), LiveClock().now())
        pods = Counter(_phase(one) for one in _documents(client, "pods"))
        where = where_lines(client, [""], found)
    except NoCluster as error:
        return _not_running(str(error), output)
    finally:
        client.close()
    if output == "json":
        print_json(
            {
                "running": True,
                "cluster": found,
                "pods": dict(sorted(pods.items())),
                "workloads": [state_record(one) for one in states],
            }
        )
    else:
        print_text(_lines(found, pods))
        if states:
            rows = [("WORKLOAD", "STAGE", "DETAIL", "REASON")]
            rows += [
                (str(one.id), one.stage, one.detail, one.trouble.reason if one.trouble else "")
                for one in states
            ]
            print_text(["", *columns(rows)])
        if where:
            print_text(["", *where])
    return 0 if all(one.is_well for one in states) else 1


def _not_running(why: str, output: str) -> int:
    if output == "json":
        print_json({"running": False, "message": why})
    else:
        click.echo(printable(why[:1].upper() + why[1:]))
    return 1


def _documents(client: "Client", kind: str) -> list[Wire]:
    from kubeobj.reconcile.request import wire_of

    return [wire_of(one) for one in client.list(kind, namespace="")]


def _phase(pod: Wire) -> str:
    return str((pod.get("status") or {}).get("phase", "Pending"))


def _lines(found: Document, pods: Counter[str]) -> list[str]:
    runtime, network = found["runtime"], found["network"]
    assert isinstance(runtime, dict)  # noqa: S101 - as the cluster says it
    assert isinstance(network, dict)  # noqa: S101 - as the cluster says it
    counted = ", ".join(f"{number} {phase}" for phase, number in sorted(pods.items())) or "none"
    rows = [
        ("State:", str(found["state"])),
        ("Process:", f"{found['pid']}, since {found['since']}"),
        ("Runtime:", f"{runtime['name']} {runtime['version']}".strip()),
        ("Node:", str(found["node"])),
        ("Pods:", counted),
        ("Services:", f"{network['services']}, names by {', '.join(network['dns']) or 'nobody'}"),
    ]
    troubles = [*found["troubles"]] if isinstance(found["troubles"], list) else []
    return [*columns(rows), *(printable(f"! {one}") for one in troubles)]
