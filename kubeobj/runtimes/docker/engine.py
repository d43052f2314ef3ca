"""An engine that is asked one thing at a time: the Docker Engine API through the ``docker`` SDK.

Connections are kept, and any number of threads may ask at once. An engine that is started again is
found again.

Source: Docker Engine API, 1.40 to 1.47; Podman's compatible API.
"""

import json
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast, final

from kubeobj.documents import Wire
from kubeobj.runtimes.docker.enginefaults import EngineFault, unavailable
from kubeobj.runtimes.docker.enginestream import EngineStream, open_stream
from kubeobj.runtimes.errors import RuntimeUnavailable
from kubeobj.runtimes.states import RuntimeVersion

if TYPE_CHECKING:
    from docker import APIClient
    from requests import Response

OLDEST_API: Final = (1, 40)
"""The oldest version of the API that has all that is needed."""

NEWEST_API: Final = (1, 47)
"""The newest version of the API that is asked for."""

PATIENCE_SECONDS: Final = 120
"""How long an engine may take to do something, in seconds."""

_CONNECTIONS: Final = 32


@final
class Engine:
    """An engine by its address; it is reached when something is asked.

    Args:
        url: Where it is: ``unix:///var/run/docker.sock``, ``tcp://localhost:2375``.
    """

    def __init__(self, url: str) -> None:
        self.url: str = url
        self._lock = threading.Lock()
        self._client: APIClient | None = None
        self._version: RuntimeVersion | None = None
        self._prefix = ""

    # ------------------------------------------------------------ what it is

    def version(self) -> RuntimeVersion:
        """Return what it is: ``docker`` or ``podman``, and which version.

        Raises:
            RuntimeUnavailable: If it cannot be reached, or is too old.
        """
        self._connected()
        if self._version is None:
            raise RuntimeUnavailable(f"the engine at {self.url} does not say what it is")
        return self._version

    @property
    def is_podman(self) -> bool:
        """Whether it is Podman."""
        return self.version().name == "podman"

    def architecture(self) -> str:
        """Return for which processors its containers are, in Go's word for it: ``amd64``."""
        return str(self.get("/version").get("Arch", ""))

    def _connected(self) -> "APIClient":
        client = self._client
        if client is not None:
            return client
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def _connect(self) -> "APIClient":
        try:
            from docker import APIClient

            from kubeobj.runtimes.docker.transport import KeptConnections
        except ImportError:
            raise RuntimeUnavailable(
                "the docker package is not installed; 'pip install kubeobj[run]' brings it"
            ) from None
        client = APIClient(self.url, "1.40", timeout=PATIENCE_SECONDS)
        if self.url.startswith("unix://"):
            path = self.url.removeprefix("unix://")
            client.mount("http+docker://", KeptConnections(path, PATIENCE_SECONDS, _CONNECTIONS))
        client.trust_env = False  # neither proxies nor .netrc have to do with a socket
        try:
            spoken, self._version = _introduction(self._asked(client, "GET", "/_ping").headers)
            if not spoken:
                raise RuntimeUnavailable(
                    f"what answers at {self.url} is no container engine: it does not name its API"
                )
            if spoken < OLDEST_API:
                raise RuntimeUnavailable(
                    f"the engine at {self.url} is too old: its API is {_text_of(spoken)}, and 1.40 "
                    "is needed (Docker 19.03, Podman 3)"
                )
        except RuntimeUnavailable:
            client.close()
            raise
        self._prefix = f"/v{_text_of(min(spoken, NEWEST_API))}"
        return client

    # ------------------------------------------------------------ to ask it

    def ping(self) -> None:
        """Return if it answers.

        Raises:
            EngineFault: If it is not well.
            RuntimeUnavailable: If it cannot be reached.
        """
        self._ask("GET", "/_ping", {})

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Wire:
        """Return the object that is at a path."""
        return _json(self._ask("GET", path, query or {}))

    def get_list(self, path: str, query: Mapping[str, str] | None = None) -> list[Wire]:
        """Return the list that is at a path."""
        return cast(list[Wire], json.loads(self._ask("GET", path, query or {}).content) or [])

    def post(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Wire | None = None,
        *,
        timeout: float = PATIENCE_SECONDS,
    ) -> Wire:
        """Have something done, and return the answer.

        Raises:
            EngineFault: If the engine refuses.
            RuntimeUnavailable: If it cannot be reached.
        """
        data = b"" if body is None else json.dumps(body).encode()
        return _json(self._ask("POST", path, query or {}, data, timeout=timeout))

    def delete(self, path: str, query: Mapping[str, str] | None = None) -> None:
        """Have something removed."""
        self._ask("DELETE", path, query or {})

    def upload(self, path: str, query: Mapping[str, str], content: bytes) -> bytes:
        """Send a tar file, and return what the engine says."""
        headers = {"Content-Type": "application/x-tar"}
        return self._ask("POST", path, query, content, headers=headers).content

    def progress(
        self, path: str, query: Mapping[str, str], headers: Mapping[str, str], timeout: float
    ) -> list[Wire]:
        """Have something done that takes long, and return all that was told of it."""
        answer = self._ask("POST", path, query, headers=headers, timeout=timeout)
        lines = (line.strip() for line in answer.content.splitlines())
        return [json.loads(line) for line in lines if line]

    def stream(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Wire | None = None,
        *,
        upgrade: bool = False,
    ) -> EngineStream:
        """Ask on a connection of its own, and return the answer as it comes."""
        self._connected()
        target = self._prefix + path
        return open_stream(self.url, method, target, query or {}, body, upgrade=upgrade)

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        content: bytes = b"",
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = PATIENCE_SECONDS,
    ) -> "Response":
        client = self._connected()
        target = self._prefix + path
        return self._asked(client, method, target, query, content, headers, timeout)

    def _asked(  # noqa: PLR0913, PLR0917 - as above
        self,
        client: "APIClient",
        method: str,
        target: str,
        query: Mapping[str, str] | None = None,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        timeout: float = PATIENCE_SECONDS,
    ) -> "Response":
        from requests.exceptions import ConnectionError, RequestException  # noqa: A004

        def once() -> "Response":
            return client.request(
                method,
                f"{client.base_url}{target}",
                params=dict(query or {}),
                data=content or None,
                headers={"Content-Type": "application/json", **(headers or {})},
                timeout=timeout,
            )

        try:
            try:
                answer = once()
            except ConnectionError:
                # A connection that was kept is dead once the engine was started again. What is
                # asked twice is harmless: what is made has a name that is taken then.
                answer = once()
        except RequestException as error:
            raise unavailable(self.url, error) from None
        if answer.status_code >= 400:
            raise EngineFault(answer.status_code, EngineFault.message_of(answer.content))
        return answer

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()


def _introduction(headers: Mapping[str, str]) -> tuple[tuple[int, ...], RuntimeVersion]:
    """Return which API an engine speaks, and what it is, by how it answers a ping.

    The API's version is empty if it does not name one.

    It says more about itself when it is asked for its version. But for that it starts programs of
    its own to ask them for theirs, which takes Podman more than half a second.
    """
    spoken = headers.get("Api-Version", "").split(".")[:2]
    podman = headers.get("Libpod-Api-Version", "")
    kind = "podman" if podman else "docker"
    version = podman or headers.get("Server", "").partition(" ")[0].removeprefix("Docker/")
    numbers = tuple(int(part) for part in spoken if part.isdecimal())
    return numbers, RuntimeVersion(kind, version)


def _text_of(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _json(answer: "Response") -> Wire:
    """Return the object in an answer; nothing if it has none."""
    if not answer.content.lstrip().startswith(b"{"):
        return {}
    found: Wire = json.loads(answer.content)
    return found
