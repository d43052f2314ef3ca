"""What holds a pod together in an engine: a container that does nothing, with the pod's network."""

import errno
import json
import socket
import threading
import time
from typing import Final, final

from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.errors import KubeobjError
from kubeobj.runtimes.configs import SandboxConfig
from kubeobj.runtimes.docker.containers import Containers, is_taken
from kubeobj.runtimes.docker.creation import sandbox_request
from kubeobj.runtimes.docker.engine import Engine
from kubeobj.runtimes.docker.enginefaults import EngineFault
from kubeobj.runtimes.docker.images import Images
from kubeobj.runtimes.docker.observations import (
    addresses_of,
    made_sandbox,
    sandbox_of,
    state_of,
)
from kubeobj.runtimes.docker.ownership import Protection
from kubeobj.runtimes.docker.pauseimage import PAUSE_IMAGE
from kubeobj.runtimes.docker.processes import connect_inside
from kubeobj.runtimes.docker.records import (
    KIND,
    OWNER,
    SANDBOX,
    SandboxRecord,
    engine_name,
)
from kubeobj.runtimes.docker.sharing import Shared
from kubeobj.runtimes.errors import ImageFault, NoSuchContainer, RuntimeFault, SandboxFault
from kubeobj.runtimes.states import ContainerState, Sandbox

CONNECT_SECONDS: Final = 10.0
"""How long it may take to reach a port of a pod, in seconds."""


class _NotStarted(KubeobjError):
    """What holds a sandbox has been made, but not started, and is gone again."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


_TRIES: Final = 100
_PAUSE_SECONDS: Final = 0.05


@final
class Sandboxes:
    """The sandboxes of one owner.

    Args:
        engine: The engine.
        owner: Whose they are.
        images: The engine's images.
        containers: What is in the sandboxes.
        protection: Whether sandboxes may be ended late.
        clock: Where the time comes from.
        network: The engine's network for pods; empty for the one that it has anyway.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts that it works with
        self,
        engine: Engine,
        owner: str,
        images: Images,
        containers: Containers,
        protection: Protection,
        clock: Clock,
        network: str,
    ) -> None:
        self._engine = engine
        self._owner = owner
        self._images = images
        self._containers = containers
        self._protection = protection
        self._clock = clock
        self._network = network or "bridge"
        self._lock = threading.Lock()
        self._pause = PAUSE_IMAGE
        self._records: dict[str, SandboxRecord] = {}
        self._all = Shared(self._listed)

    # ------------------------------------------------------------ to make one

    def run(self, config: SandboxConfig) -> Sandbox:
        """Make a sandbox, and start it."""
        record = SandboxRecord.of(config, self._clock.now())
        try:
            with self._protection.finding_out():
                sandbox_id = self._tried(config, record)
            addresses = () if config.host_network else self._addresses(sandbox_id)
        except (EngineFault, ImageFault, _NotStarted) as fault:
            raise _fault(config, fault.message) from None
        with self._lock:
            self._records[sandbox_id] = record
        return made_sandbox(sandbox_id, record, addresses)

    def _tried(self, config: SandboxConfig, record: SandboxRecord) -> str:
        """Start a sandbox with protection, if the machine allows that, or else without."""
        is_protected = self._protection.allowed
        try:
            sandbox_id = self._started(config, record, protected=is_protected)
        except _NotStarted:
            if not is_protected:
                raise
            sandbox_id = self._started(config, record, protected=False)
            self._protection.refuse()
        self._protection.settle()
        return sandbox_id

    def _started(self, config: SandboxConfig, record: SandboxRecord, *, protected: bool) -> str:
        sandbox_id = self._created(config, record, protected=protected)
        try:
            self._engine.post(f"/containers/{sandbox_id}/start")
        except EngineFault as fault:
            self._containers.delete(sandbox_id)
            raise _NotStarted(fault.message) from None
        return sandbox_id

    def _created(self, config: SandboxConfig, record: SandboxRecord, *, protected: bool) -> str:
        labels = record.written(self._owner)
        pod = config.pod
        unique = f"{self._owner}/{pod.uid}/{pod.attempt}"
        name = engine_name("pod", pod.name, pod.namespace, unique=unique)

        def create() -> str:
            body = sandbox_request(config, self._pause, self._network, labels, protected=protected)
            return str(self._engine.post("/containers/create", {"name": name}, body)["Id"])

        try:
            return create()
        except EngineFault as fault:
            if is_taken(fault):
                self._clear(name)
            elif "no such image" in fault.message.lower():
                self._make_pause()
            else:
                raise
        return create()

    def _make_pause(self) -> None:
        with self._lock:
            self._pause = self._images.make_pause()

    def _clear(self, name: str) -> None:
        """Remove what has the name of a new sandbox: an answer was lost. Nothing may be in it."""
        found = self._engine.get(f"/containers/{name}/json")
        sandbox_id = str(found["Id"])
        if not self._containers.listed(sandbox_id):
            self._containers.delete(sandbox_id)

    def _addresses(self, sandbox_id: str) -> tuple[str, ...]:
        found = self._engine.get(f"/containers/{sandbox_id}/json")
        return addresses_of(found["NetworkSettings"]["Networks"] or {})

    # ------------------------------------------------------------ to end one

    def stop(self, sandbox_id: str) -> None:
        """End everything in a sandbox at once, and give up its network."""
        for one in self._containers.listed(sandbox_id):
            if state_of(str(one["State"])) is ContainerState.RUNNING:
                self._containers.kill(str(one["Id"]))
        if self._is_ours(sandbox_id):
            self._containers.kill(sandbox_id)

    def remove(self, sandbox_id: str) -> None:
        """Remove a sandbox, with all of its containers."""
        for tries in range(_TRIES):
            try:
                # The newest first: one that was made to look at another one depends on that.
                found = self._containers.listed(sandbox_id)
                for one in sorted(found, key=lambda one: -int(one["Created"])):
                    self._containers.remove(str(one["Id"]))
                if self._is_ours(sandbox_id):
                    self._containers.delete(sandbox_id)
                break
            except RuntimeFault as fault:
                # Somebody else removes it, too, and Podman has not yet let go of what was in it.
                if "dependent containers" not in fault.message or tries == _TRIES - 1:
                    raise
                time.sleep(_PAUSE_SECONDS)
        with self._lock:
            self._records.pop(sandbox_id, None)

    def _is_ours(self, sandbox_id: str) -> bool:
        try:
            self.record(sandbox_id)
        except NoSuchContainer:
            return False
        return True

    # ------------------------------------------------------------ to look at them

    def all(self) -> tuple[Sandbox, ...]:
        """Return the sandboxes that there are, oldest first."""
        return self._all.get()

    def _listed(self) -> tuple[Sandbox, ...]:
        labels = [f"{OWNER}={self._owner}", f"{KIND}={SANDBOX}"]
        query = {"all": "1", "filters": json.dumps({"label": labels})}
        found = [sandbox_of(one) for one in self._engine.get_list("/containers/json", query)]
        found.sort(key=lambda one: (one.created_at, one.id))
        return tuple(found)

    def record(self, sandbox_id: str) -> SandboxRecord:
        """Return what is known of a sandbox.

        Raises:
            NoSuchContainer: If there is none, or it is not ours.
        """
        record = self._records.get(sandbox_id)
        if record is None:
            labels = self._inspected(sandbox_id)["Config"].get("Labels") or {}
            if labels.get(OWNER) != self._owner or labels.get(KIND) != SANDBOX:
                raise _absent(sandbox_id)
            record = SandboxRecord.read(labels)
            with self._lock:
                self._records[sandbox_id] = record
        return record

    def _inspected(self, sandbox_id: str) -> Wire:
        try:
            return self._engine.get(f"/containers/{sandbox_id}/json")
        except EngineFault as fault:
            if fault.is_absent:
                raise _absent(sandbox_id) from None
            raise RuntimeFault(f"failed to look at sandbox: {fault.message}") from None

    # ------------------------------------------------------------ to reach what is in it

    def connect(self, sandbox_id: str, port: int) -> socket.socket:
        """Return a connection to a port in a pod: on its loopback, or else at its address."""
        self.record(sandbox_id)
        found = self._inspected(sandbox_id)
        if not found["State"]["Running"]:
            raise NoSuchContainer(f'the sandbox "{sandbox_id}" does not run any more')
        try:
            connection = connect_inside(int(found["State"]["Pid"]), port, CONNECT_SECONDS)
        except ConnectionRefusedError:
            raise
        except OSError:
            connection = _connected(addresses_of(found["NetworkSettings"]["Networks"] or {}), port)
        connection.settimeout(None)
        return connection


def _connected(addresses: tuple[str, ...], port: int) -> socket.socket:
    for address in addresses or ("127.0.0.1",):
        try:
            return socket.create_connection((address, port), CONNECT_SECONDS)
        except ConnectionRefusedError:
            raise
        except OSError:
            continue
    raise ConnectionRefusedError(
        errno.ECONNREFUSED,
        f"port {port} of the pod cannot be reached from here; run as root, or reach it through a "
        "Service",
    )


def _absent(sandbox_id: str) -> NoSuchContainer:
    return NoSuchContainer(f'there is no sandbox "{sandbox_id}"')


def _fault(config: SandboxConfig, problem: str) -> SandboxFault:
    """Say why a sandbox cannot be made, and what to do about it."""
    lowered = problem.lower()
    hint = ""
    if "already allocated" in lowered or "address already in use" in lowered:
        ports = ", ".join(str(port.host_port) for port in config.ports)
        hint = f"; something else listens at a port that the pod wants ({ports}): end it, or take "
        hint += "another hostPort"
    elif "no space left" in lowered:
        hint = "; make room on the disk"
    return SandboxFault(f"failed to create sandbox for pod: {problem}{hint}")
