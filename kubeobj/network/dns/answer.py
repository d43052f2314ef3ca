"""What is answered: a function of the question and the zone.

Source: the Kubernetes DNS-Based Service Discovery specification (1.1.0,
``kubernetes/dns/docs/specification.md``); the kubernetes plugin of CoreDNS where that leaves it
open; RFC 1034, RFC 2308 for names without data.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, final

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.reversename
import dns.rrset
from dns.rdatatype import RdataType

from kubeobj.network.dns.zone import Member, NamedPort, ServiceNames, Zone, undashed

TTL_SECONDS: Final = 5
"""How long an answer may be remembered, as in CoreDNS."""

SCHEMA_VERSION: Final = "1.1.0"
"""Which specification the names are of."""

_CHAIN = 8
"""How many other names are followed."""

_A, _AAAA, _SRV, _CNAME, _ANY = (
    RdataType.A, RdataType.AAAA, RdataType.SRV, RdataType.CNAME, RdataType.ANY,
)  # fmt: skip

Record: TypeAlias = tuple[dns.name.Name, RdataType, str]
"""A record: its name, its type, and what it says."""


@final
@dataclass(slots=True)
class Found:
    """What there is under a name."""

    records: list[Record]
    extra: list[Record]
    """Addresses of what the records name."""


def is_in_zone(name: dns.name.Name, zone: Zone) -> bool:
    """Return whether a name is the zone's to know: one of its own, or that of a known address."""
    if name.is_subdomain(_origin(zone)):
        return True
    address = _address_of(name)
    return address is not None and bool(zone.names_of(address))


def answer(
    query: dns.message.Message, zone: Zone, *, pods_only: bool = False
) -> dns.message.Message | None:
    """Return what is answered to a query; None if somebody else has to be asked.

    Args:
        query: The query.
        zone: What there is.
        pods_only: Whether the asker can reach no addresses of Services, so that it is told those of
            their endpoints.
    """
    if query.opcode() != dns.opcode.QUERY or len(query.question) != 1:
        return _refusal(query, dns.rcode.NOTIMP)
    question = query.question[0]
    if question.rdclass not in {dns.rdataclass.IN, dns.rdataclass.ANY}:
        return _refusal(query, dns.rcode.NOTIMP)
    if not is_in_zone(question.name, zone):
        return None
    response = _response(query)
    response.flags |= dns.flags.AA
    lookup = _Lookup(zone, pods_only=pods_only)
    name = question.name
    for _ in range(_CHAIN):
        found = lookup.find(name)
        if found is None:
            if not response.answer:
                response.set_rcode(dns.rcode.NXDOMAIN)
            break
        records = _wanted(found.records, question.rdtype)
        _add(response.answer, _turned(records, query.id))
        other = next((one for one in found.records if one[1] == _CNAME), None)
        if other is None or question.rdtype in {_CNAME, _ANY}:
            _add(response.additional, found.extra if question.rdtype == _SRV else ())
            break
        name = dns.name.from_text(other[2])
        if not is_in_zone(name, zone):
            break
    if not response.answer:
        _add(response.authority, [lookup.authority])
    return response


def dangling(response: dns.message.Message) -> dns.name.Name | None:
    """Return the name that an answer ends with and says nothing of; None if it has all.

    That is so of a Service that is another name for something out of the cluster.
    """
    question = response.question[0]
    if question.rdtype in {_CNAME, _ANY} or not response.answer:
        return None
    last = response.answer[-1]
    if last.rdtype != _CNAME:
        return None
    target: dns.name.Name = last[0].target
    return target


# ---------------------------------------------------------------- inside


@final
class _Lookup:
    """Finds what there is under names."""

    def __init__(self, zone: Zone, *, pods_only: bool) -> None:
        self._zone = zone
        self._origin = _origin(zone)
        self._pods_only = pods_only

    @property
    def authority(self) -> Record:
        """Who is to be asked for this zone."""
        master = f"ns.dns.{self._origin} hostmaster.{self._origin}"
        times = f"7200 1800 86400 {TTL_SECONDS}"
        return self._origin, RdataType.SOA, f"{master} {self._zone.serial} {times}"

    def find(self, name: dns.name.Name) -> Found | None:
        """Return what there is under a name; None if there is no such name."""
        if not name.is_subdomain(self._origin):
            return self._reverse(name)
        labels = [
            label.decode("ascii", "replace").lower()
            for label in name.labels[: len(name.labels) - len(self._origin.labels)]
        ]
        records = self._always(name, labels)
        return self._named(name, labels) if records is None else Found(records, [])

    def _always(self, name: dns.name.Name, labels: list[str]) -> list[Record] | None:
        """Return what there is under a name that every zone has; None if it is no such name."""
        found: list[Record] | None = None
        match labels:
            case []:
                found = [self.authority, (name, RdataType.NS, f"ns.dns.{self._origin}")]
            case ["dns-version"]:
                found = [(name, RdataType.TXT, f'"{SCHEMA_VERSION}"')]
            case ["ns", "dns"]:
                found = _addresses(name, self._zone.server_addresses)
            case ["svc"] | ["pod"] | ["dns"]:
                found = []
            case [namespace, "svc" | "pod"] if self._zone.has_namespace(namespace):
                found = []
            case _:
                pass
        return found

    def _named(self, name: dns.name.Name, labels: list[str]) -> Found | None:
        match labels:
            case [label, namespace, "pod"]:
                return self._pod(name, label, namespace)
            case [*rest, service, namespace, "svc"]:
                names = self._zone.find(namespace, service)
                return None if names is None else self._service(name, names, rest)
            case _:
                return None

    def _pod(self, name: dns.name.Name, label: str, namespace: str) -> Found | None:
        address = undashed(label)
        if address is None or not self._zone.has_namespace(namespace):
            return None
        return Found(_addresses(name, [address]), [])

    def _reverse(self, name: dns.name.Name) -> Found | None:
        address = _address_of(name)
        names = self._zone.names_of(address) if address is not None else []
        records = [(name, RdataType.PTR, f"{one}.{self._origin}") for one in names]
        return Found(records, []) if records else None

    def _service(
        self, name: dns.name.Name, names: ServiceNames, rest: Sequence[str]
    ) -> Found | None:
        if names.external:
            target = names.external.rstrip(".") + "."
            return Found([(name, _CNAME, target)], []) if not rest else None
        match rest:
            case []:
                return self._whole(name, name, names, None)
            case [member]:
                if member in {"_tcp", "_udp", "_sctp"}:
                    return Found([], [])
                members = [one for one in names.members if one.name == member]
                return _of_members(name, name.parent(), members, None) if members else None
            case [port, protocol] if port[:1] == protocol[:1] == "_" and port != "_":
                service = name.parent().parent()
                return self._whole(name, service, names, (port[1:], protocol[1:]))
            case _:
                return None

    def _whole(
        self,
        name: dns.name.Name,
        service: dns.name.Name,
        names: ServiceNames,
        wanted: tuple[str, str] | None,
    ) -> Found | None:
        """Return what there is of a Service, or of one port of it."""
        if not names.addresses or self._pods_only:
            found = _of_members(name, service, names.members, wanted)
            return found if found.records or names.addresses else None
        ports = [one for one in names.ports if _is_wanted(one, wanted)]
        if wanted is not None and not ports:
            return None
        records = _addresses(name, names.addresses)
        records += [(name, _SRV, _srv(one, service, 1)) for one in ports]
        return Found(records, _addresses(service, names.addresses))


def _of_members(
    name: dns.name.Name,
    service: dns.name.Name,
    members: Sequence[Member],
    wanted: tuple[str, str] | None,
) -> Found:
    """Return what there is of endpoints, each under its own name."""
    found = Found([], [])
    for member in members:
        ports = [one for one in member.ports if _is_wanted(one, wanted)]
        if wanted is not None and not ports:
            continue
        target = dns.name.from_text(member.name, service)
        found.records += _addresses(name, [member.address])
        found.records += [(name, _SRV, _srv(one, target, len(members))) for one in ports]
        found.extra += _addresses(target, [member.address])
    return found


def _is_wanted(port: NamedPort, wanted: tuple[str, str] | None) -> bool:
    return wanted is None or (port.name, port.protocol) == wanted


def _srv(port: NamedPort, target: dns.name.Name, shares: int) -> str:
    """Return a record of a service at a port; everyone gets the same share of the weight."""
    return f"0 {max(100 // max(shares, 1), 1)} {port.number} {target}"


def _addresses(name: dns.name.Name, addresses: Iterable[str]) -> list[Record]:
    return [(name, _AAAA if ":" in one else _A, one) for one in addresses]


def _wanted(records: Iterable[Record], rdtype: RdataType) -> list[Record]:
    return [one for one in records if rdtype == _ANY or one[1] in {rdtype, _CNAME}]


def _turned(records: list[Record], by: int) -> list[Record]:
    """Return records beginning elsewhere each time: who takes the first takes turns."""
    start = by % len(records) if records else 0
    return records[start:] + records[:start]


def _add(section: list[dns.rrset.RRset], records: Iterable[Record]) -> None:
    """Add records to a section of a message, those of a name and type together."""
    sets: dict[tuple[dns.name.Name, RdataType], list[dns.rdata.Rdata]] = {}
    for name, rdtype, text in records:
        data = dns.rdata.from_text(dns.rdataclass.IN, rdtype, text)
        sets.setdefault((name, rdtype), []).append(data)
    for (name, _), found in sets.items():
        section.append(dns.rrset.from_rdata_list(name, TTL_SECONDS, found))


def _origin(zone: Zone) -> dns.name.Name:
    return dns.name.from_text(zone.domain)


def _address_of(name: dns.name.Name) -> str | None:
    """Return the address whose name is asked for; None if none's is."""
    try:
        return dns.reversename.to_address(name)
    except (dns.exception.DNSException, ValueError):
        return None


def _response(query: dns.message.Message) -> dns.message.Message:
    response = dns.message.make_response(query, recursion_available=True)
    response.flags &= ~dns.flags.AD
    return response


def _refusal(query: dns.message.Message, rcode: dns.rcode.Rcode) -> dns.message.Message:
    response = _response(query)
    response.set_rcode(rcode)
    return response
