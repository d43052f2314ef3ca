"""A server, its client and a manager on one virtual clock."""

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.entropy import SeededIdSource
from kubeobj.reconcile.manager import Manager


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def client(clock: VirtualClock) -> InProcessClient:
    return InProcessClient(ApiServer(clock=clock, ids=SeededIdSource(1)))


@pytest.fixture
def manager(client: InProcessClient, clock: VirtualClock) -> Manager:
    return Manager(client, clock, ids=SeededIdSource(2), name="tests")
