"""Cluster roles that are made of others have the rules of those that they select.

Source: ``k8s.io/kubernetes/pkg/controller/clusterroleaggregation`` (v1.36); Using RBAC
Authorization, Aggregated ClusterRoles.
"""

from typing import final

from kubeobj.documents import Wire
from kubeobj.labels.labelselector import selector_of
from kubeobj.labels.selectorindex import SelectorIndex
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request
from kubeobj.reconcile.triggers import on_self


@final
class ClusterRoleAggregationController:
    """Gathers the rules of aggregated roles.

    Args:
        manager: Where it is installed.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._roles = manager.informer("clusterroles.rbac.authorization.k8s.io")
        # Which roles select: by name of the role and number of its selector.
        self._selecting: SelectorIndex[tuple[str, int]] = SelectorIndex()
        loop = manager.controller("clusterroleaggregation", self.reconcile, needs=[self._roles])
        self._add = loop.queue.add
        on_self(loop, self._roles)
        self._roles.subscribe(self._note)

    def _note(self, old: Cached | None, new: Cached | None) -> None:
        """Look at the roles that select one that changes, and remember what it selects itself."""
        for role in (old, new):
            if role is not None:
                for name, _ in self._selecting.match(role["metadata"].get("labels")):
                    self._add(Request("", name))
        before, after = _selectors(old), _selectors(new)
        role = new or old
        if role is None or before == after:
            return
        name = role["metadata"]["name"]
        for number in range(len(before)):
            self._selecting.discard((name, number))
        for number, selector in enumerate(after):
            self._selecting.add((name, number), selector_of(selector))

    def reconcile(self, request: Request) -> None:
        """Gather the rules of one role, if it is an aggregated one."""
        role = self._roles.cache.find(request)
        if role is None or not role.get("aggregationRule"):
            return
        rules: list[Wire] = []
        for selector in _selectors(role):
            found = self._roles.cache.select("", selector_of(selector))
            for one in sorted(found, key=lambda one: str(one["metadata"]["name"])):
                if one["metadata"]["name"] != request.name:
                    rules += [rule for rule in one.get("rules") or () if rule not in rules]
        if rules != (role.get("rules") or []):
            # Only the rules are ours: who changes the selectors meanwhile is heard next.
            self._client.patch(
                "clusterroles.rbac.authorization.k8s.io",
                request.name,
                {"rules": rules},
                type="merge",
            )


def _selectors(role: Cached | None) -> list[Wire]:
    if role is None:
        return []
    selectors: list[Wire] = (role.get("aggregationRule") or {}).get("clusterRoleSelectors") or []
    return selectors
