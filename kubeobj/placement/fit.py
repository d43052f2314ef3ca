"""Whether a pod fits a node that has certain pods: what node agents and daemon sets ask.

A scheduler asks the same of all nodes at once, and more besides: where the pod's volumes are, and
where other pods are. This says what holds of one node alone.

Source: ``k8s.io/kubernetes/pkg/scheduler`` AdmissionCheck and ``pkg/controller/daemon`` predicates
(v1.36).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from kubeobj.documents import Wire
from kubeobj.placement.nodeaffinity import required_affinity_of
from kubeobj.placement.ports import host_ports_of, is_any_taken
from kubeobj.placement.resources import Amounts, allocatable_of, insufficient, requests_of
from kubeobj.placement.taints import (
    taints_of,
    tolerates_unschedulable,
    tolerations_of,
    untolerated,
)

AFFINITY_TEXT = "node(s) didn't match Pod's node affinity/selector"
NAME_TEXT = "node(s) didn't match the requested node name"
PORTS_TEXT = "node(s) didn't have free ports for the requested pod ports"
TAINT_TEXT = "node(s) had untolerated taint(s)"
TOO_MANY_TEXT = "Too many pods"
UNSCHEDULABLE_TEXT = "node(s) were unschedulable"


@final
@dataclass(frozen=True, slots=True)
class Reason:
    """Why a pod does not fit.

    Args:
        plugin: Which rule says so, by the name that schedulers give it.
        message: What it says.
        resource: Which resource there is too little of, or empty.
    """

    plugin: str
    message: str
    resource: str = ""


def fits(pod: Wire, node: Wire, pods_on_node: Iterable[Wire] = ()) -> tuple[Reason, ...]:
    """Return why a pod does not fit a node; nothing if it does.

    Args:
        pod: The pod.
        node: The node.
        pods_on_node: The pods that are there; those that have ended do not count.

    >>> spec = {"containers": [], "nodeSelector": {"gpu": "yes"}}
    >>> pod = {"metadata": {"name": "a"}, "spec": spec}
    >>> node = {"metadata": {"name": "n"}, "status": {"allocatable": {"pods": "110"}}}
    >>> [reason.plugin for reason in fits(pod, node)]
    ['NodeAffinity']
    """
    there = [one for one in pods_on_node if not is_over(one)]
    return (
        *placement_reasons(pod, node),
        *_taint_reasons(pod, node),
        *_port_reasons(pod, there),
        *resource_reasons(pod, node, there),
    )


def is_over(pod: Wire) -> bool:
    """Return whether a pod has ended, and takes nothing of its node any more."""
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def placement_reasons(pod: Wire, node: Wire) -> tuple[Reason, ...]:
    """Return why a pod does not want a node, whatever is there."""
    metadata: Wire = node["metadata"]
    name = pod["spec"].get("nodeName")
    reasons = []
    if name and name != metadata["name"]:
        reasons.append(Reason("NodeName", NAME_TEXT))
    labels = metadata.get("labels") or {}
    if not required_affinity_of(pod).matches(labels, metadata["name"]):
        reasons.append(Reason("NodeAffinity", AFFINITY_TEXT))
    return tuple(reasons)


def _taint_reasons(pod: Wire, node: Wire) -> tuple[Reason, ...]:
    tolerations = tolerations_of(pod)
    reasons = []
    is_closed = (node.get("spec") or {}).get("unschedulable", False)
    if is_closed and not tolerates_unschedulable(tolerations):
        reasons.append(Reason("NodeUnschedulable", UNSCHEDULABLE_TEXT))
    if untolerated(taints_of(node), tolerations) is not None:
        reasons.append(Reason("TaintToleration", TAINT_TEXT))
    return tuple(reasons)


def _port_reasons(pod: Wire, there: Iterable[Wire]) -> tuple[Reason, ...]:
    wanted = host_ports_of(pod)
    if wanted and is_any_taken(wanted, (port for one in there for port in host_ports_of(one))):
        return (Reason("NodePorts", PORTS_TEXT),)
    return ()


def resource_reasons(pod: Wire, node: Wire, there: Iterable[Wire]) -> tuple[Reason, ...]:
    """Return what a node has too little of for one more pod."""
    used: Amounts = {}
    count = 0
    for one in there:
        count += 1
        for name, amount in requests_of(one).items():
            used[name] = used.get(name, 0) + amount
    allocatable = allocatable_of(node)
    reasons = []
    if count + 1 > allocatable.get("pods", 0):
        reasons.append(Reason("NodeResourcesFit", TOO_MANY_TEXT, "pods"))
    reasons += (
        Reason("NodeResourcesFit", f"Insufficient {name}", name)
        for name in insufficient(requests_of(pod), allocatable, used)
    )
    return tuple(reasons)
