"""From a request that has come in to its answer: one body, or a stream of events.

Source: API concepts, Efficient detection of changes (v1.36), for what a watch looks like.
"""

import asyncio
from typing import Final, final

import orjson
from aiohttp import web

from kubeobj.api.errors import ApiError, InternalError, RequestEntityTooLarge
from kubeobj.api.rest.api import RestApi
from kubeobj.api.rest.message import EventStream, HttpRequest, HttpResponse
from kubeobj.cluster.sharedapi import SharedApi
from kubeobj.server.changes import Changes
from kubeobj.server.control import Control
from kubeobj.server.sockets import PodSockets
from kubeobj.store.errors import StoreError

BODY_LIMIT: Final = 3 * 1024 * 1024
"""The largest body that is read, in bytes, as by an API server."""

# How long a watch waits at most before it sees whether it is over.
_LONGEST_WAIT_SECONDS: Final = 10.0


@final
class Requests:
    """Answers requests.

    Args:
        api: Takes the turns of those who ask.
        rest: Knows the answers.
        changes: Told of what changes.
        pods: What answers for logs, commands and ports of pods; None if nobody does.
        control: What answers for the process; None if nobody does.
    """

    def __init__(
        self,
        api: SharedApi,
        rest: RestApi,
        changes: Changes,
        pods: PodSockets | None = None,
        control: Control | None = None,
    ) -> None:
        self._api = api
        self._rest = rest
        self._changes = changes
        self._pods = pods
        self._control = control

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Return the answer to a request, once it has been sent if it is a stream."""
        try:
            body = await _body(request)
            asked = HttpRequest(request.method, request.raw_path, request.headers.items(), body)
            if self._control is not None and (answer := self._control.answer(asked)) is not None:
                return answer
            if self._pods is not None:
                told = await self._pods.answer(request, asked)
                if told is not None:
                    return told
            return await self._answered(request, asked)
        except (ApiError, StoreError) as error:
            if isinstance(error, StoreError):
                error = InternalError(str(error))
            return web.Response(
                status=error.code,
                body=orjson.dumps(error.to_status()),
                content_type="application/json",
            )

    async def _answered(self, request: web.BaseRequest, asked: HttpRequest) -> web.StreamResponse:
        found = self._api.ask(lambda: self._rest.handle(asked))
        if found.stream is not None:
            return await self._stream(request, found, found.stream)
        response = web.Response(status=found.status, body=found.body)
        _copy_headers(found, response)
        if asked.method == "HEAD":
            response.headers.popall("Content-Length", None)
        return response

    async def _stream(
        self, request: web.BaseRequest, found: HttpResponse, stream: EventStream
    ) -> web.StreamResponse:
        response = web.StreamResponse(status=found.status)
        _copy_headers(found, response)
        response.enable_chunked_encoding()
        await response.prepare(request)
        while True:
            change = self._changes.next()
            data = self._api.ask(stream.read)
            if data:
                await response.write(data)
            elif self._api.ask(lambda: stream.is_over):
                break
            else:
                await self._wait(change, stream.ends_at)
        await response.write_eof()
        return response

    async def _wait(self, change: "asyncio.Future[None]", ends_at: float | None) -> None:
        longest = _LONGEST_WAIT_SECONDS
        if ends_at is not None:
            longest = max(min(longest, ends_at - self._api.server.clock.now()), 0.01)
        await asyncio.wait([change], timeout=longest)


def _copy_headers(found: HttpResponse, response: web.StreamResponse) -> None:
    for name, value in found.headers:
        if name.lower() == "content-type":
            response.headers[name] = value
        else:
            response.headers.add(name, value)


async def _body(request: web.BaseRequest) -> bytes:
    """Return the body of a request.

    Raises:
        RequestEntityTooLarge: If it is larger than is read.
    """
    pieces: list[bytes] = []
    size = 0
    try:
        async for piece in request.content.iter_any():
            size += len(piece)
            if size > BODY_LIMIT:
                raise RequestEntityTooLarge(f"limit is {BODY_LIMIT}")
            pieces.append(piece)
    except web.HTTPException as error:
        raise InternalError(str(error)) from error
    return b"".join(pieces)
