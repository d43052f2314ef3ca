"""A node reads what its pods need, and nothing else."""

from typing import Any

import pytest

from kubeobj.node.faults import SourceFault
from kubeobj.node.podsources import PodSources
from kubeobj.reconcile.clientlayer import Ask, Call, layered
from kubeobj.reconcile.manager import Manager
from tests.node.podworld import NODE, PodWorld

Document = dict[str, Any]
NEEDS = {"name": "a", "envFrom": [{"configMapRef": {"name": "c"}}]}


def test_only_what_pods_need_is_read(world: PodWorld) -> None:
    """Whoever is not named by a pod is not known, however long it is there."""
    world.config_map("c", a="1")
    world.config_map("other", a="1")
    pod = world.pod("web", NEEDS)
    assert world.sources.config_map("default", "c")["data"] == {"a": "1"}
    with pytest.raises(SourceFault) as caught:
        world.sources.config_map("default", "other")
    assert not caught.value.is_missing
    world.sources.forget(pod["metadata"]["uid"])
    with pytest.raises(SourceFault, match="failed to sync configmap cache"):
        world.sources.config_map("default", "c")


def test_two_pods_share_what_they_need(world: PodWorld) -> None:
    """It is followed until the last of them is gone."""
    world.config_map("c", a="1")
    one, other = world.pod("one", NEEDS), world.pod("other", NEEDS)
    world.sources.forget(one["metadata"]["uid"])
    change = {"data": {"a": "2"}}
    world.client.patch("configmaps", "c", change, namespace="default", type="merge")
    world.step()
    assert world.sources.config_map("default", "c")["data"] == {"a": "2"}
    assert [str(request) for request in world.changed[-1:]] == ["default/other"]
    assert world.sources.version(one["metadata"]["uid"]) == 0
    assert world.sources.version(other["metadata"]["uid"]) > 0


def test_what_is_deleted_is_missing(world: PodWorld) -> None:
    """And that is told as such."""
    world.config_map("c", a="1")
    world.pod("web", NEEDS)
    world.client.delete("configmaps", "c", namespace="default")
    world.step()
    with pytest.raises(SourceFault, match='configmap "c" not found') as caught:
        world.sources.config_map("default", "c")
    assert caught.value.is_missing


def test_a_pod_sees_what_was_written_before_it(world: PodWorld) -> None:
    """Even if nobody has read it since: to follow is to read."""
    world.config_map("c", a="1")
    world.pod("one", NEEDS)
    change = {"data": {"a": "2"}}
    world.client.patch("configmaps", "c", change, namespace="default", type="merge")
    pod = world.create("v1", "Pod", "two", spec={"containers": [{"image": "i", **NEEDS}]})
    world.sources.follow(pod)
    assert world.sources.config_map("default", "c")["data"] == {"a": "2"}


def test_a_claim_brings_its_volume(world: PodWorld) -> None:
    """Once it is bound, the volume is read as well."""
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    world.create("v1", "PersistentVolumeClaim", "data", spec={**spec, "storageClassName": ""})
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]
    pod = world.pod("web", volumes=volumes)
    assert "volumeName" not in world.sources.claim("default", "data")["spec"]
    world.create(
        "v1",
        "PersistentVolume",
        "pv",
        "",
        spec={
            "accessModes": ["ReadWriteOnce"],
            "capacity": {"storage": "1Gi"},
            "hostPath": {"path": "/x"},
        },
    )
    change = {"spec": {"volumeName": "pv"}}
    world.client.patch("pvc", "data", change, namespace="default", type="merge")
    world.step()
    assert world.sources.volume("pv")["spec"]["hostPath"]["path"] == "/x"
    world.sources.forget(pod["metadata"]["uid"])
    with pytest.raises(SourceFault):
        world.sources.volume("pv")


def test_services_of_other_namespaces_are_left_out(world: PodWorld) -> None:
    """But that of the API is known everywhere."""
    world.service("web", "shop", clusterIP="10.0.0.2", ports=[{"port": 80}])
    sources = PodSources(Manager(world.client, world.clock), NODE)
    assert sources.services("shop") is None
    world.step()
    names = [one["metadata"]["name"] for one in world.sources.services("shop") or ()]
    assert names == ["web", "kubernetes"]
    assert [one["metadata"]["name"] for one in world.sources.services("default") or ()] == [
        "kubernetes"
    ]
    world.client.delete("services", "web", namespace="shop")
    world.step()
    assert [one["metadata"]["name"] for one in world.sources.services("shop") or ()] == [
        "kubernetes"
    ]


def test_an_api_that_cannot_be_reached(world: PodWorld) -> None:
    """Says nothing of what is there; later it is asked again."""
    world.config_map("c", a="1")
    is_away = True

    def ask(call: Call, go_on: Ask) -> object:
        if is_away and call.target()[0] == "configmaps":
            raise ConnectionError("no route to host")
        return go_on()

    manager = Manager(layered(world.client, ask), world.clock)
    sources = PodSources(manager, NODE)
    pod = world.pod("web", NEEDS)
    sources.follow(pod)
    with pytest.raises(SourceFault) as caught:
        sources.config_map("default", "c")
    assert not caught.value.is_missing
    assert caught.value.message == (
        "failed to sync configmap cache: timed out waiting for the condition"
    )
    deadline = sources.deadline
    assert deadline is not None
    is_away = False
    assert not sources.step()
    world.clock.advance(deadline - world.clock.now())
    assert sources.step()
    assert sources.config_map("default", "c")["data"] == {"a": "1"}
    sources.close()
