"""What goes into the REST layer, and what comes out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, final
from urllib.parse import parse_qsl, unquote


class EventStream(Protocol):
    """The body of an answer that does not end at once: pieces, as they come about."""

    def read(self) -> bytes:
        """Return what has come about since the last call; empty if nothing has."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether nothing will come any more."""
        ...

    @property
    def ends_at(self) -> float | None:
        """When it ends, in seconds since 1970; None if it goes on."""
        ...


@final
class HttpRequest:
    """A request of HTTP.

    Args:
        method: Such as ``GET``.
        target: The path, and behind ``?`` the query.
        headers: By name, in capitals or not; as pairs, one name may stand several times.
        body: The body.

    Attributes:
        path: The path, as it stands, without the query.
        headers: The values of the headers by name, in small letters, each in order.
        query: The parameters of the query by name, each with its values in order.
    """

    __slots__ = ("body", "headers", "method", "path", "query")

    def __init__(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> None:
        self.method = method.upper()
        path, _, query = target.partition("?")
        self.path = path
        self.query: dict[str, list[str]] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            self.query.setdefault(name, []).append(value)
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        self.headers: dict[str, list[str]] = {}
        for name, value in pairs:
            self.headers.setdefault(name.lower(), []).append(value)
        self.body = body

    def header(self, name: str) -> str:
        """Return the first value of a header, or nothing where there is none."""
        values = self.headers.get(name)
        return values[0] if values else ""

    def parameter(self, name: str) -> str:
        """Return the first value of a parameter, or nothing where there is none."""
        values = self.query.get(name)
        return values[0] if values else ""

    @property
    def segments(self) -> list[str]:
        """The parts of the path between slashes, decoded."""
        return [unquote(part) for part in self.path.strip("/").split("/") if part]


@final
@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response of HTTP.

    Args:
        status: The status code.
        headers: In order; one name may stand several times.
        body: The body; empty if there is a stream.
        stream: What comes after the headers in the course of time, if anything.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    stream: EventStream | None = None

    def header(self, name: str) -> str:
        """Return the first header called *name*, in small letters, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name), "")
