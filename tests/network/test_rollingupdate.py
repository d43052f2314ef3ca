"""Nobody who uses a Service notices that its pods are replaced, or that one is killed.

The pods are servers of this process, their objects in the API are as a kubelet would keep them, and
the slices are those of Kubernetes' own control loop.
"""

import http.server
import threading
import time
from typing import Any

import pytest

from kubeobj.controllers.endpointslice import EndpointSliceController
from tests.network.loadgenerator import LoadGenerator
from tests.network.world import World, until

HTTP = {"name": "http", "port": 80, "targetPort": 8080}


class WebPod:
    """A pod that serves HTTP, and the object of it."""

    def __init__(self, world: World, number: int) -> None:
        self._world = world
        self.name = f"web-{number}"
        self.address = world.addresses.pod(number)
        name = self.name.encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(name)))
                self.end_headers()
                self.wfile.write(name)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer((self.address, 8080), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        container = {"name": "web", "image": "web"}
        world.client.create(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {
                    "name": self.name,
                    "namespace": "default",
                    "labels": {"app": "web"},
                    "finalizers": ["example.com/kept"],
                },
                "spec": {"nodeName": "here", "containers": [container]},
            }
        )

    def status(self, *, is_ready: bool) -> None:
        condition = {"type": "Ready", "status": "True" if is_ready else "False"}
        status: dict[str, Any] = {
            "phase": "Running",
            "podIP": self.address,
            "podIPs": [{"ip": self.address}],
            "conditions": [condition],
        }
        self._world.client.patch(
            "pods",
            self.name,
            {"status": status},
            type="merge",
            namespace="default",
            part="status",
        )

    def delete(self) -> None:
        """Mark it as one that is on its way out."""
        self._world.client.delete("pods", self.name, namespace="default")

    def end(self) -> None:
        """Serve nobody any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def served(world: World) -> World:
    account = {"apiVersion": "v1", "kind": "ServiceAccount"}
    world.client.create({**account, "metadata": {"name": "default", "namespace": "default"}})
    world.client.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "here"}})
    world.manager.install(EndpointSliceController)
    world.service("web", HTTP, selector={"app": "web"})
    world.settle()
    return world


def place_of(world: World) -> tuple[str, int]:
    document = world.client.get("services", "web", namespace="default").document
    return document["spec"]["clusterIP"], 80


def ready(world: World, number: int) -> WebPod:
    pod = WebPod(world, number)
    pod.status(is_ready=True)
    world.settle()
    return pod


@pytest.mark.parametrize("keep_alive", [False, True], ids=["new-connections", "kept-connections"])
def test_no_request_fails_while_pods_are_replaced_one_by_one(
    served: World, keep_alive: bool
) -> None:
    pods = [ready(served, number) for number in range(3)]
    with LoadGenerator(*place_of(served), keep_alive=keep_alive, pause_seconds=0.001) as load:
        for number in range(3, 9):
            until(lambda least=load.answered: load.answered > least + 20)  # type: ignore[misc]
            pods.append(ready(served, number))
            old = pods.pop(0)
            old.delete()
            served.settle()
            # What a preStop hook waits for: those who are connected already are answered.
            until(lambda least=load.answered: load.answered > least + 20)  # type: ignore[misc]
            old.end()
    for pod in pods:
        pod.end()
    assert load.failures == []
    expected = {f"web-{number}" for number in range(9)}
    assert load.bodies.keys() <= expected
    if not keep_alive:
        assert load.bodies.keys() == expected


def test_a_pod_on_its_way_out_serves_until_another_is_ready(served: World) -> None:
    old = ready(served, 0)
    with LoadGenerator(*place_of(served)) as load:
        old.delete()
        served.settle()
        until(lambda least=load.answered: load.answered > least + 20)  # type: ignore[misc]
        new = ready(served, 1)
        until(lambda: load.bodies.get("web-1", 0) > 20)
        last = load.bodies["web-0"]
        until(lambda: load.bodies["web-1"] > 100)
        assert load.bodies["web-0"] <= last + 4  # those under way
        old.end()
    new.end()
    assert load.failures == []


def test_a_pod_that_is_no_longer_ready_is_sent_nobody_at_once(served: World) -> None:
    one, two = ready(served, 0), ready(served, 1)
    begun = time.perf_counter()
    one.status(is_ready=False)
    served.settle()
    took = time.perf_counter() - begun
    with LoadGenerator(*place_of(served)) as load:
        until(lambda: load.answered > 50)
    assert set(load.bodies) == {"web-1"}
    assert took < 20  # what it usually takes is in benchmarks/
    for pod in (one, two):
        pod.end()
