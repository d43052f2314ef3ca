"""What a process runtime knows of its sandboxes and containers, and who is told of changes."""

import itertools
import logging
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final, final

from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.runtimes.cri import Happened, Notify, RuntimeEvent, Unsubscribe
from kubeobj.runtimes.errors import CreateFault, NoSuchContainer
from kubeobj.runtimes.process.processtree import boot_id
from kubeobj.runtimes.process.records import ContainerRecord, Records, SandboxRecord
from kubeobj.runtimes.process.supervised import unknown_end
from kubeobj.runtimes.states import Container, ContainerState, SandboxState

_log: Final = logging.getLogger(__name__)


@final
class Registry:
    """It, in memory as in files; from any thread.

    Args:
        records: The files.
        clock: Where the time comes from.
    """

    def __init__(self, records: Records, clock: Clock) -> None:
        self._records = records
        self._clock = clock
        self._lock = threading.RLock()
        self._subscribers: dict[int, Notify] = {}
        self._numbers = itertools.count()
        self._runs: dict[str, Wire] = {}
        self._known: dict[str, Container] = {}
        records.sweep()
        self._containers = {one.id: one for one in records.containers()}
        for record in self._containers.values():
            self._learn(record.id, *records.life(record.id))
        self._sandboxes = {one.sandbox.id: one for one in self._found_sandboxes()}
        serials = [one.serial for one in self._sandboxes.values()]
        serials += [one.serial for one in self._containers.values()]
        self._serials = itertools.count(max(serials, default=0) + 1)

    def _found_sandboxes(self) -> Iterator[SandboxRecord]:
        """Yield what is written down; what another start of the machine had is stopped."""
        boot = boot_id()
        living = {
            self._containers[container_id].sandbox_id
            for container_id, run in self._runs.items()
            if run["boot"] == boot
        }
        for record in self._records.sandboxes():
            # Without a word of its own, what has run in it tells; nothing is lost if nothing has.
            if record.boot == boot or (not record.boot and record.sandbox.id in living):
                yield record
            else:
                gone = replace(record.sandbox, state=SandboxState.NOT_READY)
                yield replace(record, sandbox=gone)

    # ------------------------------------------------------------ what there is

    def sandboxes(self) -> list[SandboxRecord]:
        """Return all sandboxes, oldest first."""
        with self._lock:
            return sorted(self._sandboxes.values(), key=lambda one: one.serial)

    def sandbox(self, sandbox_id: str) -> SandboxRecord:
        """Return a sandbox.

        Raises:
            NoSuchContainer: If there is none.
        """
        with self._lock:
            record = self._sandboxes.get(sandbox_id)
        if record is None:
            raise NoSuchContainer(f"there is no sandbox {sandbox_id}")
        return record

    def containers(self, sandbox_id: str = "") -> list[Container]:
        """Return all containers, or those of a sandbox, oldest first."""
        with self._lock:
            records = sorted(self._containers.values(), key=lambda one: one.serial)
            return [self._known[one.id] for one in records if sandbox_id in ("", one.sandbox_id)]

    def container(self, container_id: str) -> Container:
        """Return a container as it is told.

        Raises:
            NoSuchContainer: If there is none.
        """
        self.record(container_id)
        return self._known[container_id]

    def record(self, container_id: str) -> ContainerRecord:
        """Return a container as it was made.

        Raises:
            NoSuchContainer: If there is none.
        """
        with self._lock:
            record = self._containers.get(container_id)
        if record is None:
            raise NoSuchContainer(f"there is no container {container_id}")
        return record

    def state(self, container_id: str) -> ContainerState | None:
        """Return the state of a container; None if there is none."""
        with self._lock:
            known = self._known.get(container_id)
        return None if known is None else known.state

    def running(self) -> dict[str, tuple[ContainerRecord, Wire]]:
        """Return the containers that run, and what is written down of their start."""
        with self._lock:
            return {
                key: (self._containers[key], self._runs[key])
                for key, known in self._known.items()
                if known.state is ContainerState.RUNNING
            }

    def next_serial(self) -> int:
        """Return a number larger than those of all that there is."""
        with self._lock:
            return next(self._serials)

    # ------------------------------------------------------------ what changes

    def add_sandbox(self, record: SandboxRecord) -> None:
        """Have a sandbox from now on.

        Raises:
            OSError: If it cannot be written down.
        """
        self._records.keep_sandbox(record)
        with self._lock:
            self._sandboxes[record.sandbox.id] = record
        self._notify(Happened.STARTED, record.sandbox.pod.uid)

    def stop_sandbox(self, sandbox_id: str) -> SandboxRecord | None:
        """Have a sandbox in which nothing can be started; return it as it was."""
        with self._lock:
            record = self._sandboxes.get(sandbox_id)
            if record is None or record.sandbox.state is SandboxState.NOT_READY:
                return record
            stopped = replace(record.sandbox, state=SandboxState.NOT_READY)
            self._sandboxes[sandbox_id] = replace(record, sandbox=stopped)
            self._records.keep_sandbox(self._sandboxes[sandbox_id])
        self._notify(Happened.STOPPED, record.sandbox.pod.uid)
        return record

    def remove_sandbox(self, sandbox_id: str) -> None:
        """Have a sandbox no more."""
        with self._lock:
            record = self._sandboxes.pop(sandbox_id, None)
            self._records.forget_sandbox(sandbox_id)
        if record is not None:
            self._notify(Happened.REMOVED, record.sandbox.pod.uid)

    def add_container(self, record: ContainerRecord) -> None:
        """Have a container from now on.

        Raises:
            NoSuchContainer: If its sandbox has gone.
            CreateFault: If its sandbox is stopped.
            OSError: If it cannot be written down.
        """
        with self._lock:
            self.check_ready(record.sandbox_id)
            self._records.keep_container(record)
            self._containers[record.id] = record
            self._learn(record.id, None, None)
        self._tell(Happened.CREATED, record)

    def check_ready(self, sandbox_id: str) -> SandboxRecord:
        """Return a sandbox in which containers can be made.

        Raises:
            NoSuchContainer: If it has gone.
            CreateFault: If it is stopped.
        """
        record = self.sandbox(sandbox_id)
        if record.sandbox.state is not SandboxState.READY:
            raise CreateFault(f"sandbox {sandbox_id} is stopped")
        return record

    def change_container(self, record: ContainerRecord) -> None:
        """Have a container otherwise.

        Raises:
            OSError: If it cannot be written down.
        """
        with self._lock:
            if record.id in self._containers:
                self._records.keep_container(record)
                self._containers[record.id] = record

    def remove_container(self, container_id: str) -> None:
        """Have a container no more."""
        with self._lock:
            record = self._containers.pop(container_id, None)
            self._known.pop(container_id, None)
            self._runs.pop(container_id, None)
            self._records.forget_container(container_id)
        if record is not None:
            self._tell(Happened.REMOVED, record)

    def started(self, container_id: str) -> None:
        """A container runs; told once."""
        with self._lock:
            record = self._containers.get(container_id)
            if record is None or self._known[container_id].state is not ContainerState.CREATED:
                return
            run, _ = self._records.life(container_id)
            if run is None:
                return
            self._learn(container_id, run, None)
        self._tell(Happened.STARTED, record)

    def ended(self, container_id: str, end: Wire) -> None:
        """A container has ended; told once."""
        with self._lock:
            record = self._containers.get(container_id)
            if record is None or self._known[container_id].state is ContainerState.EXITED:
                return
            run = self._runs.get(container_id) or self._records.life(container_id)[0]
            self._learn(container_id, run, end)
        self._tell(Happened.STOPPED, record)

    def compare(self, alive: Iterable[str]) -> None:
        """Learn what has happened while no warden told of it.

        Args:
            alive: What the warden has.
        """
        living = {*alive}
        with self._lock:
            ids = [*self._containers]
        for container_id in ids:
            run, end = self._records.life(container_id)
            if run is None and end is None:
                continue
            if end is None and container_id not in living:
                end = {**unknown_end(), "finishedAt": self._clock.now()}
                self._records.end(container_id, end)
            self.started(container_id)
            if end is not None:
                self.ended(container_id, end)

    def _learn(self, container_id: str, run: Wire | None, end: Wire | None) -> None:
        if run is not None:
            self._runs[container_id] = run
        self._known[container_id] = self._containers[container_id].told(run, end)

    # ------------------------------------------------------------ who is told

    def subscribe(self, notify: Notify) -> Unsubscribe:
        """Tell somebody of what happens from now on."""
        with self._lock:
            number = next(self._numbers)
            self._subscribers[number] = notify

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers.pop(number, None)

        return unsubscribe

    def _tell(self, what: Happened, record: ContainerRecord) -> None:
        self._notify(what, record.pod_uid, record.id)

    def _notify(self, what: Happened, pod_uid: str, container_id: str = "") -> None:
        event = RuntimeEvent(what, pod_uid, container_id)
        with self._lock:
            subscribers = [*self._subscribers.values()]
        for notify in subscribers:
            try:
                notify(event)
            except Exception:
                # Whoever hears badly must not keep others from hearing.
                _log.exception("a subscriber to the events of processes has failed")
