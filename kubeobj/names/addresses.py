"""IP addresses and networks, by the strict rule for new fields and the lenient one for old.

The strict rule asks for the canonical form (RFC 5952) and refuses IPv4 inside IPv6. The lenient
rule, kept for what is stored already, is that of Go before 1.17: leading zeros mean nothing.

Source: KEP-4858 (IP/CIDR validation), Kubernetes v1.36.
"""

import re
from dataclasses import dataclass
from typing import final

from kubeobj.errors import ROOT, FieldError, FieldPath
from kubeobj.names.syntax import invalid

_NO_IP = "must be an IPv4 or IPv6 address, such as '10.9.8.7' or '2001:db8::ffff'"
_NO_CIDR = "must be a network in CIDR form, such as '10.9.8.0/24' or '2001:db8::/64'"
_NO_INTERFACE = "must be an address in CIDR form, such as '10.9.8.7/24' or '2001:db8::1/64'"
_MAPPED = "must not be an IPv4 address inside an IPv6 address"

# So much and no more: Python takes quadratic time to read long numbers.
_DECIMAL_BYTE = re.compile(r"(?!\Z)0*+([0-9]{0,3})")
_HEXADECIMAL_GROUP = re.compile(r"(?!\Z)0*+([0-9A-Fa-f]{0,4})")


@final
@dataclass(frozen=True, slots=True)
class Address:
    """An address as a number of 32 or 128 bits.

    Args:
        value: The number.
        bits: How many bits it has.
    """

    value: int
    bits: int

    @property
    def is_mapped(self) -> bool:
        """Whether it is an IPv4 address inside an IPv6 one."""
        return self.bits == 128 and self.value >> 32 == 0xFFFF

    def __str__(self) -> str:
        """Return the canonical form; of IPv4 inside IPv6, that of the IPv4 address."""
        import ipaddress

        if self.bits == 32 or self.is_mapped:
            return str(ipaddress.IPv4Address(self.value & 0xFFFF_FFFF))
        return str(ipaddress.IPv6Address(self.value))


@final
@dataclass(frozen=True, slots=True)
class Network:
    """An address, and how many of its first bits are the network's.

    Args:
        address: The address.
        length: How many bits.
    """

    address: Address
    length: int

    @property
    def masked(self) -> "Network":
        """The same network from its first address."""
        host_bits = self.address.bits - self.length
        first = self.address.value >> host_bits << host_bits
        return Network(Address(first, self.address.bits), self.length)

    def __str__(self) -> str:
        # The address alone is written, so only its own bits are counted.
        surplus = 96 if self.address.is_mapped and self.length > 32 else 0
        return f"{self.address}/{self.length - surplus}"


def validate_ip(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no IP address in canonical form.

    >>> [error.detail for error in validate_ip("10.0.0.010")]
    ["must be in canonical form: '10.0.0.10'"]
    """
    address = parse_address(value)
    if address is None:
        detail = _NO_IP
    else:
        detail = _MAPPED if address.is_mapped else _canonical_fault(value, str(address))
    return _errors(value, path, detail, "format=ip-strict")


def validate_legacy_ip(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no IP address, by the lenient rule."""
    detail = "" if parse_address(value) else _NO_IP
    return _errors(value, path, detail, "format=ip-sloppy")


def validate_cidr(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no network in canonical CIDR form.

    >>> [error.detail for error in validate_cidr("10.0.0.7/24")]
    ["must be in canonical form: '10.0.0.0/24'"]
    """
    network = parse_network(value)
    if network is None:
        detail = _NO_CIDR
    elif network.address.is_mapped:
        detail = _MAPPED
    else:
        detail = _canonical_fault(value, str(network.masked))
    return _errors(value, path, detail, "format=cidr-strict")


def validate_legacy_cidr(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no network in CIDR form, by the lenient rule."""
    detail = "" if parse_network(value) else _NO_CIDR
    return _errors(value, path, detail, "format=cidr-sloppy")


def validate_interface_address(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no canonical address and network length, ``10.0.0.7/24``."""
    network = parse_network(value)
    detail = _NO_INTERFACE if network is None else _canonical_fault(value, str(network))
    return _errors(value, path, detail, "format=interface-address")


def _errors(value: str, path: FieldPath, detail: str, origin: str) -> tuple[FieldError, ...]:
    """Return one error if there is a *detail* to report."""
    return (invalid(path, value, detail, origin),) if detail else ()


def _canonical_fault(value: str, canonical: str) -> str:
    """Return that *value* is not *canonical*, or nothing."""
    return "" if value == canonical else f"must be in canonical form: '{canonical}'"


def parse_network(text: str) -> Network | None:
    """Return the network that *text* is by the lenient rule, or None."""
    before, _, after = text.partition("/")
    address, length = parse_address(before), _parse_number(_DECIMAL_BYTE, after, 10)
    if address is None or length is None or length > address.bits:
        return None
    return Network(address, length)


def parse_address(text: str) -> Address | None:
    """Return the address that *text* is by the lenient rule, or None."""
    return _parse_ipv6(text) if ":" in text else _parse_ipv4(text)


def _parse_ipv4(text: str) -> Address | None:
    """Return the address of four decimal bytes."""
    parts = text.split(".", 4)
    value = 0
    for part in parts:
        byte = _parse_number(_DECIMAL_BYTE, part, 10)
        if byte is None or byte > 255:
            return None
        value = value << 8 | byte
    return Address(value, 32) if len(parts) == 4 else None


def _parse_ipv6(text: str) -> Address | None:
    """Return the address of eight groups, or of fewer around one ``::``."""
    head, gap, tail = text.partition("::")
    # An IPv4 address can only be the end of the text.
    before, after = _parse_groups(head, ipv4=not gap), _parse_groups(tail, ipv4=True)
    if before is None or after is None:
        return None
    missing = 8 - len(before) - len(after)
    # A gap stands for one group at least.
    if missing < 1 if gap else missing != 0:
        return None
    value = 0
    for group in (*before, *[0] * missing, *after):
        value = value << 16 | group
    return Address(value, 128)


def _parse_groups(text: str, *, ipv4: bool) -> list[int] | None:
    """Return the 16-bit groups between colons; *ipv4* lets an IPv4 address be the last two."""
    groups: list[int] = []
    parts = text.split(":", 8) if text else []
    if ipv4 and parts and "." in parts[-1]:
        address = _parse_ipv4(parts.pop())
        if address is None:
            return None
        groups = [address.value >> 16, address.value & 0xFFFF]
    numbers = [_parse_number(_HEXADECIMAL_GROUP, part, 16) for part in parts]
    if None in numbers:
        return None
    return [*(number for number in numbers if number is not None), *groups]


def _parse_number(pattern: re.Pattern[str], text: str, base: int) -> int | None:
    """Return the number that *text* is, after any leading zeros."""
    match = pattern.fullmatch(text)
    return int(match[1] or "0", base) if match else None
