"""A server that is reached through a socket, and a client of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.rest.api import RestApi
from kubeobj.clock import VirtualClock
from kubeobj.cluster.sharedapi import SharedApi
from kubeobj.remote.client import RemoteClient, connect
from kubeobj.server.apisocket import ApiSocket
from tests.api.conftest import clock, server

__all__ = ["clock", "server"]

Serve: TypeAlias = Callable[..., RemoteClient]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """What serves a server, and returns a client of it."""
    begun: list[tuple[ApiSocket, RemoteClient]] = []

    def begin(server: ApiServer, **options: object) -> RemoteClient:
        state = tmp_path / f"state-{len(begun)}"
        state.mkdir()
        socket = ApiSocket(state / "api.sock", SharedApi(server), RestApi(server))
        socket.start()
        client = connect(state, **{"patience": 0.25, **options})
        begun.append((socket, client))
        return client

    yield begin
    for socket, client in begun:
        client.close()
        socket.stop()


@pytest.fixture
def client(serve: Serve, server: ApiServer, clock: VirtualClock) -> RemoteClient:
    """A client of the server that there is."""
    made = serve(server, advance=clock.advance)
    # Some tests look into the server itself.
    made.__dict__["server"] = server
    return made
