"""Services of a live cluster of processes: reached by address and by name, and never missed."""

import socket
import sys
from collections.abc import Iterator

import pytest

from kubeobj.cluster.cluster import Cluster
from kubeobj.documents import Wire
from tests.cluster.live.test_cluster import deployment, until
from tests.network.loadgenerator import LoadGenerator

SERVER = """
import http.server, os, socketserver
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = os.environ["ANSWER"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
Server((os.environ["POD_IP"], 8080), Handler).serve_forever()
"""


def web(replicas: int, answer: str) -> Wire:
    """Return a web server that may be replaced without anybody noticing."""
    made = deployment("web", replicas, "")
    (container,) = made["spec"]["template"]["spec"]["containers"]
    probe = {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1}
    container |= {
        "command": [sys.executable, "-c", SERVER],
        "env": [{"name": "ANSWER", "value": answer}],
        "readinessProbe": probe,
        "lifecycle": {"preStop": {"exec": {"command": ["sleep", "1"]}}},
    }
    made["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 10
    made["spec"]["strategy"] = {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    return made


def service(name: str, port: int, **spec: object) -> Wire:
    """Return a Service of the pods of that name."""
    ports = [{"name": "http", "port": port, "targetPort": 8080}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {"app": name}, "ports": ports, **spec},
    }


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with Cluster(runtime="process") as made:
        yield made


def address_of(cluster: Cluster, name: str) -> str:
    """Return the cluster IP of a Service."""
    address: str = cluster.client.get("services", name, namespace="default").at("spec", "clusterIP")
    return address


def is_updated(cluster: Cluster) -> bool:
    """Whether all pods of the Deployment are of its last template, and no others are there."""
    found = cluster.client.get("deployments", "web", namespace="default")
    is_seen = found.at("status", "observedGeneration") == found.at("metadata", "generation")
    counts = [found.at("status", name) for name in ("replicas", "updatedReplicas", "readyReplicas")]
    pods = cluster.client.list("pods", namespace="default").items
    return is_seen and counts == [2, 2, 2] and len(pods) == 2


def test_nobody_notices_that_a_service_is_updated(cluster: Cluster) -> None:
    cluster.apply(service("web", 8000))
    cluster.apply(web(2, "old"))
    cluster.wait("deployments", "web", "Available", within=60)
    address = address_of(cluster, "web")
    with LoadGenerator(address, 8000, askers=2, pause_seconds=0.005) as load:
        until(lambda: load.bodies.get("old", 0) > 20, "the old ones answer")
        cluster.apply(web(2, "new"))
        until(lambda: is_updated(cluster), "only new ones are there")
        load.bodies.clear()
        until(lambda: load.bodies.get("new", 0) > 20, "the new ones answer")
    assert load.failures == []
    assert set(load.bodies) == {"new"}


def test_processes_find_services_by_name(cluster: Cluster) -> None:
    ask = """
import os, socket, time
while True:
    try:
        print(socket.gethostbyname("web"), socket.gethostbyname("web.default.svc.cluster.local"),
              os.environ["WEB_SERVICE_HOST"], flush=True)
        break
    except OSError:
        time.sleep(0.1)
time.sleep(1000)
"""
    cluster.apply(service("web", 8000))
    address = address_of(cluster, "web")
    asking = deployment("asking", 1, "")
    asking["spec"]["template"]["spec"]["containers"][0]["command"] = [sys.executable, "-c", ask]
    cluster.apply(asking)
    cluster.wait("deployments", "asking", "Available", within=60)
    (pod,) = cluster.client.list("pods", namespace="default").items
    said: list[str] = []

    def has_said() -> bool:
        said[:] = " ".join(cluster.logs(pod.metadata.name)).split()
        return bool(said)

    until(has_said, "the process has found the Service")
    assert said == [address] * 3


def test_a_port_in_use_is_told_in_an_event_and_had_later(cluster: Cluster) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        cluster.apply(service("web", port, type="LoadBalancer"))

        def told() -> bool:
            found = cluster.client.list("events", namespace="default").items
            return any("is in use by another program" in one.at("message") for one in found)

        until(told, "the port in use is told")

    def is_had() -> bool:
        found = cluster.client.get("services", "web", namespace="default")
        return found.at("status", "loadBalancer", "ingress") is not None

    until(is_had, "the port is had")


def test_a_port_of_the_machine_leads_to_a_pod(cluster: Cluster) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        made = web(1, "here")
        (container,) = made["spec"]["template"]["spec"]["containers"]
        del container["lifecycle"]
        container["ports"] = [{"containerPort": 8080, "hostPort": port}]
        cluster.apply(made)

        def told() -> bool:
            return any(
                "is in use by another program" in one for one in cluster.status()["troubles"]
            )

        until(told, "the port in use is told")
        until(
            lambda: "HostPortConflict" in {one["reason"] for one in cluster.events()},
            "an event says so, too",
        )
    until(lambda: not cluster.status()["troubles"], "the port is had")
    with LoadGenerator("127.0.0.1", port, askers=1, pause_seconds=0.01) as load:
        until(lambda: load.bodies.get("here", 0) > 3, "the pod answers")
    cluster.delete("deployments", "web")

    def is_free() -> bool:
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            return False
        return True

    until(is_free, "the port is free again")
