"""Whether a machine takes a pod that it was given, as its kubelet decides.

The scheduler has decided before, but not of all pods, and not knowing everything.

Source: ``k8s.io/kubernetes/pkg/kubelet/lifecycle`` predicate.go (v1.36).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias, final

import orjson

from kubeobj.documents import Wire
from kubeobj.node.nodeobject import Machine
from kubeobj.placement.fit import AFFINITY_TEXT, PORTS_TEXT
from kubeobj.placement.nodeaffinity import required_affinity_of
from kubeobj.placement.ports import HostPort, host_ports_of, is_any_taken
from kubeobj.placement.resources import Amounts, amount_of, requests_of
from kubeobj.reconcile.request import Request

_ASKING: Final = ("name", "resources", "restartPolicy")

Refusal: TypeAlias = tuple[str, str]
"""Why a pod is not taken: a reason in one word, and a message."""


@final
class Occupancy:
    """What the pods of a machine take of it.

    Args:
        machine: The machine.
    """

    __slots__ = ("_capacity", "_name", "_ports", "_requests", "_used")

    def __init__(self, machine: Machine) -> None:
        self._name = machine.name
        offered = {"cpu": machine.cpu, "memory": machine.memory, **machine.resources}
        self._capacity: Amounts = {
            "pods": machine.pods,
            "ephemeral-storage": amount_of("ephemeral-storage", "100Gi"),
            **{name: amount_of(name, text) for name, text in offered.items()},
        }
        self._used: Amounts = {}
        self._requests: dict[Request, Amounts] = {}
        self._ports: dict[Request, tuple[HostPort, ...]] = {}

    def admit(self, key: Request, pod: Wire, node: Callable[[], Wire]) -> Refusal | None:
        """Take a pod, or say why not.

        Args:
            key: The pod's name.
            pod: The pod.
            node: Asks for the Node as the API has it.
        """
        requests = _requests_of(pod)
        refusal = self._lacking(requests) or self._elsewhere(pod, node) or self._clash(key, pod)
        if refusal is None:
            self._requests[key] = requests
            for name, amount in requests.items():
                self._used[name] = self._used.get(name, 0) + amount
        return refusal

    def release(self, key: Request) -> None:
        """Have room again for what a pod took, if it took anything."""
        for name, amount in self._requests.pop(key, {}).items():
            self._used[name] -= amount
        self._ports.pop(key, None)

    def copy(self) -> "Occupancy":
        """Return the same, going on by itself."""
        twin = object.__new__(Occupancy)
        twin._name, twin._capacity = self._name, self._capacity
        twin._used, twin._requests = dict(self._used), dict(self._requests)
        twin._ports = dict(self._ports)
        return twin

    # ------------------------------------------------------------ inside

    def _lacking(self, requests: Amounts) -> Refusal | None:
        count, most = len(self._requests), self._capacity["pods"]
        if count >= most:
            return _too_little("pods", 1, count, most)
        for name, amount in requests.items():
            capacity, used = self._capacity.get(name), self._used.get(name, 0)
            # What no machine here has ever heard of is a matter of the scheduler.
            if capacity is not None and 0 < amount > capacity - used:
                return _too_little(name, amount, used, capacity)
        return None

    def _elsewhere(self, pod: Wire, node: Callable[[], Wire]) -> Refusal | None:
        spec = pod["spec"]
        affinity = (spec.get("affinity") or {}).get("nodeAffinity")
        if not affinity and not spec.get("nodeSelector"):
            return None
        labels = node()["metadata"].get("labels") or {}
        if required_affinity_of(pod).matches(labels, self._name):
            return None
        return _failed("NodeAffinity", AFFINITY_TEXT)

    def _clash(self, key: Request, pod: Wire) -> Refusal | None:
        ports = tuple(host_ports_of(pod))
        if not ports:
            return None
        taken = (port for one in self._ports.values() for port in one)
        if is_any_taken(ports, taken):
            return _failed("NodePorts", PORTS_TEXT)
        self._ports[key] = ports
        return None


def _too_little(name: str, requested: int, used: int, capacity: int) -> Refusal:
    message = (
        f"Pod was rejected: Node didn't have enough resource: {name}, requested: {requested}, "
        f"used: {used}, capacity: {capacity}"
    )
    return f"OutOf{name}", message


def _failed(plugin: str, why: str) -> Refusal:
    return plugin, f"Pod was rejected: Predicate {plugin} failed: {why}"


def _requests_of(pod: Wire) -> Amounts:
    """Return what a pod asks for; those that ask alike are looked at once."""
    spec = pod["spec"]
    asking = [
        [[one.get(name) for name in _ASKING] for one in spec.get(part) or ()]
        for part in ("initContainers", "containers")
    ]
    return _read(orjson.dumps([*asking, spec.get("overhead"), spec.get("resources")]))


@lru_cache(maxsize=4096)
def _read(text: bytes) -> Amounts:
    inits, mains, overhead, resources = orjson.loads(text)
    spec: Wire = {
        "initContainers": [_without_nothing(one) for one in inits],
        "containers": [_without_nothing(one) for one in mains],
        "overhead": overhead,
        "resources": resources,
    }
    return requests_of({"spec": spec})


def _without_nothing(values: list[object]) -> Wire:
    return {name: value for name, value in zip(_ASKING, values, strict=True) if value is not None}
