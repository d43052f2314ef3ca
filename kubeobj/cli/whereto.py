"""Where to look once workloads run: addresses of their Services, and commands."""

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from kubeobj.cli.output import printable
from kubeobj.documents import Document, Wire
from kubeobj.network.rules import joined

if TYPE_CHECKING:
    from kubeobj.api.client import Client

# Where node ports are reached.
_NODE: Final = "127.0.0.1"

# Ports that a browser is likely to open.
_HTTP = frozenset({"http", "web", "www", "https"})


def where_lines(client: "Client", namespaces: Iterable[str], status: Document) -> list[str]:
    """Return where the Services of some namespaces are reached, with a heading; empty for nowhere.

    Args:
        client: Reads them.
        namespaces: Which.
        status: How the cluster is, which says what cannot be reached.
    """
    from kubeobj.reconcile.request import wire_of

    network = status["network"]
    assert isinstance(network, dict)  # noqa: S101 - as the cluster says it
    taken = network["taken"]
    assert isinstance(taken, list)  # noqa: S101 - as above
    lines = [
        f"  {name}   {address}"
        for namespace in dict.fromkeys(namespaces)
        for one in client.list("services", namespace=namespace)
        for name, address in addresses_of(wire_of(one), frozenset(map(str, taken)))
    ]
    return ["Look at:", *lines] if lines else []


def addresses_of(service: Wire, taken: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield where each port of a Service is reached: a name and an address.

    Args:
        service: The Service.
        taken: Where it is not reached, because something else listens there.

    >>> port = {"port": 80, "nodePort": 30080, "protocol": "TCP", "name": "http"}
    >>> spec = {"type": "NodePort", "clusterIP": "127.7.128.9", "ports": [port]}
    >>> service = {"metadata": {"name": "web", "namespace": "default"}, "spec": spec}
    >>> [*addresses_of(service)]
    [('service/web', 'http://127.0.0.1:30080 and http://127.7.128.9')]
    >>> [*addresses_of(service, {"127.0.0.1:30080/TCP"})]
    [('service/web', 'http://127.7.128.9')]
    """
    metadata, spec = service["metadata"], service["spec"]
    if metadata["name"] == "kubernetes" and metadata["namespace"] == "default":
        return
    name = f"service/{metadata['name']}"
    if metadata["namespace"] != "default":
        name = f"{name} -n {metadata['namespace']}"
    address = spec.get("clusterIP", "")
    if address in {"", "None"}:
        return
    for port in spec.get("ports") or ():
        places = [(address, port["port"])]
        if port.get("nodePort"):
            places.insert(0, (_NODE, port["nodePort"]))
        protocol = port.get("protocol", "TCP")
        shown = [
            _address(host, number, port)
            for host, number in places
            if f"{joined(host, number)}/{protocol}" not in taken
        ]
        if shown:
            yield printable(name), " and ".join(shown)


def _address(host: str, number: int, port: Wire) -> str:
    protocol = port.get("protocol", "TCP")
    if protocol == "TCP" and _is_http(port):
        scheme = "https" if port.get("name") == "https" or port["port"] == 443 else "http"
        usual = {"http": 80, "https": 443}[scheme]
        return f"{scheme}://{host}" if number == usual else f"{scheme}://{host}:{number}"
    return f"{host}:{number}" if protocol == "TCP" else f"{host}:{number}/{protocol.lower()}"


def _is_http(port: Wire) -> bool:
    said = str(port.get("appProtocol") or port.get("name") or "").lower()
    return said in _HTTP or said.startswith("http") or port["port"] in {80, 443, 8080, 8000}
