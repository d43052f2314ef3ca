"""Disruption budgets are kept to: what is evicted leaves enough healthy pods.

A pod that has failed by itself may not be known to its budget yet, and then one too many may be
evicted: no budget can prevent that. So what has been lost since the budget was last right counts as
healthy.

Source: Kubernetes documentation, Disruptions (v1.36).
"""

from collections.abc import Iterable
from typing import Final, final

from kubeobj.cluster.invariants.invariant import Change, Followed, World
from kubeobj.controllers.conditions import condition_of
from kubeobj.controllers.podstate import is_deleting, is_ready
from kubeobj.controllers.selecting import selector_in
from kubeobj.documents import Wire
from kubeobj.errors import SelectorError
from kubeobj.labels.selector import Selector
from kubeobj.labels.selectorindex import SelectorIndex
from kubeobj.reconcile.request import Request

_BUDGETS: Final = Followed("poddisruptionbudgets.policy")
_PODS: Final = Followed("pods")


@final
class _Budget:
    """A budget, and its pods.

    Args:
        document: The budget.
    """

    __slots__ = ("document", "healthy", "lost")

    def __init__(self, document: Wire) -> None:
        self.document: Wire = document
        self.healthy: int = 0
        """How many of its pods are healthy."""
        self.lost: int = 0
        """How many have ceased to be, other than by an eviction, since its status was right."""

    def refresh(self) -> None:
        """Forget what has been lost if the status knows of it."""
        status: Wire = self.document.get("status") or {}
        if status.get("currentHealthy", 0) <= self.healthy:
            self.lost = 0

    @property
    def desired(self) -> int:
        """How many pods must be healthy."""
        desired: int = (self.document.get("status") or {}).get("desiredHealthy", 0)
        return desired


@final
class EvictionsKeepToBudgets:
    """No eviction leaves fewer healthy pods than a budget wants.

    Args:
        _world: What it could look at, and does not need.
    """

    def __init__(self, _world: World) -> None:
        self.name: str = "evictions keep to disruption budgets"
        self._budgets: dict[Request, _Budget] = {}
        self._selecting: dict[str, SelectorIndex[Request]] = {}
        # Pods that are healthy and selected, with their budgets.
        self._of: dict[Request, tuple[Request, ...]] = {}
        self._pods: dict[Request, Wire] = {}

    @property
    def follows(self) -> tuple[Followed, ...]:
        """Budgets, and pods once there is one."""
        return (_BUDGETS, _PODS) if self._budgets else (_BUDGETS,)

    def take(self, change: Change) -> Iterable[str]:
        """Take in a write to a budget or a pod."""
        if change.what is _BUDGETS:
            self._take_budget(change)
            return ()
        return self._take_pod(change)

    def _take_budget(self, change: Change) -> None:
        key, new = change.key, change.new
        index = self._selecting.setdefault(key.namespace, SelectorIndex())
        if new is None:
            index.discard(key)
            self._budgets.pop(key, None)
            return
        budget = self._budgets.get(key)
        if budget is not None and budget.document["spec"] == new["spec"]:
            budget.document = new
            budget.refresh()
            return
        selector = _selector_of(new)
        index.add(key, selector)
        budget = self._budgets[key] = _Budget(new)
        # Seldom, and of one namespace only in what is found: whose pods they are has changed.
        for pod in [pod for pod in self._pods if pod.namespace == key.namespace]:
            self._count(pod, self._pods[pod])

    def _take_pod(self, change: Change) -> Iterable[str]:
        key, new = change.key, change.new
        if new is None:
            self._pods.pop(key, None)
        else:
            self._pods[key] = new
        before = self._of.get(key, ())
        self._count(key, new)
        gone = [one for one in before if one not in self._of.get(key, ())]
        is_evicted = _is_evicted(new or change.old or {})
        for one in gone:
            budget = self._budgets.get(one)
            if budget is None:
                continue
            if not is_evicted:
                budget.lost += 1
            elif change.is_news and budget.healthy + budget.lost < budget.desired:
                yield (
                    f"PodDisruptionBudget {one}: pod {key} was evicted, which leaves "
                    f"{budget.healthy} healthy pods; {budget.desired} are needed"
                )
            budget.refresh()

    def _count(self, key: Request, pod: Wire | None) -> None:
        """Count a pod with the budgets that select it, if it is healthy."""
        for one in self._of.pop(key, ()):
            budget = self._budgets.get(one)
            if budget is not None:
                budget.healthy -= 1
        if pod is None or is_deleting(pod) or not is_ready(pod):
            return
        index = self._selecting.get(key.namespace)
        found = () if index is None else tuple(index.match(pod["metadata"].get("labels")))
        for one in found:
            self._budgets[one].healthy += 1
        if found:
            self._of[key] = found


def _selector_of(budget: Wire) -> Selector:
    try:
        return selector_in(budget["spec"].get("selector"))
    except SelectorError:
        return Selector.nothing()


def _is_evicted(pod: Wire) -> bool:
    condition = condition_of(pod, "DisruptionTarget")
    return (
        condition is not None
        and condition["status"] == "True"
        and condition.get("reason") == "EvictionByEvictionAPI"
    )
