"""Commands in containers, and their streams.

Source: Docker Engine API 1.41, ``ContainerExec``, ``ExecStart`` and ``ContainerAttach``.
"""

from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.errors import KubeobjError
from kubeobj.runtimes.cri import OUTPUT_LIMIT, ExecResult, Stream
from kubeobj.runtimes.docker.engine import Engine
from kubeobj.runtimes.docker.enginefaults import EngineFault
from kubeobj.runtimes.docker.processes import end_tree
from kubeobj.runtimes.docker.session import Deadline, EngineSession
from kubeobj.runtimes.errors import NoSuchContainer, RuntimeFault

_KILLED: Final = 137
_REFUSALS: Final = (b"OCI runtime exec failed", b"Error: runc:", b"Error: crun:", b"Error: OCI")
_ABSENT: Final = (b"no such file or directory", b"not found")


@final
class Execution:
    """Runs commands in the containers of an engine.

    Args:
        engine: The engine.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def exec_sync(
        self, container_id: str, command: tuple[str, ...], timeout: float | None
    ) -> ExecResult:
        """Run a command, and return what it has left."""
        session = self.exec(container_id, command)
        # A busy engine's time is not the command's.
        deadline = Deadline(timeout)
        kept = {Stream.STDOUT: bytearray(), Stream.STDERR: bytearray()}
        try:
            while (piece := session.read(deadline.left())) is not None:
                stream, data = piece
                kept[stream] += data[: OUTPUT_LIMIT - len(kept[stream])]
            code = session.wait(deadline.left())
        except TimeoutError:
            out, err = (bytes(kept[stream]) for stream in Stream)
            return ExecResult(_KILLED, out, err, timed_out=True)
        finally:
            session.close()
        return _result(code, *(bytes(kept[stream]) for stream in Stream))

    def exec(
        self, container_id: str, command: tuple[str, ...], *, stdin: bool = False, tty: bool = False
    ) -> EngineSession:
        """Run a command, with its streams."""
        body = {
            "Cmd": list(command),
            "AttachStdin": stdin,
            "AttachStdout": True,
            "AttachStderr": not tty,
            "Tty": tty,
        }
        try:
            exec_id = str(self._engine.post(f"/containers/{container_id}/exec", body=body)["Id"])
            stream = self._engine.stream(
                "POST", f"/exec/{exec_id}/start", None, {"Detach": False, "Tty": tty}, upgrade=True
            )
        except EngineFault as fault:
            raise _refused(container_id, fault) from None

        def code() -> int | None:
            found = self._exec(exec_id)
            return None if found.get("Running") else int(found.get("ExitCode") or 0)

        def resize(columns: int, rows: int) -> None:
            self._resize(f"/exec/{exec_id}", columns, rows)

        def end() -> None:
            found = self._exec(exec_id)
            if found.get("Running"):
                end_tree(int(found.get("Pid") or 0), container_id)

        return EngineSession(stream, framed=not tty, code=code, resize=resize, end=end)

    def _exec(self, exec_id: str) -> Wire:
        try:
            return self._engine.get(f"/exec/{exec_id}/json")
        except EngineFault as fault:
            if fault.is_absent:  # with its container
                return {"Running": False, "ExitCode": _KILLED}
            raise RuntimeFault(f"failed to look at a command: {fault.message}") from None

    def attach(self, container_id: str, *, stdin: bool) -> EngineSession:
        """Return the streams of a container that runs."""
        path = f"/containers/{container_id}"
        query = {"stream": "1", "stdout": "1", "stderr": "1", "stdin": "1" if stdin else "0"}
        try:
            found = self._engine.get(f"{path}/json")
            if not found["State"]["Running"]:
                raise RuntimeFault(f'the container "{container_id}" does not run')
            stream = self._engine.stream("POST", f"{path}/attach", query, upgrade=True)
        except EngineFault as fault:
            raise _refused(container_id, fault) from None

        def code() -> int | None:
            try:
                state = self._engine.get(f"{path}/json")["State"]
            except EngineFault:
                return _KILLED
            return None if state["Running"] else int(state["ExitCode"])

        def resize(columns: int, rows: int) -> None:
            self._resize(path, columns, rows)

        tty = bool(found["Config"].get("Tty"))
        return EngineSession(stream, framed=not tty, code=code, resize=resize, end=lambda: None)

    def _resize(self, path: str, columns: int, rows: int) -> None:
        try:
            self._engine.post(f"{path}/resize", {"w": str(columns), "h": str(rows)})
        except (EngineFault, KubeobjError):
            return  # it has ended, or has no terminal


def _result(code: int, stdout: bytes, stderr: bytes) -> ExecResult:
    """Return what a command has left; engines say in its place that it is not there.

    Docker says so on standard output, and always with 126.
    """
    if code not in (126, 127):
        return ExecResult(code, stdout, stderr)
    for text in (stdout, stderr):
        if text.startswith(_REFUSALS):
            absent = any(words in text for words in _ABSENT)
            return ExecResult(127 if absent else 126, b"", text)
    return ExecResult(code, stdout, stderr)


def _refused(container_id: str, fault: EngineFault) -> RuntimeFault:
    if fault.is_absent:
        return NoSuchContainer(f'there is no container "{container_id}"')
    return RuntimeFault(f"failed to run a command in the container: {fault.message}")
