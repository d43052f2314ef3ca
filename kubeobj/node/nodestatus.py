"""The Node that a real machine registers itself as, and the status that it reports.

Source: ``k8s.io/kubernetes/pkg/kubelet/nodestatus`` setters.go and ``kubelet_node_status.go``
(v1.36), the fields and the texts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.node.host import HostFacts
from kubeobj.node.thresholds import HARD, TRANSITION_SECONDS, Signal, Threshold
from kubeobj.reconcile.moments import text_of
from kubeobj.runtimes.states import Image, RuntimeStatus, RuntimeVersion

VERSION: Final = "v1.36.2"
"""The version of Kubernetes that a node says it behaves like."""

IMAGES_AT_MOST: Final = 50
"""How many images a node tells of."""

NAMES_AT_MOST: Final = 5
"""How many names it tells of each."""

_PRESSURES: Final = (
    (
        "MemoryPressure",
        ("KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("KubeletHasInsufficientMemory", "kubelet has insufficient memory available"),
    ),
    (
        "DiskPressure",
        ("KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("KubeletHasDiskPressure", "kubelet has disk pressure"),
    ),
    (
        "PIDPressure",
        ("KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("KubeletHasInsufficientPID", "kubelet has insufficient PID available"),
    ),
)


@final
@dataclass(frozen=True, slots=True)
class NodeConfig:
    """What a node is told about itself.

    Args:
        name: Its name.
        addresses: Its addresses, the main one first.
        hostname: What the machine is called.
        labels: Labels besides those that every node has.
        taints: Taints that it registers with.
        pods: How many pods it takes.
        resources: What it offers besides, and what it offers in place of what the machine has:
            ``{"cpu": "2"}``.
        thresholds: When it is short of something.
        pressure_seconds: How long it is said to be short of something after it was.
    """

    name: str
    addresses: Sequence[str] = ("127.0.0.1",)
    hostname: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: Sequence[Mapping[str, str]] = ()
    pods: int = 110
    resources: Mapping[str, str] = field(default_factory=dict)
    thresholds: Sequence[Threshold] = HARD
    pressure_seconds: float = TRANSITION_SECONDS


@final
@dataclass(frozen=True, slots=True)
class NodeHealth:
    """How a node is.

    Args:
        runtime: Whether its runtime can work.
        pressures: The conditions of what it is short of.
        images: The images that it has.
    """

    runtime: RuntimeStatus = field(default_factory=RuntimeStatus)
    pressures: Sequence[str] = ()
    images: Sequence[Image] = ()


def node_labels(config: NodeConfig, facts: HostFacts) -> dict[str, str]:
    """Return the labels that a node has by itself."""
    return {
        "beta.kubernetes.io/arch": facts.architecture,
        "beta.kubernetes.io/os": facts.operating_system,
        "kubernetes.io/arch": facts.architecture,
        "kubernetes.io/hostname": config.hostname or config.name,
        "kubernetes.io/os": facts.operating_system,
        **config.labels,
    }


def new_node(config: NodeConfig, facts: HostFacts) -> Wire:
    """Return the Node that a machine registers, without its status."""
    spec: Wire = {"taints": [dict(taint) for taint in config.taints]} if config.taints else {}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": config.name, "labels": node_labels(config, facts)},
        "spec": spec,
    }


def capacity_of(config: NodeConfig, facts: HostFacts) -> dict[str, str]:
    """Return what a machine has."""
    return {
        "cpu": str(facts.cores),
        "ephemeral-storage": binary_text(facts.disk_bytes),
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": binary_text(facts.memory_bytes),
        "pods": str(config.pods),
        **config.resources,
    }


def allocatable_of(config: NodeConfig, facts: HostFacts) -> dict[str, str]:
    """Return what pods may ask for: all but what has to stay free."""
    kept = {
        "memory": _kept(config, Signal.MEMORY, facts.memory_bytes),
        "ephemeral-storage": _kept(config, Signal.DISK, facts.disk_bytes),
    }
    return {
        **capacity_of(config, facts),
        "memory": binary_text(facts.memory_bytes - kept["memory"]),
        "ephemeral-storage": str(facts.disk_bytes - kept["ephemeral-storage"]),
        **config.resources,
    }


def _kept(config: NodeConfig, signal: Signal, capacity: int) -> int:
    return sum(one.of(capacity) for one in config.thresholds if one.signal is signal)


def real_node_status(
    config: NodeConfig,
    facts: HostFacts,
    version: RuntimeVersion,
    health: NodeHealth,
    before: Wire,
    now: float,
) -> Wire:
    """Return the status that a machine reports of itself.

    Args:
        config: What it is told about itself.
        facts: What it is.
        version: What its runtime is.
        health: How it is.
        before: The status that is there.
        now: When it reports, in seconds since 1970.
    """
    status: Wire = {
        "addresses": [
            *({"type": "InternalIP", "address": one} for one in config.addresses),
            {"type": "Hostname", "address": config.hostname or config.name},
        ],
        "allocatable": allocatable_of(config, facts),
        "capacity": capacity_of(config, facts),
        "conditions": conditions_of(health, before, now),
        "features": {"supplementalGroupsPolicy": health.runtime.strict_groups},
        "nodeInfo": _info(facts, version),
    }
    if images := _images(health.images):
        status["images"] = images
    return status


def is_told(before: Wire, status: Wire) -> bool:
    """Return whether a status says nothing that is not there, but for when it was looked at."""
    return all(
        _without_heartbeats(before.get(name)) == _without_heartbeats(value)
        for name, value in status.items()
    )


def _without_heartbeats(value: object) -> object:
    if not isinstance(value, list):
        return value
    return [
        {name: one[name] for name in one if name != "lastHeartbeatTime"}
        if isinstance(one, dict)
        else one
        for one in value
    ]


def conditions_of(health: NodeHealth, before: Wire, now: float) -> list[Wire]:
    """Return all conditions of a node: its own by how it is, and those of others as they are.

    Args:
        health: How it is.
        before: The status that is there.
        now: When that is told, in seconds since 1970.
    """
    known: dict[str, Wire] = {one["type"]: one for one in before.get("conditions") or ()}
    found = [
        _condition(
            known.get(type_),
            type_,
            bad if type_ in health.pressures else good,
            now,
            is_true=type_ in health.pressures,
        )
        for type_, good, bad in _PRESSURES
    ]
    why = _unready(health.runtime)
    ready = ("KubeletNotReady", why) if why else ("KubeletReady", "kubelet is posting ready status")
    found.append(_condition(known.get("Ready"), "Ready", ready, now, is_true=not why))
    own = {one["type"] for one in found}
    return [*found, *(one for type_, one in known.items() if type_ not in own)]


def _unready(runtime: RuntimeStatus) -> str:
    """Return why a node is not ready; empty if it is."""
    if not runtime.ready:
        return f"[container runtime is down: {runtime.message or runtime.reason}]"
    if not runtime.network_ready:
        return (
            "container runtime network not ready: NetworkReady=false "
            f"reason:{runtime.reason} message:{runtime.message}"
        )
    return ""


def _condition(
    old: Wire | None, type_: str, why: tuple[str, str], now: float, *, is_true: bool
) -> Wire:
    status = "True" if is_true else "False"
    same = old is not None and old["status"] == status
    return {
        "type": type_,
        "status": status,
        "lastHeartbeatTime": text_of(now),
        "lastTransitionTime": old["lastTransitionTime"] if old and same else text_of(now),
        "reason": why[0],
        "message": why[1],
    }


def _info(facts: HostFacts, version: RuntimeVersion) -> Wire:
    return {
        "architecture": facts.architecture,
        "bootID": facts.boot_id,
        "containerRuntimeVersion": f"{version.name}://{version.version}",
        "kernelVersion": facts.kernel_version,
        "kubeProxyVersion": "",
        "kubeletVersion": VERSION,
        "machineID": facts.machine_id,
        "operatingSystem": facts.operating_system,
        "osImage": facts.os_image,
        "systemUUID": facts.system_uuid,
    }


def _images(images: Iterable[Image]) -> list[Wire]:
    largest = sorted(images, key=lambda one: (-one.size_bytes, one.id))[:IMAGES_AT_MOST]
    return [
        {"names": [*one.digests, *one.tags][:NAMES_AT_MOST], "sizeBytes": one.size_bytes}
        for one in largest
        if one.digests or one.tags
    ]


def binary_text(amount: int) -> str:
    """Return an amount of bytes as a quantity in the largest binary unit that divides it.

    >>> binary_text(24683656 * 1024), binary_text(1536), binary_text(1000)
    ('24683656Ki', '1536', '1000')
    """
    for unit, size in (("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)):
        if amount and amount % size == 0:
            return f"{amount // size}{unit}"
    return str(amount)
