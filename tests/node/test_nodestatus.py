"""The Node that a real machine registers, and what it reports; the API takes both."""

from pathlib import Path

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.inprocess import InProcessClient
from kubeobj.documents import Wire
from kubeobj.node.host import HostFacts, read_facts, read_levels
from kubeobj.node.nodestatus import (
    NodeConfig,
    NodeHealth,
    is_told,
    new_node,
    real_node_status,
)
from kubeobj.runtimes.states import Image, RuntimeStatus, RuntimeVersion

FACTS = HostFacts(cores=4, memory_bytes=8 << 30, disk_bytes=100 << 30)
CONFIG = NodeConfig("here", addresses=("127.0.0.1",), hostname="box")
VERSION = RuntimeVersion("process", "1")


def _status(health: NodeHealth, before: Wire | None = None, now: float = 1_800_000_000.0) -> Wire:
    return real_node_status(CONFIG, FACTS, VERSION, health, before or {}, now)


def _conditions(status: Wire) -> dict[str, tuple[str, str, str]]:
    return {
        one["type"]: (one["status"], one["reason"], one["message"]) for one in status["conditions"]
    }


def test_the_api_takes_the_node_of_this_very_machine(tmp_path: Path) -> None:
    facts = read_facts(tmp_path)
    client = InProcessClient(ApiServer())
    client.create(new_node(CONFIG, facts))
    status = real_node_status(CONFIG, facts, VERSION, NodeHealth(), {}, 1_800_000_000.0)
    client.patch("nodes", "here", {"status": status}, type="merge", part="status")
    node = client.get("nodes", "here")
    assert node.at("status", "capacity", "cpu") == str(facts.cores)
    assert node.at("metadata", "labels", "kubernetes.io/hostname") == "box"


def test_the_levels_of_this_very_machine_are_within_its_size(tmp_path: Path) -> None:
    facts, levels = read_facts(tmp_path), read_levels(tmp_path)
    assert 0 < levels.memory_available_bytes <= facts.memory_bytes
    assert 0 <= levels.disk_available_bytes <= facts.disk_bytes
    assert levels.processes > 0
    assert levels.cpu_nanoseconds > 0


def test_a_healthy_node_says_so_in_the_kubelets_words() -> None:
    assert _conditions(_status(NodeHealth())) == {
        "MemoryPressure": (
            "False",
            "KubeletHasSufficientMemory",
            "kubelet has sufficient memory available",
        ),
        "DiskPressure": ("False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        "PIDPressure": (
            "False",
            "KubeletHasSufficientPID",
            "kubelet has sufficient PID available",
        ),
        "Ready": ("True", "KubeletReady", "kubelet is posting ready status"),
    }


def test_a_node_under_pressure_says_of_what() -> None:
    found = _conditions(_status(NodeHealth(pressures=("MemoryPressure",))))
    assert found["MemoryPressure"][0] == "True"
    assert found["DiskPressure"][0] == "False"


def test_a_node_without_its_runtime_is_not_ready_and_says_why() -> None:
    down = RuntimeStatus(ready=False, message="no engine answers at /run/x.sock")
    ready = _conditions(_status(NodeHealth(runtime=down)))["Ready"]
    assert ready == (
        "False",
        "KubeletNotReady",
        "[container runtime is down: no engine answers at /run/x.sock]",
    )


def test_what_must_stay_free_is_not_offered() -> None:
    status = _status(NodeHealth())
    assert status["capacity"]["memory"] == "8Gi"
    assert status["allocatable"]["memory"] == "8092Mi"
    assert status["allocatable"]["ephemeral-storage"] == str((100 << 30) * 95 // 100)


def test_conditions_of_others_and_old_transitions_stay() -> None:
    first = _status(NodeHealth(), now=1_800_000_000.0)
    other: Wire = {"type": "Mood", "status": "True"}
    before = {**first, "conditions": [*first["conditions"], other]}
    again = _status(NodeHealth(), before, now=1_800_000_100.0)
    assert other in again["conditions"]
    assert again["conditions"][0]["lastTransitionTime"] == "2027-01-15T08:00:00Z"
    assert again["conditions"][0]["lastHeartbeatTime"] == "2027-01-15T08:01:40Z"
    assert is_told(before, again)


def test_a_change_is_worth_telling() -> None:
    before = _status(NodeHealth())
    assert not is_told(before, _status(NodeHealth(pressures=("DiskPressure",))))


def test_the_largest_images_are_named_first_and_fifty_at_most() -> None:
    images = [Image(str(size), tags=(f"i:{size}",), size_bytes=size) for size in range(60)]
    found = _status(NodeHealth(images=images))["images"]
    assert len(found) == 50
    assert found[0] == {"names": ["i:59"], "sizeBytes": 59}
