"""A `kubeobj.runtimes.cri.ContainerRuntime` whose containers are processes of this machine."""

import os
import secrets
import shutil
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final, final

from kubeobj import __version__
from kubeobj.clock import Clock, LiveClock
from kubeobj.documents import Wire
from kubeobj.runtimes.configs import ContainerConfig, ImageAuth, Resources, SandboxConfig
from kubeobj.runtimes.cri import ExecResult, Notify, Unsubscribe
from kubeobj.runtimes.errors import (
    CreateFault,
    ImageFault,
    NoSuchContainer,
    RuntimeUnavailable,
    SandboxFault,
    StartFault,
)
from kubeobj.runtimes.process import processtree
from kubeobj.runtimes.process.accounting import Running, usage_of
from kubeobj.runtimes.process.cgroups import Cgroups
from kubeobj.runtimes.process.commands import Commands
from kubeobj.runtimes.process.hostimages import HostImages, MappedImage
from kubeobj.runtimes.process.launching import (
    LATE_VARIABLES,
    Place,
    Surrounds,
    inherited_environment,
    limits_of,
    plan_of,
    write_resolv,
)
from kubeobj.runtimes.process.loopbackaddresses import LoopbackAddresses
from kubeobj.runtimes.process.plan import NO_NAMESPACES
from kubeobj.runtimes.process.records import WORK, ContainerRecord, Records, SandboxRecord
from kubeobj.runtimes.process.registry import Registry
from kubeobj.runtimes.process.sessions import FdSession
from kubeobj.runtimes.process.supervised import START_ERROR, START_SECONDS
from kubeobj.runtimes.process.syscalls import IS_LINUX
from kubeobj.runtimes.process.warden import token_mark
from kubeobj.runtimes.process.wardenlink import WardenLink, WardenLost
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

IMAGES: Final = "images"
"""Where unpacked images are, in the directory of the runtime."""

_TRIES: Final = 5
_CONNECT_SECONDS: Final = 10.0
_LINUX_ONLY: Final = (
    "processes as containers need Linux: use a container engine (--runtime docker or podman)"
)


@final
@dataclass(frozen=True, slots=True)
class ProcessOptions:
    """How processes are run.

    Args:
        pod_range: The range of loopback from which pods get their addresses.
        host_address: The address of the node, as its pods see it.
        images: What the names of images stand for; the first that fits counts.
        allow_unmapped_images: Whether other names stand for the machine itself.
        environment: What containers have in their environment before what their pod says; None
            for where things are: ``PATH``, ``HOME``, the language.
        use_namespaces: Whether mounts are made in namespaces where that can be; else as links.
        keep_user: Whether a user that cannot be taken is passed over; else it is an error.
    """

    pod_range: str = "127.77.0.0/17"
    host_address: str = "127.0.0.1"
    images: tuple[MappedImage, ...] = ()
    allow_unmapped_images: bool = True
    environment: Mapping[str, str] | None = field(default=None, repr=False)
    use_namespaces: bool = True
    keep_user: bool = False


@final
class ProcessRuntime:
    """Runs containers as processes, without root and without an engine.

    Args:
        directory: Where it keeps what it knows; only one may use it at a time.
        options: How they are run.
        clock: Where the time comes from; the warden has that of the machine.

    Raises:
        ValueError: If an option cannot be used.
    """

    def __init__(
        self, directory: Path, options: ProcessOptions | None = None, *, clock: Clock | None = None
    ) -> None:
        self.late_variables: Mapping[str, str] = LATE_VARIABLES
        """What stands in what it is asked for where it alone knows what a variable says."""
        self._options = options or ProcessOptions()
        self._clock = clock or LiveClock()
        self._directory = directory.absolute()
        self._records = Records(self._directory)
        self._registry = Registry(self._records, self._clock)
        self._addresses = LoopbackAddresses(self._options.pod_range)
        for record in self._registry.sandboxes():
            if record.sandbox.state is SandboxState.READY:
                for address in record.sandbox.addresses:
                    self._addresses.keep(address)
        self._images = HostImages(
            self._directory / IMAGES,
            self._options.images,
            allow_unmapped=self._options.allow_unmapped_images,
        )
        self._link = WardenLink(self._directory, self._joined, self._told)
        self._commands = Commands(self._link)
        self._namespaces = NO_NAMESPACES
        self._cgroups = Cgroups("", (), {})

    # ------------------------------------------------------------ the warden

    def _joined(self, hello: Wire) -> None:
        self._namespaces = hello["namespaces"] if self._options.use_namespaces else NO_NAMESPACES
        unified, controllers, single = hello["cgroups"]
        self._cgroups = Cgroups(unified, tuple(controllers), single)
        self._commands.lost()
        self._registry.compare(hello["running"])

    def _told(self, event: Wire) -> None:
        match event["event"]:
            case "started":
                self._registry.started(event["container"])
            case "ended":
                self._registry.started(event["container"])
                self._registry.ended(event["container"], event)
                self._commands.ended(event["container"], event["exitCode"])
            case "done":
                self._commands.done(event["command"], event["code"])
            case _:
                return

    def _reach(self) -> None:
        """Make sure of the warden: what is told from then on is as it is.

        Raises:
            RuntimeUnavailable: If there is none.
        """
        if not IS_LINUX:
            raise RuntimeUnavailable(_LINUX_ONLY)
        self._link.connect()

    def _ask(self, message: Wire, *, seconds: float = 0.0) -> Wire:
        """Ask the warden for what it may be asked for twice."""
        for _ in range(_TRIES):
            with suppress(WardenLost):
                return self._link.ask(message, seconds=seconds)[0]
        raise RuntimeUnavailable("the warden of the processes ends again and again: see its log")

    def version(self) -> RuntimeVersion:
        """Return what it is."""
        return RuntimeVersion("process", __version__)

    def status(self) -> RuntimeStatus:
        """Return whether it can do its work."""
        strict = os.geteuid() == 0  # else processes are in the groups of who runs them
        try:
            self._reach()
        except RuntimeUnavailable as error:
            return RuntimeStatus(
                ready=False,
                network_ready=False,
                reason=error.reason,
                message=error.message,
                strict_groups=strict,
            )
        return RuntimeStatus(strict_groups=strict)

    # ------------------------------------------------------------ sandboxes

    def run_sandbox(self, config: SandboxConfig) -> Sandbox:
        """Make a sandbox: a directory, and an address."""
        self._reach()
        if config.sysctls:
            raise SandboxFault(
                f"pod {config.pod.name} asks for sysctls, which processes share with the whole "
                "machine: leave them out, or use a container engine"
            )
        sandbox_id = secrets.token_hex(16)
        addresses = () if config.host_network else (self._addresses.take(),)
        sandbox = Sandbox(
            sandbox_id,
            config.pod,
            SandboxState.READY,
            self._clock.now(),
            addresses,
            dict(config.labels),
            dict(config.annotations),
        )
        record = SandboxRecord(
            sandbox,
            self._registry.next_serial(),
            str(config.log_directory),
            config.hostname,
            str(config.hosts_file or ""),
            has_dns=config.dns is not None,
            boot=processtree.boot_id(),
        )
        try:
            self._make_sandbox(record, config)
        except OSError as error:
            self._give_back(sandbox)
            self._registry.remove_sandbox(sandbox_id)
            raise SandboxFault(f"sandbox of pod {config.pod.name}: {_why(error)}") from error
        return sandbox

    def _make_sandbox(self, record: SandboxRecord, config: SandboxConfig) -> None:
        path = self._records.sandbox_directory(record.sandbox.id)
        work = path / WORK
        work.mkdir(parents=True)
        path.chmod(0o700)
        # Whoever a container runs as may write there; nobody else gets that far.
        work.chmod(0o1777)
        if config.dns is not None:
            write_resolv(path, config.dns)
        self._registry.add_sandbox(record)

    def stop_sandbox(self, sandbox_id: str) -> None:
        """End everything in a sandbox at once, and give up its address."""
        self._reach()
        record = self._registry.stop_sandbox(sandbox_id)
        if record is None:
            return
        for container in self._registry.containers(sandbox_id):
            self._stop(container.id, 0)
        if record.sandbox.state is SandboxState.READY:
            self._give_back(record.sandbox)

    def _give_back(self, sandbox: Sandbox) -> None:
        for address in sandbox.addresses:
            self._addresses.give_back(address)

    def remove_sandbox(self, sandbox_id: str) -> None:
        """Remove a sandbox, with all of its containers."""
        self.stop_sandbox(sandbox_id)
        for container in self._registry.containers(sandbox_id):
            self.remove_container(container.id)
        self._registry.remove_sandbox(sandbox_id)

    def sandboxes(self) -> tuple[Sandbox, ...]:
        """Return all sandboxes, oldest first."""
        self._reach()
        return tuple(one.sandbox for one in self._registry.sandboxes())

    # ------------------------------------------------------------ containers

    def create_container(self, sandbox: Sandbox, config: ContainerConfig) -> str:
        """Make a container: a directory, and a plan."""
        self._reach()
        record = self._registry.check_ready(sandbox.id)
        container_id = secrets.token_hex(16)
        path = self._records.container_directory(container_id)
        try:
            path.mkdir(mode=0o700)
            made = self._made(record, config, path)
            self._registry.add_container(made)
        except ImageFault as error:
            self._registry.remove_container(container_id)
            raise CreateFault(error.message) from error
        except OSError as error:
            self._registry.remove_container(container_id)
            raise CreateFault(f"container {config.name}: {_why(error)}") from error
        except BaseException:
            self._registry.remove_container(container_id)
            raise
        return container_id

    def _made(self, record: SandboxRecord, config: ContainerConfig, path: Path) -> ContainerRecord:
        base = self._images.base(config.image, config.image_id)
        token = f"{token_mark(self._directory)}{secrets.token_hex(16)}"
        place = Place(path, self._records.sandbox_directory(record.sandbox.id), token)
        environment = self._options.environment
        around = Surrounds(
            self._namespaces,
            self._options.host_address,
            inherited_environment() if environment is None else environment,
            keeps_user=self._options.keep_user,
        )
        plan = plan_of(record, config, base, place, around)
        image = self._images.image(config.image)
        return ContainerRecord(
            path.name,
            record.sandbox.id,
            record.sandbox.pod.uid,
            self._registry.next_serial(),
            config.name,
            config.attempt,
            config.image,
            config.image_id or (image.id if image else ""),
            self._clock.now(),
            plan.log_path,
            dict(config.labels),
            dict(config.annotations),
            plan,
        )

    def start_container(self, container_id: str) -> None:
        """Start a container."""
        self._reach()
        record = self._registry.record(container_id)
        for _ in range(_TRIES):
            known = self._registry.container(container_id)
            if known.state is ContainerState.RUNNING:
                return
            if known.state is not ContainerState.CREATED:
                raise StartFault(known.message or f"container {record.name} has ended already")
            self._check_startable(record)
            message: Wire = {
                "do": "start",
                "container": container_id,
                "plan": record.plan.to_wire(),
            }
            with suppress(WardenLost):
                answer, _ = self._link.ask(message, seconds=START_SECONDS)
                self._started(record, answer)
                return
        raise RuntimeUnavailable("the warden of the processes ends again and again: see its log")

    def _check_startable(self, record: ContainerRecord) -> None:
        sandbox = self._registry.sandbox(record.sandbox_id).sandbox
        if sandbox.state is not SandboxState.READY:
            raise StartFault(f"container {record.name}: its sandbox is stopped")

    def _started(self, record: ContainerRecord, answer: Wire) -> None:
        if "error" in answer:
            end = {
                "exitCode": answer["code"],
                "reason": START_ERROR,
                "message": answer["error"],
                "finishedAt": self._clock.now(),
            }
            self._records.end(record.id, end)
            self._registry.ended(record.id, end)
            raise StartFault(
                f"container {record.name}: {answer['error']}", exit_code=answer["code"]
            )
        self._registry.started(record.id)
        try:
            self._check_startable(record)
        except (StartFault, NoSuchContainer):
            # It was stopped meanwhile, by somebody who has not seen this one.
            self._stop(record.id, 0)
            raise

    def stop_container(self, container_id: str, grace_seconds: float) -> None:
        """Ask a container to end, and end it by force once its time of grace is over."""
        self._reach()
        self._stop(container_id, grace_seconds)

    def _stop(self, container_id: str, grace_seconds: float) -> None:
        if self._registry.state(container_id) is ContainerState.RUNNING:
            message: Wire = {"do": "stop", "container": container_id, "grace": grace_seconds}
            self._ask(message, seconds=grace_seconds)

    def remove_container(self, container_id: str) -> None:
        """Remove a container; if it still runs, it is ended first. Its log stays."""
        self._reach()
        if self._registry.state(container_id) is not None:
            self._ask({"do": "forget", "container": container_id})
            self._registry.remove_container(container_id)

    def containers(self, sandbox_id: str = "") -> tuple[Container, ...]:
        """Return all containers, or those of a sandbox, oldest first."""
        self._reach()
        return tuple(self._registry.containers(sandbox_id))

    def container(self, container_id: str) -> Container:
        """Return a container as it is now."""
        self._reach()
        return self._registry.container(container_id)

    def update_resources(self, container_id: str, resources: Resources) -> None:
        """Let a container use more or less, as far as control groups can tell it."""
        self._reach()
        record = self._registry.record(container_id)
        limits = limits_of(resources)
        self._registry.change_container(replace(record, plan=replace(record.plan, limits=limits)))
        self._ask({"do": "update", "container": container_id, "limits": asdict(limits)})

    def reopen_log(self, container_id: str) -> None:
        """Go on in a new log file."""
        self._reach()
        self._registry.record(container_id)
        self._ask({"do": "reopen", "container": container_id})

    # ------------------------------------------------------------ commands and ports

    def exec_sync(
        self, container_id: str, command: tuple[str, ...], timeout: float | None = None
    ) -> ExecResult:
        """Run a command in a container, and return what it has left."""
        record = self._running(container_id)
        return self._commands.run_to_end(container_id, record.plan, command, timeout)

    def exec(
        self, container_id: str, command: tuple[str, ...], *, stdin: bool = False, tty: bool = False
    ) -> FdSession:
        """Run a command in a container, with its streams."""
        record = self._running(container_id)
        return self._commands.run(container_id, record.plan, command, stdin=stdin, tty=tty)

    def attach(self, container_id: str, *, stdin: bool = False) -> FdSession:
        """Return the streams of a container that runs."""
        record = self._running(container_id)
        directory = self._records.container_directory(container_id)
        return self._commands.attach(container_id, directory, record.plan, stdin=stdin)

    def _running(self, container_id: str) -> ContainerRecord:
        self._reach()
        record = self._registry.record(container_id)
        if self._registry.state(container_id) is not ContainerState.RUNNING:
            raise NoSuchContainer(f"container {record.name} does not run")
        return record

    def port_forward(self, sandbox_id: str, port: int) -> socket.socket:
        """Return a connection to a port in a pod: at its address, or at loopback's own."""
        self._reach()
        sandbox = self._registry.sandbox(sandbox_id).sandbox
        for address in (*sandbox.addresses, "127.0.0.1"):
            connection = socket.socket()
            connection.settimeout(_CONNECT_SECONDS)
            try:
                connection.connect((address, port))
            except OSError:
                connection.close()
                continue
            connection.settimeout(None)
            return connection
        raise ConnectionRefusedError(f"nothing in pod {sandbox.pod.name} listens at port {port}")

    # ------------------------------------------------------------ usage and images

    def usage(self) -> Mapping[str, Usage]:
        """Return what each running container uses, by id."""
        self._reach()
        running = {
            key: Running(run["pid"], run["token"], self._records.container_directory(key))
            for key, (_, run) in self._registry.running().items()
        }
        return usage_of(running, self._cgroups, self._clock.now())

    def images(self) -> tuple[Image, ...]:
        """Return what names of images stand for here."""
        return self._images.images()

    def image(self, name: str) -> Image | None:
        """Return what the name of an image stands for; None if it is not here."""
        return self._images.image(name)

    def pull_image(self, name: str, auth: tuple[ImageAuth, ...] = ()) -> Image:
        """Have an image: unpack it, if it is mapped to a file; nothing is fetched from afar."""
        del auth  # there is nobody to tell it to
        return self._images.pull(name)

    def remove_image(self, image_id: str) -> None:
        """Remove an unpacked image that no container uses."""
        used = {self._registry.record(one.id).image_id for one in self._registry.containers()}
        if image_id not in used:
            self._images.remove(image_id)

    def filesystem(self) -> FilesystemUsage:
        """Return how full it is where the runtime keeps its files."""
        usage = shutil.disk_usage(self._directory)
        return FilesystemUsage(self._directory, usage.total, usage.free, self._images.size_bytes())

    def subscribe(self, notify: Notify) -> Unsubscribe:
        """Tell of what happens from now on."""
        return self._registry.subscribe(notify)

    def close(self) -> None:
        """Let go of the warden, which goes on as long as something runs."""
        self._link.close()


def _why(error: OSError) -> str:
    text = (error.strerror or str(error)).lower()
    return f"{error.filename}: {text}" if error.filename else text
