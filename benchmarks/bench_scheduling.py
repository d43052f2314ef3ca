"""The scheduler: pods from created to bound, through the API, in one process.

The workloads are those of ``k8s.io/kubernetes/test/integration/scheduler_perf`` (v1.36), with its
pods and nodes; what is measured is everything between: the watch that tells of the pods, the
decision, the binding, and the watch that tells of that. Go's figures in ``bars.toml`` are the
thresholds that scheduler_perf fails below, of a larger machine.
"""

import gc
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.entropy import SeededIdSource
from kubeobj.reconcile.manager import Manager
from kubeobj.scheduling.loop import scheduler_loop
from kubeobj.scheduling.scheduler import Scheduler

Doc = dict[str, Any]

NODES = 5000
MANY_NODES = 15_000
ZONE = "topology.kubernetes.io/zone"
HOSTNAME = "kubernetes.io/hostname"


# ---------------------------------------------------------------- clusters


@cache
def _server(nodes: int, zones: int) -> ApiServer:
    """Return a server with nodes of 4 CPUs and 32 GiB, in so many zones."""
    server = ApiServer(clock=VirtualClock(), ids=SeededIdSource(7))
    client = InProcessClient(server)
    account: Doc = {"apiVersion": "v1", "kind": "ServiceAccount"}
    account["automountServiceAccountToken"] = False
    client.create({**account, "metadata": {"name": "default", "namespace": "default"}})
    for name, value in (("low", 1), ("high", 1000)):
        kind = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass"}
        client.create({**kind, "metadata": {"name": name}, "value": value})
    has = {"cpu": "4", "memory": "32Gi", "pods": "110"}
    for number in range(nodes):
        name = f"node-{number}"
        labels = {HOSTNAME: name, ZONE: f"zone{number % zones + 1}"}
        node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}
        client.create({**node, "status": {"capacity": has, "allocatable": has}})
        client.patch("nodes", name, {"spec": {"taints": None}}, type="merge")
        status = {"capacity": has, "allocatable": has}
        client.patch("nodes", name, {"status": status}, type="merge", part="status")
    return server


class Cluster:
    """A cluster with nothing but a scheduler."""

    def __init__(self, nodes: int = NODES, zones: int = 3) -> None:
        self.server = _server(nodes, zones).fork()
        self.client = InProcessClient(self.server)
        self.manager = Manager(self.client, self.server.clock, ids=SeededIdSource(8))
        started: list[Scheduler] = []
        self.manager.install(scheduler_loop(started=started.append))
        self.scheduler = started[0]
        self.manager.settle()

    def create(self, pods: Iterable[Doc]) -> None:
        """Create pods."""
        for pod in pods:
            self.client.create(pod)

    def place(self, waiting: int = 0) -> None:
        """Work until no more than so many pods have no node."""
        # A watch that has fallen too far behind begins anew, which takes a step.
        steps = 0
        while len(self.scheduler.queue) > waiting or steps < 3:
            self.manager.step()
            steps += 1
            assert steps < 10_000

    def settle(self) -> None:
        """Work until nothing is left to do, events among it."""
        self.manager.settle()


def pod(name: str, *, namespace: str = "default", cpu: str = "100m", **parts: object) -> Doc:
    """Return the pod that most workloads have; *parts* are ``labels`` or parts of its spec."""
    labels = parts.pop("labels", {})
    container = {
        "name": "pause",
        "image": "registry.k8s.io/pause:3.10",
        "ports": [{"containerPort": 80}],
        "resources": {
            "limits": {"cpu": cpu, "memory": "500Mi"},
            "requests": {"cpu": cpu, "memory": "500Mi"},
        },
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 0, **parts},
    }


def _measure(
    benchmark: BenchmarkFixture,
    cluster: Cluster,
    pods: list[Doc],
    *,
    waiting: int = 0,
    between: Callable[[int], object] | None = None,
) -> None:
    """Measure how long it takes until pods that have been created are bound."""
    cluster.settle()
    cluster.create(pods)
    # What has been made before is not looked through again while this is measured.
    gc.collect()
    gc.freeze()

    def place() -> None:
        if between is not None:
            between(0)
        cluster.place(waiting)

    try:
        benchmark.pedantic(place, rounds=1)
    finally:
        gc.unfreeze()
    benchmark.extra_info["pods_per_second"] = len(pods) / benchmark.stats.stats.median
    for one in pods[:: max(len(pods) // 20, 1)]:
        metadata = one["metadata"]
        found = cluster.client.get("pods", metadata["name"], namespace=metadata["namespace"])
        assert found.document["spec"].get("nodeName"), metadata["name"]


def _term(topology: str, labels: Doc, **more: object) -> Doc:
    return {"topologyKey": topology, "labelSelector": {"matchLabels": labels}, **more}


def _required(part: str, term: Doc) -> Doc:
    return {part: {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def _preferred(part: str, term: Doc) -> Doc:
    weighted = {"weight": 1, "podAffinityTerm": term}
    return {part: {"preferredDuringSchedulingIgnoredDuringExecution": [weighted]}}


NEAR = _required("podAffinity", _term(ZONE, {"color": "blue"}))
APART = _required("podAntiAffinity", _term(HOSTNAME, {"color": "green"}))
LIKES = _preferred("podAffinity", _term(HOSTNAME, {"color": "red"}))
DISLIKES = _preferred("podAntiAffinity", _term(HOSTNAME, {"color": "yellow"}))


# ---------------------------------------------------------------- workloads


@pytest.mark.parametrize("nodes", [500, NODES], ids=["500", "5000"])
def test_basic(benchmark: BenchmarkFixture, nodes: int) -> None:
    """Pods that ask for CPU and memory; SchedulingBasic."""
    cluster = Cluster(nodes)
    _measure(benchmark, cluster, [pod(f"p{number}") for number in range(10_000)])


def test_node_affinity(benchmark: BenchmarkFixture) -> None:
    """Pods for two of three zones; SchedulingNodeAffinity."""
    expression = {"key": ZONE, "operator": "In", "values": ["zone1", "zone2"]}
    required = {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    pods = [pod(f"p{number}", affinity=affinity) for number in range(5000)]
    _measure(benchmark, Cluster(), pods)


def _with_affinity(
    benchmark: BenchmarkFixture, affinity: Doc, color: str, before: int, pods: int, zones: int = 1
) -> None:
    """Measure pods with an affinity that some others of their kind are there for already."""
    cluster = Cluster(zones=zones)
    labels = {"color": color}
    cluster.create(pod(f"i{number}", labels=labels, affinity=affinity) for number in range(before))
    cluster.place()
    new = [pod(f"p{number}", labels=labels, affinity=affinity) for number in range(pods)]
    _measure(benchmark, cluster, new)


def test_pod_affinity(benchmark: BenchmarkFixture) -> None:
    """Pods in the zone of others; SchedulingPodAffinity."""
    _with_affinity(benchmark, NEAR, "blue", 2000, 2000)


def test_pod_anti_affinity(benchmark: BenchmarkFixture) -> None:
    """A pod a node; SchedulingPodAntiAffinity."""
    _with_affinity(benchmark, APART, "green", 1000, 2000)


def test_preferred_pod_affinity(benchmark: BenchmarkFixture) -> None:
    """Pods that like the nodes of others; SchedulingPreferredPodAffinity."""
    _with_affinity(benchmark, LIKES, "red", 2000, 2000)


def test_mixed(benchmark: BenchmarkFixture) -> None:
    """Plain pods among pods of every sort; MixedSchedulingBasePod."""
    cluster = Cluster(zones=1)
    sorts = (("blue", NEAR), ("green", APART), ("red", LIKES), ("yellow", DISLIKES))
    for color, affinity in sorts:
        cluster.create(
            pod(f"{color}{number}", labels={"color": color}, affinity=affinity)
            for number in range(1000)
        )
    cluster.place()
    _measure(benchmark, cluster, [pod(f"p{number}") for number in range(3000)])


def test_anti_affinity_with_namespaces(benchmark: BenchmarkFixture) -> None:
    """A pod a node over a hundred namespaces; SchedulingRequiredPodAntiAffinityWithNSSelector."""
    cluster = Cluster()
    names = [f"team-{number}" for number in range(100)]
    for name in names:
        kind: Doc = {"apiVersion": "v1", "kind": "Namespace"}
        cluster.client.create({**kind, "metadata": {"name": name, "labels": {"team": "devops"}}})
        account = {"apiVersion": "v1", "kind": "ServiceAccount"}
        cluster.client.create({**account, "metadata": {"name": "default", "namespace": name}})
    chosen = {"namespaceSelector": {"matchLabels": {"team": "devops"}}}
    affinity = _required("podAntiAffinity", _term(HOSTNAME, {"color": "green"}, **chosen))
    labels = {"color": "green"}

    def some(prefix: str, each: int) -> list[Doc]:
        return [
            pod(f"{prefix}{number}", namespace=name, labels=labels, affinity=affinity)
            for name in names
            for number in range(each)
        ]

    cluster.create(some("i", 20))
    cluster.place()
    _measure(benchmark, cluster, some("p", 20))


def test_unschedulable_churn(benchmark: BenchmarkFixture) -> None:
    """Plain pods while others come that fit nowhere, and go; Unschedulable."""
    cluster = Cluster()
    cluster.create(pod(f"huge{number}", cpu="9") for number in range(200))
    cluster.settle()
    steps = iter(range(1_000_000))
    manager_step = cluster.manager.step

    def churning_step() -> bool:
        number = next(steps)
        cluster.client.create(pod(f"churn{number}", cpu="9"))
        if number:
            cluster.client.delete("pods", f"churn{number - 1}", namespace="default")
        return manager_step()

    def begin(_: int) -> None:
        cluster.manager.step = churning_step  # type: ignore[method-assign]

    pods = [pod(f"p{number}") for number in range(5000)]
    _measure(benchmark, cluster, pods, waiting=202, between=begin)


def test_preemption(benchmark: BenchmarkFixture) -> None:
    """Pods that make others go, three each; PreemptionBasic."""
    cluster = Cluster(1000)
    cluster.create(
        pod(f"low{number}", cpu="900m", priorityClassName="low") for number in range(4000)
    )
    cluster.place()
    pods = [pod(f"high{number}", cpu="3", priorityClassName="high") for number in range(1000)]
    _measure(benchmark, cluster, pods)


def test_gated(benchmark: BenchmarkFixture) -> None:
    """Plain pods beside 10,000 that are held; SchedulingWhileGated."""
    cluster = Cluster()
    gates = [{"name": "a.b/c"}]
    cluster.create(pod(f"gated{number}", schedulingGates=gates) for number in range(10_000))
    cluster.settle()
    pods = [pod(f"p{number}") for number in range(10_000)]
    _measure(benchmark, cluster, pods, waiting=10_000)


def test_daemon_set(benchmark: BenchmarkFixture) -> None:
    """A pod for each of 15,000 nodes, by name; SchedulingDaemonset."""
    cluster = Cluster(MANY_NODES)

    def pinned(number: int) -> Doc:
        field = {"key": "metadata.name", "operator": "In", "values": [f"node-{number}"]}
        required = {"nodeSelectorTerms": [{"matchFields": [field]}]}
        affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
        return pod(f"p{number}", affinity=affinity)

    _measure(benchmark, cluster, [pinned(number) for number in range(MANY_NODES)])
