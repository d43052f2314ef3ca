"""Logs, commands and ports of pods: what a client needs besides the verbs, for those who have it.

A live cluster has it in its own process, `kubeobj.remote` has it over a socket. All of it blocks,
and may be used from any thread.

Source: ``k8s.io/api/core/v1`` PodLogOptions, PodExecOptions, PodAttachOptions (v1.36).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which log is wanted, and which part of it.

    Args:
        container: Of which container; empty for the only one.
        follow: Whether to go on until the container ends.
        previous: Whether the log of its last run before this one is wanted.
        since_seconds: How old it may be, in seconds; None for any age.
        since_time: From when on, as the API writes times; empty for the beginning.
        timestamps: Whether each line begins with the time at which it was printed.
        tail_lines: How many lines from the end; None for all.
        limit_bytes: How many bytes at most; None for all.
        stream: ``Stdout`` or ``Stderr`` alone; ``All`` for both.
    """

    container: str = ""
    follow: bool = False
    previous: bool = False
    since_seconds: int | None = None
    since_time: str = ""
    timestamps: bool = False
    tail_lines: int | None = None
    limit_bytes: int | None = None
    stream: str = "All"


@final
class Channel(StrEnum):
    """Where something was printed to."""

    STDOUT = "stdout"
    STDERR = "stderr"


class LogStream(Protocol):
    """A log, to be read once; each item is some of it, in order."""

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None:
        """End it, from any thread; who reads it comes to its end."""
        ...


class PodSession(Protocol):
    """A command that runs in a container, or the container itself, with its streams."""

    def read(self, timeout: float | None = None) -> tuple[Channel, bytes] | None:
        """Return what it has printed next; None once nothing will come any more.

        Args:
            timeout: How long to wait, in seconds; None for ever.

        Raises:
            TimeoutError: If nothing has come by then.
        """
        ...

    def write(self, data: bytes) -> None:
        """Send it something.

        Raises:
            BrokenPipeError: If it takes nothing any more.
        """
        ...

    def close_stdin(self) -> None:
        """Tell it that nothing more will be sent."""
        ...

    def resize(self, columns: int, rows: int) -> None:
        """Tell it how large its terminal is now, if it has one."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Return with which code it ended; what it has printed is to be read first.

        Raises:
            TimeoutError: If it has not by then.
            ApiError: If it could not be run, or nobody knows how it ended.
        """
        ...

    def close(self) -> None:
        """Let go of it; a command that still runs is ended, a container is not."""
        ...


class PodConnection(Protocol):
    """A connection to a port in a pod."""

    def recv(self, size: int) -> bytes:
        """Return what has come, at most so many bytes; empty at the end."""
        ...

    def sendall(self, data: bytes) -> None:
        """Send all of this.

        Raises:
            OSError: If the other side takes nothing any more.
        """
        ...

    def end(self) -> None:
        """Tell the other side that nothing more will be sent."""
        ...

    def close(self) -> None:
        """Let go of it; who waits for something to come gets nothing more."""
        ...


class PodStreams(Protocol):
    """Logs, commands and ports of pods. Namespaces: None for the client's own."""

    def log(self, pod: str, query: LogQuery, *, namespace: str | None = None) -> LogStream:
        """Return the log of a container.

        Raises:
            NotFound: If there is no such pod.
            BadRequest: If it has no such container, or that has not printed anything yet.
        """
        ...

    def exec(
        self,
        pod: str,
        command: Sequence[str],
        *,
        container: str = "",
        stdin: bool = False,
        tty: bool = False,
        namespace: str | None = None,
    ) -> PodSession:
        """Run a command in a container.

        Args:
            pod: In which pod.
            command: The program and its arguments.
            container: In which container; empty for the usual one.
            stdin: Whether something will be sent to it.
            tty: Whether it has a terminal; then all it prints comes as one stream.
            namespace: In which namespace the pod is.

        Raises:
            NotFound: If there is no such pod.
            BadRequest: If it has no such container, or that does not run.
        """
        ...

    def attach(
        self, pod: str, *, container: str = "", stdin: bool = False, namespace: str | None = None
    ) -> PodSession:
        """Return the streams of a container that runs, from now on.

        Raises:
            NotFound: If there is no such pod.
            BadRequest: If it has no such container, or that does not run.
        """
        ...

    def port_forward(self, pod: str, port: int, *, namespace: str | None = None) -> PodConnection:
        """Return a new connection to a port in a pod.

        Raises:
            NotFound: If there is no such pod.
            BadRequest: If it does not run.
            ConnectionError: If nobody listens there.
        """
        ...
