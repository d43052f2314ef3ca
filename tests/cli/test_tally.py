"""The application of the examples, run by `kubeobj up` from its manifests."""

import json
import re
import threading
import urllib.request
from collections.abc import Iterator

import pytest

from kubeobj.remote.client import RemoteClient, connect
from tests.cli.test_up import Command, until
from tests.docs.pages import ROOT, blocks, read

TALLY = ROOT / "docs" / "examples" / "tally"
PORT = 30680
"""Not that of the example, which somebody may be looking at."""


@pytest.fixture(scope="module")
def kubeobj(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """The command, with the application up."""
    folder = tmp_path_factory.mktemp("tally")
    for path in TALLY.glob("*.yaml"):
        text = path.read_text(encoding="utf-8").replace("30080", str(PORT))
        (folder / path.name).write_text(text, encoding="utf-8")
    command = Command(folder / "state", folder)
    manifests = [part for path in sorted(TALLY.glob("*.yaml")) for part in ("-f", path.name)]
    out = command("up", *manifests, "--runtime", "process", "--detach")
    assert f"  service/web   http://127.0.0.1:{PORT} and http://127." in out
    yield command
    command("down", "--volumes", "--timeout", "20")


@pytest.fixture
def client(kubeobj: Command) -> Iterator[RemoteClient]:
    """A client of the cluster."""
    made = connect(kubeobj.state)
    yield made
    made.close()


def visit() -> tuple[int, str]:
    """Return which visitor one is, and who says so."""
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}", timeout=10) as answer:
        text = answer.read().decode()
    found = re.fullmatch(r"Hello from kubeobj: (\d+) visits, says (\S+)\n", text)
    assert found, text
    return int(found[1]), found[2]


def test_three_servers_count_in_one_store(kubeobj: Command) -> None:
    """The Service spreads requests, and the store loses none."""
    visits = [visit() for _ in range(30)]
    numbers = [number for number, _ in visits]
    assert numbers == list(range(numbers[0], numbers[0] + 30))
    assert len({who for _, who in visits}) == 3
    assert json.loads(kubeobj("status", "-o", "json"))["cluster"]["troubles"] == []


def test_what_is_stored_outlives_its_pod(client: RemoteClient) -> None:
    """In the volume of its claim."""
    before, _ = visit()
    uid = client.get("pods", "store-0").metadata.uid
    client.delete("pods", "store-0")

    def is_another() -> bool:
        found = client.list("pods", fields="metadata.name=store-0")
        ready = [one for one in found if one.metadata.uid != uid]
        conditions = ready[0].at("status", "conditions") if ready else ()
        return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions or ())

    until(is_another, "another store is ready")
    until(lambda: all(_is_ready(one) for one in client.list("pods", selector=_WEB)), "all are")
    after, _ = visit()
    assert after == before + 1


_WEB = "app.kubernetes.io/name=web"


def _is_ready(pod: object) -> bool:
    conditions = pod.at("status", "conditions") or ()  # type: ignore[attr-defined]
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def test_a_rolling_update_loses_no_request(client: RemoteClient) -> None:
    """With readiness probes and a pause before the end, nobody notices."""
    before = {one.metadata.name for one in client.list("pods", selector=_WEB)}
    failures: list[str] = []
    done = threading.Event()
    counted = [0, 0, 0, 0]

    def load(place: int) -> None:
        while not done.is_set():
            try:
                visit()
                counted[place] += 1
            except (OSError, AssertionError) as error:
                failures.append(repr(error))

    threads = [threading.Thread(target=load, args=(place,)) for place in range(4)]
    for one in threads:
        one.start()
    change = {"spec": {"template": {"metadata": {"annotations": {"again": "yes"}}}}}
    client.patch("deployments", "web", change)

    def is_rolled_out() -> bool:
        status = client.get("deployments", "web").at("status")
        pods = {one.metadata.name for one in client.list("pods", selector=_WEB)}
        return status.get("updatedReplicas") == 3 and len(pods) == 3 and not pods & before

    until(is_rolled_out, "all are new")
    done.set()
    for one in threads:
        one.join()
    assert failures == []
    assert sum(counted) > 20


def test_the_worker_and_the_secret(client: RemoteClient) -> None:
    """The worker tells of visits; who does not know the word may not write."""
    from kubeobj.api.client.podstreams import LogQuery

    name = client.list("pods", selector="app.kubernetes.io/name=worker")[0].metadata.name
    for _ in range(12):
        visit()
    until(
        lambda: b" visits\n" in b"".join(client.streams.log(name, LogQuery())), "it has told of ten"
    )
    service = client.get("services", "store").at("spec", "clusterIP")
    asked = urllib.request.Request(f"http://{service}:6300/visits", data=b"1", method="POST")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(asked, timeout=10)  # noqa: S310 - a Service of ours


def test_names_of_services_are_known_in_pods(client: RemoteClient) -> None:
    """Short and long, as everywhere in Kubernetes."""
    name = client.list("pods", selector=_WEB)[0].metadata.name
    for host in ("store", "store.default", "store.default.svc.cluster.local"):
        code = f"import socket; print(socket.gethostbyname('{host}'))"
        session = client.streams.exec(name, ["python3", "-c", code])
        printed = b""
        while (found := session.read(30)) is not None:
            printed += found[1]
        assert session.wait(30) == 0, printed
        session.close()
        assert printed.decode().strip() == client.get("services", "store").at("spec", "clusterIP")


def test_the_commands_of_the_tutorial_work(kubeobj: Command) -> None:
    """Those that look and change; what begins and ends the cluster has tests of its own."""
    page = read("tutorial/run-an-application-locally.md")
    lines = [line for block in blocks(page, "text") for line in block.splitlines()]
    asked = [line.removeprefix("$ ").split() for line in lines if line.startswith("$ kubeobj ")]
    looking = [words[1:] for words in asked if words[1] not in {"up", "down"}]
    assert len(looking) >= 8
    client = connect(kubeobj.state)
    until(lambda: len(client.list("pods.metrics.k8s.io")) == 5, "all pods are measured")
    client.close()
    for words in looking:
        assert kubeobj(*words) or words[0] == "events"
