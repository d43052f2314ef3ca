"""What every `ContainerRuntime` must pass.

A runtime that only plays that it runs something passes `RuntimeConformance`; one that runs real
processes, `ProcessConformance`, which has all of that and more::

    class TestMyRuntime(ProcessConformance):
        image = "busybox"

        def make_runtime(self, directory: Path) -> ContainerRuntime:
            return MyRuntime(directory)

`kubeobj.testing.conformance.runtimemachine` asks for everything in any order.
"""

from kubeobj.testing.conformance.runtimecommands import RuntimeCommands
from kubeobj.testing.conformance.runtimecontainers import RuntimeContainers
from kubeobj.testing.conformance.runtimelogs import RuntimeLogs
from kubeobj.testing.conformance.runtimeprocesses import RuntimeProcesses
from kubeobj.testing.conformance.runtimesandboxes import RuntimeSandboxes


class RuntimeConformance(RuntimeSandboxes, RuntimeContainers):
    """The promises of a `ContainerRuntime`, one test each; inherit it, define `make_runtime`."""


class ProcessConformance(RuntimeConformance, RuntimeProcesses, RuntimeLogs, RuntimeCommands):
    """The promises of one that runs real processes."""
