"""Asking by HTTP, as the kubelet does: it follows redirects on the same host, and trusts any TLS.

Source: ``k8s.io/kubernetes/pkg/probe/http`` (v1.36).
"""

import socket
import ssl
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, final
from urllib.parse import urlsplit

from kubeobj.clock import Clock
from kubeobj.node.probes.requesttarget import request_target

USER_AGENT: Final = "kube-probe/1.36"
"""What a probe says that it is."""

BODY_BYTES: Final = 10 * 1024
"""How much of an answer is kept."""

_HEAD_BYTES: Final = 64 * 1024
_REDIRECTS: Final = 10
_REDIRECTING: Final = frozenset({301, 302, 303, 307, 308})


@final
@dataclass(frozen=True, slots=True)
class HttpGet:
    """A question by HTTP.

    Args:
        host: Whom to ask: an address or a name.
        port: Where.
        path: For what, with its query, as people write it.
        scheme: ``http`` or ``https``.
        headers: Headers; those that it has by itself may be among them.
        user_agent: What it says that it is, unless a header does.
    """

    host: str
    port: int
    path: str = "/"
    scheme: str = "http"
    headers: tuple[tuple[str, str], ...] = ()
    user_agent: str = USER_AGENT

    @property
    def netloc(self) -> str:
        """The host and the port, as in a URL."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole, as a URL."""
        return f"{self.scheme}://{self.netloc}{request_target(self.path)}"


@final
@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer by HTTP.

    Args:
        status: Its code.
        headers: Its headers, by lowercase name; of several the last.
        body: Its beginning.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class HttpFault(Exception):
    """There was no answer; the text says why, in the kubelet's words."""


def get(question: HttpGet, timeout: float, clock: Clock) -> HttpAnswer:
    """Ask, following redirects as long as they stay on the same host.

    Args:
        question: What to ask.
        timeout: How long that may take in all, in seconds.
        clock: Tells how long it has taken.

    Raises:
        HttpFault: If there is no answer in time.
    """
    until = clock.now() + timeout
    asked = question
    for _ in range(_REDIRECTS):
        try:
            answer = _ask_once(asked, until, clock)
        except TimeoutError:
            why = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
            raise HttpFault(f'Get "{asked.url}": {why}') from None
        except (OSError, ValueError) as error:
            raise HttpFault(f'Get "{asked.url}": {_why(asked, error)}') from error
        elsewhere = _redirected(asked, answer)
        if elsewhere is None or elsewhere.host != question.host:
            return answer
        asked = elsewhere
    raise HttpFault(f'Get "{asked.url}": stopped after {_REDIRECTS} redirects')


def dial_fault(netloc: str, error: OSError) -> str:
    """Return why there is no connection, as Go says it."""
    if isinstance(error, TimeoutError):
        return f"dial tcp {netloc}: i/o timeout"
    if isinstance(error, socket.gaierror):
        return f"dial tcp: lookup {netloc.rpartition(':')[0]}: no such host"
    why = (error.strerror or str(error)).lower()
    return f"dial tcp {netloc}: connect: {why}"


def _why(question: HttpGet, error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return f"tls: {error.reason or error}"
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return f"read tcp {question.netloc}: read: connection reset by peer"
    if isinstance(error, OSError):
        return dial_fault(question.netloc, error)
    return str(error)


def _ask_once(question: HttpGet, until: float, clock: Clock) -> HttpAnswer:
    left = until - clock.now()
    if left <= 0:
        raise TimeoutError
    with socket.create_connection((question.host, question.port), left) as plain:
        connection = plain
        if question.scheme == "https":
            connection = _trusting().wrap_socket(plain, server_hostname=question.host)
        try:
            connection.sendall(_request(question))
            return _read(connection, until, clock)
        finally:
            if connection is not plain:
                connection.close()


def _request(question: HttpGet) -> bytes:
    given = {name.lower(): None for name, _ in question.headers}
    lines = [f"GET {request_target(question.path)} HTTP/1.1"]
    for name, value in (
        ("Host", question.netloc),
        ("User-Agent", question.user_agent),
        ("Accept", "*/*"),
    ):
        if name.lower() not in given:
            lines.append(f"{name}: {value}")
    # An empty value of these two takes them away.
    lines += [
        f"{name}: {value}"
        for name, value in question.headers
        if value or name.lower() not in {"accept", "user-agent"}
    ]
    lines += ["Connection: close", "", ""]
    return "\r\n".join(lines).encode("utf-8", "replace")


def _read(connection: socket.socket, until: float, clock: Clock) -> HttpAnswer:
    """Read an answer: its head, and of its body what has come by the time it is known enough."""
    found = b""
    while b"\r\n\r\n" not in found:
        piece = _receive(connection, until, clock)
        if not piece:
            raise ValueError("EOF" if not found else "unexpected EOF")
        found += piece
        if len(found) > _HEAD_BYTES:
            raise ValueError("net/http: server response headers exceeded the limit")
    head, _, body = found.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ", 2)
    if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdigit():
        raise ValueError(f'malformed HTTP response "{lines[0][:80]}"')
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    status = int(words[1])
    if 300 <= status < 400:
        body = _read_on(connection, body, headers, until, clock)
    return HttpAnswer(status, headers, body[:BODY_BYTES])


def _read_on(
    connection: socket.socket, body: bytes, headers: dict[str, str], until: float, clock: Clock
) -> bytes:
    length = headers.get("content-length", "")
    wanted = min(int(length), BODY_BYTES) if length.isdigit() else BODY_BYTES
    while len(body) < wanted and (piece := _receive(connection, until, clock)):
        body += piece
    return body


def _receive(connection: socket.socket, until: float, clock: Clock) -> bytes:
    left = until - clock.now()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(left)
    return connection.recv(16384)


def _redirected(question: HttpGet, answer: HttpAnswer) -> HttpGet | None:
    """Return where an answer sends us; None if it does not."""
    location = answer.headers.get("location")
    if answer.status not in _REDIRECTING or not location:
        return None
    parts = urlsplit(location)
    path = parts.path or "/"
    if not path.startswith("/"):
        path = f"{question.path.partition('?')[0].rpartition('/')[0]}/{path}"
    path += f"?{parts.query}" if parts.query else ""
    if not parts.netloc:
        return replace(question, path=path)
    scheme = parts.scheme or question.scheme
    try:
        port = parts.port or (443 if scheme == "https" else 80)
    except ValueError:
        return None
    return replace(question, host=parts.hostname or "", port=port, path=path, scheme=scheme)


@lru_cache(maxsize=1)
def _trusting() -> ssl.SSLContext:
    """Return what trusts anybody: a pod may well have signed its certificate itself."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
