"""Load balancers of a machine that has none: their ports are opened on the machine itself.

So a Service of type LoadBalancer is reached at ``127.0.0.1`` and its own port, and says so in its
status, as long as nobody else has that port.

Source: the concept page Service, type LoadBalancer; what K3s' ServiceLB and ``minikube tunnel`` do.
"""

from collections.abc import Collection

from kubeobj.documents import Wire
from kubeobj.network.rules import Frontend
from kubeobj.network.serviceports import NodePlaces, family_of, is_balanced


def ingress_of(service: Wire, places: NodePlaces, unavailable: Collection[Frontend]) -> list[Wire]:
    """Return where the balancer of a Service is: at addresses that have all its ports.

    Args:
        service: The Service.
        places: Where on this node Services are reached.
        unavailable: Places that cannot be had.
    """
    if not is_balanced(service):
        return []
    spec = service["spec"]
    families = spec.get("ipFamilies") or ["IPv4"]
    ports = [(one.get("protocol") or "TCP", one["port"]) for one in spec.get("ports") or ()]
    found: list[Wire] = []
    for address in places.balancer_addresses:
        wanted = [Frontend(protocol, address, port) for protocol, port in ports]
        if family_of(address) in families and not any(one in unavailable for one in wanted):
            found.append({"ip": address, "ipMode": "VIP"})
    return found


def status_change(service: Wire, ingress: list[Wire]) -> Wire | None:
    """Return what to change in the status of a Service; None for nothing.

    Args:
        service: The Service.
        ingress: Where its balancer is.
    """
    if service["spec"].get("type") == "LoadBalancer" and not is_balanced(service):
        return None  # somebody else's
    balancer = (service.get("status") or {}).get("loadBalancer") or {}
    if _places(balancer.get("ingress") or []) == _places(ingress):
        return None
    return {"status": {"loadBalancer": {"ingress": ingress or None}}}


def _places(ingress: list[Wire]) -> list[tuple[str, str]]:
    return [(one.get("ip", ""), one.get("hostname", "")) for one in ingress]
