"""What is printed of a Service.

Source: ``k8s.io/kubernetes/pkg/printers/internalversion`` printService (v1.36).
"""

from kubeobj.api.kinds.service.fields import EXTERNAL_NAME, LOAD_BALANCER
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire

_NONE = "<none>"


def service_cells(obj: Wire, now: float) -> Cells:
    """Return what is printed of a Service at a time."""
    spec = obj["spec"]
    addresses = spec.get("clusterIPs") or [_NONE]
    selector = spec.get("selector") or {}
    ports = ",".join(_port(port) for port in spec.get("ports") or ())
    return [
        obj["metadata"].get("name", ""),
        spec.get("type", ""),
        addresses[0],
        _outside(obj),
        ports or _NONE,
        age_of(obj, now),
        ",".join(f"{key}={selector[key]}" for key in sorted(selector)) or _NONE,
    ]


def _port(port: Wire) -> str:
    node_port = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port['port']}{node_port}/{port.get('protocol', '')}"


def _outside(obj: Wire) -> str:
    """Return under which addresses a Service is reached from outside."""
    spec = obj["spec"]
    given: list[str] = spec.get("externalIPs", [])
    if spec.get("type") == EXTERNAL_NAME:
        name: str = spec.get("externalName", "")
        return name
    if spec.get("type") == LOAD_BALANCER:
        balanced = balancer_addresses(obj.get("status", {}))
        return ",".join([*balanced, *given]) or "<pending>"
    return ",".join(given) or _NONE


def balancer_addresses(status: Wire) -> list[str]:
    """Return the addresses or else names of load balancers in a *status*, in order."""
    ingresses = status.get("loadBalancer", {}).get("ingress", ())
    found = {one.get("ip") or one.get("hostname", "") for one in ingresses}
    return sorted(found - {""})


TABLE = Table(
    (
        NAME,
        Column("Type"),
        Column("Cluster-IP"),
        Column("External-IP"),
        Column("Port(s)"),
        AGE,
        Column("Selector", priority=1),
    ),
    service_cells,
)
"""The table of Services."""
