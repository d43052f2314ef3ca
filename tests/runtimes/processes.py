"""Containers of processes, and the warden that looks after them."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from kubeobj.runtimes.configs import ContainerConfig
from kubeobj.runtimes.cri import ContainerRuntime
from kubeobj.runtimes.process.hostimages import MappedImage
from kubeobj.runtimes.process.processruntime import ProcessOptions, ProcessRuntime
from kubeobj.testing.conformance.runtime import ProcessConformance
from kubeobj.testing.conformance.runtimecase import RuntimeBox, RuntimeCase

SERVER = """
import os, socketserver
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(4096):
            self.request.sendall(data)
socketserver.ThreadingTCPServer.allow_reuse_address = True
server = socketserver.ThreadingTCPServer((os.environ["POD_IP"], {port}), Echo)
print("ready", flush=True)
server.serve_forever()
"""


class MadeOfProcesses(RuntimeCase):
    """How they are made."""

    options = ProcessOptions()
    port = 8765

    def make_runtime(self, directory: Path) -> ContainerRuntime:
        """Make one."""
        missing = MappedImage("missing.invalid/*", directory / "no-such-directory")
        images = (*self.options.images, missing)
        return ProcessRuntime(directory, replace(self.options, images=images))

    def make_server(self) -> ContainerConfig:
        """Listen with what every machine that runs this has."""
        code = SERVER.format(port=self.port)
        return replace(self.make_config(), command=(sys.executable, "-c", code))


class Processes(MadeOfProcesses, ProcessConformance):
    """Every promise of a runtime of processes."""


@contextmanager
def processes(directory: Path, options: ProcessOptions | None = None) -> Iterator[RuntimeBox]:
    """Have a runtime of processes for a while."""
    case = MadeOfProcesses()
    case.options = options or ProcessOptions()
    with RuntimeBox.opened(case, directory) as box:
        yield box


def warden_of(box: RuntimeBox) -> int:
    """Return the pid of the warden; 0 if there is none."""
    path = box.directory / "runtime" / "warden.lock"
    pid = int(path.read_text() or 0) if path.exists() else 0
    return pid if pid and is_alive(pid) else 0


def kill_warden(box: RuntimeBox) -> int:
    """End the warden as the kernel would, and return which it was."""
    pid = warden_of(box)
    os.kill(pid, signal.SIGKILL)
    box.until(lambda: not is_alive(pid))
    return pid


def is_alive(pid: int) -> bool:
    """Return whether there is such a process, and it has not ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return text[text.rfind(")") + 2] not in "ZX"


def pid_of(box: RuntimeBox, container_id: str) -> int:
    """Return the first process of a container."""
    path = box.directory / "runtime" / "containers" / container_id / "run.json"
    pid: int = json.loads(path.read_text())["pid"]
    return pid
