"""What a node agent asks of a container runtime, in the shape of the Container Runtime Interface.

Every runtime (simulated, local processes, Docker and Podman) is a `ContainerRuntime` and passes one
suite, ``kubeobj.testing.conformance.runtime``. All calls may come from any thread, block until they
are done, and are safe to repeat: to stop what has ended, or to remove what is gone, is no error.

Source: ``k8s.io/cri-api`` runtime/v1 (v0.36).
"""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol, TypeAlias, final

from kubeobj.runtimes.configs import ContainerConfig, ImageAuth, Resources, SandboxConfig
from kubeobj.runtimes.states import (
    Container,
    FilesystemUsage,
    Image,
    RuntimeStatus,
    RuntimeVersion,
    Sandbox,
    Usage,
)

# ---------------------------------------------------------------- what happens


@final
class Happened(StrEnum):
    """What a runtime tells of a container."""

    CREATED = "created"
    STARTED = "started"
    STOPPED = "stopped"
    REMOVED = "removed"


@final
@dataclass(frozen=True, slots=True)
class RuntimeEvent:
    """Something has happened; what exactly, the runtime says when it is asked.

    Args:
        what: What has happened.
        pod_uid: In which pod.
        container_id: To which container; empty for the sandbox.
    """

    what: Happened
    pod_uid: str
    container_id: str = ""


Notify: TypeAlias = Callable[[RuntimeEvent], object]
"""Told of events, from any thread; it returns at once."""

Unsubscribe: TypeAlias = Callable[[], None]
"""Ends that."""


@final
@dataclass(frozen=True, slots=True)
class ExecResult:
    """What a command in a container has left.

    Args:
        exit_code: With which code it ended.
        stdout: What it printed, up to `OUTPUT_LIMIT`.
        stderr: What it complained of, up to `OUTPUT_LIMIT`.
        timed_out: Whether it was ended because it took too long.
    """

    exit_code: int
    stdout: bytes = b""
    stderr: bytes = b""
    timed_out: bool = False


OUTPUT_LIMIT: Final = 16 * 1024 * 1024
"""How much is kept of what a command prints, in bytes."""


@final
class Stream(StrEnum):
    """Where something was printed to."""

    STDOUT = "stdout"
    STDERR = "stderr"


class Session(Protocol):
    """A command that runs in a container, or a container itself, with its streams."""

    def read(self, timeout: float | None = None) -> tuple[Stream, bytes] | None:
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
        """Return with which code it ended.

        Raises:
            TimeoutError: If it has not by then.
        """
        ...

    def close(self) -> None:
        """Let go of it; a command that still runs is ended, a container is not."""
        ...


# ---------------------------------------------------------------- the runtime


class ContainerRuntime(Protocol):
    """Makes pods run on a node.

    Everything raises `RuntimeUnavailable` if the runtime cannot be reached, and whatever names a
    sandbox or container that is not there, other than to stop or remove it, `NoSuchContainer`.
    """

    def version(self) -> RuntimeVersion:
        """Return what it is."""
        ...

    def status(self) -> RuntimeStatus:
        """Return whether it can do its work; it raises nothing."""
        ...

    def run_sandbox(self, config: SandboxConfig) -> Sandbox:
        """Make a sandbox, and start it.

        Raises:
            SandboxFault: If that does not work; nothing of it is left then.
        """
        ...

    def stop_sandbox(self, sandbox_id: str) -> None:
        """End everything in a sandbox at once, and give up its network."""
        ...

    def remove_sandbox(self, sandbox_id: str) -> None:
        """Remove a sandbox, with all of its containers; what still runs is ended first."""
        ...

    def sandboxes(self) -> tuple[Sandbox, ...]:
        """Return the sandboxes of this node, and of nobody else, oldest first."""
        ...

    def create_container(self, sandbox: Sandbox, config: ContainerConfig) -> str:
        """Make a container, and return its id; it does not run yet.

        Raises:
            CreateFault: If that does not work; nothing of it is left then.
        """
        ...

    def start_container(self, container_id: str) -> None:
        """Start a container.

        Raises:
            StartFault: If that does not work; the container is then exited with that code.
        """
        ...

    def stop_container(self, container_id: str, grace_seconds: float) -> None:
        """Ask a container to end, and end it by force once its time of grace is over.

        It returns when the container has ended.
        """
        ...

    def remove_container(self, container_id: str) -> None:
        """Remove a container; if it still runs, it is ended first. Its log stays."""
        ...

    def containers(self, sandbox_id: str = "") -> tuple[Container, ...]:
        """Return the containers of this node, or of a sandbox, oldest first.

        The log of one that has ended is whole, unless it cannot be had in a few seconds.
        """
        ...

    def container(self, container_id: str) -> Container:
        """Return a container as it is now."""
        ...

    def update_resources(self, container_id: str, resources: Resources) -> None:
        """Let a container have more or less than it was made with."""
        ...

    def reopen_log(self, container_id: str) -> None:
        """Go on in a new log file, because the old one has been moved away."""
        ...

    def exec_sync(
        self, container_id: str, command: tuple[str, ...], timeout: float | None = None
    ) -> ExecResult:
        """Run a command in a container, and return what it has left.

        A command that is not there, or cannot be run, ends with 127 or 126 and says so on stderr.
        """
        ...

    def exec(
        self, container_id: str, command: tuple[str, ...], *, stdin: bool = False, tty: bool = False
    ) -> Session:
        """Run a command in a container, with its streams."""
        ...

    def attach(self, container_id: str, *, stdin: bool = False) -> Session:
        """Return the streams of a container that runs."""
        ...

    def port_forward(self, sandbox_id: str, port: int) -> socket.socket:
        """Return a connection to a port in a pod.

        Raises:
            ConnectionRefusedError: If nobody listens there.
        """
        ...

    def usage(self) -> Mapping[str, Usage]:
        """Return what each running container uses, by id."""
        ...

    def images(self) -> tuple[Image, ...]:
        """Return the images that the node has."""
        ...

    def image(self, name: str) -> Image | None:
        """Return the image that a name stands for; None if it is not here.

        Raises:
            ImageFault: If that is no name of an image (``InvalidImageName``).
        """
        ...

    def pull_image(self, name: str, auth: tuple[ImageAuth, ...] = ()) -> Image:
        """Fetch an image.

        Args:
            name: Its name.
            auth: Who may be said to ask, in the order in which to try.

        Raises:
            ImageFault: If it cannot be had.
        """
        ...

    def remove_image(self, image_id: str) -> None:
        """Remove an image that no container uses."""
        ...

    def filesystem(self) -> FilesystemUsage:
        """Return how full it is where images and containers are kept."""
        ...

    def subscribe(self, notify: Notify) -> Unsubscribe:
        """Tell of what happens from now on.

        Events may be lost, for example while an engine is away; who needs to be sure looks from
        time to time.
        """
        ...

    def close(self) -> None:
        """Let go of everything that this object holds; containers go on."""
        ...
