"""What every `ContainerRuntime` that runs processes promises of commands, streams and ports."""

import socket
from dataclasses import replace
from typing import ClassVar

from kubeobj.runtimes.configs import ContainerConfig
from kubeobj.runtimes.cri import Session, Stream
from kubeobj.runtimes.states import ContainerState
from kubeobj.testing.conformance.runtimecase import RuntimeBox, RuntimeCase, refused

WAIT = 30
"""How long is waited for what is to come, in seconds."""


class RuntimeCommands(RuntimeCase):
    """Commands run in containers, and one can talk to them."""

    port: ClassVar[int] = 8765
    """The port that `make_server` listens at."""

    def make_server(self) -> ContainerConfig:
        """Return what says ``ready``, and then sends back what it gets at `port` of its pod."""
        script = f"echo ready; exec nc -ll -p {self.port} -e cat"
        return replace(self.make_config(), command=("sh", "-c", script))

    # ------------------------------------------------------------ exec_sync

    def test_a_command_leaves_its_output_and_its_code(self, box: RuntimeBox) -> None:
        """Both streams, each by itself."""
        container_id = box.running()
        result = box.sh(container_id, "echo out; echo err >&2; exit 3")
        assert (result.exit_code, result.stdout, result.stderr) == (3, b"out\n", b"err\n")
        assert not result.timed_out

    def test_a_command_is_in_the_container(self, box: RuntimeBox) -> None:
        """It has its environment and its working directory, and sees its files."""
        config = replace(
            box.script("echo ready; echo mark > here; sleep 600"),
            environment={"GREETING": "hello  'world'"},
            working_directory="/tmp",  # noqa: S108 - that of the container
        )
        container_id = box.running(config)
        box.until(lambda: box.sh(container_id, "cat here").stdout == b"mark\n")
        result = box.sh(container_id, 'echo "$GREETING"; pwd; rm here')
        assert result.stdout.splitlines()[0] == b"hello  'world'"
        assert result.stdout.splitlines()[1].endswith(b"/tmp")

    def test_a_command_ended_by_a_signal_says_which(self, box: RuntimeBox) -> None:
        """As 128 and its number."""
        assert box.sh(box.running(), "kill -9 $$").exit_code == 137

    def test_a_command_that_takes_too_long_is_ended(self, box: RuntimeBox) -> None:
        """With all that it has started."""
        container_id = box.running()
        command = ("sh", "-c", "echo begun; sleep 5432 & wait")
        result = box.runtime.exec_sync(container_id, command, 0.5)
        assert result.timed_out
        assert result.exit_code != 0
        assert result.stdout == b"begun\n"
        look = "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f; echo; done 2>/dev/null; true"
        box.until(lambda: b"sleep 5432 " not in box.sh(container_id, look).stdout)

    def test_a_command_that_is_not_there(self, box: RuntimeBox) -> None:
        """Ends with 127, or 126 if it cannot be run, and says so."""
        container_id = box.running()
        absent = box.runtime.exec_sync(container_id, ("/no/such/command",), WAIT)
        refused_ = box.runtime.exec_sync(container_id, ("/etc/hosts",), WAIT)
        assert (absent.exit_code, refused_.exit_code) == (127, 126)
        assert b"/no/such/command" in absent.stderr
        assert b"/etc/hosts" in refused_.stderr

    def test_much_output_does_not_stand_still(self, box: RuntimeBox) -> None:
        """Of both streams at once."""
        script = "seq 1 100000; seq 1 100000 >&2"
        result = box.sh(box.running(), script)
        expected = b"".join(b"%d\n" % number for number in range(1, 100001))
        assert result.stdout == expected
        assert result.stderr == expected

    # ------------------------------------------------------------ exec

    def test_a_session_sends_and_receives(self, box: RuntimeBox) -> None:
        """Until its input is closed."""
        session = box.runtime.exec(box.running(), ("cat",), stdin=True)
        session.write(b"one\n")
        assert _read(session, b"one\n") == b"one\n"
        session.write(b"two\n")
        assert _read(session, b"two\n") == b"two\n"
        session.close_stdin()
        assert session.read(WAIT) is None
        assert session.wait(WAIT) == 0
        session.close()

    def test_a_session_has_two_streams(self, box: RuntimeBox) -> None:
        """And tells them apart; its code comes at the end."""
        session = box.runtime.exec(box.running(), ("sh", "-c", "echo a; echo b >&2; exit 9"))
        assert _streams(session) == {Stream.STDOUT: b"a\n", Stream.STDERR: b"b\n"}
        assert session.wait(WAIT) == 9
        session.close()

    def test_without_input_a_command_reads_nothing(self, box: RuntimeBox) -> None:
        """It does not wait for any."""
        session = box.runtime.exec(box.running(), ("cat",))
        assert session.read(WAIT) is None
        assert session.wait(WAIT) == 0
        session.close()

    def test_a_session_waits_no_longer_than_it_is_told(self, box: RuntimeBox) -> None:
        """Neither for output nor for the end."""
        session = box.runtime.exec(box.running(), ("sh", "-c", "sleep 600"))
        with refused(TimeoutError):
            session.read(0.1)
        with refused(TimeoutError):
            session.wait(0.1)
        session.close()

    def test_a_closed_session_ends_its_command(self, box: RuntimeBox) -> None:
        """But not the container."""
        container_id = box.running()
        session = box.runtime.exec(container_id, ("sh", "-c", "echo begun; sleep 5433"))
        assert _read(session, b"begun\n") == b"begun\n"
        session.close()
        look = "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f; echo; done 2>/dev/null; true"
        box.until(lambda: b"\nsleep 5433 \n" not in box.sh(container_id, look).stdout)
        assert box.state(container_id) is ContainerState.RUNNING

    def test_a_terminal_has_a_size(self, box: RuntimeBox) -> None:
        """Which can change; and it is one stream."""
        script = "test -t 0 && test -t 1 && test -t 2 && echo terminal; read line; stty size"
        container_id = box.running()
        session = box.runtime.exec(container_id, ("sh", "-c", script), stdin=True, tty=True)
        assert b"terminal" in _read(session, b"terminal")
        session.resize(123, 45)
        session.write(b"\n")
        assert b"45 123" in _read(session, b"45 123")
        assert session.wait(WAIT) == 0
        session.close()

    # ------------------------------------------------------------ attach

    def test_who_attaches_sees_what_a_container_prints(self, box: RuntimeBox) -> None:
        """From then on; and it goes on when nobody looks any more."""
        script = "echo ready; while true; do echo tick; sleep 0.05; done"
        container_id = box.running(box.script(script))
        session = box.runtime.attach(container_id)
        assert b"tick\n" in _read(session, b"tick\n")
        session.close()
        assert box.state(container_id) is ContainerState.RUNNING
        seen = len(box.log(container_id))
        box.until(lambda: len(box.log(container_id)) > seen)

    def test_who_attaches_can_talk_to_a_container(self, box: RuntimeBox) -> None:
        """If it takes input; and what it answers is in its log too."""
        config = replace(box.script("echo ready; read line; echo got $line; exit 6"), stdin=True)
        container_id = box.running(config)
        session = box.runtime.attach(container_id, stdin=True)
        session.write(b"words\n")
        assert b"got words\n" in _read(session, b"got words\n")
        assert session.wait(WAIT) == 6
        session.close()
        box.until_printed(container_id, b"got words\n")
        assert box.ended(container_id).exit_code == 6

    def test_a_container_may_have_a_terminal(self, box: RuntimeBox) -> None:
        """And one talks to it by that."""
        config = replace(
            box.script("test -t 0 && test -t 1 && echo ready; read line; echo got $line; exit 2"),
            stdin=True,
            tty=True,
        )
        container_id = box.running(config)
        session = box.runtime.attach(container_id, stdin=True)
        session.resize(100, 30)
        session.write(b"words\n")
        assert b"got words" in _read(session, b"got words")
        assert session.wait(WAIT) == 2
        session.close()
        assert box.ended(container_id).exit_code == 2

    # ------------------------------------------------------------ port_forward

    def test_a_port_of_a_pod_can_be_reached(self, box: RuntimeBox) -> None:
        """By more than one at a time."""
        container_id = box.running(self.make_server())
        sandbox_id = box.runtime.container(container_id).sandbox_id
        box.until(lambda: _answers(box, sandbox_id, self.port))
        with _forward(box, sandbox_id, self.port) as one, _forward(box, sandbox_id, self.port) as b:
            one.sendall(b"first\n")
            b.sendall(b"second\n")
            assert _received(one, b"first\n") == b"first\n"
            assert _received(b, b"second\n") == b"second\n"

    def test_a_port_at_which_nobody_listens_is_refused(self, box: RuntimeBox) -> None:
        """At once."""
        container_id = box.running()
        with refused(ConnectionRefusedError):
            box.runtime.port_forward(box.runtime.container(container_id).sandbox_id, 8766)


def _read(session: Session, until: bytes) -> bytes:
    found = b""
    while until not in found:
        piece = session.read(WAIT)
        assert piece is not None, f"only {found!r} has come"
        found += piece[1]
    return found


def _streams(session: Session) -> dict[Stream, bytes]:
    found: dict[Stream, bytes] = {}
    while (piece := session.read(WAIT)) is not None:
        found[piece[0]] = found.get(piece[0], b"") + piece[1]
    return found


def _forward(box: RuntimeBox, sandbox_id: str, port: int) -> socket.socket:
    connection = box.runtime.port_forward(sandbox_id, port)
    connection.settimeout(WAIT)
    return connection


def _answers(box: RuntimeBox, sandbox_id: str, port: int) -> bool:
    try:
        _forward(box, sandbox_id, port).close()
    except ConnectionRefusedError:
        return False
    return True


def _received(connection: socket.socket, until: bytes) -> bytes:
    found = b""
    while until not in found:
        piece = connection.recv(4096)
        assert piece, f"only {found!r} has come"
        found += piece
    return found
