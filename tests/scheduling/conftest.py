"""A real API server with a scheduler on it."""

from collections.abc import Callable
from typing import Any

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.entropy import SeededIdSource
from kubeobj.reconcile.manager import Manager
from kubeobj.scheduling.loop import scheduler_loop
from kubeobj.scheduling.profiles import Profile
from kubeobj.scheduling.scheduler import Scheduler

Doc = dict[str, Any]


class Cluster:
    """A server, a manager with nothing but a scheduler, and short words for what tests do."""

    def __init__(self, profiles: tuple[Profile, ...] = ()) -> None:
        self.clock = VirtualClock()
        self.server = ApiServer(clock=self.clock, ids=SeededIdSource(7))
        self.client = InProcessClient(self.server)
        self.manager = Manager(self.client, self.clock, ids=SeededIdSource(8))
        started: list[Scheduler] = []
        self.manager.install(scheduler_loop(profiles, started=started.append))
        self.scheduler = started[0]
        self.account("default")

    def account(self, namespace: str) -> None:
        """Make the account that pods of a namespace run as."""
        account = {"apiVersion": "v1", "kind": "ServiceAccount"}
        self.client.create({**account, "metadata": {"name": "default", "namespace": namespace}})

    def node(self, name: str, labels: Doc | None = None, **allocatable: str) -> None:
        """Make a node that is ready."""
        metadata = {"name": name, "labels": {"kubernetes.io/hostname": name, **(labels or {})}}
        self.client.create({"apiVersion": "v1", "kind": "Node", "metadata": metadata})
        self.client.patch("nodes", name, {"spec": {"taints": None}}, type="merge")
        has = {"cpu": "1", "memory": "4Gi", "pods": "10", **allocatable}
        status = {"capacity": has, "allocatable": has}
        self.client.patch("nodes", name, {"status": status}, type="merge", part="status")

    def pod(self, name: str, cpu: str = "500m", **spec: Any) -> None:
        """Make a pod."""
        metadata = spec.pop("metadata", {})
        container = {
            "name": "c",
            "image": "web:v1",
            "resources": {"requests": {"cpu": cpu, "memory": "64Mi"}},
        }
        self.client.create(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": name, "namespace": "default", **metadata},
                "spec": {
                    "containers": [container],
                    "terminationGracePeriodSeconds": 0,
                    **spec,
                },
            }
        )

    def read(self, name: str) -> Doc:
        """Return a pod."""
        return self.client.get("pods", name, namespace="default").document

    def places(self) -> dict[str, str]:
        """Return the node of each pod."""
        pods = self.client.list("pods", namespace="").items
        return {
            one.document["metadata"]["name"]: one.document["spec"].get("nodeName", "")
            for one in pods
        }

    def condition(self, name: str) -> Doc:
        """Return what is said of the scheduling of a pod."""
        for condition in self.read(name)["status"].get("conditions", ()):
            if condition["type"] == "PodScheduled":
                return condition
        return {}

    def events(self, reason: str) -> list[tuple[str, str]]:
        """Return the events of a reason: about whom, and what."""
        return [
            (one.document["involvedObject"]["name"], one.document["message"])
            for one in self.client.list("events", namespace="").items
            if one.document["reason"] == reason
        ]

    def settle(self) -> None:
        """Work until nothing is left to do."""
        self.manager.settle()


@pytest.fixture
def cluster() -> Cluster:
    """One with the default profile."""
    return Cluster()


@pytest.fixture
def cluster_with() -> Callable[..., Cluster]:
    """Makes one with certain profiles."""
    return lambda *profiles: Cluster(profiles)
