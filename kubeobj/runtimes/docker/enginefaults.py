"""What goes wrong between us and an engine: it refuses, or it is not there."""

import errno
import json
from typing import Final, final
from urllib.parse import urlsplit

from kubeobj.errors import KubeobjError
from kubeobj.runtimes.errors import RuntimeUnavailable

_ECHO_LIMIT: Final = 2000


@final
class EngineFault(KubeobjError):
    """An engine has refused something; it is translated before anybody else sees it.

    Attributes:
        status: Why, as a code of HTTP.
        message: Why, in the engine's words.
    """

    def __init__(self, status: int, message: str) -> None:
        """Say with which code and words."""
        super().__init__(f"{status}: {message}")
        self.status: int = status
        self.message: str = message

    @property
    def is_absent(self) -> bool:
        """Whether what was asked about is not there; Podman says so in many ways."""
        return self.status == 404 or "no such container" in self.message.lower()

    @staticmethod
    def message_of(body: bytes) -> str:
        """Return the message in an engine's answer.

        >>> EngineFault.message_of(b'{"message": "no such image"}'), EngineFault.message_of(b"oh")
        ('no such image', 'oh')
        """
        text = body.decode(errors="replace").strip()
        try:
            found = json.loads(text)
        except ValueError:
            return text[:_ECHO_LIMIT]
        message = found.get("message", text) if isinstance(found, dict) else text
        return str(message)[:_ECHO_LIMIT]


def unavailable(url: str, error: BaseException) -> RuntimeUnavailable:
    """Say why an engine cannot be reached, and what to do about it.

    >>> print(unavailable("unix:///run/docker.sock", FileNotFoundError(2, "no")))
    there is no container engine at /run/docker.sock; install Docker or Podman, start it, or set \
DOCKER_HOST to where it is
    """
    parts = urlsplit(url)
    where = parts.path if parts.scheme == "unix" else parts.netloc
    number = _errno(error)
    if number in (errno.ENOENT, errno.ENOTDIR):
        return RuntimeUnavailable(
            f"there is no container engine at {where}; install Docker or Podman, start it, or set "
            "DOCKER_HOST to where it is"
        )
    if number == errno.ECONNREFUSED:
        return RuntimeUnavailable(
            f"nobody listens at {where}: the container engine does not run; start it "
            "('systemctl start docker', or 'systemctl start podman.socket')"
        )
    if number in (errno.EACCES, errno.EPERM):
        return RuntimeUnavailable(
            f"no permission to use the container engine at {where}; join the group that owns it "
            "('sudo usermod -aG docker $USER', then log in again), run as root, or use Podman "
            "without root ('systemctl --user start podman.socket')"
        )
    if isinstance(error, TimeoutError) or "timed out" in str(error).lower():
        return RuntimeUnavailable(
            f"the container engine at {where} does not answer; look at its log, or start it again"
        )
    return RuntimeUnavailable(
        f"the container engine at {where} has broken the connection; look whether it runs"
    )


def _errno(error: BaseException | None) -> int | None:
    """Return the number of the error of the system at the bottom of *error*."""
    seen: list[BaseException] = []
    pending = [error]
    while pending:
        one = pending.pop()
        if one is None or one in seen or len(seen) > 20:
            continue
        seen.append(one)
        if isinstance(one, OSError) and one.errno is not None:
            return one.errno
        pending += [one.__cause__, one.__context__]
        pending += [arg for arg in one.args if isinstance(arg, BaseException)]
        reason = getattr(one, "reason", None)
        pending.append(reason if isinstance(reason, BaseException) else None)
    return None
