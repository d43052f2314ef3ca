"""Which nodes a pod names, by labels and by name: those it must run on, and those it prefers.

Source: ``k8s.io/component-helpers/scheduling/corev1/nodeaffinity`` (v1.36).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from kubeobj.documents import Wire
from kubeobj.errors import SelectorInvalidError
from kubeobj.labels.operator import Operator
from kubeobj.labels.requirement import Requirement

OPERATORS: Mapping[str, Operator] = {
    "In": Operator.IN,
    "NotIn": Operator.NOT_IN,
    "Exists": Operator.EXISTS,
    "DoesNotExist": Operator.DOES_NOT_EXIST,
    "Gt": Operator.GREATER_THAN,
    "Lt": Operator.LESS_THAN,
}
"""The operators of node selectors, by the name they have there."""

NAME_FIELD = "metadata.name"
"""The one field of nodes that can be asked for."""


class InvalidTerm(ValueError):
    """A term that the API lets pass, and that no node can be asked with."""


@final
@dataclass(frozen=True, slots=True)
class NodeTerm:
    """Conditions of a node, all of which must be met.

    Args:
        requirements: What its labels must meet.
        names: What it must be called, or with False must not.
        is_sound: Whether it can be asked at all; one that cannot holds of no node.
    """

    requirements: tuple[Requirement, ...] = ()
    names: tuple[tuple[bool, str], ...] = ()
    is_sound: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked, which no node meets."""
        return not (self.requirements or self.names)

    def matches(self, labels: Mapping[str, str], name: str) -> bool:
        """Return whether a node with *labels* is meant."""
        if not self.is_sound or self.is_empty:
            return False
        return all((name == wanted) == is_it for is_it, wanted in self.names) and all(
            one.matches(labels) for one in self.requirements
        )


@final
@dataclass(frozen=True, slots=True)
class NodeAffinity:
    """The nodes that a pod must run on.

    Args:
        labels: The labels of its node selector.
        terms: Of which one must hold; None where it has none.
    """

    labels: tuple[tuple[str, str], ...] = ()
    terms: tuple[NodeTerm, ...] | None = None

    @property
    def allows_all(self) -> bool:
        """Whether it says nothing."""
        return not self.labels and self.terms is None

    def matches(self, labels: Mapping[str, str], name: str) -> bool:
        """Return whether a node with *labels* will do.

        >>> NodeAffinity((("disk", "ssd"),)).matches({"disk": "ssd"}, "node-1")
        True
        """
        if any(labels.get(key) != value for key, value in self.labels):
            return False
        return self.terms is None or any(term.matches(labels, name) for term in self.terms)

    def without_names(self) -> "NodeAffinity":
        """Return what is asked beside names, if every term asks for the same name."""
        terms = tuple(NodeTerm(term.requirements) for term in self.terms or ())
        return NodeAffinity(self.labels, None if any(one.is_empty for one in terms) else terms)


def required_affinity_of(pod: Wire) -> NodeAffinity:
    """Return the nodes that a pod must run on."""
    spec: Wire = pod["spec"]
    selector: Mapping[str, str] = spec.get("nodeSelector") or {}
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    terms = None if required is None else node_terms_of(required)
    return NodeAffinity(tuple(selector.items()), terms)


def node_terms_of(selector: Wire) -> tuple[NodeTerm, ...]:
    """Return the terms of a node selector; one that cannot be asked holds of no node."""
    found = []
    for term in selector.get("nodeSelectorTerms") or ():
        try:
            found.append(read_term(term))
        except InvalidTerm:
            found.append(NodeTerm(is_sound=False))
    return tuple(found)


def preferences_of(pod: Wire) -> tuple[tuple[int, NodeTerm], ...]:
    """Return the nodes that a pod prefers, each with how much.

    Raises:
        InvalidTerm: If one of them cannot be asked.
    """
    affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}
    preferred: Sequence[Wire] = (
        affinity.get("preferredDuringSchedulingIgnoredDuringExecution") or ()
    )
    terms = [(one["weight"], read_term(one.get("preference") or {})) for one in preferred]
    return tuple((weight, term) for weight, term in terms if weight and not term.is_empty)


def read_term(term: Wire) -> NodeTerm:
    """Return one term of a node selector.

    Raises:
        InvalidTerm: If it cannot be asked.
    """
    try:
        requirements = tuple(
            Requirement(one["key"], OPERATORS[one["operator"]], one.get("values") or ())
            for one in term.get("matchExpressions") or ()
        )
    except (SelectorInvalidError, KeyError) as error:
        raise InvalidTerm(str(error)) from error
    names = [_read_name(field) for field in term.get("matchFields") or ()]
    return NodeTerm(requirements, tuple(names))


def _read_name(field: Wire) -> tuple[bool, str]:
    values: Sequence[str] = field.get("values") or ()
    operator = field.get("operator")
    if field.get("key") != NAME_FIELD or operator not in ("In", "NotIn") or len(values) != 1:
        message = f"a node is asked for one {NAME_FIELD}, not {field!r:.80}"
        raise InvalidTerm(message)
    return operator == "In", values[0]


def confined_to(pod: Wire) -> tuple[str, ...] | None:
    """Return the names of the only nodes that a pod's terms can hold of; None if not confined.

    Source: PreFilter of the NodeAffinity plugin.
    """
    affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    terms: Sequence[Wire] = (required or {}).get("nodeSelectorTerms") or ()
    names: dict[str, None] = {}
    for term in terms:
        of_term: dict[str, None] | None = None
        for field in term.get("matchFields") or ():
            if field.get("key") == NAME_FIELD and field.get("operator") == "In":
                values = field.get("values") or ()
                kept = values if of_term is None else [one for one in values if one in of_term]
                of_term = dict.fromkeys(kept)
        if of_term is None:
            return None
        names.update(of_term)
    return tuple(names) if terms else None


def pinned_to(pod: Wire) -> str:
    """Return the one node that every term of a pod names, as those of daemon sets do; or empty."""
    affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity")
    if not affinity:
        return ""
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    name = ""
    for term in required.get("nodeSelectorTerms") or ():
        fields: Sequence[Wire] = term.get("matchFields") or ()
        if len(fields) != 1:
            return ""
        field = fields[0]
        values: Sequence[str] = field.get("values") or ()
        is_pin = field.get("key") == NAME_FIELD and field.get("operator") == "In"
        if not is_pin or len(values) != 1 or (name and values[0] != name):
            return ""
        name = values[0]
    return name
