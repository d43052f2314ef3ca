"""Which taints of nodes a pod tolerates.

Source: ``k8s.io/component-helpers/scheduling/corev1`` and ``k8s.io/api/core/v1`` ToleratesTaint
(v1.36, with numeric comparison off).
"""

from collections.abc import Sequence
from typing import NamedTuple, final

from kubeobj.documents import Wire

NO_SCHEDULE = "NoSchedule"
NO_EXECUTE = "NoExecute"
PREFER_NO_SCHEDULE = "PreferNoSchedule"

UNSCHEDULABLE_TAINT = "node.kubernetes.io/unschedulable"
"""The taint that a node without new pods stands for."""


@final
class Taint(NamedTuple):
    """What a node says to keep pods away."""

    key: str
    value: str
    effect: str


@final
class Toleration(NamedTuple):
    """What a pod says to be let in all the same."""

    key: str
    operator: str
    value: str
    effect: str

    def tolerates(self, taint: Taint) -> bool:
        """Return whether the taint does not matter to the pod.

        >>> Toleration("", "Exists", "", "").tolerates(Taint("gpu", "", "NoSchedule"))
        True
        """
        if self.effect and self.effect != taint.effect:
            return False
        if self.key and self.key != taint.key:
            return False
        if self.operator in ("", "Equal"):
            return self.value == taint.value
        return self.operator == "Exists"


def taints_of(node: Wire) -> tuple[Taint, ...]:
    """Return the taints of a node."""
    return tuple(
        Taint(one["key"], one.get("value", ""), one["effect"])
        for one in (node.get("spec") or {}).get("taints") or ()
    )


def tolerations_of(pod: Wire) -> tuple[Toleration, ...]:
    """Return the tolerations of a pod."""
    return tuple(
        Toleration(
            one.get("key", ""),
            one.get("operator", ""),
            one.get("value", ""),
            one.get("effect", ""),
        )
        for one in pod["spec"].get("tolerations") or ()
    )


def untolerated(
    taints: Sequence[Taint],
    tolerations: Sequence[Toleration],
    effects: Sequence[str] = (NO_SCHEDULE, NO_EXECUTE),
) -> Taint | None:
    """Return the first taint with one of *effects* that is not tolerated, or None.

    >>> untolerated((Taint("gpu", "", "NoSchedule"),), ())
    Taint(key='gpu', value='', effect='NoSchedule')
    """
    for taint in taints:
        if taint.effect in effects and not any(one.tolerates(taint) for one in tolerations):
            return taint
    return None


def count_disliked(taints: Sequence[Taint], tolerations: Sequence[Toleration]) -> int:
    """Return how many taints that only advise against a node the pod does not tolerate."""
    fitting = [one for one in tolerations if one.effect in ("", PREFER_NO_SCHEDULE)]
    return sum(
        1
        for taint in taints
        if taint.effect == PREFER_NO_SCHEDULE and not any(one.tolerates(taint) for one in fitting)
    )


def tolerates_unschedulable(tolerations: Sequence[Toleration]) -> bool:
    """Return whether a pod may go to nodes that take no new pods."""
    taint = Taint(UNSCHEDULABLE_TAINT, "", NO_SCHEDULE)
    return any(one.tolerates(taint) for one in tolerations)
