"""Whom a pod may put out to find a place."""

from datetime import datetime
from typing import Any, NamedTuple

from kubeobj.labels.selector import Selector
from tests.scheduling.reference.cluster import (
    UNRESOLVABLE,
    UNSCHEDULABLE,
    Cluster,
    Doc,
    Node,
    Rejection,
    is_terminating,
    key_of,
    labels_of,
    namespace_of,
    nominated_node_of,
    priority_of,
)
from tests.scheduling.reference.filters import first_rejection
from tests.scheduling.reference.plugin import Filter

OFFSET = 2**31
"""Makes every priority positive, so that one more pod never makes a sum smaller."""
NOW = "9999-01-01T00:00:00Z"
"""When a pod is taken to have started that does not say."""


class Candidate(NamedTuple):
    """A node that would do, and what it costs."""

    node: str
    victims: list[Doc]
    violations: int


def preempt(
    cluster: Cluster, pod: Doc, filters: list[Filter], rejections: dict[str, Rejection]
) -> dict[str, Any]:
    """Return what comes of preemption for *pod*, which no node takes: see *rejections*."""
    if not is_eligible(cluster, pod, rejections):
        return {"eligible": False, "status": UNSCHEDULABLE}
    candidates, failed = [], {}
    for node in cluster.nodes:
        if rejections[node.name].code == UNSCHEDULABLE:
            found = victims_on(cluster, pod, filters, node)
            if isinstance(found, Candidate):
                candidates.append(found)
            else:
                failed[node.name] = found
    answer: dict[str, Any] = {"eligible": True}
    if failed:
        answer["not_candidates"] = failed
    if not candidates:
        return {**answer, "status": UNSCHEDULABLE, "clears_nomination": True}
    answer["candidates"] = [
        {
            "node": candidate.node,
            "victims": [key_of(victim) for victim in candidate.victims],
            "pdb_violations": candidate.violations,
        }
        for candidate in sorted(candidates, key=lambda candidate: candidate.node)
    ]
    best = least_harm(candidates)
    chosen = {"nominated": best[0]} if len(best) == 1 else {"nominated_any": best}
    return {**answer, "status": "Success", **chosen}


def is_eligible(cluster: Cluster, pod: Doc, rejections: dict[str, Rejection]) -> bool:
    """Return whether the pod may put out others, and does not wait for victims already."""
    if pod["spec"].get("preemptionPolicy") == "Never":
        return False
    for node in cluster.nodes:
        if node.name == nominated_node_of(pod) and rejections[node.name].code != UNRESOLVABLE:
            return not any(
                priority_of(other) < priority_of(pod) and is_preempted(other) for other in node.pods
            )
    return True


def is_preempted(pod: Doc) -> bool:
    """Return whether a pod is going because the scheduler put it out."""
    conditions = pod.get("status", {}).get("conditions", [])
    targets = [c for c in conditions if c["type"] == "DisruptionTarget"]
    if not targets or not is_terminating(pod):
        return False
    first = targets[0]
    return bool(first["status"] == "True" and first.get("reason") == "PreemptionByScheduler")


def victims_on(
    cluster: Cluster, pod: Doc, filters: list[Filter], node: Node
) -> Candidate | dict[str, str]:
    """Return the fewest pods that must go from *node*, or why nothing helps there.

    All pods of lower priority go; then they come back one by one where the pod still fits, those
    first whose budget would be broken, and the more important first among them.
    """
    lower = [other for other in node.pods if priority_of(other) < priority_of(pod)]
    if not lower:
        return {"code": UNRESOLVABLE}
    node, filters = node.copy(), [plugin.clone() for plugin in filters]
    for other in lower:
        take_off(other, node, filters)
    rejection = first_rejection(cluster, pod, filters, node)
    if rejection is not None:
        return rejection._asdict()
    lower.sort(key=importance)
    violating = violating_budgets(cluster, lower)
    victims, violations = [], 0
    for other in [*violating, *[other for other in lower if other not in violating]]:
        put_on(other, node, filters)
        if first_rejection(cluster, pod, filters, node) is not None:
            take_off(other, node, filters)
            victims.append(other)
            violations += other in violating
    return Candidate(node.name, sorted(victims, key=importance), violations)


def put_on(pod: Doc, node: Node, filters: list[Filter]) -> None:
    """Think a pod onto *node*."""
    node.pods.append(pod)
    for plugin in filters:
        plugin.pod_added(pod, node)


def take_off(pod: Doc, node: Node, filters: list[Filter]) -> None:
    """Think a pod away from *node*."""
    node.remove(pod)
    for plugin in filters:
        plugin.pod_removed(pod, node)


def started(pod: Doc) -> datetime:
    """Return when the pod started."""
    return datetime.fromisoformat(pod.get("status", {}).get("startTime", NOW))


def importance(pod: Doc) -> tuple[int, datetime]:
    """Return what sorts the most important pod first: of higher priority, then longer there."""
    return -priority_of(pod), started(pod)


def violating_budgets(cluster: Cluster, pods: list[Doc]) -> list[Doc]:
    """Return those of *pods*, in their order, whose going would break a disruption budget.

    Each pod uses up one disruption of every budget that covers it. Pods that the budget already
    knows to be disrupted do not. A budget whose selector is empty covers nobody here.
    """
    allowed = [
        (budget, [budget["status"]["disruptionsAllowed"]])
        for budget in cluster.of_kind("PodDisruptionBudget")
    ]
    violating = []
    for pod in pods:
        broken = False
        for budget, left in allowed:
            if covers(budget, pod):
                left[0] -= 1
                broken = broken or left[0] < 0
        if broken:
            violating.append(pod)
    return violating


def covers(budget: Doc, pod: Doc) -> bool:
    """Return whether the pod's going counts against *budget*."""
    if budget["metadata"]["namespace"] != namespace_of(pod) or not labels_of(pod):
        return False
    if pod["metadata"]["name"] in (budget["status"].get("disruptedPods") or {}):
        return False
    selector = Selector.from_label_selector(budget["spec"].get("selector"))
    return not selector.selects_everything and selector.matches(labels_of(pod))


def least_harm(candidates: list[Candidate]) -> list[str]:
    """Return the nodes that are best; several if it cannot be told.

    Fewest broken budgets; then the lowest of the highest priorities; then the lowest sum of
    priorities; then the fewest victims; then the one where the longest-running of the victims of
    highest priority started last.
    """
    costs = {candidate.node: cost(candidate) for candidate in candidates}
    best = max(costs.values())
    return sorted(name for name, one in costs.items() if one == best)


def cost(candidate: Candidate) -> tuple[Any, ...]:
    """Return what is greatest where the harm is least."""
    priorities = [priority_of(victim) for victim in candidate.victims]
    highest = [v for v in candidate.victims if priority_of(v) == max(priorities)]
    return (
        -candidate.violations,
        -max(priorities),
        -sum(priority + OFFSET for priority in priorities),
        -len(priorities),
        min(started(victim) for victim in highest),
    )
