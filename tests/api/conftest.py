"""A server with a little in it, and a client of it, for the tests that ask for them."""

from typing import TYPE_CHECKING

import pytest

from kubeobj.clock import VirtualClock
from kubeobj.entropy import SeededIdSource

if TYPE_CHECKING:
    from kubeobj.api.apiserver import ApiServer
    from kubeobj.api.inprocess import InProcessClient


@pytest.fixture
def clock() -> VirtualClock:
    """Time that stands still."""
    return VirtualClock()


@pytest.fixture
def server(clock: VirtualClock) -> "ApiServer":
    """A server with a namespace and an account that pods need."""
    from kubeobj.api.apiserver import ApiServer

    server = ApiServer(clock=clock, ids=SeededIdSource(1))
    server.create("namespaces", {"metadata": {"name": "shop"}})
    for namespace in ("default", "shop"):
        server.create("serviceaccounts", {"metadata": {"name": "default"}}, namespace=namespace)
    return server


@pytest.fixture
def client(server: "ApiServer") -> "InProcessClient":
    """A client of it."""
    from kubeobj.api.inprocess import InProcessClient

    return InProcessClient(server)
