"""Applications in containers of Docker and Podman, through a live cluster."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubeobj.cluster.cluster import Cluster
from kubeobj.cluster.leftovers import end_left_over
from kubeobj.cluster.statedirectory import StateDirectory
from kubeobj.documents import Wire
from kubeobj.reconcile.request import wire_of
from kubeobj.runtimes.docker.engine import Engine
from kubeobj.runtimes.docker.ownership import owner_of
from kubeobj.runtimes.docker.records import CONTAINER, KIND, OWNER, SANDBOX
from tests.cluster.live.test_cluster import pod, until
from tests.engines import IMAGE, engine_url

WAIT_SECONDS = 120.0

APPLICATION = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {greeting: hello}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
---
apiVersion: v1
kind: Service
metadata: {name: store}
spec: {clusterIP: None, selector: {app: store}, ports: [{name: http, port: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: elsewhere}
spec: {type: ExternalName, externalName: web.default.svc.cluster.local}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: main
        image: IMAGE
        command: [sh, -c, "echo serving; touch /tmp/up; exec httpd -f -p 8080 -h /etc/settings"]
        ports: [{name: http, containerPort: 8080, hostPort: HOST_PORT, hostIP: 127.0.0.1}]
        startupProbe: {exec: {command: [cat, /tmp/up]}, periodSeconds: 1}
        readinessProbe: {httpGet: {path: /greeting, port: http}, periodSeconds: 1}
        livenessProbe: {tcpSocket: {port: http}, periodSeconds: 1}
        volumeMounts: [{name: settings, mountPath: /etc/settings}]
      volumes: [{name: settings, configMap: {name: settings}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ask}
spec:
  selector: {matchLabels: {app: ask}}
  template:
    metadata: {labels: {app: ask}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: main, image: IMAGE, command: [sleep, "1000"]}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store}
spec:
  serviceName: store
  podManagementPolicy: Parallel
  replicas: 2
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: main
        image: IMAGE
        command: [sh, -c, "hostname > /tmp/greeting; exec httpd -f -p 8080 -h /tmp"]
"""

CHILD = """
import sys, time
from kubeobj.cluster.cluster import Cluster
with Cluster(sys.argv[1]):
    print("up", flush=True)
    time.sleep(1000)
"""


@pytest.fixture(params=["docker", "podman"])
def kind(request: pytest.FixtureRequest) -> str:
    """Return which engine."""
    return str(request.param)


class Containers:
    """What an engine has of one cluster."""

    def __init__(self, kind: str, state: Path) -> None:
        self._engine = Engine(engine_url(kind))
        self._owner = owner_of(state / "node" / "runtime")

    def ids(self, what: str, *, ended: bool = False) -> list[str]:
        """Return which there are."""
        labels = [f"{OWNER}={self._owner}", f"{KIND}={what}"]
        query = {"all": "1" if ended else "0", "filters": json.dumps({"label": labels})}
        return sorted(one["Id"] for one in self._engine.get_list("/containers/json", query))

    def kill(self, container: str) -> None:
        self._engine.post(f"/containers/{container}/kill")

    def close(self) -> None:
        self._engine.close()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def containers(kind: str, state: Path) -> Iterator[Containers]:
    """What the engine has of the cluster; nothing in the end."""
    found = Containers(kind, state)
    yield found
    directory = StateDirectory(state)
    directory.hold()
    end_left_over(directory)
    directory.release()
    assert found.ids(SANDBOX, ended=True) == found.ids(CONTAINER, ended=True) == []
    assert local_ranges(state) == mounts(state) == []
    found.close()


def local_ranges(state: Path) -> list[str]:
    """Return what addresses of the cluster's Services are this machine's own."""
    octet = StateDirectory(state).read_config().octet
    routes = Path("/proc/net/fib_trie").read_text(encoding="ascii")
    return [line for line in routes.splitlines() if f"198.19.{octet}.0" in line]


def mounts(state: Path) -> list[str]:
    """Return what is mounted in the state."""
    found = Path("/proc/self/mounts").read_text(encoding="utf-8")
    return [line for line in found.splitlines() if str(state) in line]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as made:
        port: int = made.getsockname()[1]
        return port


def pod_of(cluster: Cluster, app: str) -> Wire:
    """Return the one pod of an application."""
    (found,) = cluster.client.list("pods", namespace="default", selector=f"app={app}").items
    return wire_of(found)


def container_of(pod: Wire) -> Wire:
    status: Wire = pod["status"]["containerStatuses"][0]
    return status


def has_ended(pod: Wire, debugger: str) -> bool:
    """Whether a container for debugging has ended."""
    found: list[Wire] = pod["status"].get("ephemeralContainerStatuses") or []
    return any(one["name"] == debugger and "terminated" in one["state"] for one in found)


def container_ids(cluster: Cluster) -> list[str]:
    """Return the containers that run, as the API tells."""
    pods = map(wire_of, cluster.client.list("pods", namespace="default"))
    return sorted(container_of(one)["containerID"].split("://")[1] for one in pods)


def is_whole(cluster: Cluster) -> bool:
    """Whether all four pods are ready."""
    pods = [wire_of(one) for one in cluster.client.list("pods", namespace="default")]
    return sorted(container_of(one)["ready"] for one in pods if "status" in one) == [True] * 4


class Asking:
    """The pod from which others are asked."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._pod = pod_of(cluster, "ask")["metadata"]["name"]

    def run(self, script: str) -> str:
        done = self._cluster.exec(self._pod, ["sh", "-c", script])
        return done.stdout + done.stderr

    def get(self, host: str, port: int) -> str:
        """Return what somebody greets with. BusyBox' wget cannot run without a C library."""
        ask = rf"printf 'GET /greeting HTTP/1.0\r\n\r\n' | nc -w 5 {host} {port}"
        answer = self.run(ask)
        return answer.rsplit("\r\n", 1)[-1].strip()


def fetched(host: str, port: int) -> str:
    """Return what somebody greets this machine with."""
    with urllib.request.urlopen(f"http://{host}:{port}/greeting", timeout=10) as answer:
        text: str = answer.read().decode().strip()
        return text


def begin(cluster: Cluster) -> int:
    """Have the whole application; return its port on this machine."""
    port = free_port()
    cluster.apply(APPLICATION.replace("IMAGE", IMAGE).replace("HOST_PORT", str(port)))
    for name in ("web", "ask"):
        cluster.wait("deployments", name, "Available", within=WAIT_SECONDS)
    until(lambda: is_whole(cluster), "all pods are ready")
    return port


def test_an_application_in_containers(kind: str, state: Path, containers: Containers) -> None:
    with Cluster(state, kind) as cluster:
        host_port = begin(cluster)
        service = wire_of(cluster.client.get("services", "web", namespace="default"))
        address, node_port = service["spec"]["clusterIP"], service["spec"]["ports"][0]["nodePort"]
        node = wire_of(cluster.client.get("nodes", cluster.node.name))
        node_address = node["status"]["addresses"][0]["address"]
        asking = Asking(cluster)

        names = ("web", "web.default", "web.default.svc.cluster.local", "elsewhere")
        assert {name: asking.get(name, 80) for name in (address, *names)} == dict.fromkeys(
            (address, *names), "hello"
        )
        assert asking.get(node_address, node_port) == "hello"
        for name in ("store-0", "store-1"):
            assert asking.get(f"{name}.store", 8080) == name
        assert asking.get("store", 8080) in {"store-0", "store-1"}

        for host, port in ((address, 80), ("127.0.0.1", node_port), ("127.0.0.1", host_port)):
            assert fetched(host, port) == "hello"

        web = pod_of(cluster, "web")["metadata"]["name"]
        assert list(cluster.logs(web)) == ["serving"]
        done = cluster.exec(web, ["sh", "-c", "echo out; echo err >&2; exit 4"])
        assert (done.exit_code, done.stdout, done.stderr) == (4, "out\n", "err\n")

        debugger = {
            "name": "debugger",
            "image": IMAGE,
            "command": ["sh", "-c", "ps | grep -c '[h]ttpd'"],
            "targetContainerName": "main",
        }
        patch = {"spec": {"ephemeralContainers": [debugger]}}
        cluster.client.patch(
            *("pods", web, patch), type="strategic", namespace="default", part="ephemeralcontainers"
        )
        until(lambda: has_ended(pod_of(cluster, "web"), "debugger"), "the debugger has looked")
        assert list(cluster.logs(web, container="debugger")) == ["1"]

        before = container_of(pod_of(cluster, "web"))["containerID"]
        change = {"data": {"greeting": "bye"}}
        cluster.client.patch("configmaps", "settings", change, type="merge", namespace="default")
        until(lambda: fetched(address, 80) == "bye", "the volume is updated")
        assert container_of(pod_of(cluster, "web"))["containerID"] == before

        containers.kill(before.split("://")[1])

        def is_back() -> bool:
            status = container_of(pod_of(cluster, "web"))
            return bool(status["ready"] and status["restartCount"] == 1)

        until(is_back, "the container has been started again")
        last = container_of(pod_of(cluster, "web"))["lastState"]["terminated"]
        assert (last["exitCode"], last["reason"]) == (137, "Error")
        until(lambda: asking.get("web", 80) == "bye", "the Service has it again")
    assert containers.ids(SANDBOX) == containers.ids(CONTAINER) == []


def test_containers_outlive_those_who_look_after_them(
    kind: str, state: Path, containers: Containers
) -> None:
    cluster = Cluster(state, kind)
    cluster.start()
    begin(cluster)
    there = container_ids(cluster)
    cluster.stop(leave_pods=True)
    assert containers.ids(CONTAINER) == there

    child = subprocess.Popen([sys.executable, "-c", CHILD, str(state)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"up\n"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert containers.ids(CONTAINER, ended=True) == there

    with Cluster(state) as again:
        until(lambda: is_whole(again), "all pods are ready")
        until(lambda: Asking(again).get("web", 80) == "hello", "the Service is reached")
        assert container_ids(again) == containers.ids(CONTAINER, ended=True) == there
        assert len(containers.ids(SANDBOX, ended=True)) == len(there)


def test_nothing_is_left_of_a_cluster_without_a_state(kind: str) -> None:
    engine_url(kind)
    with Cluster(runtime=kind) as cluster:
        made = pod("alone", "exec sleep 1000")
        made["spec"]["containers"][0]["image"] = IMAGE
        cluster.apply(made)
        cluster.wait("pods", "alone", "Ready", within=WAIT_SECONDS)
        there = Containers(kind, cluster.directory.path)
        assert len(there.ids(CONTAINER)) == 1
    assert there.ids(SANDBOX, ended=True) == there.ids(CONTAINER, ended=True) == []
    there.close()
