"""What there is to be named: Services, their endpoints, namespaces.

One thread changes it, others read it meanwhile: every value is replaced whole and never changed.

Source: the Kubernetes DNS-Based Service Discovery specification (1.1.0,
``kubernetes/dns/docs/specification.md``); the kubernetes plugin of CoreDNS where that leaves it
open.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, NamedTuple, TypeAlias, final

from kubeobj.documents import Wire

DOMAIN: Final = "cluster.local"
"""Under which name everything is."""

ServiceKey: TypeAlias = tuple[str, str]
"""The namespace and the name of a Service."""


@final
class NamedPort(NamedTuple):
    """A port: its name, empty if it has none; its protocol, in small letters; its number."""

    name: str
    protocol: str
    number: int


@final
@dataclass(frozen=True, slots=True)
class Member:
    """An endpoint of a Service that may be named.

    Args:
        name: Its host name, else one made of its address.
        address: Its address.
        ports: Its ports.
    """

    name: str
    address: str
    ports: tuple[NamedPort, ...]


@final
@dataclass(frozen=True, slots=True)
class ServiceNames:
    """What is told of one Service.

    Args:
        addresses: Its own addresses; none for a headless one.
        ports: Its own ports.
        members: Its endpoints.
        external: Whose other name it is; empty if it is none.
    """

    addresses: tuple[str, ...] = ()
    ports: tuple[NamedPort, ...] = ()
    members: tuple[Member, ...] = ()
    external: str = ""


@final
class Zone:
    """All names of a cluster.

    Args:
        domain: Under which name everything is.
        server_addresses: Where the server of this zone is, as it says itself.
    """

    def __init__(self, domain: str = DOMAIN, server_addresses: Iterable[str] = ()) -> None:
        self.domain: str = domain
        self.server_addresses: tuple[str, ...] = tuple(server_addresses)
        self.serial: int = 1
        """Grows with every change."""
        self._services: dict[ServiceKey, ServiceNames] = {}
        self._namespaces: dict[str, None] = {}
        # By address, of which Services which names are to be told, relative to the domain.
        self._names: dict[str, dict[ServiceKey, str]] = {}

    def find(self, namespace: str, name: str) -> ServiceNames | None:
        """Return what is told of a Service; None if there is none."""
        return self._services.get((namespace, name))

    def services(self) -> list[tuple[ServiceKey, ServiceNames]]:
        """Return all Services, in order."""
        return sorted(self._services.items(), key=lambda one: one[0])

    def has_namespace(self, name: str) -> bool:
        """Return whether there is a namespace."""
        return name in self._namespaces

    def names_of(self, address: str) -> list[str]:
        """Return what an address is called, relative to the domain."""
        return list((self._names.get(address) or {}).values())

    def put(self, namespace: str, name: str, names: ServiceNames | None) -> None:
        """Take in what is told of a Service; None if there is none any more."""
        key = namespace, name
        before = self._services.get(key)
        if before == names:
            return
        after = _reverse(key, names)
        for address in _reverse(key, before):
            if address not in after:
                self._rename(address, key, None)
        for address, text in after.items():
            self._rename(address, key, text)
        if names is None:
            del self._services[key]
        else:
            self._services[key] = names
        self.serial += 1

    def put_namespace(self, name: str, *, is_there: bool) -> None:
        """Take in whether there is a namespace."""
        if is_there:
            self._namespaces[name] = None
        else:
            self._namespaces.pop(name, None)
        self.serial += 1

    def _rename(self, address: str, key: ServiceKey, text: str | None) -> None:
        names = {one: old for one, old in self._names.get(address, {}).items() if one != key}
        if text is not None:
            names[key] = text
        if names:
            self._names[address] = names
        else:
            self._names.pop(address, None)


def _reverse(key: ServiceKey, names: ServiceNames | None) -> dict[str, str]:
    """Return what the addresses of a Service are called."""
    if names is None:
        return {}
    own = f"{key[1]}.{key[0]}.svc"
    found = {member.address: f"{member.name}.{own}" for member in names.members}
    if names.addresses:
        # An endpoint of a Service that has an address is no name of its own.
        found = dict.fromkeys(names.addresses, own)
    return found


def names_of(service: Wire, slices: Iterable[Wire]) -> ServiceNames:
    """Return what is told of a Service.

    Args:
        service: The Service.
        slices: All its EndpointSlices.
    """
    spec = service["spec"]
    if spec.get("type") == "ExternalName":
        external = spec.get("externalName", "")
        # A name can stand for another name, not for an address.
        return ServiceNames(external="" if _is_address(external) else external)
    ports = tuple(
        NamedPort(one.get("name") or "", (one.get("protocol") or "TCP").lower(), one["port"])
        for one in spec.get("ports") or ()
    )
    found = spec.get("clusterIPs") or [spec.get("clusterIP") or "None"]
    addresses = tuple(one for one in found if one != "None")
    return ServiceNames(addresses, ports, _members(slices))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _members(slices: Iterable[Wire]) -> tuple[Member, ...]:
    found: dict[tuple[str, str], dict[NamedPort, None]] = {}
    for one in slices:
        if one["addressType"] == "FQDN":
            continue
        ports = [
            NamedPort(port.get("name") or "", (port.get("protocol") or "TCP").lower(), port["port"])
            for port in one.get("ports") or ()
            if port.get("port") is not None
        ]
        for endpoint in one.get("endpoints") or ():
            if (endpoint.get("conditions") or {}).get("ready") is False:
                continue
            for address in endpoint["addresses"]:
                name = (endpoint.get("hostname") or dashed(address)).lower()
                found.setdefault((name, address), {}).update(dict.fromkeys(ports))
    return tuple(
        Member(name, address, tuple(ports)) for (name, address), ports in sorted(found.items())
    )


def dashed(address: str) -> str:
    """Return an address as one label of a name.

    >>> dashed("10.0.0.7"), dashed("fd00::7")
    ('10-0-0-7', 'fd00--7')
    """
    return address.replace(".", "-").replace(":", "-")


def undashed(label: str) -> str | None:
    """Return the address of which a label was made; None if it was made of none.

    >>> undashed("10-0-0-7"), undashed("fd00--7"), undashed("web-0")
    ('10.0.0.7', 'fd00::7', None)
    """
    for dot in (".", ":"):
        try:
            return str(ip_address(label.replace("-", dot)))
        except ValueError:
            continue
    return None
