"""The containers of pods in an engine: made, started, ended, removed, and looked at.

What an engine says of a container in full is asked for once while it runs and once when it has
ended; after that a list is enough.
"""

import json
import math
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.runtimes.configs import ContainerConfig, Resources
from kubeobj.runtimes.docker.controlgroups import can_weigh, usage_in, usage_of, written_bytes
from kubeobj.runtimes.docker.creation import (
    Habits,
    container_request,
    limits_of,
    podman_update_request,
)
from kubeobj.runtimes.docker.engine import Engine
from kubeobj.runtimes.docker.enginefaults import EngineFault
from kubeobj.runtimes.docker.images import Images
from kubeobj.runtimes.docker.observations import (
    container_of,
    start_fault,
    state_of,
    unstarted_container,
)
from kubeobj.runtimes.docker.ownership import Protection
from kubeobj.runtimes.docker.records import (
    CONTAINER,
    KIND,
    OWNER,
    SANDBOX_ID,
    ContainerRecord,
    SandboxRecord,
    engine_name,
)
from kubeobj.runtimes.docker.sharing import Shared
from kubeobj.runtimes.docker.watching import Watching
from kubeobj.runtimes.errors import CreateFault, NoSuchContainer, RuntimeFault, StartFault
from kubeobj.runtimes.states import Container, ContainerState, Usage

STOP_SECONDS: Final = 60.0
"""How long an engine may take to end a container beyond its time of grace, in seconds."""

DISK_SECONDS: Final = 10.0
"""How old a count of what a container has written may be, in seconds."""

_REOPEN: Final = b"2 0 0\n"


@final
@dataclass(frozen=True, slots=True)
class _Seen:
    """A container, as the engine has described it in full."""

    container: Container
    pid: int
    written: str


@final
class Containers:
    """The containers of one owner.

    Args:
        engine: The engine.
        owner: Whose they are.
        directory: Where what the engine forgets is kept.
        images: The engine's images.
        watching: Who writes their logs.
        protection: Whether containers may be ended late.
        clock: Where the time comes from.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts that it works with
        self,
        engine: Engine,
        owner: str,
        directory: Path,
        images: Images,
        watching: Watching,
        protection: Protection,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._owner = owner
        self._failures = directory / "failures"
        self._images = images
        self._watching = watching
        self._protection = protection
        self._clock = clock
        self._can_weigh: bool | None = None
        self._lock = threading.Lock()
        self._records: dict[str, ContainerRecord] = {}
        self._seen: dict[str, _Seen] = {}
        self._disk: dict[str, tuple[float, int]] = {}
        self._all = Shared(self.listed)

    # ------------------------------------------------------------ to make and start

    def create(self, sandbox_id: str, sandbox: SandboxRecord, config: ContainerConfig) -> str:
        """Make a container, and return its id."""
        shown = self._images.shown(config.image_id or config.image)
        at = self._clock.now()
        record = ContainerRecord.of(config, sandbox_id, sandbox, shown, at)
        logging = self._watching.logging(record)
        labels = record.written(self._owner)
        habits = Habits(self._engine.is_podman, self._protection.allowed, self._weighs())
        body = container_request(config, sandbox_id, sandbox, logging, labels, habits)
        name = engine_name(
            config.name,
            record.pod.name,
            record.pod.namespace,
            unique=f"{sandbox_id}/{config.name}/{config.attempt}",
        )
        container_id = self._created(name, body)
        with self._lock:
            self._records[container_id] = record
        return container_id

    def _weighs(self) -> bool:
        if self._can_weigh is None:
            self._can_weigh = can_weigh(self._engine)
        return self._can_weigh

    def _created(self, name: str, body: Wire) -> str:
        try:
            try:
                found = self._engine.post("/containers/create", {"name": name}, body)
            except EngineFault as fault:
                if not is_taken(fault) or not self._cleared(name):
                    raise
                found = self._engine.post("/containers/create", {"name": name}, body)
        except EngineFault as fault:
            lowered = fault.message.lower()
            if "no such container" in lowered or "no container with" in lowered:
                raise NoSuchContainer(f"the pod's sandbox is gone: {fault.message}") from None
            raise CreateFault(f"failed to create container: {fault.message}") from None
        return str(found["Id"])

    def _cleared(self, name: str) -> bool:
        """Remove what has a name but never ran: an answer was lost. Return whether it is gone."""
        found = self._engine.get(f"/containers/{name}/json")
        if state_of(str(found["State"]["Status"])) is not ContainerState.CREATED:
            return False
        self._engine.delete(f"/containers/{name}", {"force": "1", "v": "1"})
        return True

    def start(self, container_id: str) -> None:
        """Start a container."""
        record = self.record(container_id)
        try:
            self._engine.post(f"/containers/{container_id}/start")
        except EngineFault as fault:
            if _is_gone(fault, container_id):
                raise self.absent(container_id) from None
            problem = start_fault(fault.message)
            self._remember_failure(container_id, problem)
            raise problem from None
        self._watching.follow(container_id, record)

    def _remember_failure(self, container_id: str, fault: StartFault) -> None:
        """Keep why a container has not started: to the engine, it may seem to wait still."""
        self._failures.mkdir(mode=0o700, exist_ok=True)
        known = {"at": self._clock.now(), "code": fault.exit_code, "message": fault.message}
        path = self._failures / container_id
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(known), encoding="utf-8")
        draft.replace(path)

    def _failure(self, container_id: str, record: ContainerRecord) -> Container | None:
        try:
            known: Wire = json.loads((self._failures / container_id).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        fault = StartFault(known["message"], exit_code=known["code"])
        return unstarted_container(container_id, record, known["at"], fault)

    # ------------------------------------------------------------ to end and remove

    def stop(self, container_id: str, grace_seconds: float) -> None:
        """Ask a container to end, and end it by force once its time of grace is over."""
        try:
            self.record(container_id)
        except NoSuchContainer:
            return  # or somebody else's
        if grace_seconds <= 0:
            self.kill(container_id)
            return
        grace = math.ceil(grace_seconds)
        path = f"/containers/{container_id}/stop"
        try:
            self._engine.post(path, {"t": str(grace)}, timeout=grace + STOP_SECONDS)
        except EngineFault as fault:
            if not _has_ended(fault):
                raise RuntimeFault(f"failed to stop container: {fault.message}") from None

    def kill(self, container_id: str) -> None:
        """End a container at once, and wait until it has ended."""
        try:
            self._engine.post(f"/containers/{container_id}/kill", {"signal": "KILL"})
            self._engine.post(f"/containers/{container_id}/wait", {"condition": "not-running"})
        except EngineFault as fault:
            if not _has_ended(fault):
                raise RuntimeFault(f"failed to kill container: {fault.message}") from None

    def remove(self, container_id: str) -> None:
        """Remove a container; its log stays, and is whole."""
        try:
            record = self.record(container_id)
        except NoSuchContainer:
            return
        if self._state(container_id) is not ContainerState.CREATED:
            self.kill(container_id)
            self._watching.finish(container_id, record)
        self.delete(container_id)
        with self._lock:
            self._records.pop(container_id, None)
            self._seen.pop(container_id, None)
            self._disk.pop(container_id, None)
        (self._failures / container_id).unlink(missing_ok=True)

    def delete(self, container_id: str) -> None:
        """Have the engine remove a container, whatever it does."""
        try:
            self._engine.delete(f"/containers/{container_id}", {"force": "1", "v": "1"})
        except EngineFault as fault:
            if not fault.is_absent and "removal" not in fault.message.lower():
                raise RuntimeFault(f"failed to remove container: {fault.message}") from None

    def _state(self, container_id: str) -> ContainerState:
        seen = self._seen.get(container_id)
        if seen is not None and seen.container.state is ContainerState.EXITED:
            return ContainerState.EXITED
        try:
            return self.one(container_id).state
        except NoSuchContainer:
            return ContainerState.CREATED

    # ------------------------------------------------------------ to look at them

    def listed(self, sandbox_id: str = "", *, running: bool = False) -> list[Wire]:
        """Return what the engine lists: the holders of sandboxes as well."""
        labels = [f"{OWNER}={self._owner}"]
        if sandbox_id:
            labels.append(f"{SANDBOX_ID}={sandbox_id}")
        query = {"filters": json.dumps({"label": labels})}
        if not running:
            query["all"] = "1"
        return self._engine.get_list("/containers/json", query)

    def all(self, sandbox_id: str = "") -> tuple[Container, ...]:
        """Return the containers that there are, or those of a sandbox, oldest first."""
        found: list[Container] = []
        for one in self._all.get():
            labels = one["Labels"]
            if labels.get(KIND) != CONTAINER:
                continue
            if sandbox_id and labels.get(SANDBOX_ID) != sandbox_id:
                continue
            try:
                found.append(self._found(str(one["Id"]), state_of(str(one["State"]))))
            except NoSuchContainer:
                continue  # it went while we looked
        found.sort(key=lambda one: (one.created_at, one.id))
        return tuple(found)

    def _found(self, container_id: str, state: ContainerState) -> Container:
        seen = self._seen.get(container_id)
        if seen is not None and seen.container.state is state:
            return seen.container
        return self.one(container_id)

    def one(self, container_id: str) -> Container:
        """Return a container as it is now."""
        return self._look(container_id).container

    def _look(self, container_id: str) -> _Seen:
        found = self._inspected(container_id)
        record = self._read(container_id, found)
        container = container_of(container_id, record, found["State"])
        if container.started_at == 0 and container.state is not ContainerState.RUNNING:
            container = self._failure(container_id, record) or container
        elif container.state is ContainerState.EXITED:
            # Who hears of an end reads the last words, and reads no more.
            self._watching.catch_up(container_id, record)
        written = ((found.get("GraphDriver") or {}).get("Data") or {}).get("UpperDir") or ""
        seen = _Seen(container, int(found["State"].get("Pid") or 0), str(written))
        # One that waits may have been started, in vain, right after it was looked at.
        if container.state in (ContainerState.RUNNING, ContainerState.EXITED):
            with self._lock:
                self._seen[container_id] = seen
        return seen

    def record(self, container_id: str) -> ContainerRecord:
        """Return what is known of a container.

        Raises:
            NoSuchContainer: If there is none, or it is not ours.
        """
        record = self._records.get(container_id)
        return record or self._read(container_id, self._inspected(container_id))

    def _read(self, container_id: str, found: Wire) -> ContainerRecord:
        labels = found["Config"].get("Labels") or {}
        if labels.get(OWNER) != self._owner or labels.get(KIND) != CONTAINER:
            raise self.absent(container_id)
        record = self._records.get(container_id)
        if record is None:
            record = ContainerRecord.read(labels)
            with self._lock:
                self._records[container_id] = record
        return record

    def _inspected(self, container_id: str) -> Wire:
        try:
            return self._engine.get(f"/containers/{container_id}/json")
        except EngineFault as fault:
            if fault.is_absent:
                raise self.absent(container_id) from None
            raise RuntimeFault(f"failed to look at container: {fault.message}") from None

    def absent(self, container_id: str) -> NoSuchContainer:
        """Return the error for what is not there."""
        self._seen.pop(container_id, None)
        return NoSuchContainer(f'there is no container "{container_id}"')

    # ------------------------------------------------------------ while they run

    def update(self, container_id: str, resources: Resources) -> None:
        """Let a container have more or less than it was made with."""
        self.record(container_id)
        try:
            if self._engine.is_podman:
                path = f"/libpod/containers/{container_id}/update"
                body = podman_update_request(resources, weighs=self._weighs())
                self._engine.post(path, body=body)
            else:
                self._engine.post(f"/containers/{container_id}/update", body=limits_of(resources))
        except EngineFault as fault:
            raise RuntimeFault(f"failed to update container: {fault.message}") from None

    def reopen_log(self, container_id: str) -> None:
        """Go on in a new log file, because the old one has been moved away."""
        record = self.record(container_id)
        if not record.log_path:
            return
        if not self._engine.is_podman:
            self._watching.reopen(container_id)
            return
        # What holds the container for Podman takes orders through a pipe beside its files.
        found = self._inspected(container_id)
        if not found["State"]["Running"]:
            return
        detail = self._engine.get(f"/libpod/containers/{container_id}/json")
        control = Path(str(detail["StaticDir"])) / "ctl"
        try:
            pipe = os.open(control, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            reason = error.strerror or str(error)
            raise RuntimeFault(f"failed to reopen the log: {control}: {reason}") from None
        try:
            os.write(pipe, _REOPEN)
        finally:
            os.close(pipe)

    def usage(self) -> Mapping[str, Usage]:
        """Return what each running container uses, by id."""
        found: dict[str, Usage] = {}
        for one in self.listed(running=True):
            container_id = str(one["Id"])
            if one["Labels"].get(KIND) != CONTAINER:
                continue
            if state_of(str(one["State"])) is not ContainerState.RUNNING:
                continue
            try:
                found[container_id] = self._usage(container_id)
            except (NoSuchContainer, EngineFault):
                continue  # it has ended meanwhile
        return found

    def _usage(self, container_id: str) -> Usage:
        at = self._clock.now()
        seen = self._seen.get(container_id)
        if seen is None or seen.container.state is not ContainerState.RUNNING:
            seen = self._look(container_id)
        found = usage_of(seen.pid, container_id, at)
        if found is None:
            query = {"stream": "0", "one-shot": "1"}
            found = usage_in(self._engine.get(f"/containers/{container_id}/stats", query), at)
        written = self._written(container_id, seen.written, at)
        return Usage(
            found.at,
            found.cpu_nanoseconds,
            found.memory_bytes,
            found.rss_bytes,
            written,
            found.processes,
        )

    def _written(self, container_id: str, directory: str, at: float) -> int:
        counted = self._disk.get(container_id)
        if counted is not None and at - counted[0] < DISK_SECONDS:
            return counted[1]
        found = written_bytes(Path(directory)) if directory else 0
        self._disk[container_id] = (at, found)
        return found


def is_taken(fault: EngineFault) -> bool:
    """Return whether an engine has refused a name because it is taken."""
    return "already in use" in fault.message.lower()


def _is_gone(fault: EngineFault, container_id: str) -> bool:
    return fault.status == 404 and container_id in fault.message and "No such" in fault.message


def _has_ended(fault: EngineFault) -> bool:
    """Return whether an engine has refused to end what does not run, or is not there."""
    lowered = fault.message.lower()
    quiet = ("not running", "can only kill running", "can only stop", "is not in running state")
    return fault.status == 304 or fault.is_absent or any(words in lowered for words in quiet)
