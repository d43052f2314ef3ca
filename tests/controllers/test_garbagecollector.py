"""Objects whose owners are gone go; owners wait for dependents, or let them go."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.api.errors import ServerTimeout
from kubeobj.api.kind import Kind
from kubeobj.controllers.garbagecollector import GarbageCollector
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.reconcile.clientlayer import Call
from tests.controllers.running import POD, Running, owned_by

BACKUP = Kind(
    kind=GroupVersionKind("example.com", "v1", "Backup"), plural="backups", namespaced=True
)


def running(**more: Any) -> Running:
    """Return the collector beside a server, settled."""
    made = Running(GarbageCollector, **more)
    made.settle()
    return made


def test_dependents_go_after_their_owner() -> None:
    """What has no owner left is deleted, and what it owned after it."""
    world = running()
    a = world.create("ConfigMap", "a")
    b = world.create("ConfigMap", "b", metadata=owned_by(a))
    world.create("Secret", "c", metadata=owned_by(b))
    world.create("Secret", "d")
    world.settle()
    world.client.delete("configmaps", "a", propagation_policy="Background")
    world.settle()
    assert world.names("configmaps") == []
    assert world.names("secrets") == ["d"]


def test_one_owner_left_keeps_an_object() -> None:
    """The references to owners that are gone are taken away."""
    world = running()
    a, b = world.create("ConfigMap", "a"), world.create("ConfigMap", "b")
    world.create("Secret", "c", metadata=owned_by(a, b))
    world.client.delete("configmaps", "a")
    world.settle()
    kept = world.get("secrets", "c")["metadata"]["ownerReferences"]
    assert [one["name"] for one in kept] == ["b"]


def test_uids_and_not_names() -> None:
    """An owner that was made anew under its old name is another one."""
    world = running()
    a = world.create("ConfigMap", "a")
    world.create("Secret", "c", metadata=owned_by(a))
    world.client.delete("configmaps", "a")
    world.create("ConfigMap", "a")
    world.settle()
    assert world.names("secrets") == []
    assert world.names("configmaps") == ["a"]


def test_an_owner_that_never_was() -> None:
    """The API is asked for an owner that nobody has seen."""
    world = running()
    ghost = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "g", "uid": "u"}}
    world.create("ConfigMap", "a", metadata=owned_by(ghost))
    world.settle()
    assert world.names("configmaps") == []


def test_an_owner_of_another_version_of_its_kind() -> None:
    """An owner that is named by another version of its kind keeps its dependents."""
    world = running()
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}
    made = world.create(
        "autoscaling/v1/HorizontalPodAutoscaler",
        "h",
        spec={"scaleTargetRef": target, "maxReplicas": 3},
    )
    world.create("ConfigMap", "a", metadata=owned_by(made))
    world.settle()
    assert world.names("configmaps") == ["a"]


def test_an_owner_of_an_unknown_kind_decides_nothing() -> None:
    """Nothing is deleted of which it cannot be told whether its owner is there."""
    world = running()
    ghost = {"apiVersion": "x.io/v1", "kind": "Ghost", "metadata": {"name": "g", "uid": "u"}}
    world.create("ConfigMap", "a", metadata=owned_by(ghost))
    world.advance(10_000)
    assert world.names("configmaps") == ["a"]
    assert world.manager.deadline is None


def test_an_owner_in_another_namespace() -> None:
    """An owner elsewhere is none, and that is told."""
    world = running()
    world.create("Namespace", "other", "")
    a = world.create("ConfigMap", "a", "other")
    world.create("Secret", "s", metadata=owned_by(a))
    world.settle()
    assert world.names("secrets") == []
    (event,) = world.there("events", "")
    assert event["reason"] == "OwnerRefInvalidNamespace"
    assert event["type"] == "Warning"
    uid = a["metadata"]["uid"]
    assert event["message"] == (
        f"ownerRef [v1/ConfigMap, namespace: default, name: a, uid: {uid}]"
        ' does not exist in namespace "default"'
    )


def test_a_namespaced_owner_of_an_object_of_the_whole_cluster() -> None:
    """Such a reference says nothing, so the object stays."""
    world = running()
    a = world.create("ConfigMap", "a")
    kind = "scheduling.k8s.io/v1/PriorityClass"
    world.create(kind, "p", "", value=1, metadata=owned_by(a))
    world.client.delete("configmaps", "a")
    world.settle()
    assert "p" in world.names("priorityclasses", "")


def test_owners_of_the_whole_cluster() -> None:
    """An owner that is in no namespace owns objects in any."""
    world = running()
    node = world.create("Node", "n", "")
    world.create("ConfigMap", "a", metadata=owned_by(node))
    world.settle()
    assert world.names("configmaps") == ["a"]
    world.client.delete("nodes", "n")
    world.settle()
    assert world.names("configmaps") == []


def test_foreground_waits_for_those_that_block() -> None:
    """An owner stays until what blocks it is gone, whatever does not block it."""
    world = running()
    a = world.create("ConfigMap", "a")
    blocks = {**owned_by(a, blockOwnerDeletion=True), "finalizers": ["x.y/z"]}
    world.create("ConfigMap", "blocks", metadata=blocks)
    world.create("ConfigMap", "free", metadata={**owned_by(a), "finalizers": ["x.y/z"]})
    world.settle()
    world.client.delete("configmaps", "a", propagation_policy="Foreground")
    world.settle()
    assert world.get("configmaps", "a")["metadata"]["finalizers"] == ["foregroundDeletion"]
    assert "deletionTimestamp" in world.get("configmaps", "free")["metadata"]
    world.client.patch("configmaps", "blocks", {"metadata": {"finalizers": None}}, type="merge")
    world.settle()
    assert world.names("configmaps") == ["free"]


def test_foreground_goes_down_the_whole_tree() -> None:
    """Dependents that have dependents themselves are deleted in the same way."""
    world = running()
    a = world.create("ConfigMap", "a")
    b = world.create("ConfigMap", "b", metadata=owned_by(a, blockOwnerDeletion=True))
    leaf = {**owned_by(b, blockOwnerDeletion=True), "finalizers": ["x.y/z"]}
    world.create("ConfigMap", "c", metadata=leaf)
    world.settle()
    world.client.delete("configmaps", "a", propagation_policy="Foreground")
    world.settle()
    finalizers = [one["metadata"].get("finalizers") for one in world.there("configmaps")]
    assert finalizers == [["foregroundDeletion"], ["foregroundDeletion"], ["x.y/z"]]
    world.client.patch("configmaps", "c", {"metadata": {"finalizers": None}}, type="merge")
    world.settle()
    assert world.names("configmaps") == []


def test_a_dependent_that_comes_late_to_an_owner_that_waits() -> None:
    """It goes as the others do, before its owner."""
    world = running()
    a = world.create("ConfigMap", "a")
    b = {**owned_by(a, blockOwnerDeletion=True), "finalizers": ["x.y/z"]}
    world.create("ConfigMap", "b", metadata=b)
    world.client.delete("configmaps", "a", propagation_policy="Foreground")
    world.settle()
    world.create("ConfigMap", "late", metadata=owned_by(a, blockOwnerDeletion=True))
    world.settle()
    assert world.names("configmaps") == ["a", "b"]


def test_foreground_with_another_owner() -> None:
    """A dependent with an owner that stays is let go by the one that goes."""
    world = running()
    a, b = world.create("ConfigMap", "a"), world.create("ConfigMap", "b")
    world.create("Secret", "c", metadata=owned_by(a, b, blockOwnerDeletion=True))
    world.settle()
    world.client.delete("configmaps", "a", propagation_policy="Foreground")
    world.settle()
    assert world.names("configmaps") == ["b"]
    assert len(world.get("secrets", "c")["metadata"]["ownerReferences"]) == 1


def test_a_ring_is_opened() -> None:
    """Objects that own each other, and block each other, go in the end."""
    world = running()
    a = world.create("ConfigMap", "a")
    b = world.create("ConfigMap", "b", metadata=owned_by(a, blockOwnerDeletion=True))
    ring = {"metadata": owned_by(b, blockOwnerDeletion=True)}
    world.client.patch("configmaps", "a", ring, type="merge")
    world.settle()
    world.client.delete("configmaps", "a", propagation_policy="Foreground")
    world.settle()
    assert world.names("configmaps") == []


def test_orphans_are_let_go() -> None:
    """They lose the reference to the owner that goes, and no other."""
    world = running()
    a, b = world.create("ConfigMap", "a"), world.create("ConfigMap", "b")
    world.create("Secret", "c", metadata=owned_by(a))
    world.create("Secret", "d", metadata=owned_by(a, b))
    world.settle()
    world.client.delete("configmaps", "a", propagation_policy="Orphan")
    world.settle()
    assert world.names("configmaps") == ["b"]
    assert "ownerReferences" not in world.get("secrets", "c")["metadata"]
    assert len(world.get("secrets", "d")["metadata"]["ownerReferences"]) == 1


def test_kinds_of_a_users_own() -> None:
    """They own and are owned like all others."""
    world = running(kinds=[BACKUP])
    backup = world.create("example.com/v1/Backup", "b")
    world.create("Pod", "p", metadata=owned_by(backup), spec=POD)
    pod = world.get("pods", "p")
    world.create("example.com/v1/Backup", "c", metadata=owned_by(pod))
    world.settle()
    world.client.delete("backups", "b")
    world.settle()
    assert world.names("pods") == []
    assert world.names("backups") == []


def test_what_is_kept_costs_nothing() -> None:
    """An object whose owner has been seen is not asked about, nor looked at again."""
    world = running()
    a = world.create("ConfigMap", "a")
    world.settle()
    before = world.manager.controllers["garbagecollector"].metrics.reconciles
    for number in range(20):
        world.create("Secret", f"s{number}", metadata=owned_by(a))
    world.settle()
    assert world.manager.controllers["garbagecollector"].metrics.reconciles == before
    assert world.writes == []


def test_an_api_that_fails_for_a_while() -> None:
    """What could not be asked or done is asked and done later."""
    world = running()
    a = world.create("ConfigMap", "a")
    world.create("Secret", "c", metadata=owned_by(a))
    world.settle()

    def refuse(call: Call) -> Exception | None:
        failing = world.clock.now() < began + 60 and call.verb in {"get", "delete"}
        return ServerTimeout("not now") if failing else None

    began, world.refuse = world.clock.now(), refuse
    world.client.delete("configmaps", "a")
    world.advance(59)
    assert world.names("secrets") == ["c"]
    world.advance(120)
    assert world.names("secrets") == []


def test_the_work_grows_with_the_objects_and_no_faster() -> None:
    """An owner of many is not looked at for each of them, nor each of them for the others."""
    world = running()
    a = world.create("ConfigMap", "a")
    for number in range(40):
        metadata = owned_by(a, blockOwnerDeletion=True)
        world.create("Secret", f"s{number}", metadata=metadata)
    world.settle()
    metrics = world.manager.controllers["garbagecollector"].metrics
    before = metrics.reconciles
    world.client.delete("configmaps", "a", propagation_policy="Foreground")
    world.settle()
    assert (world.names("configmaps"), world.names("secrets")) == ([], [])
    assert metrics.reconciles - before <= 2 * 41


def test_a_finalizer_of_a_dependent_says_what_becomes_of_its_own() -> None:
    """One that asks for its dependents to be let go has them let go."""
    world = running()
    a = world.create("ConfigMap", "a")
    b = world.create("ConfigMap", "b", metadata={**owned_by(a), "finalizers": ["orphan"]})
    world.create("Secret", "c", metadata=owned_by(b))
    world.settle()
    world.client.delete("configmaps", "a")
    world.settle()
    assert (world.names("configmaps"), world.names("secrets")) == ([], ["c"])


def test_an_owner_that_is_there_but_has_not_been_seen() -> None:
    """It is asked for, and keeps its dependents."""
    world = running()
    loop = world.manager.controllers["garbagecollector"]
    node = world.create("Node", "n", "")
    world.create("ConfigMap", "a", metadata=owned_by(node))
    world.manager.informer("configmaps").poll()
    assert loop.step() is not None
    assert world.names("configmaps") == ["a"]
    world.client.delete("nodes", "n")
    world.settle()
    assert world.names("configmaps") == []


def test_what_changes_between_looking_and_deleting_is_looked_at_again() -> None:
    """An object that gets another owner at the last moment stays."""
    world = running()
    a, b = world.create("ConfigMap", "a"), world.create("ConfigMap", "b")
    world.create("Secret", "c", metadata=owned_by(a))
    world.settle()

    def interfere(call: Call) -> None:
        if call.verb == "delete" and call.target()[0] == "secrets":
            world.refuse = lambda _call: None
            world.client.patch("secrets", "c", {"metadata": owned_by(b)}, type="merge")

    world.refuse = interfere
    world.client.delete("configmaps", "a")
    world.advance(10)
    assert world.names("secrets") == ["c"]


def test_what_has_gone_before_it_is_looked_at() -> None:
    """Objects that somebody else deletes or makes anew meanwhile are no trouble."""
    world = running()
    a = world.create("ConfigMap", "a")
    for name in ("b", "c"):
        world.create("Secret", name, metadata=owned_by(a))
    world.settle()
    world.client.delete("configmaps", "a")
    world.manager.read()
    world.client.delete("secrets", "b")
    world.client.delete("secrets", "c")
    world.create("Secret", "c")
    world.settle()
    assert world.names("secrets") == ["c"]
    assert world.manager.controllers["garbagecollector"].errors == {}


def test_many_owners_that_are_not_there() -> None:
    """Of a bounded number of them it is remembered; all of their dependents go."""
    world = running()
    for number in range(520):
        metadata = {"name": f"g{number}", "uid": f"u{number}"}
        ghost = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}
        world.create("ConfigMap", f"a{number}", metadata=owned_by(ghost))
    world.settle()
    assert world.names("configmaps") == []


@pytest.mark.parametrize("write", range(1, 8))
@pytest.mark.parametrize("policy", ["Background", "Foreground", "Orphan"])
def test_whenever_it_dies_it_comes_to_the_same_end(policy: Any, write: int) -> None:
    """What was begun before one end is finished after it."""
    world = running(dies_at_write=write)
    a = world.create("ConfigMap", "a")
    for name in ("b", "c"):
        b = world.create("ConfigMap", name, metadata=owned_by(a, blockOwnerDeletion=True))
        world.create("Secret", name, metadata=owned_by(b, blockOwnerDeletion=True))
    world.settle()
    world.client.delete("configmaps", "a", propagation_policy=policy)
    world.settle()
    kept = ["b", "c"] if policy == "Orphan" else []
    assert world.names("configmaps") == kept
    assert world.names("secrets") == kept


@given(st.data())
def test_nothing_with_an_owner_goes_and_nothing_without_one_stays(data: st.DataObject) -> None:
    """Whatever is owned by whom, and is deleted how: none is left of which no owner is."""
    world = running()
    made = []
    for number in range(data.draw(st.integers(1, 7), label="objects")):
        owners = (
            data.draw(st.lists(st.sampled_from(made), unique_by=id, max_size=3)) if made else []
        )
        blocks = data.draw(st.booleans())
        metadata = owned_by(*owners, blockOwnerDeletion=blocks)
        made.append(world.create("ConfigMap", f"c{number}", metadata=metadata if owners else {}))
        if data.draw(st.booleans()):
            world.settle()
    gone = data.draw(st.lists(st.sampled_from(made), unique_by=id, min_size=1), label="deleted")
    for one in gone:
        policy = data.draw(st.sampled_from(["Background", "Foreground"]))
        name = one["metadata"]["name"]
        if world.client.exists("configmaps", name):
            world.client.delete("configmaps", name, propagation_policy=policy)
        if data.draw(st.booleans()):
            world.settle()
    world.settle()
    expected: list[str] = []
    for one in made:
        owners = [owner["name"] for owner in one["metadata"].get("ownerReferences", ())]
        is_kept = not owners or any(owner in expected for owner in owners)
        if one not in gone and is_kept:
            expected.append(one["metadata"]["name"])
    assert world.names("configmaps") == expected
