"""Processes as containers: every promise of a runtime, in any order."""

from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import precondition, rule

from kubeobj.runtimes.configs import Mount
from kubeobj.runtimes.process.processruntime import ProcessOptions
from kubeobj.testing.conformance.runtimecase import RuntimeBox, RuntimeCase
from kubeobj.testing.conformance.runtimecommands import RuntimeCommands
from kubeobj.testing.conformance.runtimemachine import EXITED, RUNNING, RuntimeMachine
from kubeobj.testing.conformance.runtimeprocesses import RuntimeProcesses
from tests.runtimes.processes import MadeOfProcesses, Processes, kill_warden, warden_of

MAY_END = RUNNING | EXITED


class TestProcessesInNamespaces(Processes):
    """Every promise, where mounts are mounts."""


class TestProcessesWithoutNamespaces(MadeOfProcesses, RuntimeProcesses, RuntimeCommands):
    """What may be otherwise where mounts are links."""

    options = ProcessOptions(use_namespaces=False)

    def test_what_is_read_only_cannot_be_written_to(self, box: RuntimeBox, tmp_path: Path) -> None:
        """But here it can: a link cannot keep a process from what its user may write to."""
        (tmp_path / "data").mkdir()
        script = 'echo a > "$KUBEOBJ_ROOT/mounted/new"'
        mount = Mount("/mounted", tmp_path / "data", read_only=True)
        assert box.run(replace(box.script(script), mounts=(mount,))).exit_code == 0
        assert (tmp_path / "data" / "new").read_text() == "a\n"


class ProcessMachine(RuntimeMachine):
    """Anything in any order."""

    def make_case(self) -> RuntimeCase:
        """Make it."""
        return Processes()

    @precondition(lambda self: all(one.states != MAY_END for one in self.world.containers.values()))
    @rule()
    def kill_warden(self) -> None:
        """End the warden while nothing ends of itself, for that would have no code."""
        if warden_of(self.box):
            kill_warden(self.box)


TestProcessMachine = ProcessMachine.TestCase
TestProcessMachine.settings = settings(
    max_examples=5,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
