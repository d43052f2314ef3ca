"""Addresses of this machine that no other test uses, and parts of a network on them."""

import socket
from collections.abc import Iterator

import pytest

from tests.network.servers import Servers
from tests.network.world import Addresses, World

OCTETS = range(200, 255)


@pytest.fixture(scope="session")
def octet() -> Iterator[int]:
    """The second number of addresses that are this process's alone: it holds one of them."""
    for number in OCTETS:
        held = socket.socket()
        try:
            held.bind((f"127.{number}.255.254", 65_001))
        except OSError:
            held.close()
            continue
        with held:
            yield number
        return
    pytest.fail("no addresses are free")


@pytest.fixture
def addresses(octet: int) -> Addresses:
    return Addresses(octet)


@pytest.fixture
def servers() -> Iterator[Servers]:
    with Servers() as made:
        yield made


@pytest.fixture
def world(addresses: Addresses) -> Iterator[World]:
    with World(addresses) as made:
        yield made
