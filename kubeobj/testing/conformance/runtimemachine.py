"""Whatever is asked of a `ContainerRuntime`, in whatever order: it knows what there is.

::

    class MyMachine(RuntimeMachine):
        def make_case(self) -> RuntimeCase:
            return MyCase()


    TestMyMachine = MyMachine.TestCase
    TestMyMachine.settings = settings(max_examples=10, stateful_step_count=20, deadline=None)
"""

from abc import abstractmethod
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kubeobj.runtimes.errors import NoSuchContainer
from kubeobj.runtimes.states import ContainerState, Sandbox, SandboxState
from kubeobj.testing.conformance.runtimecase import RuntimeBox, RuntimeCase, refused

CREATED = frozenset({ContainerState.CREATED})
RUNNING = frozenset({ContainerState.RUNNING})
EXITED = frozenset({ContainerState.EXITED})

choices = st.integers(0, 1000)
"""Which of those that there are."""


@dataclass
class Expected:
    """What is known of a container: in which sandbox, how it ends, in which states it may be."""

    sandbox_id: str
    exits: int | None
    states: frozenset[ContainerState] = CREATED


@dataclass
class World:
    """What there is, in the order in which it was made, and what is gone."""

    sandboxes: dict[str, Sandbox] = field(default_factory=dict)
    stopped: dict[str, bool] = field(default_factory=dict)
    containers: dict[str, Expected] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    count: int = 0


class RuntimeMachine(RuleBasedStateMachine):
    """A runtime against what was asked of it; inherit it, and define `make_case`."""

    @abstractmethod
    def make_case(self) -> RuntimeCase:
        """Return how the runtime is made."""

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()

    @initialize()
    def begin(self) -> None:
        """Have a runtime with nothing in it."""
        directory = Path(self._open.enter_context(TemporaryDirectory()))
        self.box = self._open.enter_context(RuntimeBox.opened(self.make_case(), directory))
        self.world = World()

    def teardown(self) -> None:
        """Remove all of it."""
        self._open.close()

    # ------------------------------------------------------------ what is asked

    @precondition(lambda self: len(self.world.sandboxes) < 4)
    @rule()
    def run_sandbox(self) -> None:
        """Make a sandbox."""
        self.world.count += 1
        sandbox = self.box.sandbox(f"pod-{self.world.count}")
        self.world.sandboxes[sandbox.id] = sandbox
        self.world.stopped[sandbox.id] = False

    @precondition(lambda self: self._ready() and len(self.world.containers) < 8)
    @rule(which=choices, exits=st.sampled_from((None, None, 0, 3)))
    def create(self, which: int, exits: int | None) -> None:
        """Make a container in a sandbox that is ready."""
        sandbox = self.world.sandboxes[_pick(self._ready(), which)]
        self.world.count += 1
        config = self.box.config(f"c-{self.world.count}", exits=exits)
        container_id = self.box.create(sandbox, config)
        assert container_id not in (*self.world.containers, *self.world.gone)
        self.world.containers[container_id] = Expected(sandbox.id, exits)

    @precondition(lambda self: self._startable())
    @rule(which=choices)
    def start(self, which: int) -> None:
        """Start what has not run yet."""
        container_id = _pick(self._startable(), which)
        self.box.runtime.start_container(container_id)
        expected = self.world.containers[container_id]
        expected.states = RUNNING if expected.exits is None else RUNNING | EXITED

    @precondition(lambda self: self.world.containers)
    @rule(which=choices)
    def stop(self, which: int) -> None:
        """Stop what runs, or has ended."""
        container_id = _pick(list(self.world.containers), which)
        expected = self.world.containers[container_id]
        if not CREATED & expected.states:
            self.box.runtime.stop_container(container_id, 1)
            expected.states = EXITED

    @precondition(lambda self: self.world.containers)
    @rule(which=choices)
    def remove(self, which: int) -> None:
        """Remove a container."""
        container_id = _pick(list(self.world.containers), which)
        self.box.runtime.remove_container(container_id)
        del self.world.containers[container_id]
        self.world.gone.append(container_id)

    @precondition(lambda self: self.world.sandboxes)
    @rule(which=choices)
    def stop_sandbox(self, which: int) -> None:
        """Stop a sandbox with all that runs in it."""
        sandbox_id = _pick(list(self.world.sandboxes), which)
        self.box.runtime.stop_sandbox(sandbox_id)
        self.world.stopped[sandbox_id] = True
        for expected in self.world.containers.values():
            if expected.sandbox_id == sandbox_id:
                ran = not CREATED & expected.states
                # What never ran may be said to wait still, or to have ended.
                expected.states = EXITED if ran else CREATED | EXITED

    @precondition(lambda self: self.world.sandboxes)
    @rule(which=choices)
    def remove_sandbox(self, which: int) -> None:
        """Remove a sandbox with all that is in it."""
        sandbox_id = _pick(list(self.world.sandboxes), which)
        self.box.runtime.remove_sandbox(sandbox_id)
        del self.world.sandboxes[sandbox_id]
        lost = [key for key, one in self.world.containers.items() if one.sandbox_id == sandbox_id]
        for container_id in lost:
            del self.world.containers[container_id]
        self.world.gone.extend(lost)

    @rule()
    def restart(self) -> None:
        """Let go of the runtime, and have another object for it."""
        self.box.reopen()

    @precondition(lambda self: self.world.gone)
    @rule(which=choices)
    def ask_for_what_is_gone(self, which: int) -> None:
        """It is not there any more."""
        with refused(NoSuchContainer):
            self.box.runtime.container(_pick(self.world.gone, which))

    # ------------------------------------------------------------ what holds

    @invariant()
    def sandboxes_are_known(self) -> None:
        """Those that there are, each as it is."""
        found = {one.id: one for one in self.box.runtime.sandboxes()}
        assert list(found) == list(self.world.sandboxes)
        for sandbox_id, made in self.world.sandboxes.items():
            one = found[sandbox_id]
            assert (one.pod, one.labels, one.created_at) == (made.pod, made.labels, made.created_at)
            stopped = self.world.stopped[sandbox_id]
            assert one.state is (SandboxState.NOT_READY if stopped else SandboxState.READY)
        alive = [one.addresses for one in found.values() if not self.world.stopped[one.id]]
        assert len({*alive}) == len(alive)

    @invariant()
    def containers_are_known(self) -> None:
        """Those that there are, each in a state that it may be in."""
        found = {one.id: one for one in self.box.runtime.containers()}
        assert list(found) == list(self.world.containers)
        for container_id, expected in self.world.containers.items():
            one = found[container_id]
            assert one.sandbox_id == expected.sandbox_id
            assert one.state in expected.states
            if one.state is ContainerState.EXITED and expected.states > RUNNING:
                assert one.exit_code == expected.exits
                expected.states = EXITED

    # ------------------------------------------------------------ which there are

    def _ready(self) -> list[str]:
        return [
            key
            for key, stopped in self.world.stopped.items()
            if not stopped and key in self.world.sandboxes
        ]

    def _startable(self) -> list[str]:
        return [
            key
            for key, one in self.world.containers.items()
            if one.states == CREATED and not self.world.stopped[one.sandbox_id]
        ]


def _pick(names: list[str], which: int) -> str:
    return names[which % len(names)]
