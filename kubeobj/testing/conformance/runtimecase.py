"""What the tests of a container runtime have in common: how it is made, and what runs in it."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Final, TypeVar, final

import pytest

from kubeobj.errors import KubeobjError
from kubeobj.runtimes.configs import ContainerConfig, PodIdentity, SandboxConfig
from kubeobj.runtimes.cri import ContainerRuntime, ExecResult, RuntimeEvent
from kubeobj.runtimes.states import Container, ContainerState, Sandbox

PATIENCE: Final = 600
"""How often a test looks before it gives up on what it waits for."""

LASTING: Final = "trap 'exit 0' TERM; echo ready; while true; do sleep 600 & wait $!; done"
"""A script that runs until it is asked to end, and says when it can be."""

E = TypeVar("E", bound=Exception)


class RuntimeCase(ABC):
    """A class of tests of one kind of runtime.

    A runtime's own files are in a directory; another object that is made for the same directory is
    to know all that the first has made. Where time is virtual, `pass_time` moves it on, and
    `make_config` says what behaves as it is asked to.
    """

    image: ClassVar[str] = "busybox"
    """The name of an image that can be had, with a ``sh``."""

    @abstractmethod
    def make_runtime(self, directory: Path) -> ContainerRuntime:
        """Return the runtime whose own files are in a directory."""

    def make_config(self, name: str = "main", *, exits: int | None = None) -> ContainerConfig:
        """Return what runs until it is stopped, or ends at once with a code."""
        script = LASTING if exits is None else f"exit {exits}"
        command = ("sh", "-c", script)
        return ContainerConfig(
            name, 0, self.image, command=command, log_path=f"{name}/0.log", labels={"called": name}
        )

    def pass_time(self, seconds: float) -> None:
        """Let time go by."""
        time.sleep(seconds)

    @pytest.fixture
    def box(self, tmp_path: Path) -> Iterator["RuntimeBox"]:
        """Yield a runtime with nothing in it; whatever a test leaves there is removed."""
        with RuntimeBox.opened(self, tmp_path) as box:
            yield box


@final
class RuntimeBox:
    """A runtime that is tested, with what tests often ask of it.

    Args:
        case: How it is made.
        directory: Where it has its files.
    """

    def __init__(self, case: RuntimeCase, directory: Path) -> None:
        self.case: RuntimeCase = case
        self.directory: Path = directory
        self.runtime: ContainerRuntime = case.make_runtime(directory / "runtime")

    @classmethod
    @contextmanager
    def opened(cls, case: RuntimeCase, directory: Path) -> Iterator["RuntimeBox"]:
        """Have one for a while."""
        box = cls(case, directory)
        try:
            yield box
        finally:
            box.clear()
            box.runtime.close()

    def clear(self) -> None:
        """Remove all that there is."""
        for sandbox in self.runtime.sandboxes():
            with suppress(KubeobjError):
                self.runtime.remove_sandbox(sandbox.id)

    def reopen(self) -> None:
        """Let go of the runtime, and have another object for it: as after a restart."""
        self.runtime.close()
        self.runtime = self.case.make_runtime(self.directory / "runtime")

    # ------------------------------------------------------------ to make things

    def sandbox_config(self, name: str = "pod") -> SandboxConfig:
        """Return what is asked for a pod of that name."""
        logs = self.directory / "logs" / name
        logs.mkdir(parents=True, exist_ok=True)
        pod = PodIdentity("default", name, f"uid-of-{name}")
        return SandboxConfig(pod, name, logs, labels={"app": name}, annotations={"note": "x y"})

    def sandbox(self, name: str = "pod") -> Sandbox:
        """Make a sandbox."""
        return self.runtime.run_sandbox(self.sandbox_config(name))

    def config(self, name: str = "main", *, exits: int | None = None) -> ContainerConfig:
        """Return what is asked for a container that runs on, or ends with a code."""
        return self.case.make_config(name, exits=exits)

    def script(self, text: str, name: str = "main") -> ContainerConfig:
        """Return what is asked for a container that runs a script of the shell."""
        return replace(self.config(name), command=("sh", "-c", text))

    def create(self, sandbox: Sandbox, config: ContainerConfig) -> str:
        """Make a container of an image that is there, and return its id."""
        (self.directory / "logs" / sandbox.pod.name / config.name).mkdir(exist_ok=True)
        image = self.runtime.image(config.image) or self.runtime.pull_image(config.image)
        return self.runtime.create_container(sandbox, replace(config, image_id=image.id))

    def start(self, sandbox: Sandbox, config: ContainerConfig) -> str:
        """Make a container and start it."""
        container_id = self.create(sandbox, config)
        self.runtime.start_container(container_id)
        return container_id

    def running(self, config: ContainerConfig | None = None) -> str:
        """Start a container in a sandbox of its own, and wait until it says ``ready``."""
        container_id = self.start(self.sandbox(), config or self.config())
        self.until(lambda: b"ready" in self.printed(container_id))
        return container_id

    def run(self, config: ContainerConfig) -> Container:
        """Start a container in a sandbox of its own, and wait for its end."""
        return self.ended(self.start(self.sandbox(), config))

    # ------------------------------------------------------------ to look at them

    def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds."""
        for _ in range(PATIENCE):
            if holds():
                return
            self.case.pass_time(0.02)
        assert holds(), "what was waited for has not come"

    def state(self, container_id: str) -> ContainerState:
        """Return the state of a container."""
        return self.runtime.container(container_id).state

    def ended(self, container_id: str) -> Container:
        """Wait until a container has ended, and return it."""
        self.until(lambda: self.state(container_id) is ContainerState.EXITED)
        return self.runtime.container(container_id)

    def log(self, container_id: str) -> list[str]:
        """Return the lines of the log of a container, without their times."""
        path = self.runtime.container(container_id).log_path
        text = path.read_text() if path.is_file() else ""
        return [line.partition(" ")[2] for line in text.splitlines()]

    def printed(self, container_id: str) -> bytes:
        """Return what a container has printed, as its log has it."""
        lines = [line.split(" ", 2) for line in self.log(container_id)]
        whole = "".join(line[-1] + ("\n" if "F" in line else "") for line in lines)
        return whole.encode()

    def until_printed(self, container_id: str, what: bytes) -> None:
        """Wait until a container has printed something."""
        self.until(lambda: what in self.printed(container_id))

    def sh(self, container_id: str, script: str) -> ExecResult:
        """Run a script in a container."""
        return self.runtime.exec_sync(container_id, ("sh", "-c", script), 30)

    @contextmanager
    def listening(self) -> Iterator[list[RuntimeEvent]]:
        """Collect the events while the block runs."""
        events: list[RuntimeEvent] = []
        unsubscribe = self.runtime.subscribe(events.append)
        try:
            yield events
        finally:
            unsubscribe()


@contextmanager
def refused(kind: type[E]) -> Iterator[list[E]]:
    """Make sure that the block raises *kind*; the list has the error afterwards."""
    errors: list[E] = []
    try:
        yield errors
    except kind as error:
        errors.append(error)
    assert errors, f"nothing has raised {kind.__name__}"
