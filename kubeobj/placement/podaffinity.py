"""Which pods a pod wants to be near to or far from.

Keys of `matchLabelKeys` and `mismatchLabelKeys` are in the selectors already: the API puts them
there when the pod is made.

Source: ``k8s.io/kube-scheduler/framework`` AffinityTerm (v1.36).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

from kubeobj.documents import Wire
from kubeobj.errors import SelectorInvalidError
from kubeobj.labels.labelselector import selector_of
from kubeobj.labels.selector import Selector

NamespaceLabels: TypeAlias = Mapping[str, Mapping[str, str]]
"""The labels of each namespace, by its name."""

_NO_LABELS: Mapping[str, str] = {}


@final
@dataclass(frozen=True, slots=True)
class PodGroupSelector:
    """Some pods: by their labels, and by their namespaces.

    Args:
        namespaces: Names of namespaces, in order.
        namespace_selector: Further namespaces, by their labels; None for no others.
        selector: The labels of the pods.
    """

    namespaces: tuple[str, ...]
    namespace_selector: Selector | None
    selector: Selector

    def matches(
        self, namespace: str, labels: Mapping[str, str], namespace_labels: NamespaceLabels
    ) -> bool:
        """Return whether a pod is one of them.

        A namespace that is not known has no labels.
        """
        if not self.selector.matches(labels):
            return False
        if namespace in self.namespaces:
            return True
        chosen = self.namespace_selector
        return chosen is not None and chosen.matches(namespace_labels.get(namespace, _NO_LABELS))

    def finds(
        self, namespace: str, labels: Mapping[str, str], namespace_labels: NamespaceLabels
    ) -> bool:
        """Return the same, as the pod that says it looks for others.

        A selector of namespaces that would have one without labels finds pods in all of them.
        """
        chosen = self.namespace_selector
        if chosen is not None and chosen.matches(_NO_LABELS):
            return self.selector.matches(labels)
        return self.matches(namespace, labels, namespace_labels)


@final
@dataclass(frozen=True, slots=True)
class PodTerm:
    """Other pods, and how near is near: in the same domain of a label of nodes.

    Args:
        pods: Which pods.
        topology_key: The label whose values are the domains.
        weight: How much it is wanted, from 1 to 100; 0 where it is required.
    """

    pods: PodGroupSelector
    topology_key: str
    weight: int = 0


@final
@dataclass(frozen=True, slots=True)
class PodAffinity:
    """All that a pod says about other pods.

    Args:
        near: What it must be near to.
        apart: What it must be far from.
        likes: What it would rather be near to.
        dislikes: What it would rather be far from.
    """

    near: tuple[PodTerm, ...] = ()
    apart: tuple[PodTerm, ...] = ()
    likes: tuple[PodTerm, ...] = ()
    dislikes: tuple[PodTerm, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.near or self.apart or self.likes or self.dislikes)


NO_AFFINITY = PodAffinity()
"""That of most pods."""


def pod_affinity_of(pod: Wire) -> PodAffinity:
    """Return what a pod says about other pods."""
    affinity = pod["spec"].get("affinity") or {}
    if not (affinity.get("podAffinity") or affinity.get("podAntiAffinity")):
        return NO_AFFINITY
    namespace = pod["metadata"].get("namespace", "")
    return PodAffinity(
        _required(affinity, "podAffinity", namespace),
        _required(affinity, "podAntiAffinity", namespace),
        _preferred(affinity, "podAffinity", namespace),
        _preferred(affinity, "podAntiAffinity", namespace),
    )


_Part: TypeAlias = Literal["podAffinity", "podAntiAffinity"]


def _required(affinity: Wire, part: _Part, namespace: str) -> tuple[PodTerm, ...]:
    terms = (affinity.get(part) or {}).get("requiredDuringSchedulingIgnoredDuringExecution")
    return tuple(read_pod_term(term, namespace) for term in terms or ())


def _preferred(affinity: Wire, part: _Part, namespace: str) -> tuple[PodTerm, ...]:
    terms = (affinity.get(part) or {}).get("preferredDuringSchedulingIgnoredDuringExecution")
    return tuple(
        read_pod_term(one["podAffinityTerm"], namespace, one["weight"]) for one in terms or ()
    )


def read_pod_term(term: Wire, namespace: str, weight: int = 0) -> PodTerm:
    """Return one term of a pod of *namespace*, the one that is meant where no other is said."""
    namespaces = tuple(sorted(dict.fromkeys(term.get("namespaces") or ())))
    chosen = term.get("namespaceSelector")
    if not namespaces and chosen is None:
        namespaces = (namespace,)
    pods = PodGroupSelector(
        namespaces,
        None if chosen is None else selector_or_nothing(chosen),
        selector_or_nothing(term.get("labelSelector")),
    )
    return PodTerm(pods, term["topologyKey"], weight)


def selector_or_nothing(source: Wire | None) -> Selector:
    """Return the selector in object form, or the one of nothing if it cannot be read."""
    try:
        return selector_of(source)
    except SelectorInvalidError:
        return Selector.nothing()
