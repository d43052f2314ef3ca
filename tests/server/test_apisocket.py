"""The socket of the API: made for its time, and never in the way of the next."""

from pathlib import Path

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.rest.api import RestApi
from kubeobj.cluster.sharedapi import SharedApi
from kubeobj.remote.client import connect
from kubeobj.server.apisocket import ApiSocket


def test_the_socket_of_another_is_left(tmp_path: Path) -> None:
    """One that ends late does not take away what the next one answers on."""
    path = tmp_path / "api.sock"
    first, second = socket_at(path), socket_at(path)
    first.start()
    path.unlink()  # as who lets go of the state does
    second.start()
    first.stop()
    client = connect(tmp_path)
    assert [one.metadata.name for one in client.list("namespaces")] != []
    client.close()
    second.stop()
    assert not path.exists()


def test_a_socket_that_is_gone_already(tmp_path: Path) -> None:
    """It can be ended all the same."""
    socket = socket_at(tmp_path / "api.sock")
    with socket:
        (tmp_path / "api.sock").unlink()
    assert list(tmp_path.iterdir()) == []


def socket_at(path: Path) -> ApiSocket:
    """Return a socket of an API of its own, not begun yet."""
    server = ApiServer()
    return ApiSocket(path, SharedApi(server), RestApi(server))
