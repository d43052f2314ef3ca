"""Switches of a server that runs on one machine for itself."""

from collections.abc import Callable

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import Invalid
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.entropy import SeededIdSource


def _slice(address: str) -> dict[str, object]:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "web-1"},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [address]}],
        "ports": [{"port": 80}],
    }


def _endpoints(address: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {"name": "web"},
        "subsets": [{"addresses": [{"ip": address}], "ports": [{"port": 80}]}],
    }


@pytest.mark.parametrize("make", [_slice, _endpoints])
@pytest.mark.parametrize(
    ("address", "allowed", "says"),
    [
        ("127.3.0.5", True, None),
        ("127.3.0.5", False, "loopback"),
        ("169.254.1.1", True, "link-local"),
        ("0.0.0.0", True, "unspecified"),  # noqa: S104 - no socket
    ],
)
def test_which_addresses_endpoints_may_have(
    make: Callable[[str], dict[str, object]], address: str, allowed: bool, says: str | None
) -> None:
    """Loopback addresses only where it is said so; the other rules stay."""
    server = ApiServer(
        clock=VirtualClock(), ids=SeededIdSource(1), allow_loopback_endpoints=allowed
    )
    client = InProcessClient(server)
    if says is None:
        made = client.create(make(address))
        changed = {**made.to_document(), **make("127.3.0.6")}
        changed["metadata"] = made.to_document()["metadata"]
        assert "127.3.0.6" in str(client.update(changed).to_document())
    else:
        with pytest.raises(Invalid, match=says):
            client.create(make(address))


def test_services_are_in_the_network_that_is_said() -> None:
    """The server's own service has its first address, and a fork knows the same network."""
    server = ApiServer(
        clock=VirtualClock(),
        ids=SeededIdSource(1),
        service_cidrs=("127.7.128.0/17",),
        node_ports=(31000, 31001),
    )
    assert InProcessClient(server).get("services", "kubernetes").at("spec", "clusterIP") == (
        "127.7.128.1"
    )
    made = InProcessClient(server.fork()).create(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "web"},
            "spec": {"type": "NodePort", "ports": [{"port": 80}]},
        }
    )
    assert made.at("spec", "clusterIP").startswith("127.7.")
    assert made.at("spec", "ports", 0, "nodePort") in {31000, 31001}


def test_tokens_outlive_a_server_that_is_given_its_secret() -> None:
    """Another server with the same secret knows them; one with its own does not."""
    claims = {"sub": "somebody"}
    token = ApiServer(token_secret=b"s3cret").core.tokens.sign(claims)
    assert ApiServer(token_secret=b"s3cret").core.tokens.claims(token) == claims
    assert ApiServer().core.tokens.claims(token) is None
