"""A cluster on virtual time that answers on its socket, and on a port for kubectl."""

import socket
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from kubeobj.api.rest.api import RestApi
from kubeobj.cluster.sharedapi import SharedApi
from kubeobj.cluster.simulated import SimulatedCluster
from kubeobj.server.apisocket import ApiSocket
from tests.cli.answer import Answer

KUBECTL = "/usr/bin/kubectl"

SHOP = (Path(__file__).parent / "shop.yaml").read_text(encoding="utf-8")


class World:
    """A cluster with a shop in it, reached through a socket; a context manager."""

    def __init__(self, state: Path, text: str = SHOP, *, nodes: int = 2) -> None:
        self.state = state
        self.cluster = SimulatedCluster.with_nodes(nodes=nodes, seed=7)
        self.cluster.apply(text)
        self.cluster.advance(600)
        self.cluster.settle()
        self.api = SharedApi(self.cluster.server)
        rest = RestApi(self.cluster.server)
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._socket = ApiSocket(state / "api.sock", self.api, rest)
        self.port = 0
        self._listener = socket.socket()

    def __enter__(self) -> Self:
        self._socket.start()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._socket.stop()

    def settle(self) -> None:
        """Let the control loops do what there is to do."""
        self.api.ask(self.cluster.settle)

    def kubectl(self, *args: str, stdin: bytes = b"") -> Answer:
        """Run kubectl against the same cluster."""
        home = self.state / "kubectl"
        done = subprocess.run(
            [KUBECTL, f"--server=http://127.0.0.1:{self.port}", *args],
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
            env={
                "HOME": str(home),
                "KUBECONFIG": "/dev/null",
                "TZ": "UTC",
                "PATH": "/usr/bin",
            },
        )
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(str(self.state / "api.sock"))
            threading.Thread(target=_carry, args=(near, far), daemon=True).start()


def _carry(near: socket.socket, far: socket.socket) -> None:
    with near, far:
        back = threading.Thread(target=_copy, args=(far, near), daemon=True)
        back.start()
        _copy(near, far)
        back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
