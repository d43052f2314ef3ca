"""The API of a live cluster on a unix socket, for other processes of the same user.

The paths, the forms and the codes are those of Kubernetes: what `RestApi` answers. Its thread does
nothing else, so that a slow asker holds up nobody.
"""

import asyncio
import os
import socket
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, final

from aiohttp import web

from kubeobj.api.rest.api import RestApi
from kubeobj.cluster.sharedapi import SharedApi
from kubeobj.cluster.statedirectory import socket_address
from kubeobj.server.changes import Changes
from kubeobj.server.control import Control
from kubeobj.server.requests import Requests
from kubeobj.server.sockets import PodSockets

PRIVATE_UMASK = 0o177


@final
class ApiSocket:
    """Answers on a unix socket that only the user can open; a context manager.

    Args:
        path: Where the socket is to be; one that is there and that nobody answers on is replaced.
        api: What is answered.
        rest: How.
        pods: What answers for logs, commands and ports of pods; None if nobody does.
        control: What answers for the process; None if nobody does.
    """

    def __init__(
        self,
        path: Path,
        api: SharedApi,
        rest: RestApi,
        pods: PodSockets | None = None,
        control: Control | None = None,
    ) -> None:
        self._path = path
        self._api = api
        self._rest = rest
        self._pods = pods
        self._control = control
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        self._is_ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="kubeobj-api", daemon=True)

    def start(self) -> None:
        """Begin to answer, unless that has been done.

        Raises:
            OSError: If the socket cannot be made.
        """
        if self._thread.ident is not None:
            return
        self._thread.start()
        self._is_ready.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    def stop(self) -> None:
        """Answer no more; what is being answered ends."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopped.set)
            self._thread.join()
        if self._pods is not None:
            self._pods.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    # ------------------------------------------------------------ in the thread

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._is_ready.set()
            self._loop.close()

    async def _serve(self) -> None:
        changes = Changes(self._loop)
        end = self._api.listen(changes.tell)
        requests = Requests(self._api, self._rest, changes, self._pods, self._control)
        server = web.Server(requests.answer, handler_cancellation=True, access_log=None)
        runner = web.ServerRunner(server, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        made: os.stat_result | None = None
        try:
            listening = _listening(self._path)
            made = self._path.lstat()
            await web.SockSite(runner, listening).start()
            self._is_ready.set()
            await self._stopped.wait()
        finally:
            end()
            # As long as it is open, no other can be taken for it.
            if made is not None:
                _unlink(self._path, made)
            await runner.cleanup()
            await self._loop.shutdown_default_executor()


def _unlink(path: Path, made: os.stat_result) -> None:
    """Remove a socket, unless it is another by now: that of the next who runs the cluster."""
    with suppress(FileNotFoundError):
        if os.path.samestat(path.lstat(), made):
            path.unlink()


def _listening(path: Path) -> socket.socket:
    """Return a socket that listens at *path*, for the user alone.

    Raises:
        OSError: If it cannot be made.
    """
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(PRIVATE_UMASK)
    try:
        with socket_address(path) as address:
            made.bind(address)
    except BaseException:
        made.close()
        raise
    finally:
        os.umask(before)
    made.listen(128)
    made.settimeout(0)
    return made
