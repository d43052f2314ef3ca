"""Pods as containers of Docker or Podman.

A pod is held together by a container that does nothing and has the pod's network and IPC; the
others join it. Containers carry labels by which a restarted agent knows its own. For a pod of one
container an engine is asked five things: to make and start each of the two, and for the address.

Source: Docker Engine API 1.41; ``k8s.io/cri-api`` runtime/v1 (v0.36) for what is promised.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import final

from kubeobj.clock import Clock, LiveClock
from kubeobj.runtimes.configs import ContainerConfig, ImageAuth, Resources, SandboxConfig
from kubeobj.runtimes.cri import ExecResult, Notify, Session, Unsubscribe
from kubeobj.runtimes.docker.containers import Containers
from kubeobj.runtimes.docker.engine import Engine
from kubeobj.runtimes.docker.enginefaults import EngineFault
from kubeobj.runtimes.docker.engines import unsupported
from kubeobj.runtimes.docker.execution import Execution
from kubeobj.runtimes.docker.images import Images
from kubeobj.runtimes.docker.ownership import Protection, owner_of
from kubeobj.runtimes.docker.sandboxes import Sandboxes
from kubeobj.runtimes.docker.watching import Watching
from kubeobj.runtimes.errors import RuntimeFault, RuntimeUnavailable
from kubeobj.runtimes.states import (
    Container,
    FilesystemUsage,
    Image,
    RuntimeStatus,
    RuntimeVersion,
    Sandbox,
    Usage,
)


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Turn what an engine refuses into a fault that others know; *what* is what was to be done."""
    try:
        yield
    except EngineFault as fault:
        raise RuntimeFault(f"failed to {what}: {fault.message}") from None


@final
class DockerRuntime:
    """A `kubeobj.runtimes.cri.ContainerRuntime` on an engine.

    Args:
        directory: Where it keeps who it is; private to the user, and made if it is not there.
        url: Where the engine is, as `kubeobj.runtimes.docker.engines.find_engine` says it.
        network: The engine's network for pods; empty for the one that it has anyway.
        clock: Where the time comes from.

    Raises:
        RuntimeUnavailable: If the engine is not reached through a socket of this machine.
    """

    def __init__(
        self, directory: Path, url: str, *, network: str = "", clock: Clock | None = None
    ) -> None:
        problem = unsupported(url)
        if problem:
            raise RuntimeUnavailable(problem)
        clock = LiveClock() if clock is None else clock
        owner = owner_of(directory)
        protection = Protection(directory, url)
        self._engine = Engine(url)
        self._images = Images(self._engine)
        self._watching = Watching(self._engine, owner, clock.now())
        self._containers = Containers(
            self._engine, owner, directory, self._images, self._watching, protection, clock
        )
        self._sandboxes = Sandboxes(
            self._engine, owner, self._images, self._containers, protection, clock, network
        )
        self._execution = Execution(self._engine)

    # ------------------------------------------------------------ what it is

    def version(self) -> RuntimeVersion:
        """Return what it is: ``docker`` or ``podman``."""
        with _told("look at the engine"):
            return self._engine.version()

    def status(self) -> RuntimeStatus:
        """Return whether the engine answers; it raises nothing."""
        try:
            self._engine.ping()
        except RuntimeFault as fault:
            return RuntimeStatus(
                ready=False, network_ready=False, reason=fault.reason, message=fault.message
            )
        except EngineFault as fault:
            return RuntimeStatus(
                ready=False, network_ready=False, reason="RuntimeError", message=fault.message
            )
        return RuntimeStatus()

    # ------------------------------------------------------------ sandboxes

    def run_sandbox(self, config: SandboxConfig) -> Sandbox:
        """Make a sandbox, and start it."""
        return self._sandboxes.run(config)

    def stop_sandbox(self, sandbox_id: str) -> None:
        """End everything in a sandbox at once, and give up its network."""
        with _told("stop sandbox"):
            self._sandboxes.stop(sandbox_id)

    def remove_sandbox(self, sandbox_id: str) -> None:
        """Remove a sandbox, with all of its containers."""
        with _told("remove sandbox"):
            self._sandboxes.remove(sandbox_id)

    def sandboxes(self) -> tuple[Sandbox, ...]:
        """Return the sandboxes of this node, oldest first."""
        with _told("list sandboxes"):
            return self._sandboxes.all()

    # ------------------------------------------------------------ containers

    def create_container(self, sandbox: Sandbox, config: ContainerConfig) -> str:
        """Make a container, and return its id."""
        return self._containers.create(sandbox.id, self._sandboxes.record(sandbox.id), config)

    def start_container(self, container_id: str) -> None:
        """Start a container."""
        self._containers.start(container_id)

    def stop_container(self, container_id: str, grace_seconds: float) -> None:
        """Ask a container to end, and end it by force once its time of grace is over."""
        self._containers.stop(container_id, grace_seconds)

    def remove_container(self, container_id: str) -> None:
        """Remove a container; if it still runs, it is ended first."""
        self._containers.remove(container_id)

    def containers(self, sandbox_id: str = "") -> tuple[Container, ...]:
        """Return the containers of this node, or of a sandbox, oldest first."""
        with _told("list containers"):
            return self._containers.all(sandbox_id)

    def container(self, container_id: str) -> Container:
        """Return a container as it is now."""
        return self._containers.one(container_id)

    def update_resources(self, container_id: str, resources: Resources) -> None:
        """Let a container have more or less than it was made with."""
        self._containers.update(container_id, resources)

    def reopen_log(self, container_id: str) -> None:
        """Go on in a new log file, because the old one has been moved away."""
        with _told("reopen the log"):
            self._containers.reopen_log(container_id)

    def usage(self) -> Mapping[str, Usage]:
        """Return what each running container uses, by id."""
        with _told("look at what containers use"):
            return self._containers.usage()

    # ------------------------------------------------------------ inside of them

    def exec_sync(
        self, container_id: str, command: tuple[str, ...], timeout: float | None = None
    ) -> ExecResult:
        """Run a command in a container, and return what it has left."""
        return self._execution.exec_sync(container_id, command, timeout)

    def exec(
        self, container_id: str, command: tuple[str, ...], *, stdin: bool = False, tty: bool = False
    ) -> Session:
        """Run a command in a container, with its streams."""
        return self._execution.exec(container_id, command, stdin=stdin, tty=tty)

    def attach(self, container_id: str, *, stdin: bool = False) -> Session:
        """Return the streams of a container that runs."""
        return self._execution.attach(container_id, stdin=stdin)

    def port_forward(self, sandbox_id: str, port: int) -> socket.socket:
        """Return a connection to a port in a pod."""
        return self._sandboxes.connect(sandbox_id, port)

    # ------------------------------------------------------------ images

    def images(self) -> tuple[Image, ...]:
        """Return the images that the node has."""
        with _told("list images"):
            return self._images.all()

    def image(self, name: str) -> Image | None:
        """Return the image that a name stands for; None if it is not here."""
        return self._images.named(name)

    def pull_image(self, name: str, auth: tuple[ImageAuth, ...] = ()) -> Image:
        """Fetch an image."""
        return self._images.pull(name, auth)

    def remove_image(self, image_id: str) -> None:
        """Remove an image that no container uses."""
        with _told("remove image"):
            self._images.remove(image_id)

    def filesystem(self) -> FilesystemUsage:
        """Return how full it is where images and containers are kept."""
        with _told("look at the filesystem of images"):
            return self._images.filesystem()

    # ------------------------------------------------------------ what happens

    def subscribe(self, notify: Notify) -> Unsubscribe:
        """Tell of what happens from now on."""
        return self._watching.subscribe(notify)

    def close(self) -> None:
        """Let go of everything that this object holds; containers go on."""
        self._watching.close()
        self._engine.close()
