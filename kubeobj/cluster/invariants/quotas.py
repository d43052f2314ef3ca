"""Quotas are kept to: nothing is created that makes a namespace use more than it may.

Source: Kubernetes documentation, Resource Quotas (v1.36).
"""

from collections.abc import Iterable
from typing import Final, final

from kubeobj.api.quantities import ZERO, quantities_of
from kubeobj.api.quotausage import Usage, is_in_scopes, usage_of
from kubeobj.cluster.invariants.invariant import Change, Followed, World
from kubeobj.documents import Wire
from kubeobj.reconcile.request import Request

_QUOTAS: Final = Followed("resourcequotas")
_COUNTED: Final = tuple(
    Followed(resource)
    for resource in (
        "pods",
        "services",
        "configmaps",
        "secrets",
        "persistentvolumeclaims",
        "replicationcontrollers",
        "deployments.apps",
        "replicasets.apps",
        "statefulsets.apps",
        "jobs.batch",
        "cronjobs.batch",
    )
)


@final
class _Quota:
    """A quota, and what is used of it."""

    __slots__ = ("document", "used")

    def __init__(self, document: Wire) -> None:
        self.document: Wire = document
        self.used: Usage = {}
        """What the objects use that are there."""

    def add(self, usage: Usage, sign: int) -> None:
        """Count what an object uses, or no longer does."""
        for name, amount in usage.items():
            before = self.used.get(name, ZERO)
            self.used[name] = before + amount if sign > 0 else before - amount

    def exceeded(self, usage: Usage) -> list[str]:
        """Return what of *usage* there is more of than there may be."""
        spec, status = self.document["spec"], self.document.get("status") or {}
        hard = quantities_of(spec.get("hard") or {})
        # The one that counts may not be the one that is wanted yet.
        told = quantities_of(status.get("hard") or {})
        return [
            f"{name}: {self.used[name]} of {most}"
            for name, most in hard.items()
            if usage.get(name) and self.used[name] > max(most, told.get(name, most))
        ]


@final
class QuotasHold:
    """Nothing is created that exceeds a quota.

    Args:
        _world: What it could look at, and does not need.
    """

    def __init__(self, _world: World) -> None:
        self.name: str = "nothing is created beyond a quota"
        self._quotas: dict[str, dict[str, _Quota]] = {}
        # The objects of namespaces that have quotas, by resource and key.
        self._objects: dict[tuple[str, Request], Wire] = {}

    @property
    def follows(self) -> tuple[Followed, ...]:
        """Quotas, and what they count once there is one."""
        return (_QUOTAS, *_COUNTED) if self._quotas else (_QUOTAS,)

    def take(self, change: Change) -> Iterable[str]:
        """Take in a write to a quota, or to what it counts."""
        if change.what is _QUOTAS:
            self._take_quota(change)
            return ()
        resource = change.what.resource
        place = (resource, change.key)
        if change.new is None:
            self._objects.pop(place, None)
        else:
            self._objects[place] = change.new
        quotas = self._quotas.get(change.key.namespace)
        return () if not quotas else self._count(change, resource, quotas)

    def _take_quota(self, change: Change) -> None:
        namespace, name = change.key
        if change.new is None:
            there = self._quotas.get(namespace, {})
            there.pop(name, None)
            if not there:
                self._quotas.pop(namespace, None)
            return
        there = self._quotas.setdefault(namespace, {})
        quota = there.get(name)
        if quota is not None:
            quota.document = change.new
            return
        quota = there[name] = _Quota(change.new)
        for (resource, key), document in self._objects.items():
            if key.namespace == namespace and is_in_scopes(change.new, resource, document):
                quota.add(usage_of(resource, document), 1)

    def _count(self, change: Change, resource: str, quotas: dict[str, _Quota]) -> Iterable[str]:
        usage = {} if change.new is None else usage_of(resource, change.new)
        before = {} if change.old is None else usage_of(resource, change.old)
        for name, quota in quotas.items():
            if change.old is not None and is_in_scopes(quota.document, resource, change.old):
                quota.add(before, -1)
            if change.new is None or not is_in_scopes(quota.document, resource, change.new):
                continue
            quota.add(usage, 1)
            if change.old is None and change.is_news:
                for text in quota.exceeded(usage):
                    yield (
                        f"ResourceQuota {change.key.namespace}/{name}: {resource} {change.key} "
                        f"was created, which makes {text}"
                    )
