"""A server with a little in it, and a client of it."""

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.entropy import SeededIdSource


@pytest.fixture
def clock() -> VirtualClock:
    """Time that stands still."""
    return VirtualClock()


@pytest.fixture
def server(clock: VirtualClock) -> ApiServer:
    """A server with a namespace and an account that pods need."""
    server = ApiServer(clock=clock, ids=SeededIdSource(1))
    server.create("namespaces", {"metadata": {"name": "shop"}})
    for namespace in ("default", "shop"):
        server.create("serviceaccounts", {"metadata": {"name": "default"}}, namespace=namespace)
    return server


@pytest.fixture
def client(server: ApiServer) -> InProcessClient:
    """A client of it."""
    return InProcessClient(server)
