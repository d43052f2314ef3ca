"""Processes as containers: every promise of a runtime."""

import sys
from dataclasses import replace
from pathlib import Path

from kubeobj.runtimes.configs import ContainerConfig, Mount
from kubeobj.runtimes.cri import ContainerRuntime
from kubeobj.runtimes.process.hostimages import MappedImage
from kubeobj.runtimes.process.processruntime import ProcessOptions, ProcessRuntime
from kubeobj.testing.conformance.runtime import ProcessConformance
from kubeobj.testing.conformance.runtimecase import RuntimeBox

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


class _Processes(ProcessConformance):
    """What they have in common, with namespaces and without."""

    use_namespaces = True

    def make_runtime(self, directory: Path) -> ContainerRuntime:
        """Make one."""
        missing = MappedImage("missing.invalid/*", directory / "no-such-directory")
        options = ProcessOptions(images=(missing,), use_namespaces=self.use_namespaces)
        return ProcessRuntime(directory, options)

    def make_server(self) -> ContainerConfig:
        """Listen with what every machine that runs this has."""
        code = SERVER.format(port=self.port)
        return replace(self.make_config(), command=(sys.executable, "-c", code))


class TestProcessesInNamespaces(_Processes):
    """Every promise, where mounts are mounts."""


class TestProcessesWithoutNamespaces(_Processes):
    """Every promise, where mounts are links."""

    use_namespaces = False

    def test_what_is_read_only_cannot_be_written_to(self, box: RuntimeBox, tmp_path: Path) -> None:
        """But here it can: a link cannot keep a process from what its user may write to."""
        (tmp_path / "data").mkdir()
        script = 'echo a > "$KUBEOBJ_ROOT/mounted/new"'
        mount = Mount("/mounted", tmp_path / "data", read_only=True)
        assert box.run(replace(box.script(script), mounts=(mount,))).exit_code == 0
        assert (tmp_path / "data" / "new").read_text() == "a\n"
