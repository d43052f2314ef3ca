"""How much of what its quotas bound a namespace uses: counted object by object, as they change.

What is created is booked by the API before it is kept; this loop says what is used of a quota that
is new or bounds something else, and what is free again.

Source: ``k8s.io/kubernetes/pkg/controller/resourcequota`` (v1.36); the concept page Resource
Quotas.
"""

from collections.abc import Mapping
from typing import final

from kubeobj.api.quantities import ZERO, quantities_of
from kubeobj.api.quotausage import Usage, is_in_scopes, is_measured, may_use, usage_of
from kubeobj.controllers.storedkinds import StoredKinds, full_name
from kubeobj.documents import Wire
from kubeobj.models.resource import Resource
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request

QUOTAS = "resourcequotas"
"""The resource of quotas."""


@final
class Tally:
    """What the objects of a namespace use of one quota.

    Args:
        quota: The quota.
    """

    __slots__ = ("_quota", "hard", "used")

    def __init__(self, quota: Wire) -> None:
        self._quota = quota
        self.hard: Mapping[str, str] = quota["spec"].get("hard") or {}
        """What it bounds."""
        self.used: Usage = {}
        """How much of that is used; what is not there has never been used."""

    def change(self, resource: str, old: Cached | None, new: Cached | None) -> bool:
        """Take in that an object was *old* and is *new*; return whether that makes a difference."""
        if not may_use(resource, self.hard):
            return False
        before, after = self._share(resource, old), self._share(resource, new)
        if before == after:
            return False
        used = self.used
        for name, amount in before.items():
            used[name] = used.get(name, ZERO) - amount
        for name, amount in after.items():
            used[name] = used.get(name, ZERO) + amount
        return True

    def _share(self, resource: str, obj: Cached | None) -> Usage:
        if obj is None or not is_in_scopes(self._quota, resource, obj):
            return {}
        usage = usage_of(resource, obj)
        return {name: amount for name, amount in usage.items() if name in self.hard}


@final
class ResourceQuotaController:
    """Keeps the status of quotas true.

    Args:
        manager: Where it is installed.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._quotas = manager.informer(QUOTAS)
        # By namespace, for whoever changes in one.
        self._tallies: dict[str, dict[Request, Tally]] = {}
        self._followed: dict[str, Informer] = {}
        loop = manager.controller("resourcequota", self.reconcile, needs=[self._quotas])
        self._add = loop.queue.add
        self._kinds = StoredKinds(manager, loop, self._follow)

    def _follow(self, resource: Resource, informer: Informer) -> None:
        """Count the objects of a kind."""
        if not resource.namespaced:
            return
        name = full_name(resource)

        def handle(old: Cached | None, new: Cached | None) -> None:
            self._count(name, old, new)

        informer.subscribe(handle)
        self._followed[name] = informer
        if name == QUOTAS:
            # After the above: a quota that counts quotas counts itself once.
            informer.subscribe(self._note)

    def _count(self, resource: str, old: Cached | None, new: Cached | None) -> None:
        document = old if new is None else new
        if not self._tallies or document is None:
            return
        tallies = self._tallies.get(document["metadata"]["namespace"])
        if tallies:
            for key, tally in tallies.items():
                if tally.change(resource, old, new):
                    self._add(key)

    def _note(self, old: Cached | None, new: Cached | None) -> None:
        """Count from the beginning for a quota that is new, or bounds something else now."""
        if new is None:
            if old is not None:
                key = Request.of(old)
                tallies = self._tallies.get(key.namespace, {})
                tallies.pop(key, None)
                if not tallies:
                    self._tallies.pop(key.namespace, None)
            return
        key = Request.of(new)
        self._add(key)
        if old is not None and old["spec"] == new["spec"]:
            return
        tally = Tally(new)
        for resource, informer in self._followed.items():
            if may_use(resource, tally.hard):
                for one in informer.cache.in_namespace(key.namespace):
                    tally.change(resource, None, one)
        self._tallies.setdefault(key.namespace, {})[key] = tally

    def reconcile(self, request: Request) -> None:
        """Write how much is used of one quota, if its status says something else."""
        quota = self._quotas.cache.find(request)
        tally = self._tallies.get(request.namespace, {}).get(request)
        if quota is None or tally is None:
            return
        used = {
            name: tally.used.get(name, ZERO)
            for name in tally.hard
            if is_measured(name, self._kinds.kinds)
        }
        status = quota.get("status") or {}
        if status.get("hard") == tally.hard and quantities_of(status.get("used") or {}) == used:
            return
        texts = {name: str(amount) for name, amount in used.items()}
        # With its version: what the API has booked meanwhile is not to be lost.
        self._client.update_status({**quota, "status": {"hard": tally.hard, "used": texts}})
