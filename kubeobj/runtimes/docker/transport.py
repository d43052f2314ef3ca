"""Connections to an engine's socket that are kept, whatever is asked next.

The SDK keeps them too, but by what was asked, so that each question needs a new one; and it leaves
those open that could not be made.
"""

import socket
from collections.abc import Mapping
from typing import final

from docker.transport.unixconn import (
    UnixHTTPAdapter,
    UnixHTTPConnection,
    UnixHTTPConnectionPool,
)


@final
class _Connection(UnixHTTPConnection):
    def connect(self) -> None:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            made.settimeout(self.timeout)
            made.connect(self.unix_socket)
        except OSError:
            made.close()
            raise
        self.sock = made


@final
class _Pool(UnixHTTPConnectionPool):
    def _new_conn(self) -> _Connection:  # type: ignore[override] # its stubs know no base class
        # The time limit is set anew for each request.
        return _Connection(self.base_url, self.socket_path)


@final
class KeptConnections(UnixHTTPAdapter):
    """All requests go over one set of connections.

    Args:
        path: The engine's socket.
        timeout: How long an answer may take, in seconds.
        most: How many connections are kept.
    """

    def __init__(self, path: str, timeout: int, most: int) -> None:
        super().__init__(f"http+unix://{path}", timeout, 1, most)
        self._pool = _Pool("http+docker://localhost", path, timeout, most)

    def get_connection(
        self, url: str | bytes, proxies: Mapping[str, str] | None = None
    ) -> UnixHTTPConnectionPool:
        """Return the connections."""
        return self._pool

    def close(self) -> None:
        """Let go of all of them."""
        self._pool.close()
        super().close()
