"""An engine that answers but refuses what it is asked: that is a fault of the runtime."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kubeobj.runtimes.docker.dockerruntime import DockerRuntime
from kubeobj.runtimes.errors import RuntimeFault

PING = (
    b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nServer: Docker/24.0.7 (linux)\r\n"
    b"Content-Length: 2\r\nConnection: close\r\n\r\nOK"
)
BROKEN = b'{"message": "layer does not exist"}'
REFUSAL = (
    b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(BROKEN), BROKEN)
)


def _serve(server: socket.socket) -> None:
    with suppress(OSError):
        while True:
            client = server.accept()[0]
            with client:
                asked = b""
                while b"\r\n\r\n" not in asked and (piece := client.recv(65536)):
                    asked += piece
                client.sendall(PING if b"/_ping" in asked.split(b"\r\n", 1)[0] else REFUSAL)


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[DockerRuntime]:
    """Yield a runtime whose engine is well, but whose storage is broken."""
    path = tmp_path / "engine.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(100)
        thread = threading.Thread(target=_serve, args=(server,), daemon=True)
        thread.start()
        made = DockerRuntime(tmp_path / "own", f"unix://{path}")
        yield made
        made.close()
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_what_an_engine_refuses_is_a_fault_of_the_runtime(runtime: DockerRuntime) -> None:
    """Whatever it is asked, in the engine's own words."""
    assert runtime.status().ready
    for ask in (
        runtime.sandboxes,
        runtime.containers,
        runtime.usage,
        runtime.images,
        runtime.filesystem,
        lambda: runtime.image("busybox:1"),
        lambda: runtime.container("0" * 64),
        lambda: runtime.stop_sandbox("0" * 64),
        lambda: runtime.remove_sandbox("0" * 64),
        lambda: runtime.stop_container("0" * 64, 0),
        lambda: runtime.remove_container("0" * 64),
        lambda: runtime.remove_image("busybox:1"),
        lambda: runtime.reopen_log("0" * 64),
    ):
        with pytest.raises(RuntimeFault, match="layer does not exist"):
            ask()
