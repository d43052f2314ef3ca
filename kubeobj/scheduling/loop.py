"""A scheduler as a control loop of a manager: with the caches that all loops share."""

from collections.abc import Callable, Sequence
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.manager import Install, Manager
from kubeobj.scheduling.intake import RESOURCES
from kubeobj.scheduling.profiles import Profile
from kubeobj.scheduling.scheduler import Scheduler

GROUP_OF: Final = {
    "poddisruptionbudgets": "policy",
    "replicasets": "apps",
    "statefulsets": "apps",
    "storageclasses": "storage.k8s.io",
    "csinodes": "storage.k8s.io",
    "csidrivers": "storage.k8s.io",
    "csistoragecapacities": "storage.k8s.io",
    "volumeattachments": "storage.k8s.io",
}
"""The API groups of the resources that are not in the core group."""


def scheduler_loop(
    profiles: Sequence[Profile] = (), *, started: Callable[[Scheduler], object] | None = None
) -> Install:
    """Return what installs a scheduler in a manager.

    Args:
        profiles: Who is asked; none for the default.
        started: Is told of the scheduler, each time one is made.
    """

    def install(manager: Manager) -> Scheduler:
        name = profiles[0].name if profiles else "default-scheduler"
        scheduler = Scheduler(
            manager.client, manager.clock, profiles=profiles, events=manager.events.by(name)
        )
        informers = []
        for resource in RESOURCES:
            group = GROUP_OF.get(resource, "")
            informer = manager.informer(f"{resource}.{group}" if group else resource)
            informer.subscribe(_handler(scheduler, resource))
            informers.append(informer)
        manager.add(_Part(scheduler, informers))
        if started is not None:
            started(scheduler)
        return scheduler

    return install


@final
class _Part:
    """A scheduler that does nothing before it knows what there is.

    Args:
        scheduler: The scheduler.
        informers: What it follows.
    """

    __slots__ = ("_informers", "_scheduler")

    def __init__(self, scheduler: Scheduler, informers: Sequence[Informer]) -> None:
        self._scheduler = scheduler
        self._informers = tuple(informers)

    def step(self) -> bool:
        """Place some pods."""
        return all(one.is_synced for one in self._informers) and self._scheduler.step()

    @property
    def deadline(self) -> float | None:
        """When there is something to do next."""
        if not all(one.is_synced for one in self._informers):
            return None
        return self._scheduler.deadline


def _handler(scheduler: Scheduler, resource: str) -> Callable[[Wire | None, Wire | None], object]:
    return lambda old, new: scheduler.handle(resource, old, new)
