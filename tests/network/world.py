"""An API server, and the network of one machine that follows it, on real sockets."""

import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.inprocess import InProcessClient
from kubeobj.network.dns.server import DnsPlace
from kubeobj.network.servicenetwork import NetworkConfig, Reach, ServiceNetwork
from kubeobj.reconcile.manager import Manager

Doc = dict[str, Any]

PATIENCE_SECONDS = 60.0
"""How long anything may take that ends at once on a machine that has nothing else to do."""


class Addresses:
    """Addresses of one test process."""

    def __init__(self, octet: int) -> None:
        self._octet = octet
        self.services = f"127.{octet}.128.0/17"
        self.node = f"127.{octet}.0.1"
        self.dns = f"127.{octet}.128.10"

    def pod(self, number: int) -> str:
        return f"127.{self._octet}.1.{number + 1}"

    def other(self, number: int) -> str:
        return f"127.{self._octet}.2.{number + 1}"


def until(what: Callable[[], bool], step: Callable[[], object] = lambda: None) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE_SECONDS  # noqa: TID251
    while not what():
        assert time.monotonic() < end, "it never came to be"  # noqa: TID251
        step()
        time.sleep(0.002)


class World:
    """An API server, and the network of one machine."""

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses
        self.server = ApiServer(service_cidrs=(addresses.services,), allow_loopback_endpoints=True)
        self.client = InProcessClient(self.server)
        self.manager = Manager(self.client, self.server.clock)
        self.woken = threading.Event()
        self.network = ServiceNetwork(
            NetworkConfig(
                node="here",
                node_addresses=(addresses.node,),
                balancer_addresses=(addresses.node,),
                dns=(DnsPlace(addresses.dns, 5353, 5354),),
                upstreams=(),
                opens_host_ports=True,
            ),
            wake=self.woken.set,
        )
        self.manager.install(self.network)
        shop = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
        self.client.create(shop)

    def __enter__(self) -> Self:
        self.network.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.network.stop()

    def settle(self) -> None:
        """Work until all that is known is in force and told."""

        def is_settled() -> bool:
            busy = self.manager.step()
            return not busy and self.network.is_in_force

        until(is_settled)

    def service(self, name: str, *ports: Doc, namespace: str = "default", **spec: Any) -> Doc:
        """Create a Service, and return it."""
        made = self.client.create(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": name, "namespace": namespace},
                "spec": {"ports": list(ports), **spec},
            }
        )
        return made.document

    def endpoints(
        self,
        name: str,
        ports: Sequence[Doc],
        addresses: Sequence[str],
        *,
        namespace: str = "default",
        **conditions: bool,
    ) -> None:
        """Let a Service have these endpoints, and no others."""
        document: Doc = {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {
                "name": f"{name}-1",
                "namespace": namespace,
                "labels": {"kubernetes.io/service-name": name},
            },
            "addressType": "IPv4",
            "ports": list(ports),
            "endpoints": [
                {"addresses": [one], "conditions": conditions or {"ready": True}}
                for one in addresses
            ],
        }
        self.client.apply(document)

    def reach(self, name: str, namespace: str = "default") -> Reach:
        found = self.network.reach(namespace, name)
        assert found is not None
        return found

    def events(self) -> list[str]:
        """Return what was told about ports that cannot be opened."""
        return [one.document["message"] for one in self.client.list("events").items]
