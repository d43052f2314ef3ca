"""The Node that a simulated machine registers itself as, and its lease.

Source: ``k8s.io/kubernetes/pkg/kubelet`` nodestatus (v1.36); Kubernetes documentation, Nodes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.node.nodestatus import NodeHealth, conditions_of
from kubeobj.reconcile.moments import micro_text_of

LEASES: Final = "kube-node-lease"
"""The namespace of the nodes' leases."""

LEASE_SECONDS: Final = 40
"""How long a lease is said to last."""


@final
@dataclass(frozen=True, slots=True)
class Machine:
    """A simulated machine.

    Args:
        name: The name of its node.
        cpu: How much processing it offers, as a quantity.
        memory: How much memory.
        pods: How many pods it takes.
        labels: The labels of its node, besides those that every node has.
        taints: The taints that it registers with.
        resources: What else it offers: ``{"example.com/gpu": "4"}``.
        images: Images that it has from the start.
    """

    name: str
    cpu: str = "8"
    memory: str = "32Gi"
    pods: int = 110
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: Sequence[Mapping[str, str]] = ()
    resources: Mapping[str, str] = field(default_factory=dict)
    images: Sequence[str] = ()


def node_of(machine: Machine, address: str) -> Wire:
    """Return the Node that a machine registers, without its status."""
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": machine.name,
        "kubernetes.io/os": "linux",
        **machine.labels,
    }
    spec: Wire = {"taints": [dict(taint) for taint in machine.taints]} if machine.taints else {}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": machine.name, "labels": labels},
        "spec": spec,
        "status": {"addresses": _addresses(machine, address)},
    }


def node_status(machine: Machine, address: str, before: Wire, now: float) -> Wire:
    """Return the status that a machine reports of itself.

    Args:
        machine: The machine.
        address: Its address.
        before: The status that is there.
        now: When it reports, in seconds since 1970.
    """
    offered = {
        "cpu": machine.cpu,
        "memory": machine.memory,
        "pods": str(machine.pods),
        "ephemeral-storage": "100Gi",
        **machine.resources,
    }
    status: Wire = {
        "capacity": offered,
        "allocatable": dict(offered),
        "conditions": conditions_of(NodeHealth(), before, now),
        "addresses": _addresses(machine, address),
        "nodeInfo": _INFO,
    }
    if machine.images:
        status["images"] = [{"names": [image], "sizeBytes": 50_000_000} for image in machine.images]
    return status


def lease_of(name: str, node_uid: str, renewed: float) -> Wire:
    """Return the lease by which a node says that it is alive."""
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {
            "name": name,
            "namespace": LEASES,
            "ownerReferences": [
                {"apiVersion": "v1", "kind": "Node", "name": name, "uid": node_uid}
            ],
        },
        "spec": {
            "holderIdentity": name,
            "leaseDurationSeconds": LEASE_SECONDS,
            "renewTime": micro_text_of(renewed),
        },
    }


_INFO: Final[Wire] = {
    "architecture": "amd64",
    "bootID": "",
    "containerRuntimeVersion": "simulated://1.0",
    "kernelVersion": "",
    "kubeProxyVersion": "",
    "kubeletVersion": "v1.36.2",
    "machineID": "",
    "operatingSystem": "linux",
    "osImage": "simulated",
    "systemUUID": "",
}


def _addresses(machine: Machine, address: str) -> list[Wire]:
    return [
        {"type": "InternalIP", "address": address},
        {"type": "Hostname", "address": machine.name},
    ]
