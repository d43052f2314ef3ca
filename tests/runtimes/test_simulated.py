"""A runtime that only plays that it runs something keeps the promises of all others."""

from pathlib import Path

from hypothesis import settings

from kubeobj.clock import VirtualClock
from kubeobj.runtimes.behaviour import Behaviour, BehaviourRule, Behaviours
from kubeobj.runtimes.configs import ContainerConfig
from kubeobj.runtimes.cri import ContainerRuntime
from kubeobj.runtimes.simulated import SimulatedRuntime
from kubeobj.runtimes.simulatedhost import SimulatedHost
from kubeobj.testing.conformance.runtime import RuntimeConformance
from kubeobj.testing.conformance.runtimecase import RuntimeCase
from kubeobj.testing.conformance.runtimemachine import RuntimeMachine

BEHAVIOURS = Behaviours(
    *(
        BehaviourRule(Behaviour(run_seconds=0, exit_code=code), image=f"ends-with:{code}")
        for code in range(256)
    )
)
"""Containers of some images end at once."""


class SimulatedCase(RuntimeCase):
    """How the suite has a simulated runtime: its time passes only when it is told to."""

    def make_runtime(self, directory: Path) -> ContainerRuntime:
        """Return a runtime for the host that belongs to a directory."""
        host = _HOSTS.setdefault(directory, SimulatedHost())
        runtime = SimulatedRuntime(_CLOCK, BEHAVIOURS, sleep=_CLOCK.advance, host=host)
        _NEWEST[:] = [runtime]
        return runtime

    def make_config(self, name: str = "main", *, exits: int | None = None) -> ContainerConfig:
        """Return what runs on, or ends at once."""
        image = self.image if exits is None else f"ends-with:{exits}"
        return ContainerConfig(name, 0, image, log_path=f"{name}/0.log", labels={"called": name})

    def pass_time(self, seconds: float) -> None:
        """Let time go by, and the runtime tell of it."""
        _CLOCK.advance(seconds)
        for runtime in _NEWEST:
            runtime.step()


_CLOCK = VirtualClock()
_HOSTS: dict[Path, SimulatedHost] = {}
_NEWEST: list[SimulatedRuntime] = []


class TestSimulatedRuntime(SimulatedCase, RuntimeConformance):
    """It passes the suite."""


class SimulatedMachine(RuntimeMachine):
    """And it does in any order."""

    def make_case(self) -> RuntimeCase:
        """Return how it is made."""
        return SimulatedCase()


TestSimulatedMachine = SimulatedMachine.TestCase
TestSimulatedMachine.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)
