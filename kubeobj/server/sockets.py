"""Logs, commands and ports of pods."""

from typing import Protocol

from aiohttp import web

from kubeobj.api.rest.message import HttpRequest


class PodSockets(Protocol):
    """Answers for logs, commands and ports of pods."""

    async def answer(
        self, request: web.BaseRequest, asked: HttpRequest
    ) -> web.StreamResponse | None:
        """Return the answer once all of it has been sent; None if the request is none of these."""
        ...
