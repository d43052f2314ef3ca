"""All kinds whose objects are stored, those of a user's own among them, as they come to be served.

Some loops are about every kind there is. They are told of each once, with the cache of its objects.

Source: ``k8s.io/client-go/discovery`` ServerPreferredResources (v1.36).
"""

from collections.abc import Callable, Iterable
from typing import TypeAlias, final

from kubeobj.models.resource import Resource
from kubeobj.reconcile.controller import Controller
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request
from kubeobj.reconcile.triggers import on_mapped

Found: TypeAlias = Callable[[Resource, Informer], object]
"""Is told of a kind: what is said of its resource, and the cache of its objects."""

DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"
"""The resource of what defines kinds of a user's own."""

_ALL = Request("", "kinds")
_NEEDED = frozenset({"list", "watch", "delete"})
# Events are so many, and last so short, that nobody collects or counts them.
_EVENTS = frozenset({"events", "events.events.k8s.io"})


def full_name(resource: Resource) -> str:
    """Return the plural of a resource with its group, by which loops share caches."""
    return str(resource.group_version_resource.group_resource)


def stored_kinds(resources: Iterable[Resource]) -> dict[str, Resource]:
    """Return the resources whose objects can be listed, watched and deleted, by full name.

    Each is there once, in the version that the server prefers; and without events.
    """
    found: dict[str, Resource] = {}
    for resource in resources:
        name = full_name(resource)
        if name not in found and name not in _EVENTS and set(resource.verbs) >= _NEEDED:
            found[name] = resource
    return found


@final
class StoredKinds:
    """Follows which kinds are stored.

    Args:
        manager: Has the caches.
        loop: The loop that is about all kinds; it does nothing before all caches are there.
        found: Told of each kind once.
    """

    def __init__(self, manager: Manager, loop: Controller, found: Found) -> None:
        self.kinds: dict[str, Resource] = {}
        """The kinds by the full name of their resource."""
        self.resources: tuple[Resource, ...] = ()
        """All that is served, in every version."""
        self._manager = manager
        self._loop = loop
        self._found = found
        definitions = manager.informer(DEFINITIONS)
        looking = manager.controller(f"{loop.name}-kinds", self._look, needs=[definitions])
        on_mapped(looking, definitions, _everything)
        looking.queue.add(_ALL)

    def _look(self, _request: Request) -> None:
        """Ask what is served, and tell of what is new."""
        self.resources = self._manager.client.resources()
        new = {
            name: resource
            for name, resource in stored_kinds(self.resources).items()
            if name not in self.kinds
        }
        informers = {name: self._manager.informer(name) for name in new}
        # Before anybody is told: what is told first must wait until all is there.
        self._loop.needs = (*self._loop.needs, *informers.values())
        self.kinds.update(new)
        for name, resource in new.items():
            self._found(resource, informers[name])


def _everything(_definition: Cached) -> tuple[Request, ...]:
    return (_ALL,)
