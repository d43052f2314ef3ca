"""The agent with everything that pods read on a real node: its disk, secrets, config maps."""

from pathlib import Path
from typing import Any

import pytest

from kubeobj.node.nodeinputs import NodeInputs
from kubeobj.node.podfacts import NodeFacts
from kubeobj.node.podsources import PodSources
from tests.node.agentworld import ADDRESS, NODE, AgentWorld


@pytest.fixture
def world(tmp_path: Path) -> AgentWorld:
    """Return a node whose pods have their files in a directory."""
    facts = NodeFacts(NODE, (ADDRESS,), tmp_path / "pods", tmp_path / "logs")
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE}}
    return AgentWorld(
        node=node,
        inputs=lambda manager, changed: NodeInputs(
            facts, PodSources(manager, NODE, changed), manager.clock
        ),
    )


def config_map(name: str = "settings", **data: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


PLAIN = {"automountServiceAccountToken": False}


def test_a_container_waits_for_what_it_reads(world: AgentWorld) -> None:
    """And begins as soon as that is there, not before long."""
    env = [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "a"}}}]
    world.create({"name": "a", "env": env}, **PLAIN)
    world.settle()
    assert world.container()["state"]["waiting"] == {
        "reason": "CreateContainerConfigError",
        "message": 'configmap "settings" not found',
    }
    assert 'Failed: Error: configmap "settings" not found' in world.events()
    world.client.create(config_map(a="1"))
    world.settle()
    assert world.state() == "running"


def test_a_pod_waits_for_its_volumes(world: AgentWorld) -> None:
    """Nothing of it is made before."""
    volumes = [{"name": "v", "configMap": {"name": "settings"}}]
    mounts = [{"name": "v", "mountPath": "/etc/settings"}]
    world.create({"name": "a", "volumeMounts": mounts}, volumes=volumes, **PLAIN)
    world.advance(3)
    assert world.host.sandboxes == {}
    assert world.state() == "waiting ContainerCreating"
    assert world.conditions()["PodReadyToStartContainers"] == "False"
    assert [one for one in world.events() if one.startswith("FailedMount: ")]
    world.client.create(config_map(a="1"))
    world.settle()
    assert world.state() == "running"


def test_volumes_follow_what_they_show(world: AgentWorld, tmp_path: Path) -> None:
    """While the container runs on."""
    world.client.create(config_map(a="1"))
    volumes = [{"name": "v", "configMap": {"name": "settings"}}]
    mounts = [{"name": "v", "mountPath": "/etc/settings"}]
    pod = world.create({"name": "a", "volumeMounts": mounts}, volumes=volumes, **PLAIN)
    world.settle()
    uid = pod["metadata"]["uid"]
    file = tmp_path / "pods" / uid / "volumes" / "kubernetes.io~configmap" / "v" / "a"
    assert file.read_text() == "1"
    world.client.patch("configmaps", "settings", {"data": {"a": "2"}}, namespace="default")
    world.settle()
    assert file.read_text() == "2"
    assert world.container()["restartCount"] == 0


def test_a_container_starts_again_though_the_object_of_its_volume_has_gone(
    world: AgentWorld, tmp_path: Path
) -> None:
    """With what that has shown last; that it has gone is told."""
    world.client.create(config_map(a="1"))
    volumes = [{"name": "v", "configMap": {"name": "settings"}}]
    mounts = [{"name": "v", "mountPath": "/etc/settings"}]
    pod = world.create({"name": "a", "volumeMounts": mounts}, volumes=volumes, **PLAIN)
    world.settle()
    world.client.delete("configmaps", "settings", namespace="default")
    world.settle()
    told = [one for one in world.events() if one.startswith("FailedMount: ")]
    assert [one.endswith('configmap "settings" not found') for one in told] == [True]
    [run] = world.host.runs
    world.executor.submit(lambda: world.runtime.stop_container(run, 0))
    world.until(lambda: world.container()["restartCount"] == 1)
    world.until(lambda: world.state() == "running")
    folder = tmp_path / "pods" / pod["metadata"]["uid"] / "volumes" / "kubernetes.io~configmap"
    assert (folder / "v" / "a").read_text() == "1"


def test_nothing_is_left_on_the_disk(world: AgentWorld, tmp_path: Path) -> None:
    """Of a pod that has gone, even if it went while there was no agent."""
    volumes = [{"name": "v", "emptyDir": {}}]
    mounts = [{"name": "v", "mountPath": "/data"}]
    for name in ("one", "two"):
        world.create({"name": "a", "volumeMounts": mounts}, name=name, volumes=volumes, **PLAIN)
    world.settle()
    assert len(list((tmp_path / "pods").iterdir())) == 2
    world.client.delete("pods", "one", namespace="default")
    world.advance(5)
    assert len(list((tmp_path / "pods").iterdir())) == 1
    world.loop.close()
    world.client.delete("pods", "two", namespace="default", grace_period_seconds=0)
    world.host.reboot(world.clock.now())
    for sandbox_id in list(world.host.sandboxes):
        world.host.remove_sandbox(sandbox_id)
    world.restart_agent()
    world.advance(5)
    assert list((tmp_path / "pods").iterdir()) == []


def test_a_volume_follows_the_labels_of_its_pod(world: AgentWorld, tmp_path: Path) -> None:
    """And its annotations, in place."""
    fields = [
        {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}},
        {"path": "note", "fieldRef": {"fieldPath": "metadata.annotations['note']"}},
    ]
    volumes = [{"name": "v", "downwardAPI": {"items": fields}}]
    mounts = [{"name": "v", "mountPath": "/etc/info"}]
    pod = world.create({"name": "a", "volumeMounts": mounts}, volumes=volumes, **PLAIN)
    world.settle()
    files = tmp_path / "pods" / pod["metadata"]["uid"] / "volumes" / "kubernetes.io~downward-api"
    metadata = {"labels": {"tier": "web"}, "annotations": {"note": "new"}}
    world.client.patch("pods", "p", {"metadata": metadata}, namespace="default")
    world.settle()
    assert 'tier="web"' in (files / "v" / "labels").read_text()
    assert (files / "v" / "note").read_text() == "new"
    assert world.container()["restartCount"] == 0
