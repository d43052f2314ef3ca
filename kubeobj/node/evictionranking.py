"""Which pod goes first when a node is short of something, and what it is told.

Source: ``k8s.io/kubernetes/pkg/kubelet/eviction`` helpers.go (v1.36), the ranks and the texts.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias, final

from kubeobj.api.quantities import add_amounts, quantity_of, raise_to
from kubeobj.documents import Wire
from kubeobj.meta.quantity import Quantity
from kubeobj.node.restartpolicy import is_sidecar
from kubeobj.node.thresholds import Shortage, Signal
from kubeobj.placement.resources import amount_of, requests_of

SYSTEM_CRITICAL: Final = 2_000_000_000
"""From which priority on a pod is never made to go."""

_STORAGE: Final = "ephemeral-storage"
_MIRROR: Final = "kubernetes.io/config.mirror"
_SOURCE: Final = "kubernetes.io/config.source"


@final
@dataclass(frozen=True, slots=True)
class ContainerUse:
    """What a container uses.

    Args:
        memory_bytes: How much memory it holds.
        disk_bytes: How much it has written beside its volumes, its logs with it.
    """

    memory_bytes: int = 0
    disk_bytes: int = 0


@final
@dataclass(frozen=True, slots=True)
class PodUse:
    """What a pod uses.

    Args:
        pod: The pod.
        containers: What its containers use, by name.
        volumes: How much is in its volumes that are on the node alone, in bytes, by name.
        processes: How many processes it has.
    """

    pod: Wire
    containers: Mapping[str, ContainerUse] = field(default_factory=dict)
    volumes: Mapping[str, int] = field(default_factory=dict)
    processes: int = 0

    @property
    def memory_bytes(self) -> int:
        """How much memory it holds."""
        return sum(one.memory_bytes for one in self.containers.values())

    @property
    def disk_bytes(self) -> int:
        """How much of the node's disk it takes."""
        return sum(one.disk_bytes for one in self.containers.values()) + sum(self.volumes.values())


Key: TypeAlias = "Callable[[PodUse], tuple[int, ...]]"


def ranked(uses: Iterable[PodUse], signal: Signal) -> list[PodUse]:
    """Return pods in the order in which they have to go, without those that never have to.

    Who uses more than it asked for goes before who does not; then the lower priority; then who
    uses the most beyond what it asked for.
    """
    there = [one for one in uses if not is_critical(one.pod)]
    return sorted(there, key=_KEYS[signal])


def is_critical(pod: Wire) -> bool:
    """Return whether a pod may never be made to go: it is static, or all depends on it."""
    annotations = pod["metadata"].get("annotations") or {}
    is_static = _MIRROR in annotations or annotations.get(_SOURCE, "api") != "api"
    return is_static or _priority(pod) >= SYSTEM_CRITICAL


def _priority(pod: Wire) -> int:
    found: int = pod["spec"].get("priority") or 0
    return found


def _beyond(pod: Wire, resource: str, used: int) -> int:
    return used - requests_of(pod).get(resource, 0)


def _by_memory(one: PodUse) -> tuple[int, ...]:
    beyond = _beyond(one.pod, "memory", one.memory_bytes)
    return (-int(beyond > 0), _priority(one.pod), -beyond)


def _by_disk(one: PodUse) -> tuple[int, ...]:
    beyond = _beyond(one.pod, _STORAGE, one.disk_bytes)
    return (-int(beyond > 0), _priority(one.pod), -beyond)


def _by_processes(one: PodUse) -> tuple[int, ...]:
    return (_priority(one.pod), -one.processes)


_KEYS: Final[Mapping[Signal, Key]] = {
    Signal.MEMORY: _by_memory,
    Signal.DISK: _by_disk,
    Signal.INODES: _by_disk,
    Signal.IMAGE_DISK: _by_disk,
    Signal.PROCESSES: _by_processes,
}


# ---------------------------------------------------------------- what is said


def eviction_message(use: PodUse, shortage: Shortage) -> str:
    """Return why a pod has to go, as its status says it."""
    resource = shortage.signal.resource
    text = f"The node was low on resource: {resource}. "
    text += (
        f"Threshold quantity: {_amount(shortage.signal, shortage.threshold)}, "
        f"available: {_amount(shortage.signal, shortage.available)}. "
    )
    if resource in {"memory", _STORAGE}:
        text += "".join(_containers_text(use, resource))
    return text


def _containers_text(use: PodUse, resource: str) -> Iterator[str]:
    for spec in use.pod["spec"]["containers"]:
        found = use.containers.get(spec["name"])
        if found is None:
            continue
        used = found.memory_bytes if resource == "memory" else found.disk_bytes
        asked = ((spec.get("resources") or {}).get("requests") or {}).get(resource, "0")
        if used > amount_of(resource, asked):
            yield (
                f"Container {spec['name']} was using {_kibibytes(used)}, request is {asked}, has "
                f"larger consumption of {resource}. "
            )


def _amount(signal: Signal, amount: int) -> str:
    return str(amount) if signal in {Signal.INODES, Signal.PROCESSES} else _kibibytes(amount)


def _kibibytes(amount: int) -> str:
    """Return an amount of bytes as a quantity in whole kibibytes, as people read it."""
    return f"{amount // 1024}Ki" if amount >= 1024 else str(amount)


# ---------------------------------------------------------------- limits of a pod's own


def broken_limit(use: PodUse) -> str:
    """Return which limit of its own on local storage a pod has broken; empty if none.

    Source: ``localStorageEviction``: volumes before the pod before its containers.
    """
    return _volume_limit(use) or _pod_limit(use) or _container_limit(use)


def _volume_limit(use: PodUse) -> str:
    for volume in use.pod["spec"].get("volumes") or ():
        limit = (volume.get("emptyDir") or {}).get("sizeLimit")
        if not limit or limit == "0":
            continue
        if use.volumes.get(volume["name"], 0) > amount_of(_STORAGE, limit):
            return f'Usage of EmptyDir volume "{volume["name"]}" exceeds the limit "{limit}". '
    return ""


def _pod_limit(use: PodUse) -> str:
    total = _total_limit(use.pod["spec"])
    if total is None or Quantity(use.disk_bytes) <= total:
        return ""
    return f"Pod ephemeral local storage usage exceeds the total limit of containers {total}. "


def _total_limit(spec: Wire) -> Quantity | None:
    """Return what the limits of a pod's containers allow them at once; None if there are none.

    A container that has none adds nothing. Source: ``k8s.io/component-helpers/resource`` PodLimits.
    """
    total: dict[str, Quantity] = {}
    staying: dict[str, Quantity] = {}
    peak: dict[str, Quantity] = {}
    for container in spec["containers"]:
        add_amounts(total, _storage_limit(container))
    for container in spec.get("initContainers") or ():
        limit = _storage_limit(container)
        if is_sidecar(container):
            add_amounts(total, limit)
            add_amounts(staying, limit)
            raise_to(peak, staying)
        else:
            add_amounts(limit, staying)
            raise_to(peak, limit)
    raise_to(total, peak)
    if total.get(_STORAGE):
        overhead: Wire = spec.get("overhead") or {}
        add_amounts(
            total, {name: quantity_of(overhead[name]) for name in total if name in overhead}
        )
    return total.get(_STORAGE)


def _storage_limit(container: Wire) -> dict[str, Quantity]:
    """Return the limit of a container on what it writes, by the name of the resource."""
    limits: Wire = (container.get("resources") or {}).get("limits") or {}
    return {name: quantity_of(text) for name, text in limits.items() if name == _STORAGE}


def _container_limit(use: PodUse) -> str:
    spec = use.pod["spec"]
    sidecars = filter(is_sidecar, spec.get("initContainers") or ())
    for container in (*spec["containers"], *sidecars):
        name, limit = container["name"], _storage_limit(container).get(_STORAGE)
        found = use.containers.get(name)
        if limit and found is not None and Quantity(found.disk_bytes) > limit:
            return f'Container {name} exceeded its local ephemeral storage limit "{limit}". '
    return ""
