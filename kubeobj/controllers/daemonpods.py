"""The pods of a DaemonSet: on which nodes they run, and what they look like there.

Source: ``k8s.io/kubernetes/pkg/controller/daemon`` and ``daemon/util`` (v1.36).
"""

from dataclasses import dataclass
from typing import Final, final

from kubeobj.controllers.podfromtemplate import pod_from_template
from kubeobj.documents import Wire
from kubeobj.placement.fit import placement_reasons
from kubeobj.placement.nodeaffinity import pinned_to
from kubeobj.placement.taints import (
    NO_EXECUTE,
    NO_SCHEDULE,
    taints_of,
    tolerations_of,
    untolerated,
)

REVISION: Final = "controller-revision-hash"
GENERATION: Final = "pod-template-generation"
_GENERATION_OF: Final = "deprecated.daemonset.template.generation"

_TOLERATED: Final = (
    ("node.kubernetes.io/not-ready", NO_EXECUTE),
    ("node.kubernetes.io/unreachable", NO_EXECUTE),
    ("node.kubernetes.io/disk-pressure", NO_SCHEDULE),
    ("node.kubernetes.io/memory-pressure", NO_SCHEDULE),
    ("node.kubernetes.io/pid-pressure", NO_SCHEDULE),
    ("node.kubernetes.io/unschedulable", NO_SCHEDULE),
)
_NETWORK: Final = ("node.kubernetes.io/network-unavailable", NO_SCHEDULE)


@final
@dataclass(frozen=True, slots=True)
class Suits:
    """Whether a node suits the pods of a set.

    Args:
        runs: Whether one is to run there.
        stays: Whether one that runs there may stay.
    """

    runs: bool
    stays: bool


def template_of(daemon_set: Wire) -> Wire:
    """Return the pod template of a set with what all of its pods tolerate."""
    template: Wire = daemon_set["spec"]["template"]
    spec = template["spec"]
    wanted = [*_TOLERATED, *((_NETWORK,) if spec.get("hostNetwork") else ())]
    tolerations = list(spec.get("tolerations") or ())
    for key, effect in wanted:
        added = {"key": key, "operator": "Exists", "effect": effect}
        if added not in tolerations:
            tolerations.append(added)
    return {**template, "spec": {**spec, "tolerations": tolerations}}


def pod_of(daemon_set: Wire, template: Wire, found_hash: str, node: str) -> Wire:
    """Return the pod of a set on a node, as it is to be created.

    Args:
        daemon_set: The set.
        template: Its template, from `template_of`.
        found_hash: The hash of the template's revision.
        node: The name of the node.
    """
    pod = pod_from_template(template, daemon_set)
    labels = {**(pod["metadata"].get("labels") or {}), REVISION: found_hash}
    generation = (daemon_set["metadata"].get("annotations") or {}).get(_GENERATION_OF)
    if generation is not None:
        labels[GENERATION] = generation
    pod["metadata"]["labels"] = labels
    pod["spec"] = {**pod["spec"], "affinity": _pinned(pod["spec"].get("affinity"), node)}
    return pod


def _pinned(affinity: Wire | None, node: str) -> Wire:
    """Return an affinity that asks for one node, whatever it asked for of nodes before."""
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
    affinity = affinity or {}
    of_nodes = affinity.get("nodeAffinity") or {}
    required = {"nodeSelectorTerms": [term]}
    name = "requiredDuringSchedulingIgnoredDuringExecution"
    return {**affinity, "nodeAffinity": {**of_nodes, name: required}}


def node_name_of(pod: Wire) -> str:
    """Return the node that a pod is on, or is meant for; empty if it does not say."""
    name: str = pod["spec"].get("nodeName") or ""
    return name or pinned_to(pod)


def suits(template: Wire, node: Wire) -> Suits:
    """Return whether a node suits a template, from `template_of`."""
    if placement_reasons({"metadata": {}, "spec": template["spec"]}, node):
        return Suits(runs=False, stays=False)
    tolerations = tolerations_of({"spec": template["spec"]})
    taints = taints_of(node)
    if untolerated(taints, tolerations) is None:
        return Suits(runs=True, stays=True)
    drives_away = untolerated(taints, tolerations, (NO_EXECUTE,))
    return Suits(runs=False, stays=drives_away is None)


def is_updated(pod: Wire, found_hash: str) -> bool:
    """Return whether a pod is of the revision with a hash."""
    return bool((pod["metadata"].get("labels") or {}).get(REVISION) == found_hash)
