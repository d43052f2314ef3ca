"""A container runtime that only plays that it runs something, on any clock.

Containers behave as `Behaviours` say. Calls that take their time sleep, in whatever way they are
given, so the same agent runs on it as on a real one. It works in steps: it tells of what has ended
by itself when it is stepped, or asked anything.
"""

import socket
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from math import inf
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeAlias, final

from kubeobj.clock import Clock
from kubeobj.runtimes.behaviour import Behaviours
from kubeobj.runtimes.configs import ContainerConfig, ImageAuth, Resources, SandboxConfig
from kubeobj.runtimes.cri import ExecResult, Notify, Session, Unsubscribe
from kubeobj.runtimes.errors import CreateFault, ImageFault, NoSuchContainer, RuntimeUnavailable
from kubeobj.runtimes.imagenames import checked_image_name
from kubeobj.runtimes.simulatedhost import Run, SimulatedHost
from kubeobj.runtimes.states import (
    Container,
    ContainerState,
    FilesystemUsage,
    Image,
    RuntimeStatus,
    RuntimeVersion,
    Sandbox,
    SandboxState,
    Usage,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

Sleep: TypeAlias = Callable[[float], object]
"""Waits so many seconds of the clock."""

_IMAGE_BYTES: Final = 50_000_000
_DISK_BYTES: Final = 100 * 1024**3
_MEMORY_BYTES: Final = 16 * 1024**2


@final
class SimulatedRuntime:
    """A runtime; several may look after one host, one after the other.

    Args:
        clock: Tells the time.
        behaviours: How containers behave.
        sleep: Waits, for what takes its time.
        host: The machine; None for a new one.
    """

    def __init__(
        self,
        clock: Clock,
        behaviours: Behaviours | None = None,
        *,
        sleep: Sleep,
        host: SimulatedHost | None = None,
    ) -> None:
        self.host: SimulatedHost = SimulatedHost() if host is None else host
        self._clock = clock
        self._behaviours = Behaviours() if behaviours is None else behaviours
        self._sleep = sleep
        self._listeners: dict[int, Notify] = {}
        self._numbers = 0
        # Held while the host is looked at or changed, and never while somebody sleeps.
        self._lock = Lock()

    # ------------------------------------------------------------ steps

    @property
    def deadline(self) -> float | None:
        """When the next container ends by itself, in seconds since 1970."""
        at = self.host.next_end
        return None if at == inf else at

    def step(self) -> bool:
        """Tell of what has ended by now; return whether anything has."""
        with self._lock:
            busy = self.host.go_on(self._clock.now())
        return self._tell() or busy

    def is_ready(self, container_id: str) -> bool:
        """Return whether a container would say that it is ready, if it was asked."""
        with self._lock:
            run = self.host.runs.get(container_id)
            if run is None or run.container.state is not ContainerState.RUNNING:
                return False
            seconds = run.behaviour.ready_seconds
            if seconds is None:
                return False
            return self._clock.now() >= run.container.started_at + seconds

    # ------------------------------------------------------------ what it is

    def version(self) -> RuntimeVersion:
        """Return what it is."""
        return RuntimeVersion("simulated", "1.0")

    def status(self) -> RuntimeStatus:
        """Return whether it answers."""
        if self.host.is_reachable:
            return RuntimeStatus()
        return RuntimeStatus(ready=False, reason="Unreachable", message="the runtime is away")

    # ------------------------------------------------------------ sandboxes

    def run_sandbox(self, config: SandboxConfig) -> Sandbox:
        """Make a sandbox."""
        with self._at_host() as host:
            return host.add_sandbox(config, self._clock.now())

    def stop_sandbox(self, sandbox_id: str) -> None:
        """End everything in a sandbox at once."""
        with self._at_host() as host:
            if sandbox_id in host.sandboxes:
                host.stop_sandbox(sandbox_id, self._clock.now())

    def remove_sandbox(self, sandbox_id: str) -> None:
        """Remove a sandbox, with all of its containers."""
        with self._at_host() as host:
            if sandbox_id in host.sandboxes:
                host.stop_sandbox(sandbox_id, self._clock.now())
                host.remove_sandbox(sandbox_id)

    def sandboxes(self) -> tuple[Sandbox, ...]:
        """Return the sandboxes, oldest first."""
        with self._at_host() as host:
            return tuple(host.sandboxes.values())

    # ------------------------------------------------------------ containers

    def create_container(self, sandbox: Sandbox, config: ContainerConfig) -> str:
        """Make a container, and return its id."""
        with self._at_host() as host:
            there = host.sandboxes.get(sandbox.id)
            if there is None:
                raise NoSuchContainer(f"there is no sandbox {sandbox.id}")
            if there.state is not SandboxState.READY:
                raise CreateFault(f"the sandbox {sandbox.id} does not run")
            pod = {
                "metadata": {
                    "labels": dict(there.labels),
                    "annotations": {**there.annotations, **config.annotations},
                }
            }
            behaviour = self._behaviours.of(pod, {"name": config.name, "image": config.image})
            return host.add_run(there, config, behaviour, self._clock.now()).container.id

    def start_container(self, container_id: str) -> None:
        """Start a container."""
        with self._at_host() as host:
            seconds = self._run(host, container_id).behaviour.start_seconds
        if seconds:
            self._sleep(seconds)
        with self._at_host() as host:
            run = self._run(host, container_id)
            if run.container.state is ContainerState.CREATED:
                host.begin(run, self._clock.now())

    def stop_container(self, container_id: str, grace_seconds: float) -> None:
        """Ask a container to end, and wait until it has."""
        with self._at_host() as host:
            run = host.runs.get(container_id)
            if run is None or run.container.state is not ContainerState.RUNNING:
                return
            host.ask_to_end(run, self._clock.now(), grace_seconds)
            until = run.ends_at
        self._sleep(max(until - self._clock.now(), 0.0))
        with self._at_host():
            pass  # it has ended by now, and that is told

    def remove_container(self, container_id: str) -> None:
        """Remove a container; if it still runs, it is ended first."""
        with self._at_host() as host:
            run = host.runs.get(container_id)
            if run is not None:
                if run.container.state is ContainerState.RUNNING:
                    host.end(run, self._clock.now(), 137)
                host.remove_run(run)

    def containers(self, sandbox_id: str = "") -> tuple[Container, ...]:
        """Return the containers, oldest first."""
        with self._at_host() as host:
            return tuple(
                run.container
                for run in host.runs.values()
                if not sandbox_id or run.container.sandbox_id == sandbox_id
            )

    def container(self, container_id: str) -> Container:
        """Return a container as it is now."""
        with self._at_host() as host:
            return self._run(host, container_id).container

    def update_resources(self, container_id: str, resources: Resources) -> None:
        """Let a container have more or less."""
        with self._at_host() as host:
            self._run(host, container_id).resources = resources

    # ------------------------------------------------------------ in containers

    def reopen_log(self, container_id: str) -> None:
        """Nothing is printed, so there is nothing to do."""
        with self._at_host() as host:
            self._run(host, container_id)

    def exec_sync(
        self,
        container_id: str,
        command: tuple[str, ...],
        timeout: float | None = None,
    ) -> ExecResult:
        """Play that a command has done its work: well, if the container is ready."""
        del command, timeout
        with self._at_host() as host:
            self._run(host, container_id)
        return ExecResult(0 if self.is_ready(container_id) else 1)

    def exec(
        self, container_id: str, command: tuple[str, ...], *, stdin: bool = False, tty: bool = False
    ) -> Session:
        """Nothing runs that could be talked to.

        Raises:
            RuntimeUnavailable: Always, if the container is there.
        """
        del command, stdin, tty
        return self._session(container_id)

    def attach(self, container_id: str, *, stdin: bool = False) -> Session:
        """Nothing runs that could be talked to.

        Raises:
            RuntimeUnavailable: Always, if the container is there.
        """
        del stdin
        return self._session(container_id)

    def port_forward(self, sandbox_id: str, port: int) -> socket.socket:
        """Nothing listens.

        Raises:
            ConnectionRefusedError: Always, if the sandbox is there.
        """
        with self._at_host() as host:
            if sandbox_id not in host.sandboxes:
                raise NoSuchContainer(f"there is no sandbox {sandbox_id}")
        raise ConnectionRefusedError(f"nothing listens at port {port} of a simulated pod")

    def usage(self) -> Mapping[str, Usage]:
        """Return what each running container uses: a hundredth of a core, and a little memory."""
        now = self._clock.now()
        with self._at_host() as host:
            return {
                id_: Usage(
                    now,
                    int((now - run.container.started_at) * 1e7),
                    _MEMORY_BYTES,
                    _MEMORY_BYTES,
                    processes=1,
                )
                for id_, run in host.runs.items()
                if run.container.state is ContainerState.RUNNING
            }

    # ------------------------------------------------------------ images

    def images(self) -> tuple[Image, ...]:
        """Return the images that the host has."""
        with self._at_host() as host:
            return tuple(host.images.values())

    def image(self, name: str) -> Image | None:
        """Return the image that a name stands for; None if it is not here."""
        checked = checked_image_name(name)
        with self._at_host() as host:
            return host.images.get(checked)

    def pull_image(self, name: str, auth: tuple[ImageAuth, ...] = ()) -> Image:
        """Fetch an image, as long as that takes."""
        del auth
        checked = checked_image_name(name)
        with self._at_host():
            behaviour = self._behaviours.of({"metadata": {}}, {"name": "", "image": name})
        if behaviour.pull_seconds:
            self._sleep(behaviour.pull_seconds)
        with self._at_host() as host:
            failed = host.failed_pulls.get(checked, 0)
            if failed < behaviour.pull_fails:
                host.failed_pulls[checked] = failed + 1
                raise ImageFault("it could not be had")
            image = Image(f"simulated://{checked}", (checked,), size_bytes=_IMAGE_BYTES)
            return host.images.setdefault(checked, image)

    def remove_image(self, image_id: str) -> None:
        """Remove an image."""
        with self._at_host() as host:
            for name, image in list(host.images.items()):
                if image.id == image_id:
                    del host.images[name]

    def filesystem(self) -> FilesystemUsage:
        """Return how full it is: the images are all there is."""
        with self._at_host() as host:
            used = _IMAGE_BYTES * len(host.images)
        return FilesystemUsage(Path("/"), _DISK_BYTES, max(_DISK_BYTES - used, 0), used)

    # ------------------------------------------------------------ who listens

    def subscribe(self, notify: Notify) -> Unsubscribe:
        """Tell of what happens from now on."""
        with self._lock:
            self._numbers += 1
            number = self._numbers
            self._listeners[number] = notify
        return lambda: self._listeners.pop(number, None) and None

    def close(self) -> None:
        """Tell nobody any more."""
        self._listeners.clear()

    # ------------------------------------------------------------ inside

    @contextmanager
    def _at_host(self) -> "Iterator[SimulatedHost]":
        """Be alone with the host as it is now; afterwards it is told what has happened.

        Raises:
            RuntimeUnavailable: If the host does not answer.
        """
        try:
            with self._lock:
                if not self.host.is_reachable:
                    raise RuntimeUnavailable("the simulated runtime does not answer")
                self.host.go_on(self._clock.now())
                yield self.host
        finally:
            self._tell()

    def _tell(self) -> bool:
        """Tell what has happened to those who listen."""
        with self._lock:
            if not self.host.is_reachable:
                return False
            news, self.host.news = self.host.news, []
            listeners = list(self._listeners.values())
        for event in news:
            for notify in listeners:
                notify(event)
        return bool(news)

    def _session(self, container_id: str) -> Session:
        with self._at_host() as host:
            self._run(host, container_id)
        raise RuntimeUnavailable("nothing runs in a simulated container")

    def _run(self, host: SimulatedHost, container_id: str) -> Run:
        run = host.runs.get(container_id)
        if run is None:
            raise NoSuchContainer(f"there is no container {container_id}")
        return run
