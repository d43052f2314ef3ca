"""A node that is kept, on virtual time: registered, reported, and given room when it is short."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.documents import Wire
from kubeobj.node.executor import VirtualExecutor
from kubeobj.node.host import HostFacts, HostLevels
from kubeobj.node.nodekeeper import Keeping, NodeKeeper
from kubeobj.node.nodestatus import NodeConfig
from kubeobj.node.pressureadmission import refusal_under_pressure
from kubeobj.node.sampling import PodFolders
from kubeobj.reconcile.manager import Manager
from kubeobj.runtimes.configs import ContainerConfig, PodIdentity, SandboxConfig
from kubeobj.runtimes.simulated import SimulatedRuntime

GIB = 1 << 30
FACTS = HostFacts(cores=4, memory_bytes=8 * GIB, disk_bytes=100 * GIB)
ROOMY = HostLevels(8 * GIB, 4 * GIB, 50 * GIB, inodes=1000, inodes_free=900)


@dataclass
class Pods:
    """Two pods, and which of them had to go."""

    folder: Path
    there: list[Wire] = field(default_factory=list)
    gone: list[tuple[str, str, str]] = field(default_factory=list)
    disrupted: list[str] = field(default_factory=list)

    def running(self) -> Iterable[Wire]:
        return self.there

    def folders(self, pod: Wire) -> PodFolders:
        name = pod["metadata"]["name"]
        return PodFolders(self.folder / name / "logs", {"v": self.folder / name / "v"})

    def evict(self, pod: Wire, reason: str, message: str, *, is_disruption: bool = True) -> None:
        self.there.remove(pod)
        if is_disruption:
            self.disrupted.append(pod["metadata"]["name"])
        self.gone.append((pod["metadata"]["name"], reason, message))


@dataclass
class Bench:
    """A node, and all that it needs."""

    folder: Path
    levels: HostLevels = ROOMY
    frees: bool = False
    is_unreadable: bool = False
    clock: VirtualClock = field(default_factory=VirtualClock)
    config: NodeConfig = field(default_factory=lambda: NodeConfig("here"))

    def __post_init__(self) -> None:
        self.client = InProcessClient(ApiServer(clock=self.clock))
        self.executor = VirtualExecutor(self.clock)
        self.runtime = SimulatedRuntime(self.clock, sleep=self.executor.sleep)
        self.manager = Manager(self.client, self.clock)
        self.pods = Pods(self.folder)
        self.woken = 0
        keeping = Keeping(self.folder, self.config, FACTS, wake=self._wake)
        self.keeper = NodeKeeper(
            self.manager, self.runtime, self.executor, self.pods, keeping, self._look
        )
        self.manager.add(self.keeper)
        self.manager.add(self.executor)
        self.manager.settle()

    def _look(self, folder: Path) -> HostLevels:
        assert folder == self.folder
        if self.is_unreadable:
            raise FileNotFoundError(2, "No such file or directory", str(folder))
        freed = 20 * GIB if self.frees and not self.runtime.images() else 0
        return replace(self.levels, disk_available_bytes=self.levels.disk_available_bytes + freed)

    def _wake(self) -> None:
        self.woken += 1

    def pod(self, name: str, **spec: object) -> Wire:
        document: Wire = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": "default", "uid": f"uid-{name}"},
            "spec": {"containers": [{"name": "main", "resources": {}}], **spec},
        }
        self.pods.there.append(document)
        return document

    def conditions(self) -> dict[str, str]:
        node = self.client.get("nodes", "here")
        conditions = node.at("status", "conditions")
        assert isinstance(conditions, list)
        return {one["type"]: one["status"] for one in conditions}

    def ready(self) -> tuple[str, str]:
        """Return whether the node is ready, and why."""
        conditions = self.client.get("nodes", "here").at("status", "conditions")
        assert isinstance(conditions, list)
        [found] = [one for one in conditions if one["type"] == "Ready"]
        return found["status"], found["message"]

    def lease(self) -> object:
        return self.client.get("leases", "here", namespace="kube-node-lease").at(
            "spec", "renewTime"
        )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_node_registers_at_once_with_a_status_and_a_lease(bench: Bench) -> None:
    assert bench.conditions()["Ready"] == "True"
    assert bench.client.get("nodes", "here").at("status", "capacity", "cpu") == "4"
    assert bench.lease() is not None
    assert bench.woken == 1


def test_its_lease_is_renewed_and_its_status_written_only_every_five_minutes(bench: Bench) -> None:
    lease, version = bench.lease(), bench.client.get("nodes", "here").metadata.resource_version
    bench.manager.advance(60)
    assert bench.lease() != lease
    assert bench.client.get("nodes", "here").metadata.resource_version == version
    bench.manager.advance(300)
    assert bench.client.get("nodes", "here").metadata.resource_version != version


def test_a_node_that_was_deleted_registers_again(bench: Bench) -> None:
    bench.client.delete("nodes", "here")
    bench.manager.advance(11)
    assert bench.conditions()["Ready"] == "True"


def test_a_node_without_its_runtime_is_not_ready_until_it_is_back(bench: Bench) -> None:
    bench.runtime.host.is_reachable = False
    bench.manager.advance(11)
    assert bench.conditions()["Ready"] == "False"
    bench.runtime.host.is_reachable = True
    bench.manager.advance(11)
    assert bench.conditions()["Ready"] == "True"


def test_a_runtime_that_breaks_its_promises_is_looked_at_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then the node is not ready, and says why."""

    def fails() -> None:
        raise ValueError("what the engine says is no JSON")

    with monkeypatch.context() as broken:
        broken.setattr(bench.runtime, "images", fails)
        bench.manager.advance(11)
        assert bench.ready() == (
            "False",
            "[container runtime is down: what the engine says is no JSON]",
        )
    bench.manager.advance(11)
    assert bench.conditions()["Ready"] == "True"


def test_a_machine_that_cannot_be_read_is_looked_at_again(bench: Bench) -> None:
    """Meanwhile no pod has to go, and the node is as short of things as it was."""
    bench.levels = replace(ROOMY, memory_available_bytes=50 << 20)
    bench.manager.advance(11)
    bench.is_unreadable = True
    bench.pod("web")
    bench.runtime.host.is_reachable = False
    bench.manager.advance(600)
    assert bench.conditions()["MemoryPressure"] == "True"
    assert bench.conditions()["Ready"] == "False"
    assert bench.pods.gone == []
    bench.runtime.host.is_reachable = True
    bench.is_unreadable = False
    bench.manager.advance(11)
    assert bench.conditions()["Ready"] == "True"
    assert [name for name, _, _ in bench.pods.gone] == ["web"]


def test_a_look_that_fails_altogether_is_not_the_last(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """That it has failed is in the log."""
    bench.pod("web", volumes=[{"name": "v", "emptyDir": {"sizeLimit": "64Ki"}}])

    def fails(_folders: PodFolders) -> None:
        raise ValueError("embedded null byte")

    with monkeypatch.context() as broken:
        broken.setattr(PodFolders, "measure", fails)
        bench.manager.advance(11)
    assert "node here could not be looked at" in caplog.text
    assert "embedded null byte" in caplog.text
    bench.runtime.host.is_reachable = False
    bench.manager.advance(11)
    assert bench.conditions()["Ready"] == "False"


def test_what_has_begun_is_measured_soon(bench: Bench, tmp_path: Path) -> None:
    """By two looks, the second of which does not wait for its turn."""
    pod = bench.pod("web")
    identity = PodIdentity("default", "web", pod["metadata"]["uid"])
    runtime = bench.runtime
    sandbox = runtime.run_sandbox(SandboxConfig(identity, "web", tmp_path))
    container = runtime.create_container(sandbox, ContainerConfig("main", 0, "any"))
    runtime.start_container(container)
    bench.manager.advance(10)
    assert list(bench.keeper.measurements.pods()) == []
    bench.manager.advance(2)
    [measured] = bench.keeper.measurements.pods()
    assert measured["window"] == "2s"


def test_memory_that_is_short_makes_one_pod_go_at_a_time(bench: Bench) -> None:
    bench.pod("low", priority=-1)
    bench.pod("high", priority=1)
    bench.levels = replace(ROOMY, memory_available_bytes=50 << 20)
    bench.keeper.look_soon()
    bench.manager.settle()
    assert bench.conditions()["MemoryPressure"] == "True"
    [(name, reason, message)] = bench.pods.gone
    assert (name, reason) == ("low", "Evicted")
    assert message.startswith("The node was low on resource: memory. Threshold quantity: 102400Ki,")
    events = [event.at("reason") for event in bench.client.list("events", namespace="").items]
    assert sorted(map(str, events)) == ["Evicted", "EvictionThresholdMet"]
    bench.levels = ROOMY
    bench.manager.advance(20)
    assert len(bench.pods.gone) == 1
    assert bench.conditions()["MemoryPressure"] == "True"
    bench.manager.advance(300)
    assert bench.conditions()["MemoryPressure"] == "False"


def test_how_long_a_node_is_said_to_be_short_can_be_told(tmp_path: Path) -> None:
    config = NodeConfig("here", pressure_seconds=5)
    bench = Bench(tmp_path, replace(ROOMY, memory_available_bytes=50 << 20), config=config)
    assert bench.conditions()["MemoryPressure"] == "True"
    bench.levels = ROOMY
    bench.manager.advance(11)
    assert bench.conditions()["MemoryPressure"] == "False"


def test_images_go_before_any_pod_when_the_disk_is_short(bench: Bench) -> None:
    bench.runtime.pull_image("old:1")
    bench.pod("web")
    bench.levels = replace(ROOMY, disk_available_bytes=1 * GIB)
    bench.frees = True
    bench.manager.advance(60)
    assert bench.runtime.images() == ()
    assert bench.pods.gone == []


def test_a_pod_goes_when_images_are_not_enough(bench: Bench) -> None:
    bench.pod("web")
    bench.levels = replace(ROOMY, disk_available_bytes=1 * GIB)
    bench.manager.advance(30)
    assert [name for name, _, _ in bench.pods.gone] == ["web"]
    assert bench.pods.disrupted == ["web"]


def test_a_volume_over_its_limit_makes_its_pod_go(bench: Bench, tmp_path: Path) -> None:
    bench.pod("web", volumes=[{"name": "v", "emptyDir": {"sizeLimit": "64Ki"}}])
    folder = tmp_path / "web" / "v"
    folder.mkdir(parents=True)
    (folder / "small").write_bytes(b"x" * 4096)
    bench.manager.advance(11)
    assert bench.pods.gone == []
    (folder / "large").write_bytes(b"x" * 100_000)
    bench.manager.advance(11)
    message = 'Usage of EmptyDir volume "v" exceeds the limit "64Ki". '
    assert bench.pods.gone == [("web", "Evicted", message)]
    assert bench.pods.disrupted == [], "it is its own fault"


SIDECAR = {"name": "side", "restartPolicy": "Always", "resources": {}}
INIT = {"name": "init", "resources": {}}


@pytest.mark.parametrize(
    ("inits", "goes"), [([SIDECAR], "web"), ([INIT], "web"), ([], "other")], ids=str
)
def test_what_init_containers_hold_counts_where_memory_is_short(
    bench: Bench, tmp_path: Path, inits: list[Wire], goes: str
) -> None:
    """As long as they run, be they sidecars or not."""
    there = (("other", "main"), ("web", "main"), ("web", "side"), ("web", "init"))
    for name, container in there:
        pod = PodIdentity("default", name, f"uid-{name}")
        sandbox = bench.runtime.run_sandbox(SandboxConfig(pod, name, tmp_path))
        made = bench.runtime.create_container(sandbox, ContainerConfig(container, 0, "any"))
        bench.runtime.start_container(made)
    bench.pod("other")
    bench.pod("web", initContainers=inits)
    bench.levels = replace(ROOMY, memory_available_bytes=50 << 20)
    bench.manager.advance(11)
    assert bench.pods.gone[0][0] == goes


def test_a_sidecar_over_its_limit_makes_its_pod_go(bench: Bench, tmp_path: Path) -> None:
    limits = {"limits": {"ephemeral-storage": "64Ki"}}
    bench.pod("web", initContainers=[{**SIDECAR, "resources": limits}])
    folder = tmp_path / "web" / "logs" / "side"
    folder.mkdir(parents=True)
    (folder / "0.log").write_bytes(b"x" * 100_000)
    bench.manager.advance(11)
    message = "Pod ephemeral local storage usage exceeds the total limit of containers 64Ki. "
    assert bench.pods.gone == [("web", "Evicted", message)]


def test_a_critical_pod_does_not_go_whatever_limit_it_breaks(bench: Bench, tmp_path: Path) -> None:
    """Nor does it keep others from going that the node is short because of."""
    volumes = [{"name": "v", "emptyDir": {"sizeLimit": "64Ki"}}]
    bench.pod("vital", volumes=volumes, priority=2_000_000_000)
    bench.pod("plain")
    folder = tmp_path / "vital" / "v"
    folder.mkdir(parents=True)
    (folder / "large").write_bytes(b"x" * 100_000)
    bench.levels = replace(ROOMY, memory_available_bytes=50 << 20)
    bench.manager.advance(30)
    assert [name for name, _, _ in bench.pods.gone] == ["plain"]


def _ask(pod: Wire) -> None:
    pod["spec"]["containers"][0]["resources"] = {"requests": {"memory": "1Mi"}}


def _tolerate(pod: Wire) -> None:
    pod["spec"]["tolerations"] = [
        {"key": "node.kubernetes.io/memory-pressure", "operator": "Exists"}
    ]


def _from_file(pod: Wire) -> None:
    pod["metadata"]["annotations"] = {"kubernetes.io/config.source": "file"}


@pytest.mark.parametrize(
    ("pressures", "change", "is_taken"),
    [
        ((), lambda pod: None, True),
        (("MemoryPressure",), lambda pod: None, False),
        (("MemoryPressure",), _ask, True),
        (("DiskPressure",), _ask, False),
        (("DiskPressure",), lambda pod: pod["spec"].update(priority=2_000_000_000), True),
        (("MemoryPressure",), _tolerate, True),
        (("DiskPressure",), _from_file, True),
    ],
    ids=["none", "best effort", "burstable", "disk", "critical", "tolerant", "static"],
)
def test_a_node_under_pressure_does_not_take_every_pod(
    pressures: tuple[str, ...], change: Callable[[Wire], object], is_taken: bool
) -> None:
    pod: Wire = {
        "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "main", "resources": {}}]},
    }
    change(pod)
    refusal = refusal_under_pressure(pod, pressures)
    assert (refusal is None) == is_taken
    if refusal is not None:
        assert refusal == ("Evicted", f"The node had condition: [{pressures[0]}]. ")
