"""What a process runtime has made, in files: it is found again after a restart."""

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.runtimes.configs import PodIdentity
from kubeobj.runtimes.process.plan import Plan
from kubeobj.runtimes.process.supervised import EXIT_FILE, RUN_FILE, START_ERROR
from kubeobj.runtimes.process.warden import CONTAINERS
from kubeobj.runtimes.states import Container, ContainerState, Sandbox, SandboxState

SANDBOXES: Final = "sandboxes"
"""Where the directories of the sandboxes are."""

WORK: Final = "work"
"""The directory of a sandbox in which its containers start."""

_SANDBOX_FILE: Final = "sandbox.json"
_CONTAINER_FILE: Final = "container.json"


@final
@dataclass(frozen=True, slots=True)
class SandboxRecord:
    """A sandbox that was made.

    Args:
        sandbox: It, as it is told.
        serial: How many were made before.
        log_directory: Where the logs of its containers go.
        hostname: What its containers take for the name of their machine.
        hosts_file: What they see as ``/etc/hosts``; empty for that of the machine.
        has_dns: Whether it has a ``resolv.conf`` of its own.
        boot: In which start of the machine it was made; empty where that was not written down.
    """

    sandbox: Sandbox
    serial: int
    log_directory: str
    hostname: str
    hosts_file: str = ""
    has_dns: bool = False
    boot: str = ""

    def to_wire(self) -> Wire:
        """Return it as JSON."""
        return asdict(self)

    @classmethod
    def from_wire(cls, wire: Wire) -> "SandboxRecord":
        """Return what `to_wire` has made JSON of."""
        told = dict(wire["sandbox"])
        told["pod"] = PodIdentity(**told["pod"])
        told["state"] = SandboxState(told["state"])
        told["addresses"] = tuple(told["addresses"])
        return cls(**{**wire, "sandbox": Sandbox(**told)})


@final
@dataclass(frozen=True, slots=True)
class ContainerRecord:
    """A container that was made.

    Args:
        id: Its id.
        sandbox_id: Its sandbox.
        pod_uid: The pod of that.
        serial: How many were made before.
        name: Its name.
        attempt: How often it had run before.
        image: Its image.
        image_id: Which that is.
        created_at: When it was made.
        log_path: Its log.
        labels: Its labels.
        annotations: Its annotations.
        plan: What is run.
    """

    id: str
    sandbox_id: str
    pod_uid: str
    serial: int
    name: str
    attempt: int
    image: str
    image_id: str
    created_at: float
    log_path: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    plan: Plan = field(repr=False)

    def to_wire(self) -> Wire:
        """Return it as JSON."""
        return {**asdict(self), "plan": self.plan.to_wire()}

    @classmethod
    def from_wire(cls, wire: Wire) -> "ContainerRecord":
        """Return what `to_wire` has made JSON of."""
        return cls(**{**wire, "plan": Plan.from_wire(wire["plan"])})

    def told(self, run: Wire | None, end: Wire | None) -> Container:
        """Return it as it is told.

        Args:
            run: What is written down of its start.
            end: What is written down of its end.
        """
        state = ContainerState.CREATED
        has_run = run is not None and (end is None or end["reason"] != START_ERROR)
        if end is not None:
            state = ContainerState.EXITED
        elif run is not None:
            state = ContainerState.RUNNING
        return Container(
            self.id,
            self.sandbox_id,
            self.name,
            self.attempt,
            state,
            self.image,
            self.image_id,
            self.created_at,
            run["startedAt"] if run is not None and has_run else 0.0,
            end["finishedAt"] if end else 0.0,
            end["exitCode"] if end else 0,
            end["reason"] if end else "",
            end.get("message", "") if end else "",
            Path(self.log_path),
            self.labels,
            self.annotations,
        )


@final
class Records:
    """The files in which it is written down.

    Args:
        directory: The directory of the runtime; made if it is not there, for its user alone.
    """

    def __init__(self, directory: Path) -> None:
        self._sandboxes = directory / SANDBOXES
        self._containers = directory / CONTAINERS
        for path in (directory, self._sandboxes, self._containers):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def sandboxes(self) -> list[SandboxRecord]:
        """Return all sandboxes, oldest first."""
        found = (self._read(path / _SANDBOX_FILE) for path in self._sandboxes.iterdir())
        records = [SandboxRecord.from_wire(one) for one in found if one is not None]
        return sorted(records, key=lambda one: one.serial)

    def containers(self) -> list[ContainerRecord]:
        """Return all containers, oldest first."""
        found = (self._read(path / _CONTAINER_FILE) for path in self._containers.iterdir())
        records = [ContainerRecord.from_wire(one) for one in found if one is not None]
        return sorted(records, key=lambda one: one.serial)

    def life(self, container_id: str) -> tuple[Wire | None, Wire | None]:
        """Return what is written down of the start and of the end of a container."""
        path = self._containers / container_id
        return self._read(path / RUN_FILE), self._read(path / EXIT_FILE)

    def sandbox_directory(self, sandbox_id: str) -> Path:
        """Return where the files of a sandbox are."""
        return self._sandboxes / sandbox_id

    def container_directory(self, container_id: str) -> Path:
        """Return where the files of a container are."""
        return self._containers / container_id

    def keep_sandbox(self, record: SandboxRecord) -> None:
        """Write a sandbox down.

        Raises:
            OSError: If that does not work.
        """
        path = self.sandbox_directory(record.sandbox.id)
        path.mkdir(mode=0o700, exist_ok=True)
        self._write(path / _SANDBOX_FILE, record.to_wire())

    def keep_container(self, record: ContainerRecord) -> None:
        """Write a container down, in its directory, which is there.

        Raises:
            OSError: If that does not work.
        """
        path = self.container_directory(record.id)
        self._write(path / _CONTAINER_FILE, record.to_wire())

    def forget_sandbox(self, sandbox_id: str) -> None:
        """Remove the files of a sandbox."""
        _remove(self.sandbox_directory(sandbox_id), _SANDBOX_FILE)

    def forget_container(self, container_id: str) -> None:
        """Remove the files of a container."""
        _remove(self.container_directory(container_id), _CONTAINER_FILE)

    def sweep(self) -> None:
        """Remove what a maker has left that did not come to its end."""
        for directory, name in (
            (self._sandboxes, _SANDBOX_FILE),
            (self._containers, _CONTAINER_FILE),
        ):
            for path in directory.iterdir():
                if not (path / name).is_file():
                    _remove(path, name)

    def end(self, container_id: str, end: Wire) -> None:
        """Write down how a container has ended, if its warden cannot."""
        with suppress(OSError):  # whoever removes it may have done so
            self._write(self.container_directory(container_id) / EXIT_FILE, end)

    def _read(self, path: Path) -> Wire | None:
        try:
            found: Wire = json.loads(path.read_text())
        except (OSError, ValueError):
            return None
        return found

    def _write(self, path: Path, content: Wire) -> None:
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(content))
        fresh.replace(path)


def _remove(path: Path, first: str) -> None:
    # What says that it is there goes first, so that it is never there in part.
    with suppress(OSError):
        (path / first).unlink()
    # An overlay leaves a directory that not even its owner may look into.
    for one in path.glob("changes/work/*"):
        with suppress(OSError):
            one.chmod(0o700)
    shutil.rmtree(path, ignore_errors=True)
