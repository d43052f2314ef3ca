"""What a pod is to a service that selects it: an address, ports, and whether it can be reached.

Source: ``k8s.io/endpointslice`` utils.go and ``k8s.io/endpointslice/util`` (v1.36); the concept
pages EndpointSlices and Service.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import ip_address
from typing import TypeAlias

from kubeobj.controllers.podstate import is_deleting, is_finished, is_ready
from kubeobj.documents import Wire

ZONE = "topology.kubernetes.io/zone"
"""The label of a node that says in which zone it is."""

Facts: TypeAlias = tuple[object, ...]
"""All of a pod that a service goes by; equal if no service needs to look again."""

_CLOSE = frozenset({"PreferClose", "PreferSameZone", "PreferSameNode"})
_TOPOLOGY_MODES = (
    "service.kubernetes.io/topology-aware-hints",
    "service.kubernetes.io/topology-mode",
)


def pod_addresses(pod: Wire) -> list[str]:
    """Return the addresses of a pod, the first one first."""
    status = pod.get("status") or {}
    found = [one["ip"] for one in status.get("podIPs") or () if one.get("ip")]
    return found or ([status["podIP"]] if status.get("podIP") else [])


def addresses_of(pod: Wire, family: str) -> list[str]:
    """Return the addresses of a pod that are of a family, ``IPv4`` or ``IPv6``."""
    return [canonical_address(one) for one in pod_addresses(pod) if family_of(one) == family]


def family_of(address: str) -> str:
    """Return the family of an address.

    >>> family_of("10.0.0.1"), family_of("fd00::1")
    ('IPv4', 'IPv6')
    """
    return "IPv6" if ":" in address else "IPv4"


@lru_cache(maxsize=4096)
def canonical_address(address: str) -> str:
    """Return an address as it is usually written; what is none as it is."""
    try:
        return str(ip_address(address))
    except ValueError:
        return address


def has_endpoint(pod: Wire, *, with_terminating: bool = True) -> bool:
    """Return whether a pod is an endpoint of services at all, reachable or not."""
    if is_finished(pod) or not pod_addresses(pod):
        return False
    return with_terminating or not is_deleting(pod)


def facts_of(pod: Wire | None) -> Facts | None:
    """Return what services go by of a pod; None if it is no endpoint."""
    if pod is None or not has_endpoint(pod):
        return None
    spec, metadata = pod["spec"], pod["metadata"]
    return (
        metadata["uid"],
        metadata.get("labels"),
        pod_addresses(pod),
        is_ready(pod),
        is_deleting(pod),
        spec.get("nodeName"),
        spec.get("hostname"),
        spec.get("subdomain"),
    )


def port_number(service_port: Wire, pod: Wire) -> int | None:
    """Return at which port of a pod a port of a service ends; None if the pod has none."""
    target = service_port.get("targetPort", service_port["port"])
    if isinstance(target, int):
        return target
    protocol = service_port.get("protocol", "TCP")
    for container in _port_holders(pod["spec"]):
        for port in container.get("ports") or ():
            if port.get("name") == target and port.get("protocol", "TCP") == protocol:
                number: int = port["containerPort"]
                return number
    return None


def _port_holders(spec: Wire) -> Iterable[Wire]:
    yield from spec["containers"]
    for container in spec.get("initContainers") or ():
        if container.get("restartPolicy") == "Always":
            yield container


def ports_of(service: Wire, pod: Wire) -> list[Wire]:
    """Return the ports at which a pod serves, as slices have them."""
    found: list[Wire] = []
    for one in service["spec"].get("ports") or ():
        number = port_number(one, pod)
        if number is None:
            continue
        port: Wire = {
            "name": one.get("name", ""),
            "protocol": one.get("protocol", "TCP"),
            "port": number,
        }
        if one.get("appProtocol") is not None:
            port["appProtocol"] = one["appProtocol"]
        found.append(port)
    return found


def has_hostname(pod: Wire, service: Wire) -> bool:
    """Return whether the name of a pod's host is known under a service."""
    spec = pod["spec"]
    return bool(spec.get("hostname")) and spec.get("subdomain") == service["metadata"]["name"]


def is_headless(service: Wire) -> bool:
    """Return whether a service has no address of its own."""
    return service["spec"].get("clusterIP", "") in {"", "None"}


def families_of(service: Wire) -> Sequence[str]:
    """Return the families of addresses that a service is served at."""
    families: Sequence[str] = service["spec"].get("ipFamilies") or ()
    if families:
        return families
    return ("IPv4", "IPv6") if is_headless(service) else (family_of(service["spec"]["clusterIP"]),)


def endpoint_of(pod: Wire, node: Wire | None, service: Wire, addresses: list[str]) -> Wire:
    """Return a pod as an endpoint of a slice.

    Args:
        pod: The pod.
        node: Its node, if that is there.
        service: The service.
        addresses: Its addresses of one family.
    """
    spec, metadata = pod["spec"], pod["metadata"]
    is_serving, is_terminating = is_ready(pod), is_deleting(pod)
    is_open = bool(service["spec"].get("publishNotReadyAddresses"))
    endpoint: Wire = {
        "addresses": addresses,
        "conditions": {
            "ready": is_open or (is_serving and not is_terminating),
            "serving": is_serving,
            "terminating": is_terminating,
        },
        "targetRef": {
            "kind": "Pod",
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "uid": metadata["uid"],
        },
    }
    if has_hostname(pod, service):
        endpoint["hostname"] = spec["hostname"]
    if spec.get("nodeName"):
        endpoint["nodeName"] = spec["nodeName"]
    zone = (node["metadata"].get("labels") or {}).get(ZONE) if node is not None else None
    if zone:
        endpoint["zone"] = zone
    hints = _hints(service, endpoint)
    if hints:
        endpoint["hints"] = hints
    return endpoint


def _hints(service: Wire, endpoint: Wire) -> Wire:
    """Return from where an endpoint is best reached, if its service asks for what is near."""
    wanted = service["spec"].get("trafficDistribution")
    if wanted not in _CLOSE or not endpoint["conditions"]["ready"]:
        return {}
    annotations = service["metadata"].get("annotations") or {}
    mode = next((annotations[one] for one in _TOPOLOGY_MODES if one in annotations), "")
    if mode in {"Auto", "auto"}:
        return {}
    hints: Wire = {}
    if "zone" in endpoint:
        hints["forZones"] = [{"name": endpoint["zone"]}]
    if wanted == "PreferSameNode" and "nodeName" in endpoint:
        hints["forNodes"] = [{"name": endpoint["nodeName"]}]
    return hints
