"""Commands that stay with a pod for a while: logs, terminals, ports, watches; on real processes."""

import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kubeobj.cluster.cluster import Cluster
from kubeobj.server.serving import serve

PATIENCE = 60

# Goes on when it is told so.
COUNTER = "echo line 1; until test -e {}; do sleep 0.1; done; echo line 2; echo line 3"
# Answers each line with the same line, on the address of the pod.
ECHO = """
import os, socketserver
class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(b"echo " + line)
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
Server((os.environ["POD_IP"], 7007), Echo).serve_forever()
"""
READER = "while read line; do echo got $line; done; echo no more; sleep 600"


def _pod(name: str, command: list[str], **more: object) -> dict[str, object]:
    container = {"name": name, "image": name, "imagePullPolicy": "Never", "command": command}
    port = {"name": "echo", "containerPort": 7007}
    spec = {"terminationGracePeriodSeconds": 1, "restartPolicy": "Never"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {**spec, "containers": [{**container, "ports": [port], **more}]},
    }


SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "echo"},
    "spec": {
        "selector": {"app": "echo"},
        "ports": [{"name": "talk", "port": 70, "targetPort": "echo"}],
    },
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the cluster is."""
    return tmp_path_factory.mktemp("streams") / "state"


@pytest.fixture(scope="module")
def cluster(place: Path) -> Iterator[Cluster]:
    """A cluster of processes that answers on its socket."""
    found = Cluster(place, "process")
    found.start()
    server = serve(found, shutdown=lambda *_: None)
    try:
        yield found
    finally:
        found.stop()
        server.stop()


@pytest.fixture(scope="module")
def state(place: Path, cluster: Cluster) -> Path:
    """The same place, when there are pods that run."""
    probe = {"tcpSocket": {"port": 7007}, "periodSeconds": 1}
    cluster.apply(
        [
            _pod("echo", [sys.executable, "-c", ECHO], readinessProbe=probe),
            _pod("reader", ["sh", "-c", READER], stdin=True),
            _pod("shell", ["sh"], stdin=True, tty=True),
            SERVICE,
        ]
    )
    done = _ran(place, "wait", "--for=condition=Ready", "pods", "--all", "--timeout=60s")
    assert done.returncode == 0, done.stderr
    return place


def _command(*args: str) -> list[str]:
    return [sys.executable, "-m", "kubeobj", *args]


def _environment(state: Path) -> dict[str, str]:
    return {**os.environ, "KUBEOBJ_STATE": str(state), "PYTHONUNBUFFERED": "1"}


def _ran(state: Path, *args: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        _command(*args),
        env=_environment(state),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@contextmanager
def _running(state: Path, *args: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        _command(*args),
        env=_environment(state),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        bufsize=1,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _line(process: "subprocess.Popen[str]", pattern: str) -> "re.Match[str]":
    """Return the first line that a command prints and that matches."""
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if found := re.search(pattern, line):
            return found
    raise AssertionError(f"no line like {pattern!r} in {seen!r}")


def _ended(process: "subprocess.Popen[str]", number: int = signal.SIGINT) -> int:
    process.send_signal(number)
    return process.wait(PATIENCE)


# ---------------------------------------------------------------- ports


@pytest.mark.parametrize(
    "target", [("pod/echo", ":7007"), ("echo", ":echo"), ("svc/echo", ":talk")]
)
def test_ports_lead_into_pods(state: Path, target: tuple[str, str]) -> None:
    """Several connections, by number and by name, until Ctrl-C."""
    with _running(state, "port-forward", *target, "--address", "127.0.0.1") as process:
        port = int(_line(process, r"Forwarding from 127.0.0.1:(\d+) -> 7007")[1])
        for word in (b"one", b"two"):
            with closing(socket.create_connection(("127.0.0.1", port), PATIENCE)) as near:
                near.sendall(word + b"\n")
                near.shutdown(socket.SHUT_WR)
                assert near.makefile("rb").read() == b"echo " + word + b"\n"
        _line(process, f"Handling connection for {port}")
        assert _ended(process) == 130


def test_a_port_of_a_name_that_nobody_has(state: Path) -> None:
    """Said, as by kubectl."""
    done = _ran(state, "port-forward", "svc/echo", ":nope")
    assert done.returncode == 1
    assert "Service 'echo' does not have a named port 'nope'" in done.stderr


def test_forwarding_ends_with_the_pod(state: Path, cluster: Cluster) -> None:
    """Said, as by kubectl, and nothing listens any more."""
    cluster.apply([_pod("brief", ["sleep", "600"])])
    cluster.wait("pods", "brief", "Ready", within=PATIENCE)
    args = ("port-forward", "brief", ":7007", "--address", "127.0.0.1")
    with _running(state, *args) as process:
        _line(process, r"Forwarding from 127.0.0.1:(\d+) -> 7007")
        assert _ran(state, "delete", "pod", "brief").returncode == 0
        _line(process, "^error: lost connection to pod$")
        assert process.wait(PATIENCE) == 1


def test_forwarding_ends_with_the_cluster(tmp_path: Path) -> None:
    place = tmp_path / "state"
    with Cluster(place, "process") as cluster:
        server = serve(cluster, shutdown=lambda *_: None)
        try:
            cluster.apply([_pod("brief", ["sleep", "600"])])
            cluster.wait("pods", "brief", "Ready", within=PATIENCE)
            with _running(place, "port-forward", "brief", ":7007") as process:
                _line(process, "Forwarding from")
                server.stop()
                _line(process, "^error: lost connection to pod$")
                assert process.wait(PATIENCE) == 1
        finally:
            server.stop()


def test_where_nothing_can_listen(state: Path) -> None:
    """Each address that is named must be had; of those of this machine, one is enough."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        ports = (f"{port}:7007", f"{port}:7008")
        done = _ran(state, "port-forward", "echo", *ports, "--address", "127.0.0.1,127.0.0.6")
        assert (done.returncode, done.stdout) == (1, "")
        why = f"Unable to listen on port {port}: 127.0.0.1:{port}: Address already in use\n"
        pairs = f"[{{{port} 7007}} {{{port} 7008}}]"
        end = f"error: unable to listen on any of the requested ports: {pairs}\n"
        assert done.stderr == why + why + end
        both = ("--address", "127.0.0.1,127.0.0.6")
        with _running(state, "port-forward", "echo", ports[0], ":7007", *both) as process:
            _line(process, f"Unable to listen on port {port}: ")
            _line(process, r"Forwarding from 127.0.0.6:\d+ -> 7007")
        with _running(state, "port-forward", "echo", ports[0]) as process:
            _line(process, rf"Forwarding from \[::1\]:{port} -> 7007")


# ---------------------------------------------------------------- terminals


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, state: Path, *args: str, columns: int, lines: int) -> None:
        self._near, far = pty.openpty()
        self.resize(columns, lines)
        self.process = subprocess.Popen(
            _command(*args),
            # As some shells tell their programs, and do not take back when a window changes.
            env={**_environment(state), "COLUMNS": "80", "LINES": "24"},
            stdin=far,
            stdout=far,
            stderr=far,
            start_new_session=True,
        )
        os.close(far)
        self.seen = ""

    def resize(self, columns: int, lines: int) -> None:
        """Make the terminal as large."""
        fcntl.ioctl(self._near, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def type(self, text: str) -> None:
        """Type something."""
        os.write(self._near, text.encode())

    def wait_for(self, pattern: str) -> None:
        """Read until something is there."""
        assert self._comes(pattern, PATIENCE), f"no {pattern!r} in {self.seen!r}"

    def interrupt(self, pattern: str) -> None:
        """Press Ctrl-C until something is there: a program that has not begun hears none."""
        for _ in range(PATIENCE):
            self.type("\x03")
            if self._comes(pattern, 1):
                return
        raise AssertionError(f"no {pattern!r} in {self.seen!r}")

    def _comes(self, pattern: str, seconds: float) -> bool:
        while not re.search(pattern, self.seen):
            ready, _, _ = select.select([self._near], [], [], seconds)
            if not ready:
                return False
            try:
                self.seen += os.read(self._near, 4096).decode()
            except OSError as error:
                raise AssertionError(f"no {pattern!r} in {self.seen!r}") from error
        return True

    @property
    def is_raw(self) -> bool:
        """Whether Ctrl-C is a key like any other."""
        return not termios.tcgetattr(self._near)[3] & termios.ISIG

    def close(self) -> None:
        """End the command, if it has not ended."""
        self.process.kill()
        self.process.wait(PATIENCE)
        os.close(self._near)


def test_a_shell_on_a_terminal(state: Path) -> None:
    """It has a terminal as large as the asker's, gets what is typed, and its code is the code."""
    args = ("exec", "-it", "echo", "--", "sh")
    with closing(Terminal(state, *args, columns=91, lines=31)) as terminal:
        terminal.type("stty size; test -t 0 && echo term$((40+2))\n")
        terminal.wait_for(r"31 91\s[\s\S]*term42")
        terminal.resize(77, 22)
        terminal.process.send_signal(signal.SIGWINCH)
        terminal.type("until stty size | grep '22 77'; do sleep 0.1; done; echo large$((1+1))\n")
        terminal.wait_for("large2")
        terminal.type("sleep 1000\n")
        terminal.interrupt(r"\^C[\s\S]*[#$] ")
        terminal.type("echo after$((3+4)); exit 9\n")
        terminal.wait_for("after7")
        terminal.wait_for("command terminated with exit code 9")
        assert terminal.process.wait(PATIENCE) == 9


def test_a_terminal_for_what_nobody_types(state: Path) -> None:
    """There is none, and Ctrl-C is still the asker's own."""
    script = "test -t 1 || echo plain$((40+2)); sleep 1000"
    args = ("exec", "-t", "echo", "--", "sh", "-c", script)
    with closing(Terminal(state, *args, columns=91, lines=31)) as terminal:
        terminal.wait_for("plain42")
        assert not terminal.is_raw


def test_what_is_piped_into_a_command(state: Path) -> None:
    """Reaches it, with its end."""
    done = _ran(state, "exec", "-i", "echo", "--", "cat", stdin="in\nout\n")
    assert (done.returncode, done.stdout) == (0, "in\nout\n")


def test_attached_to_a_container(state: Path) -> None:
    """What it prints is seen, and what is typed is sent."""
    with _running(state, "attach", "-i", "reader") as process:
        assert process.stdin is not None
        process.stdin.write("hello\n")
        process.stdin.flush()
        _line(process, "^got hello$")
        assert _ended(process) == 130


def test_attached_to_a_terminal(state: Path) -> None:
    """Every key reaches the container's own terminal, which is as large as the asker's."""
    with closing(Terminal(state, "attach", "-it", "shell", columns=93, lines=29)) as terminal:
        terminal.type("stty size; echo large$((1+1))\n")
        terminal.wait_for(r"29 93\s[\s\S]*large2")
        assert terminal.is_raw
        terminal.resize(75, 21)
        terminal.process.send_signal(signal.SIGWINCH)
        terminal.type("until stty size | grep '21 75'; do sleep 0.1; done; echo small$((1+1))\n")
        terminal.wait_for("small2")
        terminal.type("sleep 1000\n")
        # Whatever is on the way to who is interrupted is thrown away.
        terminal.interrupt(r"small2[\s\S]*\^C[\s\S]*[#$] ")
        terminal.type("echo after$((3+4))\n")
        terminal.wait_for("after7")


def test_a_terminal_that_a_container_does_not_have(state: Path) -> None:
    """Said, and what it prints is seen all the same."""
    words = "error: Unable to use a TTY - container reader did not allocate one"
    with closing(Terminal(state, "attach", "-it", "reader", columns=80, lines=24)) as terminal:
        terminal.wait_for(words)
        terminal.type("hello\n")
        terminal.wait_for("got hello")
        assert not terminal.is_raw
    with _running(state, "attach", "-iq", "shell") as process:
        assert process.stdin is not None
        process.stdin.write("echo piped$((5+5))\n")
        process.stdin.flush()
        _line(process, "^piped10")


# ---------------------------------------------------------------- logs and watches


def test_logs_are_followed_to_the_end_of_the_container(
    state: Path, cluster: Cluster, tmp_path: Path
) -> None:
    """The command ends by itself, and has told all."""
    go_on = tmp_path / "go-on"
    cluster.apply([_pod("counter", ["sh", "-c", COUNTER.format(go_on)])])
    _ran(state, "wait", "--for=condition=Ready", "pod/counter", "--timeout=60s")
    with _running(state, "logs", "-f", "counter") as process:
        _line(process, "^line 1$")
        go_on.touch()
        _line(process, "^line 2$")
        _line(process, "^line 3$")
        assert process.wait(PATIENCE) == 0


def test_logs_of_two_pods_are_followed_together(
    state: Path, cluster: Cluster, tmp_path: Path
) -> None:
    """Whole lines of both, with where they are from."""
    go_on = tmp_path / "go-on"
    for name in ("left", "right"):
        pod = _pod(name, ["sh", "-c", COUNTER.format(go_on)])
        cluster.apply([{**pod, "metadata": {"name": name, "labels": {"side": "any"}}}])
    _ran(state, "wait", "--for=condition=Ready", "pods", "-l", "side=any", "--timeout=60s")
    with _running(state, "logs", "-f", "-l", "side=any", "--prefix") as process:
        assert process.stdout is not None
        found = [process.stdout.readline(), process.stdout.readline()]
        go_on.touch()
        found += process.stdout.readlines()
        assert process.wait(PATIENCE) == 0
    expected = [f"[pod/{one}/{one}] line {n}\n" for one in ("left", "right") for n in (1, 2, 3)]
    assert sorted(found) == expected


def test_what_changes_is_watched(state: Path, cluster: Cluster) -> None:
    """Pods and events, as they come, until Ctrl-C."""
    with (
        _running(state, "get", "pods", "-w") as pods,
        _running(state, "events", "-w") as events,
    ):
        _line(pods, "^NAME +READY +STATUS")
        _line(pods, "^reader .*Running")
        _line(events, "^LAST SEEN")
        cluster.apply([_pod("late", ["sh", "-c", "exit 0"])])
        _line(pods, "^late .*Pending")
        _line(pods, "^late .*Completed")
        _line(events, "Started .*[Pp]od/late")
        assert [_ended(pods), _ended(events)] == [130, 130]
