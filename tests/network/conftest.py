"""Addresses of this machine that no other test uses, and parts of a network on them."""

from collections.abc import Iterator

import pytest

from kubeobj.cluster.loopback import claim_range
from tests.network.servers import Servers
from tests.network.world import Addresses, World


@pytest.fixture(scope="session")
def octet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The second number of addresses that are this process's alone, as those of a cluster are."""
    claimed = claim_range(tmp_path_factory.mktemp("network"))
    yield claimed.octet
    claimed.release()


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
