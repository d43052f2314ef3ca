"""Logs, commands and ports of pods over the API's socket: streams, and WebSockets of channels.

Source: Kubernetes API reference, Pod v1 core, Misc Operations; KEP-4006 (v1.36).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Final, TypeVar, final

from aiohttp import WSMsgType, web

from kubeobj.api.client import channels
from kubeobj.api.client.podstreams import (
    Channel,
    LogQuery,
    PodConnection,
    PodSession,
    PodStreams,
)
from kubeobj.api.errors import ApiError, BadRequest
from kubeobj.api.rest.api import RestApi
from kubeobj.api.rest.message import HttpRequest
from kubeobj.api.rest.query import boolean, integer
from kubeobj.api.rest.route import Route
from kubeobj.cluster.sharedapi import SharedApi

T = TypeVar("T")

_PARTS: Final = frozenset({"log", "exec", "attach", "portforward"})
_PIECE: Final = 32 * 1024
# How often a thread that waits for a session looks whether anybody still wants it.
_LOOKED_SECONDS: Final = 1.0


@final
class PodSockets:
    """Answers for logs, commands and ports of pods.

    Args:
        api: Takes the turns of those who ask.
        rest: Knows who may ask.
        streams: Reaches into the pods.
    """

    def __init__(self, api: SharedApi, rest: RestApi, streams: PodStreams) -> None:
        self._api = api
        self._rest = rest
        self._streams = streams
        # Each stream has a thread that waits for it.
        self._threads = ThreadPoolExecutor(1024, "kubeobj-stream")

    def close(self) -> None:
        """Begin no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def answer(
        self, request: web.BaseRequest, asked: HttpRequest
    ) -> web.StreamResponse | None:
        """Return the answer once all of it has been sent; None if the request is none of these.

        Raises:
            ApiError: If it is refused.
        """
        segments = asked.segments
        if len(segments) != 7 or segments[4] != "pods" or segments[6] not in _PARTS:
            return None
        route = self._api.ask(lambda: self._rest.allow(asked))
        if route is None or route.resource is None:
            return None
        answers: dict[
            str, Callable[[web.BaseRequest, HttpRequest, Route], Awaitable[web.StreamResponse]]
        ] = {
            "log": self._log,
            "exec": self._exec,
            "attach": self._exec,
            "portforward": self._forward,
        }
        return await answers[route.subresource](request, asked, route)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    # ------------------------------------------------------------ logs

    async def _log(
        self, request: web.BaseRequest, asked: HttpRequest, route: Route
    ) -> web.StreamResponse:
        query = _log_query(asked)
        found = await self._in_thread(
            lambda: self._streams.log(route.name, query, namespace=route.namespace)
        )
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        response.enable_chunked_encoding()
        pieces = iter(found)
        try:
            await response.prepare(request)
            while (piece := await self._in_thread(lambda: next(pieces, None))) is not None:
                await response.write(piece)
            await response.write_eof()
        finally:
            found.close()
        return response

    # ------------------------------------------------------------ commands

    async def _exec(
        self, request: web.BaseRequest, asked: HttpRequest, route: Route
    ) -> web.StreamResponse:
        socket = _socket()
        _must_upgrade(socket, request)
        stdin, tty = boolean(asked, "stdin"), boolean(asked, "tty")
        container = asked.parameter("container")
        command = asked.query.get("command", [])

        def begin() -> PodSession:
            if route.subresource == "attach":
                return self._streams.attach(
                    route.name, container=container, stdin=stdin, namespace=route.namespace
                )
            return self._streams.exec(
                route.name,
                command,
                container=container,
                stdin=stdin,
                tty=tty,
                namespace=route.namespace,
            )

        session = await self._in_thread(begin)
        try:
            await socket.prepare(request)
            receiving = asyncio.ensure_future(self._receive(socket, session))
            try:
                await self._send(socket, session, receiving)
            finally:
                receiving.cancel()
            await socket.close()
        finally:
            await asyncio.shield(self._in_thread(session.close))
        return socket

    async def _receive(self, socket: web.WebSocketResponse, session: PodSession) -> None:
        """Pass on what the client sends, until it is gone."""
        async for told in socket:
            if told.type is not WSMsgType.BINARY or not told.data:
                continue
            channel, data = told.data[0], told.data[1:]
            if channel == channels.STDIN and data:
                with suppress(OSError):
                    await self._in_thread(partial(session.write, data))
            elif channel == channels.CLOSE and data[:1] == bytes((channels.STDIN,)):
                session.close_stdin()
            elif channel == channels.RESIZE and (size := channels.size_in(data)) is not None:
                session.resize(*size)

    async def _send(
        self,
        socket: web.WebSocketResponse,
        session: PodSession,
        receiving: "asyncio.Future[None]",
    ) -> None:
        """Pass on what the command prints, and how it ends."""
        while not receiving.done():
            try:
                found = await self._in_thread(lambda: session.read(_LOOKED_SECONDS))
            except TimeoutError:
                continue
            if found is None:
                await socket.send_bytes(await self._in_thread(lambda: _end_of(session)))
                return
            channel = channels.STDERR if found[0] is Channel.STDERR else channels.STDOUT
            await socket.send_bytes(channels.message(channel, found[1]))

    # ------------------------------------------------------------ ports

    async def _forward(
        self, request: web.BaseRequest, asked: HttpRequest, route: Route
    ) -> web.StreamResponse:
        socket = _socket()
        _must_upgrade(socket, request)
        ports = _ports(asked)
        made: list[PodConnection] = []
        try:
            for port in ports:
                opening = partial(self._streams.port_forward, route.name, port)
                opened = await self._in_thread(partial(opening, namespace=route.namespace))
                made.append(opened)
            await socket.prepare(request)
            for place, port in enumerate(ports):
                said = port.to_bytes(2, "little")
                await socket.send_bytes(channels.message(2 * place, said))
                await socket.send_bytes(channels.message(2 * place + 1, said))
            await self._pump(socket, made)
            await socket.close()
        except ConnectionError as error:
            if socket.prepared:
                raise
            msg = f"error forwarding to port {ports[len(made)]} of pod {route.name}: {error}"
            raise BadRequest(msg) from error
        finally:
            for one in made:
                one.close()
        return socket

    async def _pump(self, socket: web.WebSocketResponse, made: list[PodConnection]) -> None:
        sending = [
            asyncio.ensure_future(self._send_port(socket, place, one))
            for place, one in enumerate(made)
        ]
        receiving = asyncio.ensure_future(self._receive_ports(socket, made))
        everything = asyncio.ensure_future(_all(sending))
        try:
            await asyncio.wait((everything, receiving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            receiving.cancel()
            for one in made:
                one.close()
            with suppress(OSError):
                await everything

    async def _send_port(
        self, socket: web.WebSocketResponse, place: int, connection: PodConnection
    ) -> None:
        while True:
            try:
                data = await self._in_thread(lambda: connection.recv(_PIECE))
            except OSError:
                data = b""
            if socket.closed:
                return
            if not data:
                if socket.ws_protocol == channels.PROTOCOL:
                    await socket.send_bytes(channels.closing(2 * place))
                return
            await socket.send_bytes(channels.message(2 * place, data))

    async def _receive_ports(
        self, socket: web.WebSocketResponse, made: list[PodConnection]
    ) -> None:
        async for told in socket:
            if told.type is not WSMsgType.BINARY or not told.data:
                continue
            channel, data = told.data[0], told.data[1:]
            if channel == channels.CLOSE and data and data[0] // 2 < len(made):
                made[data[0] // 2].end()
            elif channel % 2 == 0 and channel // 2 < len(made):
                with suppress(OSError):
                    await self._in_thread(partial(made[channel // 2].sendall, data))


async def _all(tasks: "Sequence[asyncio.Future[None]]") -> None:
    for one in tasks:
        await one


def _socket() -> web.WebSocketResponse:
    return web.WebSocketResponse(
        protocols=(channels.PROTOCOL, channels.OLD_PROTOCOL), max_msg_size=0
    )


def _must_upgrade(socket: web.WebSocketResponse, request: web.BaseRequest) -> None:
    if not socket.can_prepare(request):
        raise BadRequest("Upgrade request required")


def _end_of(session: PodSession) -> bytes:
    """Return the message that says how a command ended."""
    try:
        return channels.ended(session.wait())
    except (ApiError, OSError) as error:
        return channels.failed(error)


def _ports(asked: HttpRequest) -> list[int]:
    """Return the ports that are asked for.

    Raises:
        BadRequest: If there are none, or one is no port.
    """
    texts = [text for value in asked.query.get("ports", []) for text in value.split(",")]
    if not texts:
        raise BadRequest('query parameter "ports" is required')
    for text in texts:
        if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
            raise BadRequest(f"unable to parse {text!r} as a port")
    return [int(text) for text in texts]


def _log_query(asked: HttpRequest) -> LogQuery:
    return LogQuery(
        container=asked.parameter("container"),
        follow=boolean(asked, "follow"),
        previous=boolean(asked, "previous"),
        since_seconds=integer(asked, "sinceSeconds"),
        since_time=asked.parameter("sinceTime"),
        timestamps=boolean(asked, "timestamps"),
        tail_lines=integer(asked, "tailLines"),
        limit_bytes=integer(asked, "limitBytes"),
        stream=asked.parameter("stream") or "All",
    )
