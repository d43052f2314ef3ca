"""What becomes of one pod in one cluster."""

from collections.abc import Callable
from typing import Any

from tests.scheduling.reference.cluster import (
    UNRESOLVABLE,
    Cluster,
    Doc,
    Node,
    Rejection,
    nominated_node_of,
)
from tests.scheduling.reference.filters import FILTERS, first_rejection
from tests.scheduling.reference.images import score_image_locality
from tests.scheduling.reference.nodeaffinity import PreferenceInvalidError, score_node_affinity
from tests.scheduling.reference.plugin import Filter
from tests.scheduling.reference.podaffinity import score_pod_affinity
from tests.scheduling.reference.preemption import preempt
from tests.scheduling.reference.resources import score_balanced_allocation, score_least_allocated
from tests.scheduling.reference.spread import score_topology_spread
from tests.scheduling.reference.taints import score_taint_toleration

Scorer = Callable[[Cluster, Doc, list[Node]], dict[str, int] | None]


def nothing(_: Cluster, __: Doc, nodes: list[Node]) -> dict[str, int]:
    """Claims of devices are left out here: each node gets 0."""
    return {node.name: 0 for node in nodes}


SCORERS: dict[str, tuple[int, Scorer]] = {
    "TaintToleration": (3, score_taint_toleration),
    "NodeAffinity": (2, score_node_affinity),
    "PodTopologySpread": (2, score_topology_spread),
    "InterPodAffinity": (2, score_pod_affinity),
    "DynamicResources": (2, nothing),
    "NodeResourcesFit": (1, score_least_allocated),
    "NodeResourcesBalancedAllocation": (1, score_balanced_allocation),
    "ImageLocality": (1, score_image_locality),
}
"""Weight and rule; a rule that has nothing to say of a pod returns None."""


def answer(case: dict[str, Any]) -> dict[str, Any]:
    """Return what becomes of ``pod`` among ``nodes``, ``pods`` and ``objects``.

    In the form of a recorded line; see ``tests/golden/README.md``, scheduling.jsonl.
    """
    pod: Doc = case["pod"]
    cluster = Cluster(case["nodes"], case["pods"], case["objects"])
    result: dict[str, Any] = {"feasible": [], "infeasible": {}}
    if pod["spec"].get("schedulingGates"):
        gated = Rejection("SchedulingGates", UNRESOLVABLE)
        return {**result, "pre_enqueue": gated._asdict()}
    filters: list[Filter] = []
    confined: dict[str, list[str]] = {}
    for make in FILTERS:
        plugin = make(cluster, pod)
        code = plugin.rejects_everywhere()
        if code is not None:
            rejection = Rejection(plugin.name, code)
            everywhere = {node.name: rejection for node in cluster.nodes}
            result["prefilter"] = rejection._asdict()
            return {**result, "preemption": preempt(cluster, pod, [], everywhere)}
        names = plugin.only_nodes()
        if names is not None:
            confined[plugin.name] = names
        if not plugin.has_nothing_to_say():
            filters.append(plugin)
    if confined:
        result["prefilter"] = prefiltered(confined)
    return {**result, **place(cluster, pod, filters, result.get("prefilter"))}


def prefiltered(confined: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the nodes that all filters which name nodes agree on, and those filters."""
    first, *others = confined.values()
    names = [name for name in first if all(name in other for other in others)]
    return {"nodes": sorted(names), "plugins": sorted(confined)}


def place(
    cluster: Cluster, pod: Doc, filters: list[Filter], prefilter: dict[str, list[str]] | None
) -> dict[str, Any]:
    """Return which nodes take the pod, and how good they are; or what preemption does."""
    for node in cluster.nodes:
        is_nominated = node.name == nominated_node_of(pod)
        if is_nominated and first_rejection(cluster, pod, filters, node) is None:
            used = {"feasible": [node.name], "nominated_node_used": True}
            return {**used, **score(cluster, pod, [node])}
    feasible: list[Node] = []
    rejections: dict[str, Rejection] = {}
    for node in cluster.nodes:
        if prefilter is not None and node.name not in prefilter["nodes"]:
            rejections[node.name] = Rejection(",".join(prefilter["plugins"]), UNRESOLVABLE)
            continue
        rejection = first_rejection(cluster, pod, filters, node)
        if rejection is None:
            feasible.append(node)
        else:
            rejections[node.name] = rejection
    found = {
        "feasible": sorted(node.name for node in feasible),
        "infeasible": {name: rejection._asdict() for name, rejection in rejections.items()},
    }
    if feasible:
        return {**found, **score(cluster, pod, feasible)}
    return {**found, "preemption": preempt(cluster, pod, filters, rejections)}


def score(cluster: Cluster, pod: Doc, nodes: list[Node]) -> dict[str, Any]:
    """Return the scores of *nodes*, or the error in which scoring ends."""
    plugins: dict[str, dict[str, int]] = {node.name: {} for node in nodes}
    for name, (weight, rule) in SCORERS.items():
        try:
            scores = rule(cluster, pod, nodes)
        except PreferenceInvalidError:
            return {"error": {"point": "prescore"}}
        for node, number in (scores or {}).items():
            plugins[node][name] = weight * number
    return {
        "scores": {
            node: {"plugins": numbers, "total": sum(numbers.values())}
            for node, numbers in plugins.items()
        }
    }
