"""Logs, commands and ports of pods over the socket, on real processes."""

import threading
import time
from collections.abc import Iterator

import pytest

from kubeobj.api.client.podstreams import Channel, LogQuery, PodSession, PodStreams
from kubeobj.api.errors import BadRequest, InternalError, NotFound
from kubeobj.cluster.cluster import Cluster
from kubeobj.models.codec import AnyObject
from kubeobj.remote.client import RemoteClient, connect
from kubeobj.server.serving import serve

ECHO = """
import os, socket
server = socket.create_server((os.environ["POD_IP"], 7000))
print("listening", flush=True)
while True:
    connection, _ = server.accept()
    with connection:
        while data := connection.recv(65536):
            connection.sendall(data)
        connection.sendall(b"bye")
"""

PODS = [
    {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "talker"},
        "spec": {
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 1,
            "containers": [
                {
                    "name": "main",
                    "image": "x",
                    "command": ["sh", "-c", "echo one; echo two >&2; read line; echo three $line"],
                    "stdin": True,
                },
                {"name": "echo", "image": "x", "command": ["python3", "-c", ECHO]},
            ],
        },
    },
    {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "ended"},
        "spec": {
            "restartPolicy": "Never",
            "containers": [{"name": "main", "image": "x", "command": ["echo", "done"]}],
        },
    },
    {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "crash"},
        "spec": {
            "containers": [
                {"name": "main", "image": "x", "command": ["sh", "-c", "echo boom; exit 7"]}
            ],
        },
    },
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A cluster that others can reach, with two pods."""
    with Cluster(runtime="process") as made:
        made.apply(PODS)
        socket = serve(made)
        made.wait("pods", "talker", "Ready", within=120)
        made.wait("pods", "ended", lambda pod: pod.at("status", "phase") == "Succeeded", within=120)
        yield made
        socket.stop()


@pytest.fixture
def client(cluster: Cluster) -> Iterator[RemoteClient]:
    """A client of it in another process, as far as it knows."""
    made = connect(cluster.directory.path)
    yield made
    made.close()


@pytest.fixture(params=["local", "remote"])
def streams(request: pytest.FixtureRequest, cluster: Cluster, client: RemoteClient) -> PodStreams:
    """Logs, commands and ports, here and from afar."""
    return cluster.streams if request.param == "local" else client.streams


def run(session: PodSession) -> tuple[int, bytes, bytes]:
    """Return how a command ends, and what it prints."""
    printed = {Channel.STDOUT: b"", Channel.STDERR: b""}
    while (found := session.read(120)) is not None:
        printed[found[0]] += found[1]
    code = session.wait(120)
    session.close()
    return code, printed[Channel.STDOUT], printed[Channel.STDERR]


# ---------------------------------------------------------------- logs


def test_logs_are_read(streams: PodStreams) -> None:
    """All of them, the last lines, or one stream."""
    assert b"".join(streams.log("ended", LogQuery())) == b"done\n"
    main = LogQuery(container="main")
    assert sorted(b"".join(streams.log("talker", main)).splitlines()) == [b"one", b"two"]
    last = LogQuery(container="main", tail_lines=1, stream="Stdout")
    assert b"".join(streams.log("talker", last)) == b"one\n"
    stamped = b"".join(streams.log("ended", LogQuery(timestamps=True)))
    assert stamped.startswith(b"20")
    assert stamped.endswith(b"Z done\n")
    assert b"".join(streams.log("ended", LogQuery(since_seconds=0))) == b""


def test_what_crashed_is_heard(streams: PodStreams, cluster: Cluster) -> None:
    """While a container waits to be run again, its last run is both this one and the previous."""

    def waits(pod: AnyObject) -> bool:
        states = pod.at("status", "containerStatuses") or []
        return any(one["state"].get("waiting", {}).get("message") for one in states)

    cluster.wait("pods", "crash", waits, within=120)
    for previous in (False, True):
        assert b"".join(streams.log("crash", LogQuery(previous=previous))) == b"boom\n"


def test_a_log_is_followed_to_its_end(streams: PodStreams, cluster: Cluster) -> None:
    """What comes later comes, and the end of the container ends it."""
    pod = {
        **PODS[1],
        "metadata": {"name": f"later-{id(streams)}"},
        "spec": {
            "restartPolicy": "Never",
            "containers": [
                {"name": "main", "image": "x", "command": ["sh", "-c", "echo a; sleep 1; echo b"]}
            ],
        },
    }
    name = str(pod["metadata"]["name"])  # type: ignore[index]
    cluster.apply([pod])
    cluster.wait("pods", name, "Ready", within=120)
    assert b"".join(streams.log(name, LogQuery(follow=True))) == b"a\nb\n"


def test_a_log_that_is_followed_can_be_closed(streams: PodStreams) -> None:
    """From another thread; who reads it comes to its end."""
    log = streams.log("talker", LogQuery(container="echo", follow=True))
    pieces = iter(log)
    assert next(pieces) == b"listening\n"
    timer = threading.Timer(0.2, log.close)
    timer.start()
    assert list(pieces) == []
    timer.join()


@pytest.mark.parametrize(
    ("pod", "query", "error", "says"),
    [
        ("nobody", LogQuery(), NotFound, 'pods "nobody" not found'),
        ("talker", LogQuery(), BadRequest, r"choose one of: \[main echo\]"),
        ("talker", LogQuery(container="x"), BadRequest, "container x is not valid for pod talker"),
        ("ended", LogQuery(previous=True), BadRequest, 'previous terminated container "main"'),
        ("ended", LogQuery(tail_lines=-1), BadRequest, "negative"),
        ("ended", LogQuery(since_time="yesterday"), BadRequest, "sinceTime is no time"),
    ],
)
def test_logs_that_are_not_to_be_had(
    streams: PodStreams, pod: str, query: LogQuery, error: type[Exception], says: str
) -> None:
    """In the words of Kubernetes."""
    with pytest.raises(error, match=says):
        b"".join(streams.log(pod, query))


# ---------------------------------------------------------------- commands


def test_commands_are_run(streams: PodStreams) -> None:
    """With what they print, and how they end."""
    assert run(streams.exec("talker", ["echo", "hi"])) == (0, b"hi\n", b"")
    script = "echo out; echo err >&2; exit 3"
    assert run(streams.exec("talker", ["sh", "-c", script], container="echo")) == (
        3,
        b"out\n",
        b"err\n",
    )
    code, _, _ = run(streams.exec("talker", ["/no/such/program"]))
    assert code in {126, 127}


def test_a_command_is_sent_something(streams: PodStreams) -> None:
    """Much of it, and the end."""
    session = streams.exec("talker", ["sh", "-c", "wc -c"], stdin=True)
    for _ in range(20):
        session.write(b"x" * 10_000)
    session.close_stdin()
    code, out, _ = run(session)
    assert (code, out.strip()) == (0, b"200000")


def test_a_command_with_a_terminal(streams: PodStreams) -> None:
    """It is as large as is said, and everything comes as one stream."""
    session = streams.exec(
        "talker", ["sh", "-c", "read _; stty size; echo err >&2"], stdin=True, tty=True
    )
    session.resize(101, 33)
    session.write(b"\n")
    code, out, err = run(session)
    assert code == 0
    assert b"33 101" in out
    assert b"err" in out
    assert err == b""


def test_a_command_that_nobody_waits_for_is_ended(streams: PodStreams, cluster: Cluster) -> None:
    """Closing it is enough."""
    mark = f"2{id(streams) % 100000:05}"
    session = streams.exec("talker", ["sleep", mark])
    look = ["sh", "-c", f"ps ax | grep -v grep | grep -c 'sleep {mark}'"]
    assert cluster.exec("talker", look).stdout.strip() == "1"
    session.close()
    for _ in range(2400):
        if cluster.exec("talker", look).stdout.strip() == "0":
            break
        time.sleep(0.05)
    assert cluster.exec("talker", look).stdout.strip() == "0"


def test_commands_that_cannot_be_run(streams: PodStreams) -> None:
    """In a pod that has ended, that is not there, or in no container of it."""
    with pytest.raises(BadRequest, match="completed pod; current phase is Succeeded"):
        streams.exec("ended", ["true"])
    with pytest.raises(NotFound):
        streams.exec("nobody", ["true"])
    with pytest.raises(BadRequest, match="container x is not valid"):
        streams.exec("talker", ["true"], container="x")
    with pytest.raises(BadRequest, match="at least one command"):
        streams.exec("talker", [])


def test_a_container_is_attached_to(client: RemoteClient, cluster: Cluster) -> None:
    """It is sent something, and what it prints comes."""
    pod = {**PODS[0], "metadata": {"name": "attached"}}
    cluster.apply([pod])
    cluster.wait("pods", "attached", "Ready", within=120)
    session = client.streams.attach("attached", container="main", stdin=True)
    session.write(b"friend\n")
    printed = b""
    while b"three friend" not in printed:
        found = session.read(120)
        assert found is not None, printed
        printed += found[1]
    session.close()


# ---------------------------------------------------------------- ports


def test_ports_are_forwarded(streams: PodStreams) -> None:
    """Both ways, much of it, and each side can end first."""
    connection = streams.port_forward("talker", 7000)
    sent = bytes(range(256)) * 400
    threading.Thread(target=lambda: (connection.sendall(sent), connection.end())).start()
    received = b""
    while data := connection.recv(65536):
        received += data
    assert received == sent + b"bye"
    connection.close()


def test_ports_that_nobody_listens_on(streams: PodStreams) -> None:
    """And pods that are not there."""
    with pytest.raises((BadRequest, ConnectionError), match=r"7001|refused"):
        streams.port_forward("talker", 7001)
    with pytest.raises(NotFound):
        streams.port_forward("nobody", 7000)
    with pytest.raises(BadRequest):
        streams.port_forward("ended", 7000)


# ---------------------------------------------------------------- measurements


def test_what_pods_use_is_served(client: RemoteClient) -> None:
    """As the metrics API has it; the node says what it is."""
    nodes = client.list("nodes.v1beta1.metrics.k8s.io")
    assert len(nodes) <= 1
    with pytest.raises((NotFound, InternalError)):
        client.get("pods.v1beta1.metrics.k8s.io", "nobody")
