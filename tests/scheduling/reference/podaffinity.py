"""Pods that want to be near others, or far from them."""

from collections import Counter
from typing import Self

from kubeobj.labels.selector import Selector
from tests.scheduling.reference.cluster import (
    UNRESOLVABLE,
    UNSCHEDULABLE,
    Cluster,
    Doc,
    Node,
    labels_of,
    namespace_of,
)
from tests.scheduling.reference.plugin import Filter

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
HARD_WEIGHT = 1
"""What a required term of a pod that is there counts in the score."""

Domain = tuple[str, str]
"""A topology key and its value."""


class Term:
    """An affinity term of a pod, read."""

    def __init__(self, owner: Doc, document: Doc) -> None:
        self.key: str = document["topologyKey"]
        self.selector: Selector = Selector.from_label_selector(document.get("labelSelector"))
        self.namespaces: list[str] = list(document.get("namespaces") or [])
        by_labels: Doc | None = document.get("namespaceSelector")
        self.namespace_selector: Selector = Selector.from_label_selector(by_labels)
        if not self.namespaces and by_labels is None:
            self.namespaces = [namespace_of(owner)]

    def takes_namespace(self, cluster: Cluster, name: str) -> bool:
        """Return whether pods of the namespace can match; one without an object has no labels."""
        namespace = cluster.find("Namespace", name)
        labels = namespace["metadata"].get("labels") if namespace else {}
        return name in self.namespaces or self.namespace_selector.matches(labels)

    def matches(self, cluster: Cluster, pod: Doc) -> bool:
        """Return whether *pod* is one of those the term speaks of."""
        return self.takes_namespace(cluster, namespace_of(pod)) and self.selector.matches(
            labels_of(pod)
        )


class IncomingTerm(Term):
    """A term of the pod that is to be placed.

    As Kubernetes 1.36 has it: its namespace selector is first asked which namespaces it selects,
    and then once more about a namespace without labels, whatever namespace it is. So one that
    asks only for what a namespace is *not*, such as ``env DoesNotExist``, takes every namespace.
    """

    def takes_namespace(self, cluster: Cluster, name: str) -> bool:
        return self.namespace_selector.matches({}) or super().takes_namespace(cluster, name)


def affinity(pod: Doc, kind: str) -> Doc:
    """Return ``podAffinity`` or ``podAntiAffinity`` of a pod."""
    found: Doc = pod["spec"].get("affinity") or {}
    return found.get(kind) or {}


def required(pod: Doc, kind: str, how: type[Term] = Term) -> list[Term]:
    """Return the required terms of a pod."""
    return [how(pod, document) for document in affinity(pod, kind).get(REQUIRED) or []]


def preferred(pod: Doc, kind: str, how: type[Term] = Term) -> list[tuple[Term, int]]:
    """Return the preferred terms of a pod and their weights."""
    items = affinity(pod, kind).get(PREFERRED) or []
    return [(how(pod, item["podAffinityTerm"]), item["weight"]) for item in items]


def domain_of(node: Node, key: str) -> list[Domain]:
    """Return the domain that *node* is in, if any."""
    return [(key, node.labels[key])] if key in node.labels else []


class InterPodAffinity(Filter):
    """Required terms of the pod hold, and required anti-affinity of the others."""

    name = "InterPodAffinity"

    def __init__(self, cluster: Cluster, pod: Doc) -> None:
        super().__init__(cluster, pod)
        self.near: list[Term] = required(pod, "podAffinity", IncomingTerm)
        self.far: list[Term] = required(pod, "podAntiAffinity", IncomingTerm)
        # How often a domain has what the pod wants, what it shuns, and who shuns it.
        self.wanted: Counter[Domain] = Counter()
        self.shunned: Counter[Domain] = Counter()
        self.shunning: Counter[Domain] = Counter()
        for node in cluster.nodes:
            for other in node.pods:
                self._change(other, node, 1)

    def _change(self, other: Doc, node: Node, by: int) -> None:
        if self._is_wanted(other):
            for term in self.near:
                self._count(self.wanted, node, term, by)
        for term in self.far:
            if term.matches(self.cluster, other):
                self._count(self.shunned, node, term, by)
        for term in required(other, "podAntiAffinity"):
            if term.matches(self.cluster, self.pod):
                self._count(self.shunning, node, term, by)

    def _is_wanted(self, other: Doc) -> bool:
        """Return whether a pod matches all affinity terms; one that matches some is no use."""
        return bool(self.near) and all(term.matches(self.cluster, other) for term in self.near)

    @staticmethod
    def _count(counter: Counter[Domain], node: Node, term: Term, by: int) -> None:
        for domain in domain_of(node, term.key):
            counter[domain] += by
            if not counter[domain]:
                del counter[domain]

    def has_nothing_to_say(self) -> bool:
        return not self.near and not self.far and not self.shunning

    def check(self, node: Node) -> str | None:
        if not self._is_near(node):
            return UNRESOLVABLE
        for term in self.far:
            if any(self.shunned[domain] > 0 for domain in domain_of(node, term.key)):
                return UNSCHEDULABLE
        if any(self.shunning[key, value] > 0 for key, value in node.labels.items()):
            return UNSCHEDULABLE
        return None

    def _is_near(self, node: Node) -> bool:
        """Return whether each affinity term holds on *node*.

        The first of a set of pods that want to be near each other may go anywhere that has the
        keys: where nobody matches, and it matches itself.
        """
        domains = [domain_of(node, term.key) for term in self.near]
        if not all(domains):
            return False
        if all(self.wanted[domain] > 0 for found in domains for domain in found):
            return True
        return not self.wanted and self._is_wanted(self.pod)

    def pod_added(self, pod: Doc, node: Node) -> None:
        self._change(pod, node, 1)

    def pod_removed(self, pod: Doc, node: Node) -> None:
        self._change(pod, node, -1)

    def clone(self) -> Self:
        other = super().clone()
        other.wanted = Counter(self.wanted)
        other.shunned = Counter(self.shunned)
        other.shunning = Counter(self.shunning)
        return other


def score_pod_affinity(cluster: Cluster, pod: Doc, nodes: list[Node]) -> dict[str, int] | None:
    """Weights of the preferred terms, of this pod about the others and of the others about it."""
    liked: Counter[Domain] = Counter()
    near = preferred(pod, "podAffinity", IncomingTerm)
    far = preferred(pod, "podAntiAffinity", IncomingTerm)
    for node in cluster.nodes:
        for other in node.pods:
            about = [
                *[(term, weight, other) for term, weight in near],
                *[(term, -weight, other) for term, weight in far],
                *[(term, HARD_WEIGHT, pod) for term in required(other, "podAffinity")],
                *[(term, weight, pod) for term, weight in preferred(other, "podAffinity")],
                *[(term, -weight, pod) for term, weight in preferred(other, "podAntiAffinity")],
            ]
            for term, weight, whom in about:
                if term.matches(cluster, whom):
                    for domain in domain_of(node, term.key):
                        liked[domain] += weight
    if not liked:
        return None
    sums = {node.name: sum(liked[item] for item in node.labels.items()) for node in nodes}
    least, most = min(sums.values()), max(sums.values())
    if least == most:
        return dict.fromkeys(sums, 0)
    return {name: int(100.0 * ((total - least) / (most - least))) for name, total in sums.items()}
