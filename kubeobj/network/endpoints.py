"""Which endpoints of a Service traffic may go to.

Ready ones; and if there is none, those that are on their way out and still serve, so that nothing
is refused between the last pod of old and the first of new.

Source: ``k8s.io/kubernetes/pkg/proxy`` topology.go, endpointslicecache.go (v1.36); KEP-1669,
KEP-2086; the concept page Virtual IPs and Service Proxies.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias, final

from kubeobj.documents import Wire
from kubeobj.network.rules import Backend

HEADLESS: Final = "service.kubernetes.io/headless"
"""The label of slices that are for names only."""

PortKey: TypeAlias = tuple[str, str, str]
"""The name of a Service's port, its protocol, and a family of addresses, ``IPv4`` or ``IPv6``."""


@final
class Endpoint(NamedTuple):
    """One endpoint, at one port."""

    backend: Backend
    is_ready: bool
    is_leaving: bool
    """Whether it serves though it is on its way out."""
    is_local: bool


def endpoints_by_port(slices: Iterable[Wire], node: str) -> dict[PortKey, list[Endpoint]]:
    """Return the endpoints of a Service by its ports, in order, each once.

    Args:
        slices: All EndpointSlices of the Service.
        node: The name of this node, which tells what is local.
    """
    found: dict[PortKey, dict[Backend, Endpoint]] = {}
    for one in slices:
        family = one["addressType"]
        if family == "FQDN" or HEADLESS in (one["metadata"].get("labels") or ()):
            continue
        for port in one.get("ports") or ():
            if port.get("port") is None:
                continue  # every port there is: nothing that could be listened on
            key = port.get("name") or "", port.get("protocol") or "TCP", family
            here = found.setdefault(key, {})
            for endpoint in one.get("endpoints") or ():
                _take(here, _read(endpoint, port["port"], node))
    return {key: [here[one] for one in sorted(here)] for key, here in found.items()}


def _read(endpoint: Wire, port: int, node: str) -> Endpoint:
    conditions = endpoint.get("conditions") or {}
    is_ready = conditions.get("ready") is not False
    is_serving = conditions.get("serving")
    if is_serving is None:
        is_serving = is_ready
    is_terminating = conditions.get("terminating") is True
    # Slices may hold up to 100 addresses of an endpoint; only the first one means anything.
    backend = Backend(endpoint["addresses"][0], port)
    is_local = bool(node) and endpoint.get("nodeName") == node
    return Endpoint(backend, is_ready, is_serving and is_terminating, is_local)


def _take(here: dict[Backend, Endpoint], new: Endpoint) -> None:
    """Keep an endpoint; of one that two slices tell of, what is better."""
    old = here.get(new.backend)
    if old is not None:
        new = Endpoint(
            new.backend,
            old.is_ready or new.is_ready,
            old.is_leaving or new.is_leaving,
            old.is_local or new.is_local,
        )
    here[new.backend] = new


def chosen(endpoints: Sequence[Endpoint], *, local_only: bool = False) -> tuple[Backend, ...]:
    """Return those endpoints that traffic goes to.

    Args:
        endpoints: All endpoints of one port.
        local_only: Whether only those on this node count, as ``internalTrafficPolicy: Local`` says.

    >>> old = Endpoint(Backend("127.0.0.2", 80), False, True, True)
    >>> new = Endpoint(Backend("127.0.0.3", 80), True, False, True)
    >>> [str(one) for one in chosen([old])], [str(one) for one in chosen([old, new])]
    (['127.0.0.2:80'], ['127.0.0.3:80'])
    """
    if local_only:
        endpoints = [one for one in endpoints if one.is_local]
    ready = tuple(one.backend for one in endpoints if one.is_ready)
    return ready or tuple(one.backend for one in endpoints if one.is_leaving)
