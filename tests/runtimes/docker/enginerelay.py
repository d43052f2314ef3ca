"""A socket between a runtime and its engine, that can be broken and mended."""

import socket
import threading
from contextlib import suppress
from pathlib import Path


class EngineRelay:
    """Hands on all that is said.

    Args:
        path: Where the runtime finds the engine.
        engine: Where the engine is.
    """

    def __init__(self, path: Path, engine: Path) -> None:
        self.url: str = f"unix://{path}"
        self._path = path
        self._engine = engine
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._of_events: set[socket.socket] = set()
        self._muted: set[socket.socket] = set()
        self._server: socket.socket | None = None
        self.mend()

    def mend(self) -> None:
        """Let everybody through again."""
        self._path.unlink(missing_ok=True)
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(self._path))
        server.listen(100)
        self._server = server
        self._accepting = threading.Thread(target=self._accept, args=(server,), daemon=True)
        self._accepting.start()

    def cut(self) -> None:
        """Break all connections, and take no more; the socket's file stays."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            self._accepting.join()
            server.close()
        with self._lock:
            broken = list(self._open)
        for one in broken:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def mute(self) -> None:
        """Tell nothing any more on the streams of events that there are, and do not say so."""
        self._muted |= self._of_events

    def close(self) -> None:
        """End it."""
        self.cut()
        self._path.unlink(missing_ok=True)

    def _accept(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client = server.accept()[0]
                engine = socket.socket(socket.AF_UNIX)
                engine.connect(str(self._engine))
                with self._lock:
                    self._open += [client, engine]
                thread = threading.Thread(target=self._serve, args=(client, engine), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, client: socket.socket, engine: socket.socket) -> None:
        with client, engine:
            back = threading.Thread(target=self._hand_on, args=(engine, client), daemon=True)
            back.start()
            self._hand_on(client, engine)
            back.join()
            with self._lock:
                self._open = [one for one in self._open if one not in (client, engine)]

    def _hand_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if b"/events?" in data.split(b"\r\n", 1)[0]:
                    self._of_events.add(source)
                if target not in self._muted:
                    target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)
