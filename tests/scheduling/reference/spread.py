"""Pods spread evenly over zones, nodes or other domains."""

import math
from typing import Self

from kubeobj.labels.selector import Selector
from tests.scheduling.reference.cluster import (
    UNRESOLVABLE,
    UNSCHEDULABLE,
    Cluster,
    Doc,
    Node,
    is_terminating,
    labels_of,
    namespace_of,
)
from tests.scheduling.reference.nodeaffinity import may_go
from tests.scheduling.reference.plugin import Filter
from tests.scheduling.reference.taints import keeps_out

HOSTNAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"
DEFAULTS = [
    {"maxSkew": 3, "topologyKey": HOSTNAME, "whenUnsatisfiable": "ScheduleAnyway"},
    {"maxSkew": 5, "topologyKey": ZONE, "whenUnsatisfiable": "ScheduleAnyway"},
]


class Constraint:
    """One constraint of a pod, read."""

    def __init__(self, pod: Doc, document: Doc, selector: Selector) -> None:
        self.pod: Doc = pod
        self.key: str = document["topologyKey"]
        self.max_skew: int = document["maxSkew"]
        self.min_domains: int = document.get("minDomains") or 1
        self.honors_affinity: bool = document.get("nodeAffinityPolicy", "Honor") == "Honor"
        self.honors_taints: bool = document.get("nodeTaintsPolicy", "Ignore") == "Honor"
        self.selector: Selector = selector

    def counts(self, node: Node) -> bool:
        """Return whether the pods on *node* are counted: only if the pod could go there at all."""
        if self.honors_affinity and not may_go(self.pod, node):
            return False
        return not (self.honors_taints and keeps_out(self.pod, node.taints))

    def matching(self, node: Node) -> int:
        """Count the pods on *node* that are to be spread.

        Pods that are going do not count; and with a selector that selects everything, none does.
        """
        if self.selector.selects_everything:
            return 0
        return sum(
            namespace_of(pod) == namespace_of(self.pod)
            and not is_terminating(pod)
            and self.selector.matches(labels_of(pod))
            for pod in node.pods
        )


def selector_of(constraint: Doc, pod: Doc) -> Selector:
    """Return whom a constraint counts: ``matchLabelKeys`` ask for the values that the pod has."""
    labels = labels_of(pod)
    same = {key: labels[key] for key in constraint.get("matchLabelKeys") or [] if key in labels}
    selector = Selector.from_label_selector(constraint.get("labelSelector"))
    return selector & Selector.from_labels(same)


def constraints_of(cluster: Cluster, pod: Doc, action: str) -> list[Constraint]:
    """Return the pod's constraints of one action, or the defaults if it has none at all."""
    written = pod["spec"].get("topologySpreadConstraints") or []
    if written:
        return [
            Constraint(pod, document, selector_of(document, pod))
            for document in written
            if document["whenUnsatisfiable"] == action
        ]
    selector = selector_of_owners(cluster, pod)
    if selector.selects_everything:
        return []
    return [Constraint(pod, d, selector) for d in DEFAULTS if d["whenUnsatisfiable"] == action]


def selector_of_owners(cluster: Cluster, pod: Doc) -> Selector:
    """Return whom the services that select the pod and its controller select, all at once."""
    namespace, labels = namespace_of(pod), labels_of(pod)
    wanted: dict[str, str] = {}
    for service in cluster.of_kind("Service", namespace):
        selector = service["spec"].get("selector") or {}
        if all(labels.get(key) == value for key, value in selector.items()):
            wanted.update(selector)
    result = Selector.from_labels(wanted)
    for owner in pod["metadata"].get("ownerReferences") or []:
        if not owner.get("controller"):
            continue
        found = cluster.find(owner["kind"], owner["name"], namespace)
        if found is not None and owner["kind"] == "ReplicationController":
            result = result & Selector.from_labels(found["spec"].get("selector") or {})
        elif found is not None and owner["kind"] in ("ReplicaSet", "StatefulSet"):
            result = result & Selector.from_label_selector(found["spec"].get("selector"))
    return result


def has_all_keys(node: Node, constraints: list[Constraint]) -> bool:
    """Return whether *node* is in a domain of every constraint."""
    return all(constraint.key in node.labels for constraint in constraints)


class PodTopologySpread(Filter):
    """No domain may get ahead of the emptiest one by more than ``maxSkew`` pods."""

    name = "PodTopologySpread"

    def __init__(self, cluster: Cluster, pod: Doc) -> None:
        super().__init__(cluster, pod)
        self.constraints: list[Constraint] = constraints_of(cluster, pod, "DoNotSchedule")
        # One for each constraint: how many pods each domain has.
        self.domains: list[dict[str, int]] = [self._count(c) for c in self.constraints]

    def _count(self, constraint: Constraint) -> dict[str, int]:
        found: dict[str, int] = {}
        for node in self.cluster.nodes:
            if has_all_keys(node, self.constraints) and constraint.counts(node):
                domain = node.labels[constraint.key]
                found[domain] = found.get(domain, 0) + constraint.matching(node)
        return found

    def has_nothing_to_say(self) -> bool:
        return not self.constraints

    def check(self, node: Node) -> str | None:
        for constraint, domains in zip(self.constraints, self.domains, strict=True):
            if constraint.key not in node.labels:
                return UNRESOLVABLE
            fewest = min(domains.values(), default=0)
            if len(domains) < constraint.min_domains:
                fewest = 0
            already = domains.get(node.labels[constraint.key], 0)
            itself = constraint.selector.matches(labels_of(self.pod))
            if already + itself - fewest > constraint.max_skew:
                return UNSCHEDULABLE
        return None

    def pod_added(self, pod: Doc, node: Node) -> None:
        self._change(pod, node, 1)

    def pod_removed(self, pod: Doc, node: Node) -> None:
        self._change(pod, node, -1)

    def _change(self, pod: Doc, node: Node, by: int) -> None:
        """Count a pod more or less; here pods that are going do count, as in Kubernetes."""
        same_namespace = namespace_of(pod) == namespace_of(self.pod)
        if not same_namespace or not has_all_keys(node, self.constraints):
            return
        for constraint, domains in zip(self.constraints, self.domains, strict=True):
            if constraint.selector.matches(labels_of(pod)) and constraint.counts(node):
                domain = node.labels[constraint.key]
                domains[domain] = domains.get(domain, 0) + by

    def clone(self) -> Self:
        other = super().clone()
        other.domains = [dict(domains) for domains in self.domains]
        return other


def score_topology_spread(cluster: Cluster, pod: Doc, nodes: list[Node]) -> dict[str, int] | None:
    """The fewer of the pods a node's domains have already, the better.

    Written constraints give nothing to a node that lacks one of the keys; the defaults go without.
    """
    constraints = constraints_of(cluster, pod, "ScheduleAnyway")
    if not constraints:
        return None
    written = bool(pod["spec"].get("topologySpreadConstraints"))
    scored = [n for n in nodes if not written or has_all_keys(n, constraints)]
    counted = [n for n in cluster.nodes if not written or has_all_keys(n, constraints)]
    burden = {node.name: 0.0 for node in scored}
    for constraint in constraints:
        by_host = constraint.key == HOSTNAME
        domains = {node.labels.get(constraint.key, "") for node in scored}
        weight = math.log((len(scored) if by_host else len(domains)) + 2)
        for node in scored:
            if constraint.key in node.labels:
                there = matching_in_domain(constraint, node, counted)
                burden[node.name] += float(there) * weight + float(constraint.max_skew - 1)
    return evened({node.name: rounded(burden[node.name]) for node in scored}, nodes)


def matching_in_domain(constraint: Constraint, node: Node, counted: list[Node]) -> int:
    """Count the pods in the domain of *node*; a host is a domain of its own, always counted."""
    if constraint.key == HOSTNAME:
        return constraint.matching(node)
    return sum(
        constraint.matching(other)
        for other in counted
        if other.labels.get(constraint.key, "") == node.labels[constraint.key]
        and constraint.counts(other)
    )


def rounded(number: float) -> int:
    """Return the nearest whole number, halves up."""
    return math.floor(number) + (number - math.floor(number) >= 0.5)


def evened(burden: dict[str, int], nodes: list[Node]) -> dict[str, int]:
    """Return 100 for the least burden, less for more; 0 for nodes that are not in *burden*."""
    least, most = min(burden.values(), default=0), max(burden.values(), default=0)
    scores = {node.name: 0 for node in nodes}
    for name, number in burden.items():
        scores[name] = 100 * (most + least - number) // most if most else 100
    return scores
