"""The nodes of a simulation: so many of the usual sort, or those of a file or a directory."""

from typing import TYPE_CHECKING, Final

import click

from kubeobj.cli.errors import RefusedError
from kubeobj.cli.simulatefile import read_all
from kubeobj.documents import Wire
from kubeobj.errors import KubeobjError
from kubeobj.node.nodeobject import Machine

if TYPE_CHECKING:
    from kubeobj.manifests import Manifest

MOST: Final = 5000
"""The most nodes of a simulation."""

_OWN: Final = ("cpu", "memory", "pods", "ephemeral-storage")


def nodes_of(text: str) -> "int | list[Machine]":
    """Return the nodes that an option asks for.

    Args:
        text: A number, or a file or directory with Nodes.

    Raises:
        KubeobjError: If there are none, or too many, or a file cannot be used.
        UsageError: If the number is too great or too small.
    """
    if text.isascii() and text.isdigit():
        count = int(text[:9])
        if not 1 <= count <= MOST:
            raise click.UsageError(f"--nodes must be from 1 to {MOST}, or a file.")
        return count
    manifests = read_all([text])
    machines = [_machine(one) for one in manifests if one.kind == "Node"]
    if not machines:
        raise RefusedError("holds no Node", source=text, line=1)
    return machines


def machine_of(node: Wire) -> Machine:
    """Return the machine that a Node describes."""
    metadata, spec, status = node["metadata"], node.get("spec") or {}, node.get("status") or {}
    offered: dict[str, str] = {
        name: str(value)
        for name, value in (status.get("allocatable") or status.get("capacity") or {}).items()
    }
    usual = Machine(metadata["name"])
    return Machine(
        metadata["name"],
        cpu=offered.get("cpu", usual.cpu),
        memory=offered.get("memory", usual.memory),
        pods=int(offered.get("pods", usual.pods)),
        labels=metadata.get("labels") or {},
        taints=[
            {name: value for name, value in taint.items() if name != "timeAdded"}
            for taint in spec.get("taints") or ()
            if not taint["key"].startswith("node.kubernetes.io/")
        ],
        resources={name: value for name, value in offered.items() if name not in _OWN},
        images=[name for one in status.get("images") or () for name in one.get("names") or ()],
    )


def _machine(manifest: "Manifest") -> Machine:
    try:
        return machine_of(dict(manifest.document))
    except (KeyError, TypeError, ValueError, AttributeError, KubeobjError) as error:
        reason = f"this Node cannot be used: {error}"
        line = manifest.start.line
        raise RefusedError(reason, source=manifest.source, line=line) from None
