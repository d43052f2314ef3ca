"""Services and pods with addresses, as tests of endpoints make them."""

from typing import Any

from kubeobj.documents import Wire
from tests.controllers.running import Running


def node(world: Running, name: str = "n", zone: str = "") -> None:
    """Make a node, in a zone or in none."""
    labels = {"topology.kubernetes.io/zone": zone} if zone else {}
    world.create("Node", name, "", metadata={"labels": labels})


def pod(world: Running, name: str, *addresses: str, ready: bool = True, **spec: Any) -> Wire:
    """Make a pod that runs on the node ``n``, with labels ``app=web``."""
    ports = spec.pop("ports", [])
    labels = spec.pop("labels", {"app": "web"})
    container = {"name": "c", "image": "img:1", "ports": ports}
    world.create(
        "Pod",
        name,
        metadata={"labels": labels},
        spec={"containers": [container], "nodeName": "n", **spec},
    )
    return status(world, name, *addresses, ready=ready)


def status(world: Running, name: str, *addresses: str, ready: bool = True, **more: Any) -> Wire:
    """Say that a pod runs."""
    condition = {"type": "Ready", "status": str(ready)}
    said: Wire = {"phase": "Running", "conditions": [condition], **more}
    if addresses:
        said |= {"podIP": addresses[0], "podIPs": [{"ip": one} for one in addresses]}
    change = {"status": said}
    world.client.patch("pods", name, change, type="strategic", part="status")
    return world.get("pods", name)


def service(world: Running, name: str = "s", *, meta: Wire | None = None, **spec: Any) -> Wire:
    """Make a service that selects ``app=web``, with one port."""
    wanted: Wire = {"selector": {"app": "web"}, "ports": [{"port": 80}], **spec}
    given = {key: value for key, value in wanted.items() if value is not None}
    return world.create("Service", name, spec=given, metadata=meta or {})


def slices(world: Running, name: str = "s") -> list[Wire]:
    """Return the slices of a service."""
    found = world.there("endpointslices")
    key = "kubernetes.io/service-name"
    return [one for one in found if one["metadata"]["labels"].get(key) == name]


def addresses(world: Running, name: str = "s") -> list[str]:
    """Return all addresses in the slices of a service, in order."""
    found = [one for part in slices(world, name) for one in part.get("endpoints") or ()]
    return sorted(address for one in found for address in one["addresses"])
