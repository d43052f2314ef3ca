"""What can be asked of the process that runs a cluster, besides what every API server has.

GET  /kubeobj/v1/status     how it is, as JSON
POST /kubeobj/v1/shutdown   ends it; with ``?leavePods=true`` pods go on
"""

from collections.abc import Callable
from typing import Final, final

import orjson
from aiohttp import web

from kubeobj.api.errors import MethodNotAllowed, NotFound
from kubeobj.api.rest.message import HttpRequest
from kubeobj.documents import Wire

PREFIX: Final = "/kubeobj/v1/"


@final
class Control:
    """Answers for the process.

    Args:
        status: Returns how it is.
        shutdown: Begins its end, and returns at once; told whether pods are to go on. None if it
            cannot be ended so.
    """

    def __init__(
        self, status: Callable[[], Wire], shutdown: Callable[[bool], object] | None
    ) -> None:
        self._status = status
        self._shutdown = shutdown

    def answer(self, asked: HttpRequest) -> web.Response | None:
        """Return the answer to a request; None if it is not about the process.

        Raises:
            NotFound: If there is no such thing.
        """
        if not asked.path.startswith(PREFIX):
            return None
        what = asked.path.removeprefix(PREFIX)
        if (asked.method, what) == ("GET", "status"):
            return _json(200, self._status())
        if (asked.method, what) == ("POST", "shutdown"):
            if self._shutdown is None:
                raise MethodNotAllowed("the program that runs the cluster ends it by itself")
            self._shutdown(asked.parameter("leavePods") == "true")
            return _json(202, {})
        raise NotFound("the server could not find the requested resource", details={})


def _json(code: int, body: Wire) -> web.Response:
    return web.Response(status=code, body=orjson.dumps(body), content_type="application/json")
