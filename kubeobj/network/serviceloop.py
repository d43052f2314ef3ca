"""The control loop that keeps the proxy and the names of Services true.

It writes nothing but where a load balancer is, and events about ports that cannot be opened.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, final

from kubeobj.api.errors import NotFound
from kubeobj.documents import Wire
from kubeobj.network.balancer import ingress_of, status_change
from kubeobj.network.dns.zone import Zone, names_of
from kubeobj.network.proxyprocess import ProxyProcess
from kubeobj.network.rulebook import SERVICE, Changes, Owner, RuleBook
from kubeobj.network.rules import Frontend
from kubeobj.network.serviceports import NodePlaces, rules_of
from kubeobj.network.troubles import REASON, taken, trouble_of
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request

NAME: Final = "service-proxy"
"""What the loop is called."""

SLICES: Final = "endpointslices.discovery.k8s.io"
"""The resource of slices."""

SERVICE_NAME: Final = "kubernetes.io/service-name"
"""The label that says for which Service a slice is."""


@final
@dataclass(frozen=True, slots=True)
class Told:
    """What the proxy was told of one Service.

    Args:
        resource_version: Of which version of the Service.
        number: With which change, or an earlier one.
        endpoints: How many endpoints it has that traffic goes to.
    """

    resource_version: str
    number: int
    endpoints: int


@final
class ServiceLoop:
    """The control loop. It may be put into a manager again: what was told before is remembered.

    Args:
        places: Where on this node Services are reached.
        zone: The names of Services.
        proxy: The proxy.
        book: The rules.
    """

    def __init__(self, places: NodePlaces, zone: Zone, proxy: ProxyProcess, book: RuleBook) -> None:
        self.told: dict[Request, Told] = {}
        """What the proxy was told last of each Service."""
        self.is_synced: bool = False
        """Whether all that there was at the beginning has been told."""
        self._places = places
        self._zone = zone
        self._proxy = proxy
        self._book = book
        self._events: dict[Request, tuple[str, ...]] = {}

    # ------------------------------------------------------------ putting in

    def install(self, manager: Manager) -> None:
        """Put it into a manager."""
        self._manager = manager
        self._recorder = manager.events.by(NAME)
        self._services = manager.informer("services")
        self._slices = manager.informer(SLICES)
        self._namespaces = manager.informer("namespaces")
        needs = [self._services, self._slices]
        loop = manager.controller(NAME, self._reconcile, needs=needs)
        self._queue = loop.queue
        self._book.again[SERVICE] = self._queue.add
        self._seen = self._proxy.troubles
        self._waiting: dict[Request, None] = {}
        # What is gone by now has to be looked at, too.
        for service in [*self.told]:
            self._queue.add(service)
        self._services.subscribe(self._note_service)
        self._slices.subscribe(self._note_slice)
        self._namespaces.subscribe(self._note_namespace)
        manager.add(self)

    def _note_service(self, old: Cached | None, new: Cached | None) -> None:
        for one in (old, new):
            if one is not None:
                self._queue.add(Request.of(one))

    def _note_slice(self, old: Cached | None, new: Cached | None) -> None:
        for one in (old, new):
            for word in _words(one) if one is not None else ():
                namespace, _, name = word.partition("/")
                self._queue.add(Request(namespace, name))

    def _note_namespace(self, old: Cached | None, new: Cached | None) -> None:
        for one in (old, new):
            if one is not None:
                self._zone.put_namespace(one["metadata"]["name"], is_there=new is not None)

    # ------------------------------------------------------------ what the proxy answers

    def step(self) -> bool:
        """Look at Services of which the proxy has told something; return whether there are any."""
        if not self.is_synced and self._services.is_synced and not len(self._queue):
            self.is_synced = True
        now, before = self._proxy.troubles, self._seen
        found: dict[Request, None] = {}
        if now is not before:
            self._seen = now
            other = [one for one in {**before, **now} if before.get(one) != now.get(one)]
            found = self._book.changed(other, SERVICE)
        for service in list(self._waiting):
            told = self.told.get(service)
            if told is None or told.number <= self._proxy.applied:
                del self._waiting[service]
                found[service] = None
        for service in found:
            self._queue.add(service)
        return bool(found)

    @property
    def deadline(self) -> float | None:
        """Nothing is to be done at any time of its own."""
        return None

    # ------------------------------------------------------------ one Service

    def troubles_of(self, service: Request) -> dict[Frontend, str]:
        """Return what is wrong with places that a Service asks for, for people."""
        found = {
            frontend: taken(frontend, owner)
            for frontend, owner in self._book.refused(Owner(SERVICE, service)).items()
        }
        for rule in self._book.asked(Owner(SERVICE, service)):
            for frontend in rule.frontends:
                why = self._proxy.troubles.get(frontend)
                if why is not None and frontend not in found:
                    found[frontend] = trouble_of(frontend, *why)
        return found

    def _reconcile(self, request: Request) -> None:
        """Make the proxy and the names be as a Service and its slices say."""
        service = self._services.cache.find(request)
        if service is None:
            self._zone.put(request.namespace, request.name, None)
            self._take(self._book.put(Owner(SERVICE, request), "", ()))
            self.told.pop(request, None)
            self._events.pop(request, None)
            return
        slices = self._slices.cache.by(_words, str(request))
        slices.sort(key=lambda one: str(one["metadata"]["name"]))
        self._zone.put(request.namespace, request.name, names_of(service, slices))
        rules = rules_of(service, slices, self._places)
        created = str(service["metadata"].get("creationTimestamp", ""))
        self._take(self._book.put(Owner(SERVICE, request), created, rules))
        endpoints = {backend for rule in rules for backend in rule.backends}
        version = str(service["metadata"].get("resourceVersion", ""))
        self.told[request] = Told(version, self._proxy.number, len(endpoints))
        self._report(request, service)

    def _take(self, changes: Changes) -> None:
        if changes:
            self._proxy.change(changes.put, changes.drop)
        self._book.look_again(changes)

    def _report(self, request: Request, service: Wire) -> None:
        """Tell what cannot be had, and where the load balancer is, once the proxy has tried."""
        if self.told[request].number > self._proxy.applied:
            self._waiting[request] = None
            return
        troubles = self.troubles_of(request)
        messages = tuple(troubles.values())
        before = self._events.get(request, ())
        self._events[request] = messages
        for message in messages:
            if message not in before:
                self._recorder.record(service, REASON, message, "Warning")
        change = status_change(service, ingress_of(service, self._places, troubles))
        if change is not None:
            try:
                self._manager.client.patch(
                    "services",
                    request.name,
                    change,
                    type="merge",
                    namespace=request.namespace,
                    part="status",
                )
            except NotFound:
                return


def _words(one: Wire) -> Iterable[str]:
    """Return under which word a slice is found: the Service that it is for."""
    metadata = one["metadata"]
    name = (metadata.get("labels") or {}).get(SERVICE_NAME)
    return (f"{metadata['namespace']}/{name}",) if name else ()
