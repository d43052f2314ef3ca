"""Pods on real engines, as the tests of Docker and Podman want them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from kubeobj.runtimes.configs import ContainerConfig, SandboxConfig
from kubeobj.runtimes.docker.dockerruntime import DockerRuntime
from kubeobj.testing.conformance.runtimecase import RuntimeBox, RuntimeCase
from tests.engines import OPEN_IMAGE, engine_url


class EngineCase(RuntimeCase):
    """How a runtime for an engine is made.

    Args:
        kind: ``docker`` or ``podman``.
        url: Where the engine is; empty for where it is started by ``scripts/engines``.
    """

    image = OPEN_IMAGE

    def __init__(self, kind: str, url: str = "") -> None:
        self.kind: str = kind
        self._url = url

    def make_runtime(self, directory: Path) -> DockerRuntime:
        """Return the runtime whose own files are in a directory."""
        return DockerRuntime(directory, self._url or engine_url(self.kind))


@contextmanager
def box_of(kind: str, directory: Path, url: str = "") -> Iterator[RuntimeBox]:
    """Have a runtime for a while."""
    with RuntimeBox.opened(EngineCase(kind, url), directory) as box:
        yield box


def printed_by(
    box: RuntimeBox, config: ContainerConfig, sandbox: SandboxConfig | None = None
) -> str:
    """Return all that a container prints until it ends, in a sandbox of its own."""
    made = box.runtime.run_sandbox(sandbox or box.sandbox_config())
    container_id = box.start(made, replace(config, log_path=f"{config.name}/0.log"))
    ended = box.ended(container_id)
    box.runtime.remove_container(container_id)
    lines = ended.log_path.read_text(encoding="utf-8").splitlines()
    parts = [line.split(" ", 3) for line in lines]
    return "".join(part[3] + ("\n" if part[2] == "F" else "") for part in parts)
