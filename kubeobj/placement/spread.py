"""How pods want to be spread over zones, nodes, or any other domains.

Source: ``k8s.io/kubernetes/pkg/scheduler/framework/plugins/podtopologyspread`` (v1.36).
"""

from dataclasses import dataclass
from typing import final

from kubeobj.documents import Wire
from kubeobj.labels.operator import Operator
from kubeobj.labels.requirement import Requirement
from kubeobj.labels.selector import Selector
from kubeobj.placement.podaffinity import selector_or_nothing


@final
@dataclass(frozen=True, slots=True)
class SpreadConstraint:
    """That some pods are spread over the domains of a label of nodes.

    Args:
        max_skew: How many more there may be in one domain than in the emptiest.
        topology_key: The label whose values are the domains.
        is_hard: Whether the pod waits otherwise; if not, it only prefers it.
        selector: The labels of the pods, in the namespace of the pod.
        min_domains: With fewer domains than these, the emptiest counts as empty.
        honors_affinity: Whether only nodes count that the pod's node affinity allows.
        honors_taints: Whether only nodes count whose taints the pod tolerates.
    """

    max_skew: int
    topology_key: str
    is_hard: bool
    selector: Selector
    min_domains: int = 1
    honors_affinity: bool = True
    honors_taints: bool = False


def spread_constraints_of(pod: Wire) -> tuple[SpreadConstraint, ...]:
    """Return how a pod says that it is to be spread."""
    labels = pod["metadata"].get("labels") or {}
    return tuple(
        SpreadConstraint(
            one["maxSkew"],
            one["topologyKey"],
            one["whenUnsatisfiable"] == "DoNotSchedule",
            _selector(one, labels),
            one.get("minDomains") or 1,
            one.get("nodeAffinityPolicy", "Honor") == "Honor",
            one.get("nodeTaintsPolicy", "Ignore") == "Honor",
        )
        for one in pod["spec"].get("topologySpreadConstraints") or ()
    )


def _selector(constraint: Wire, labels: dict[str, str]) -> Selector:
    selector = selector_or_nothing(constraint.get("labelSelector"))
    keys = [key for key in constraint.get("matchLabelKeys") or () if key in labels]
    if not keys:
        return selector
    return selector & Selector(Requirement(key, Operator.IN, (labels[key],)) for key in keys)
