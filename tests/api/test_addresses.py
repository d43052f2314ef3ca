"""Addresses and networks in fields older than the strict rule."""

import pytest

from kubeobj.api.addresses import (
    cidr_warnings,
    family_of,
    ip_warnings,
    is_ip,
    is_ipv6,
    network_holds,
    validate_cidr_field,
    validate_ip_field,
    validate_usable_ip,
)
from kubeobj.errors import ROOT
from kubeobj.names.addresses import parse_network


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("10.0.0.1", ""),
        ("FD00:0:0::1", ""),
        ("2001:0db8::1", ""),
        ("::1.2.3.4", ""),
        ("10.0.0.01", "leading 0s"),
        ("2001:00db8::1", "leading 0s"),
        ("::1.2.3.04", "leading 0s"),
        ("::ffff:1.2.3.4", "IPv4-mapped"),
        ("10.0.0", "valid IP"),
        ("", "valid IP"),
    ],
)
def test_addresses(address: str, why: str) -> None:
    """An address may be written in many ways, but in none that programs read differently."""
    errors = list(validate_ip_field(address, ROOT))
    assert [why in error.detail for error in errors] == ([True] if why else [])
    assert not list(validate_ip_field(address, ROOT, [address]))


@pytest.mark.parametrize(
    ("network", "why"),
    [
        ("10.0.0.0/8", ""),
        ("FD00::/64", ""),
        ("0.0.0.0/0", ""),
        ("10.0.0.0/08", "leading 0s"),
        ("010.0.0.0/8", "leading 0s"),
        ("::ffff:1.2.3.0/120", "IPv4-mapped"),
        ("10.0.0.1/8", "did you mean 10.0.0.0/8?"),
        ("10.0.0.1", "valid CIDR"),
    ],
)
def test_networks(network: str, why: str) -> None:
    """A network begins where it says, and is not read differently by programs."""
    errors = list(validate_cidr_field(network, ROOT))
    assert [why in error.detail for error in errors] == ([True] if why else [])
    assert not list(validate_cidr_field(network, ROOT, [network]))


@pytest.mark.parametrize(
    ("address", "is_usable"),
    [
        ("10.0.0.1", True),
        ("fd00::1", True),
        ("224.0.1.1", True),
        ("0.0.0.0", False),  # noqa: S104 - an address, not a place to listen
        ("::", False),
        ("127.9.9.9", False),
        ("::ffff:127.0.0.1", False),
        ("::1", False),
        ("169.254.1.1", False),
        ("fe80::1", False),
        ("febf::1", False),
        ("224.0.0.9", False),
        ("ff02::1", False),
        ("ff12::1", False),
        ("x", False),
    ],
)
def test_addresses_of_other_hosts(address: str, is_usable: bool) -> None:
    """What only has a meaning on one host, or one link, is no endpoint."""
    assert len(list(validate_usable_ip(address, ROOT))) == (0 if is_usable else 1)


def test_families() -> None:
    """An IPv4 address inside an IPv6 one looks like the latter, and is the former."""
    assert [family_of(one) for one in ("10.0.0.1", "::ffff:1.2.3.4")] == ["IPv4", "IPv6"]
    assert [is_ipv6(one) for one in ("10.0.0.1", "::ffff:1.2.3.4", "::1", "x")] == [
        False,
        False,
        True,
        False,
    ]
    assert [is_ip(one) for one in ("010.0.0.1", "x")] == [True, False]


@pytest.mark.parametrize(
    ("outer", "inner", "holds"),
    [
        ("10.0.0.0/8", "10.1.0.0/16", True),
        ("10.0.0.0/8", "10.0.0.0/8", False),
        ("10.0.0.0/8", "11.0.0.0/16", False),
        ("::/0", "10.0.0.0/8", False),
    ],
)
def test_networks_in_networks(outer: str, inner: str, holds: bool) -> None:
    """A part is smaller than the whole, and of the same family."""
    networks = parse_network(outer), parse_network(inner)
    assert networks[0] is not None
    assert networks[1] is not None
    assert network_holds(networks[0], networks[1]) is holds


def test_unusual_ways_to_write() -> None:
    """Who writes an address in another way than most is told so."""
    assert not [*ip_warnings("10.0.0.1", "a"), *ip_warnings("x", "a"), *ip_warnings("::1", "a")]
    assert [*ip_warnings("0:0::1", "a")] == [
        'a: IPv6 address "0:0::1" should be in RFC 5952 canonical format ("::1")'
    ]
    assert not [*cidr_warnings("10.0.0.0/8", "a"), *cidr_warnings("x", "a")]
    assert len([*cidr_warnings("FD00::/8", "a")]) == 1
