"""Variables of the environment by which containers find Services.

Source: ``k8s.io/kubernetes/pkg/kubelet/envvars`` (v1.36); Kubernetes documentation, Service.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from kubeobj.documents import Wire

_API: Final = ("default", "kubernetes")


def service_variables(services: Iterable[Wire], namespace: str, *, links: bool) -> dict[str, str]:
    """Return the variables that tell a pod of Services.

    Args:
        services: The Services of its namespace, and that of the API.
        namespace: The pod's namespace.
        links: Whether it wants to know of more than the API; ``enableServiceLinks``.

    >>> ports = [{"port": 80, "name": "http"}]
    >>> web = {"metadata": {"namespace": "shop", "name": "web-1"}}
    >>> web["spec"] = {"clusterIP": "127.1.128.7", "ports": ports}
    >>> variables = service_variables([web], "shop", links=True)
    >>> variables["WEB_1_SERVICE_HOST"], variables["WEB_1_SERVICE_PORT_HTTP"]
    ('127.1.128.7', '80')
    """
    found: dict[str, Wire] = {}
    for service in services:
        if service["spec"].get("clusterIP", "") in ("", "None") or not service["spec"].get("ports"):
            continue
        metadata = service["metadata"]
        name = metadata["name"]
        if (metadata["namespace"], name) == _API:
            found.setdefault(name, service)
        elif links and metadata["namespace"] == namespace:
            found[name] = service
    return {name: value for key in sorted(found) for name, value in _variables_of(key, found[key])}


def _variables_of(name: str, service: Wire) -> Iterator[tuple[str, str]]:
    stem, spec = _stem(name), service["spec"]
    address, ports = spec["clusterIP"], spec["ports"]
    yield f"{stem}_SERVICE_HOST", address
    yield f"{stem}_SERVICE_PORT", str(ports[0]["port"])
    for port in ports:
        if port.get("name"):
            yield f"{stem}_SERVICE_PORT_{_stem(port['name'])}", str(port["port"])
    # As Docker's links had them.
    host = f"[{address}]" if ":" in address else address
    for position, port in enumerate(ports):
        protocol, number = port.get("protocol") or "TCP", port["port"]
        url = f"{protocol.lower()}://{host}:{number}"
        if position == 0:
            yield f"{stem}_PORT", url
        of_port = f"{stem}_PORT_{number}_{protocol.upper()}"
        yield of_port, url
        yield f"{of_port}_PROTO", protocol.lower()
        yield f"{of_port}_PORT", str(number)
        yield f"{of_port}_ADDR", address


def _stem(name: str) -> str:
    stem = name.replace("-", "_").replace(".", "_").upper()
    return f"_{stem}" if stem[:1].isdigit() else stem
