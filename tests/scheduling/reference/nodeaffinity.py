"""Node selectors and node affinity."""

from kubeobj.errors import SelectorInvalidError
from kubeobj.labels.requirement import Requirement
from tests.scheduling.reference.cluster import UNRESOLVABLE, Cluster, Doc, Node
from tests.scheduling.reference.normalize import normalize
from tests.scheduling.reference.plugin import Filter


class PreferenceInvalidError(Exception):
    """A preferred term that cannot be read: scoring fails."""


def term_matches(term: Doc, node: Node) -> bool:
    """Return whether a term of a node selector matches; an empty one matches nothing.

    Raises:
        SelectorInvalidError: If a requirement cannot be read, such as ``Gt`` and no integer.
    """
    expressions = requirements(term.get("matchExpressions"))
    fields = requirements(term.get("matchFields"))
    if not expressions and not fields:
        return False
    return all(r.matches(node.labels) for r in expressions) and all(
        r.matches({"metadata.name": node.name}) for r in fields
    )


def requirements(expressions: list[Doc] | None) -> list[Requirement]:
    """Read the expressions of a term."""
    return [Requirement(e["key"], e["operator"], e.get("values", ())) for e in expressions or []]


def any_term_matches(terms: list[Doc], node: Node) -> bool:
    """Return whether one of *terms* matches; one that cannot be read is passed over."""
    for term in terms:
        try:
            if term_matches(term, node):
                return True
        except SelectorInvalidError:
            continue
    return False


def node_affinity_of(pod: Doc) -> Doc:
    """Return the pod's node affinity."""
    affinity: Doc = pod["spec"].get("affinity") or {}
    return affinity.get("nodeAffinity") or {}


def required_terms(pod: Doc) -> list[Doc] | None:
    """Return the terms of which a node must match one; None if none is asked for."""
    required = node_affinity_of(pod).get("requiredDuringSchedulingIgnoredDuringExecution")
    return None if required is None else required.get("nodeSelectorTerms") or []


def may_go(pod: Doc, node: Node) -> bool:
    """Return whether the pod's node selector and required node affinity allow *node*."""
    selector: dict[str, str] = pod["spec"].get("nodeSelector") or {}
    if any(node.labels.get(key) != value for key, value in selector.items()):
        return False
    terms = required_terms(pod)
    return terms is None or any_term_matches(terms, node)


class NodeAffinity(Filter):
    """The node selector and the required node affinity must allow the node."""

    name = "NodeAffinity"

    def has_nothing_to_say(self) -> bool:
        return not self.pod["spec"].get("nodeSelector") and required_terms(self.pod) is None

    def rejects_everywhere(self) -> str | None:
        return UNRESOLVABLE if self._named() == [] else None

    def only_nodes(self) -> list[str] | None:
        return self._named()

    def _named(self) -> list[str] | None:
        """Return the nodes that every term names, together; None if a term names none.

        Only ``metadata.name In …`` names nodes.
        """
        terms = required_terms(self.pod)
        if not terms:
            return None
        found: list[str] = []
        for term in terms:
            fields = [f for f in term.get("matchFields") or [] if f["operator"] == "In"]
            if not fields:
                return None
            first, *others = [f["values"] for f in fields]
            found += [name for name in first if all(name in names for names in others)]
        return sorted({*found})

    def check(self, node: Node) -> str | None:
        return None if may_go(self.pod, node) else UNRESOLVABLE


def score_node_affinity(_: Cluster, pod: Doc, nodes: list[Node]) -> dict[str, int] | None:
    """The sum of the weights of the preferred terms that match.

    Raises:
        PreferenceInvalidError: If one of the terms cannot be read, whether it decides or not.
    """
    preferred = node_affinity_of(pod).get("preferredDuringSchedulingIgnoredDuringExecution")
    if not preferred:
        return None
    scores = dict.fromkeys([node.name for node in nodes], 0)
    for node in nodes:
        for item in preferred:
            try:
                matches = term_matches(item["preference"], node)
            except SelectorInvalidError as error:
                raise PreferenceInvalidError from error
            scores[node.name] += item["weight"] if matches else 0
    return normalize(scores)
