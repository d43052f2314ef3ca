"""Groups of pods: all that must be, or none."""

from typing import Any

from kubeobj.scheduling.gangs import LEAST_LABEL, NAME_LABEL, Gangs
from kubeobj.scheduling.queue import Place
from kubeobj.scheduling.records import record_of
from kubeobj.scheduling.templates import Templates
from tests.scheduling.conftest import Cluster


def _member(least: int) -> dict[str, Any]:
    return {"metadata": {"labels": {NAME_LABEL: "job", LEAST_LABEL: str(least)}}}


def test_a_group_waits_until_it_is_large_enough(cluster: Cluster) -> None:
    """Its pods are held before."""
    cluster.node("n1", cpu="4")
    cluster.pod("a", **_member(3))
    cluster.pod("b", **_member(3))
    cluster.settle()
    assert cluster.places() == {"a": "", "b": ""}
    assert [one.place for one in cluster.scheduler.queue] == [Place.HELD, Place.HELD]
    cluster.pod("c", **_member(3))
    cluster.settle()
    assert cluster.places() == {"a": "n1", "b": "n1", "c": "n1"}


def test_none_is_placed_if_too_few_fit(cluster: Cluster) -> None:
    """And nothing is taken; all are placed once there is room for all."""
    cluster.node("n1")
    for name in ("a", "b", "c"):
        cluster.pod(name, **_member(3))
    cluster.settle()
    assert cluster.places() == {"a": "", "b": "", "c": ""}
    assert cluster.scheduler.snapshot.nodes.at(0).used.get("cpu", 0) == 0
    messages = {cluster.condition(name)["message"] for name in ("a", "b", "c")}
    assert "only 2 of 3 pods of the group could be placed" in messages
    cluster.node("n2")
    cluster.settle()
    assert sorted(dict.fromkeys(cluster.places().values())) == ["n1", "n2"]


def test_more_than_the_least_come_when_they_can(cluster: Cluster) -> None:
    """The rest of a group waits alone."""
    cluster.node("n1")
    for name in ("a", "b", "c"):
        cluster.pod(name, **_member(2))
    cluster.settle()
    assert sorted(cluster.places().values()) == ["", "n1", "n1"]


def test_a_pod_group_says_how_many() -> None:
    """Before it is there, its pods are held."""
    gangs = Gangs()
    pod = {
        "metadata": {"name": "a", "namespace": "default"},
        "spec": {"containers": [], "schedulingGroup": {"podGroupName": "job"}},
    }
    record = record_of(pod, Templates())
    group = gangs.put(record)
    assert group == ("default", "job")
    held = gangs.pre_enqueue(group)
    assert held is not None
    assert held.reasons == ("waiting for pod group job to appear",)
    policy = {"gang": {"minCount": 2}}
    document = {
        "metadata": {"name": "job", "namespace": "default"},
        "spec": {"schedulingPolicy": policy},
    }
    assert gangs.put_group(document) == group
    held = gangs.pre_enqueue(group)
    assert held is not None
    assert held.reasons == ("waiting for 2 pods of group job, 1 are there",)
    gangs.put_group({**document, "spec": {"schedulingPolicy": {"basic": {}}}})
    assert gangs.pre_enqueue(group) is None
    gangs.discard(record)
    gangs.discard_group("default", "job")
    assert gangs.least(group) is None
    assert not gangs.members(group)


def test_a_pod_group_that_comes_lets_its_pods_in(cluster: Cluster) -> None:
    """As an event of its own."""
    cluster.node("n1")
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "a", "namespace": "default", "uid": "u"},
        "spec": {
            "containers": [{"name": "c", "image": "i"}],
            "schedulingGroup": {"podGroupName": "job"},
        },
    }
    scheduler = cluster.scheduler
    scheduler.handle("pods", None, pod)
    (queued,) = scheduler.queue
    assert queued.place is Place.HELD
    group = {
        "metadata": {"name": "job", "namespace": "default"},
        "spec": {"schedulingPolicy": {"gang": {"minCount": 1}}},
    }
    scheduler.handle("podgroups", None, group)
    assert queued.place is Place.ACTIVE
    scheduler.handle("podgroups", group, None)
    assert len(scheduler.queue) == 1
