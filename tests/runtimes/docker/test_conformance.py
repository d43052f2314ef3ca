"""Docker and Podman pass the suite that all container runtimes pass."""

import os
import signal
from pathlib import Path
from typing import ClassVar

from hypothesis import HealthCheck, settings

from kubeobj.runtimes.docker.dockerruntime import DockerRuntime
from kubeobj.runtimes.docker.engine import Engine
from kubeobj.testing.conformance.runtime import ProcessConformance
from kubeobj.testing.conformance.runtimecase import RuntimeBox, RuntimeCase
from kubeobj.testing.conformance.runtimemachine import RuntimeMachine
from tests.engines import OPEN_IMAGE, URLS, engine_url


class EngineConformance(ProcessConformance):
    """What holds for both."""

    image = OPEN_IMAGE
    kind: ClassVar[str]

    def make_runtime(self, directory: Path) -> DockerRuntime:
        return DockerRuntime(directory, engine_url(self.kind))

    # As process 1 of its container, the one of the suite cannot be killed from within.
    def test_a_killed_process_is_noticed(self, box: RuntimeBox) -> None:
        container_id = box.running()
        engine = Engine(URLS[self.kind])
        pid = engine.get(f"/containers/{container_id}/json")["State"]["Pid"]
        engine.close()
        os.kill(pid, signal.SIGKILL)
        assert box.ended(container_id).exit_code == 137


class TestDocker(EngineConformance):
    """Docker."""

    kind = "docker"


class TestPodman(EngineConformance):
    """Podman."""

    kind = "podman"


class DockerMachine(RuntimeMachine):
    """Docker, asked for anything in any order."""

    def make_case(self) -> RuntimeCase:
        return TestDocker()


class PodmanMachine(RuntimeMachine):
    """Podman, asked for anything in any order."""

    def make_case(self) -> RuntimeCase:
        return TestPodman()


TestDockerMachine = DockerMachine.TestCase
TestPodmanMachine = PodmanMachine.TestCase
TestDockerMachine.settings = TestPodmanMachine.settings = settings(
    max_examples=5,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
