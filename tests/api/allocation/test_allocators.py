"""Addresses and ports are handed out once, and known from the Services that have them."""

import pytest

from kubeobj.api.allocation.allocators import Allocators, held_ports
from kubeobj.api.allocation.ipallocator import IpAllocator
from kubeobj.api.allocation.numberpool import NumberPool, NumberUnavailableError
from kubeobj.api.allocation.operation import Operation
from kubeobj.api.allocation.portallocator import PortAllocator
from kubeobj.documents import Wire
from kubeobj.entropy import SeededIdSource


class Stored:
    """A store with Services in it, which counts how often it is read."""

    def __init__(self, *specs: Wire) -> None:
        self.specs = specs
        self.reads = 0

    def every(self, _resource: str, _namespace: str = "") -> list[Wire]:
        """Return the Services."""
        self.reads += 1
        return [{"spec": spec} for spec in self.specs]


def operation(allocators: Allocators, *, dry_run: bool = False) -> Operation:
    """Return an operation on allocators of an empty store."""
    return Operation(allocators, Stored(), SeededIdSource(1), dry_run=dry_run)


def test_chance_leaves_the_lower_end_alone() -> None:
    """The lower end is for those who ask for a number, until nothing else is left."""
    pool, ids = NumberPool(1, 10, reserved=4), SeededIdSource(1)
    assert {pool.take_any(ids) for _ in range(6)} == set(range(5, 11))
    assert {pool.take_any(ids) for _ in range(4)} == set(range(1, 5))
    with pytest.raises(NumberUnavailableError, match="full"):
        pool.take_any(ids)
    pool.give_back(7)
    assert pool.take_any(ids) == 7


def test_the_same_chance_gives_the_same() -> None:
    """What is drawn is a function of the ids."""
    drawn = [NumberPool(1, 10**6).take_any(SeededIdSource(3)) for _ in range(2)]
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("address", ["10.0.0.0", "10.0.255.255", "10.1.0.1", "fd00::1", "x"])
def test_addresses_out_of_range(address: str) -> None:
    """Neither the first nor the last address of a network is handed out, and no others."""
    with pytest.raises(NumberUnavailableError, match=r"range of valid IPs is 10\.0\.0\.0/16"):
        IpAllocator("10.0.0.0/16").take(address)


def test_addresses_of_ipv6() -> None:
    """A network of IPv6 has a last address as any other."""
    allocator = IpAllocator("fd00::/112")
    allocator.take("fd00::ffff")
    with pytest.raises(NumberUnavailableError, match="already"):
        allocator.take("fd00:0::ffff")
    assert allocator.take_any(SeededIdSource(1)).startswith("fd00::")


def test_what_is_no_network_has_no_addresses() -> None:
    """It is a mistake of the developer."""
    with pytest.raises(ValueError, match="not a network"):
        IpAllocator("10.0.0.0")


@pytest.mark.parametrize(("port", "why"), [(80, "not in the valid range"), (30001, "already")])
def test_ports_that_cannot_be_had(port: int, why: str) -> None:
    """A port is out of range, or another has it."""
    allocator = PortAllocator(30000, 32767)
    allocator.mark(30001)
    with pytest.raises(NumberUnavailableError, match=why):
        allocator.take(port)


def test_services_are_read_once() -> None:
    """What they have is taken, whatever range it is of."""
    spec: Wire = {
        "clusterIPs": ["10.0.0.1", "fd00::1"],
        "ports": [{"nodePort": 30000}, {}],
        "healthCheckNodePort": 30001,
    }
    stored, allocators = Stored(spec, {"ports": None}), Allocators()
    with pytest.raises(NumberUnavailableError):
        allocators.addresses(stored)["IPv4"].take("10.0.0.1")
    for port in (30000, 30001):
        with pytest.raises(NumberUnavailableError):
            allocators.ports(stored).take(port)
    assert stored.reads == 1
    assert held_ports(spec) == [30000, 30001]


def test_two_networks() -> None:
    """The first of them is the usual one."""
    allocators = Allocators(cidrs=("fd00::/112", "10.0.0.0/24"))
    assert allocators.families == ("IPv6", "IPv4")
    assert (allocators.cidr, allocators.first_address) == ("fd00::/112", "fd00::1")


def test_undoing_leaves_all_as_it_was() -> None:
    """What was taken is free, and what was given back is not."""
    allocators, stored = Allocators(), Stored()
    allocators.addresses(stored)["IPv4"].take("10.0.0.9")
    allocators.ports(stored).take(30009)
    work = operation(allocators)
    taken = work.take_address("IPv4", ""), work.take_any_port()
    work.give_back_address("IPv4", "10.0.0.9")
    work.give_back_address("IPv6", "fd00::1")
    work.give_back_port(30009)
    work.settle()
    work.undo()
    work.undo()
    operation(allocators).take_address("IPv4", taken[0])
    operation(allocators).take_port(taken[1])
    with pytest.raises(NumberUnavailableError):
        operation(allocators).take_address("IPv4", "10.0.0.9")
    with pytest.raises(NumberUnavailableError):
        operation(allocators).take_port(30009)


def test_what_is_given_back_can_be_had_again() -> None:
    """But not by the same write."""
    allocators = Allocators()
    operation(allocators).take_port(30009)
    work = operation(allocators)
    work.give_back_port(30009)
    with pytest.raises(NumberUnavailableError):
        work.take_port(30009)
    work.settle()
    operation(allocators).take_port(30009)


def test_a_dry_run_takes_nothing() -> None:
    """It shows numbers that nobody has, and still finds those that are taken."""
    allocators = Allocators()
    work = operation(allocators, dry_run=True)
    assert work.take_address("IPv4", "") == "10.0.0.0"
    assert work.take_address("IPv4", "10.0.0.9") == "10.0.0.9"
    assert [work.take_any_port(), work.take_any_port()] == [32769, 32770]
    work.take_port(30000)
    with pytest.raises(NumberUnavailableError):
        work.take_port(30000)
    work.give_back_address("IPv4", "10.0.0.9")
    work.give_back_port(30000)
    work.undo()
    real = operation(allocators)
    real.take_address("IPv4", "10.0.0.9")
    real.take_port(30000)
    for asked in (lambda: work.take_address("IPv4", "10.0.0.9"), lambda: work.take_port(30000)):
        with pytest.raises(NumberUnavailableError):
            asked()
