"""Several streams in the messages of one socket: ``v5.channel.k8s.io``, without any socket.

The first byte of a message says which stream it is of. The streams of a command are stdin, stdout,
stderr, how it ended, and the size of its terminal; since version 5 a stream can be closed.

Source: ``k8s.io/client-go/tools/remotecommand`` websocket.go, ``k8s.io/apimachinery/pkg/util/
remotecommand`` constants.go and ``k8s.io/client-go/util/exec`` (v1.36); KEP-4006.
"""

from typing import Final

import orjson

from kubeobj.api.errors import ApiError, InternalError
from kubeobj.documents import Wire

PROTOCOL: Final = "v5.channel.k8s.io"
"""The subprotocol that is asked for."""

OLD_PROTOCOL: Final = "v4.channel.k8s.io"
"""The one before, in which no stream can be closed."""

STDIN: Final = 0
STDOUT: Final = 1
STDERR: Final = 2
ERROR: Final = 3
RESIZE: Final = 4
CLOSE: Final = 255


def message(channel: int, data: bytes) -> bytes:
    """Return the message that is some of a stream."""
    return bytes((channel,)) + data


def closing(channel: int) -> bytes:
    """Return the message that closes a stream."""
    return bytes((CLOSE, channel))


def resizing(columns: int, rows: int) -> bytes:
    """Return the message that says how large a terminal is."""
    return message(RESIZE, orjson.dumps({"Width": columns, "Height": rows}))


def size_in(data: bytes) -> tuple[int, int] | None:
    """Return the columns and rows that such a message says; None if it says none."""
    try:
        found = orjson.loads(data)
        return int(found["Width"]), int(found["Height"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None


def ended(exit_code: int) -> bytes:
    """Return the message that says how a command ended.

    >>> ended(0)[1:]
    b'{"metadata":{},"status":"Success"}'
    """
    status: Wire = {"metadata": {}, "status": "Success"}
    if exit_code:
        status = {
            "metadata": {},
            "status": "Failure",
            "message": f"command terminated with non-zero exit code: exit status {exit_code}",
            "reason": "NonZeroExitCode",
            "details": {"causes": [{"reason": "ExitCode", "message": str(exit_code)}]},
        }
    return message(ERROR, orjson.dumps(status))


def failed(error: Exception) -> bytes:
    """Return the message that says why nobody knows how a command ended."""
    known = error if isinstance(error, ApiError) else InternalError(str(error))
    return message(ERROR, orjson.dumps(known.to_status()))


def exit_code_in(data: bytes) -> int:
    """Return the code with which a command ended, as such a message says.

    Raises:
        InternalError: If it could not be run, or nobody knows how it ended.

    >>> exit_code_in(ended(7)[1:])
    7
    """
    try:
        status: Wire = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise InternalError(data.decode(errors="replace")) from None
    if status.get("status") == "Success":
        return 0
    for cause in (status.get("details") or {}).get("causes") or ():
        if cause.get("reason") == "ExitCode":
            return int(cause["message"])
    raise InternalError(status.get("message") or "the command has failed")
