"""Ports of this node that its pods ask for, forwarded to the pods: ``hostPort``.

A container engine opens them itself. Where pods are processes, the proxy of Services does. A port
that is asked for at all addresses is opened where node ports are: at all of them indeed, no pod
could listen at the same port of its own address.

A Service has a place before a pod, which is told, and has it again when the Service is gone.

Source: ``k8s.io/kubernetes/pkg/kubelet`` events/event.go (v1.36) for the word; the API reference,
ContainerPort.
"""

from collections.abc import Iterable, Iterator
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.network.proxyprocess import ProxyProcess
from kubeobj.network.rulebook import POD, Changes, Owner, RuleBook
from kubeobj.network.rules import Backend, Frontend, Rule
from kubeobj.network.serviceports import NodePlaces, family_of
from kubeobj.network.troubles import taken, trouble_of
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request

NAME: Final = "host-ports"
"""What the loop is called."""

REASON: Final = "HostPortConflict"
"""The reason of events about ports that cannot be opened."""

_ENDED: Final = frozenset({"Succeeded", "Failed"})
_ALL_ADDRESSES: Final = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - as the API has them


@final
class HostPorts:
    """The control loop.

    Args:
        places: Which node it is of, and where its ports are opened.
        proxy: The proxy.
        book: The rules, those of Services among them.
    """

    def __init__(self, places: NodePlaces, proxy: ProxyProcess, book: RuleBook) -> None:
        self._places = places
        self._proxy = proxy
        self._book = book
        self._events: dict[Request, tuple[str, ...]] = {}

    def install(self, manager: Manager) -> None:
        """Put it into a manager."""
        self._pods = manager.informer("pods")
        self._recorder = manager.events.by("kubelet")
        self._queue = manager.controller(NAME, self._reconcile, needs=[self._pods]).queue
        self._seen = self._proxy.troubles
        self._book.again[POD] = self._queue.add
        for pod in self._book.owners(POD):
            self._queue.add(pod)
        self._pods.subscribe(self._note)
        manager.add(self)

    def _note(self, old: Cached | None, new: Cached | None) -> None:
        for one in (old, new):
            if one is not None and one["spec"].get("nodeName") == self._places.node:
                self._queue.add(Request.of(one))

    def step(self) -> bool:
        """Look at pods whose ports the proxy has told of; return whether there are any."""
        now, before = self._proxy.troubles, self._seen
        if now is before:
            return False
        self._seen = now
        other = [one for one in {**before, **now} if before.get(one) != now.get(one)]
        found = self._book.changed(other, POD)
        for pod in found:
            self._queue.add(pod)
        return bool(found)

    @property
    def deadline(self) -> float | None:
        """Nothing is to be done at any time of its own."""
        return None

    def troubles_of(self, pod: Request) -> list[str]:
        """Return what is wrong with ports that a pod asks for, for people."""
        found: list[str] = []
        refused = self._book.refused(Owner(POD, pod))
        for rule in self._book.asked(Owner(POD, pod)):
            for frontend in rule.frontends:
                why = self._proxy.troubles.get(frontend)
                if frontend in refused:
                    found.append(taken(frontend, refused[frontend], "hostPort"))
                elif why is not None:
                    found.append(trouble_of(frontend, *why))
        return found

    def troubles(self) -> Iterator[str]:
        """Return what is wrong with the ports of all pods."""
        for pod in self._book.owners(POD):
            for trouble in self.troubles_of(pod):
                yield f"Pod {pod}: {trouble}"

    # ------------------------------------------------------------ one pod

    def _reconcile(self, request: Request) -> None:
        pod = self._pods.cache.find(request)
        if pod is None or not self._is_here(pod):
            self._take(self._book.put(Owner(POD, request), "", ()))
            self._events.pop(request, None)
            return
        created = str(pod["metadata"].get("creationTimestamp", ""))
        rules = host_rules(pod, self._places)
        self._take(self._book.put(Owner(POD, request), created, rules))
        messages = tuple(self.troubles_of(request))
        before = self._events.pop(request, ())
        if messages:
            self._events[request] = messages
        for message in messages:
            if message not in before:
                self._recorder.record(pod, REASON, message, "Warning")

    def _is_here(self, pod: Wire) -> bool:
        phase = (pod.get("status") or {}).get("phase")
        return pod["spec"].get("nodeName") == self._places.node and phase not in _ENDED

    def _take(self, changes: Changes) -> None:
        if changes:
            self._proxy.change(changes.put, changes.drop)
        self._book.look_again(changes)


def host_rules(pod: Wire, places: NodePlaces) -> list[Rule]:
    """Return how the ports of the node that a pod asks for are forwarded.

    Args:
        pod: The pod; before it has an address, nothing is forwarded.
        places: Where ports are opened that are asked for at all addresses.
    """
    spec, metadata = pod["spec"], pod["metadata"]
    if spec.get("hostNetwork"):
        return []  # what it opens is the node's anyway
    own = [one["ip"] for one in (pod.get("status") or {}).get("podIPs") or () if one.get("ip")]
    found: list[Rule] = []
    for port in _ports(spec):
        protocol, number = port.get("protocol") or "TCP", port["hostPort"]
        if protocol == "SCTP":
            continue  # no user program can forward it
        asked = port.get("hostIP") or ""
        for address in places.node_addresses if asked in _ALL_ADDRESSES else (asked,):
            to = [one for one in own if family_of(one) == family_of(address)][:1]
            key = f"pod/{metadata['namespace']}/{metadata['name']}:{address}/{number}/{protocol}"
            backends = tuple(Backend(one, port["containerPort"]) for one in to)
            if backends:
                found.append(Rule(key, (Frontend(protocol, address, number),), backends))
    return found


def _ports(spec: Wire) -> Iterator[Wire]:
    inits: Iterable[Wire] = spec.get("initContainers") or ()
    stays = [one for one in inits if one.get("restartPolicy") == "Always"]
    for container in (*stays, *spec["containers"]):
        for port in container.get("ports") or ():
            if port.get("hostPort"):
                yield port
