"""Rules of the API's fields that hold IP addresses and networks.

Fields that are older than the strict rule take every way to write an address but those that
programs read differently: numbers with leading zeros, IPv4 inside IPv6, networks with bits beyond
their length. What an object held before it may keep.

Source: KEP-4858, ``k8s.io/apimachinery/pkg/util/validation`` ip.go (v1.36), StrictIPCIDRValidation.
"""

import re
from collections.abc import Collection, Iterator

from kubeobj.api.fielderrors import invalid
from kubeobj.errors import FieldError, FieldPath
from kubeobj.names.addresses import Address, Network, parse_address, parse_network

_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_match_plain_ipv4 = re.compile(rf"{_BYTE}(?:\.{_BYTE}){{3}}").fullmatch
_has_leading_zero = re.compile(
    r"(?:(?:^|[.:/])0[0-9]+(?:$|[./]))|(?:(?:^|:)0[0-9a-fA-F]{4,}(?:$|:))"
).search

_NO_IP = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
_UNUSUAL = '{}: IPv6 {} "{}" should be in RFC 5952 canonical format ("{}")'
_NO_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


def is_plain_ipv4(text: str) -> bool:
    """Return whether *text* is an address of IPv4, in the only way that it is written today."""
    return _match_plain_ipv4(text) is not None


def validate_ip_field(
    value: str, path: FieldPath, kept: Collection[str] = ()
) -> Iterator[FieldError]:
    """Find what is wrong with an address in a field older than the strict rule.

    Args:
        value: The address.
        path: Where it is.
        kept: Those that the object held before.
    """
    if is_plain_ipv4(value) or value in kept:
        return
    address = parse_address(value)
    detail = ""
    if address is None:
        detail = _NO_IP
    elif _has_leading_zero(value):
        detail = "must not have leading 0s"
    elif address.is_mapped:
        detail = "must not be an IPv4-mapped IPv6 address"
    if detail:
        yield invalid(path, value, detail, "format=ip-sloppy")


def validate_cidr_field(
    value: str, path: FieldPath, kept: Collection[str] = ()
) -> Iterator[FieldError]:
    """Find what is wrong with a network in a field older than the strict rule.

    Args:
        value: The network.
        path: Where it is.
        kept: Those that the object held before.
    """
    if value in kept:
        return
    network = parse_network(value)
    detail = ""
    if network is None:
        detail = _NO_CIDR
    elif _has_leading_zero(value):
        detail = "must not have leading 0s in IP or prefix length"
    elif network.address.is_mapped:
        detail = "must not have an IPv4-mapped IPv6 address"
    elif network.masked != network:
        detail = f"must not have bits set beyond the prefix length (did you mean {network.masked}?)"
    if detail:
        yield invalid(path, value, detail, "format=cidr-sloppy")


def ip_warnings(value: str, where: str) -> Iterator[str]:
    """Find what to tell who writes an address in an unusual way; *where* is the path."""
    if is_plain_ipv4(value):
        return
    address = parse_address(value)
    if address is not None and str(address) != value:
        yield _UNUSUAL.format(where, "address", value, address)


def cidr_warnings(value: str, where: str) -> Iterator[str]:
    """Find what to tell who writes a network in an unusual way; *where* is the path."""
    network = parse_network(value)
    if network is not None and str(network) != value:
        yield _UNUSUAL.format(where, "CIDR value", value, network)


def is_ip(text: str) -> bool:
    """Return whether *text* is an address, however it is written."""
    return parse_address(text) is not None


def family_of(text: str) -> str:
    """Return ``IPv4`` or ``IPv6``, whichever an address or network looks like."""
    return "IPv6" if ":" in text else "IPv4"


def is_ipv6(text: str) -> bool:
    """Return whether *text* is an address of IPv6; one of IPv4 inside IPv6 is not."""
    address = parse_address(text)
    return address is not None and address.bits == 128 and not address.is_mapped


def network_holds(outer: Network, inner: Network) -> bool:
    """Return whether *inner* is part of *outer*, and smaller."""
    bits = outer.address.bits
    if bits != inner.address.bits or outer.length >= inner.length:
        return False
    host_bits = bits - outer.length
    return outer.address.value >> host_bits == inner.address.value >> host_bits


def validate_usable_ip(value: str, path: FieldPath) -> Iterator[FieldError]:
    """Find addresses that no other host can send to, as those of endpoints must be."""
    address = parse_address(value)
    if address is None:
        yield invalid(path, value, "must be a valid IP address", "format=ip-sloppy")
        return
    for is_meant, detail in _SPECIAL:
        if is_meant(address):
            yield invalid(path, value, detail.format(value), "format=non-special-ip")


def _as_ipv4(address: Address) -> int | None:
    """Return the number of an IPv4 address, also of one inside IPv6, or None."""
    if address.bits == 32 or address.is_mapped:
        return address.value & 0xFFFF_FFFF
    return None


def _is_unspecified(address: Address) -> bool:
    four = _as_ipv4(address)
    return address.value == 0 if four is None else four == 0


def _is_loopback(address: Address) -> bool:
    four = _as_ipv4(address)
    return address.value == 1 if four is None else four >> 24 == 127


def _is_link_local(address: Address) -> bool:
    four = _as_ipv4(address)
    return address.value >> 118 == 0xFE80 >> 6 if four is None else four >> 16 == 0xA9FE


def _is_link_local_multicast(address: Address) -> bool:
    four = _as_ipv4(address)
    if four is None:
        # Of any flags, with the scope 2.
        return address.value >> 120 == 0xFF and address.value >> 112 & 0xF == 2
    return four >> 8 == 0xE00000


LOOPBACK = "may not be in the loopback range (127.0.0.0/8, ::1/128)"
"""What is said of an address that is meant for the machine itself."""

_SPECIAL = (
    (_is_unspecified, "may not be unspecified ({})"),
    (_is_loopback, LOOPBACK),
    (_is_link_local, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"),
    (
        _is_link_local_multicast,
        "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)",
    ),
)
