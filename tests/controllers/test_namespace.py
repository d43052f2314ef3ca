"""A namespace that is deleted is emptied, and then goes."""

from dataclasses import replace
from typing import Any

import pytest

from kubeobj.api.errors import InternalError, ServiceUnavailable
from kubeobj.api.kind import Kind
from kubeobj.controllers.garbagecollector import GarbageCollector
from kubeobj.controllers.namespace import NamespaceController
from kubeobj.controllers.namespacecontent import Emptied, empty
from kubeobj.controllers.serviceaccount import ServiceAccountController
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.reconcile.clientlayer import Call
from kubeobj.store.snapshot import take_snapshot
from tests.controllers.running import POD, Running

BACKUP = Kind(
    kind=GroupVersionKind("example.com", "v1", "Backup"), plural="backups", namespaced=True
)


def running(*loops: Any, **more: Any) -> Running:
    """Return the loop, and others, beside a server with a namespace ``shop``."""
    world = Running(NamespaceController, *loops, **more)
    world.create("Namespace", "shop", "")
    world.create("ServiceAccount", "default", "shop", automountServiceAccountToken=False)
    world.settle()
    return world


def conditions(world: Running) -> dict[str, tuple[str, str, str]]:
    """Return what the conditions of the namespace say, by type."""
    found = world.get("namespaces", "shop", "")["status"].get("conditions", [])
    return {one["type"]: (one["status"], one["reason"], one["message"]) for one in found}


def test_everything_in_it_goes() -> None:
    """Whatever kind it is of, one's own among them; and nothing elsewhere."""
    world = running(kinds=[BACKUP])
    for kind in ("ConfigMap", "Secret", "example.com/v1/Backup"):
        world.create(kind, "x", "shop")
        world.create(kind, "x", "default")
    world.client.in_namespace("shop").create(
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": "e"},
            "involvedObject": {"kind": "Pod", "name": "p", "namespace": "shop"},
        }
    )
    world.client.delete("namespaces", "shop")
    world.settle()
    assert "shop" not in world.names("namespaces", "")
    everything = take_snapshot(world.server.store).records
    assert [record.key for record in everything if record.key.namespace == "shop"] == []
    for kind in ("configmaps", "secrets", "backups"):
        assert world.names(kind) == ["x"]
    assert world.manager.deadline is None


def test_pods_go_before_all_else() -> None:
    """As long as there is one, what it relies on stays."""
    world = running()
    world.create("ConfigMap", "c", "shop")
    world.create("Pod", "p", "shop", spec=POD | {"nodeName": "n"})
    world.client.delete("namespaces", "shop")
    world.settle()
    assert "deletionTimestamp" in world.get("pods", "p", "shop")["metadata"]
    assert "deletionTimestamp" not in world.get("configmaps", "c", "shop")["metadata"]
    assert conditions(world)["NamespaceContentRemaining"] == (
        "True",
        "SomeResourcesRemain",
        "Some resources are remaining: pods. has 1 resource instances",
    )
    assert world.manager.deadline is None
    world.client.delete("pods", "p", namespace="shop", grace_period_seconds=0)
    world.settle()
    assert "shop" not in world.names("namespaces", "")


def test_what_finalizers_keep_is_told_and_waited_for() -> None:
    """It is told by kind and by finalizer, and nothing is done until it goes."""
    world = running()
    for name, finalizers in (("a", ["x.y/z"]), ("b", ["x.y/z", "u.v/w"])):
        world.create("ConfigMap", name, "shop", metadata={"finalizers": finalizers})
    deployments = {"finalizers": ["u.v/w"]}
    spec = {
        "selector": {"matchLabels": {"a": "b"}},
        "template": {"metadata": {"labels": {"a": "b"}}, "spec": POD},
    }
    world.create("apps/v1/Deployment", "d", "shop", metadata=deployments, spec=spec)
    world.client.delete("namespaces", "shop")
    world.settle()
    told = conditions(world)
    assert told["NamespaceContentRemaining"][2] == (
        "Some resources are remaining: configmaps. has 2 resource instances,"
        " deployments.apps has 1 resource instances"
    )
    assert told["NamespaceFinalizersRemaining"] == (
        "True",
        "SomeFinalizerRemain",
        (
            "Some finalizers are remaining: u.v/w in 2 resource instances,"
            " x.y/z in 2 resource instances"
        ),
    )
    assert told["NamespaceDeletionContentFailure"] == (
        "False",
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
    )
    writes = len(world.writes)
    world.advance(3600)
    assert len(world.writes) == writes
    for kind, name in (("configmaps", "a"), ("configmaps", "b"), ("deployments", "d")):
        bare = {"metadata": {"finalizers": None}}
        world.client.patch(kind, name, bare, type="merge", namespace="shop")
    world.settle()
    assert "shop" not in world.names("namespaces", "")


def test_finalizers_of_others_keep_the_namespace() -> None:
    """It takes away its own finalizer alone."""
    world = running()
    more = {"spec": {"finalizers": ["kubernetes", "x.y/z"]}}
    world.client.patch("namespaces", "shop", more, type="merge", part="finalize")
    world.client.delete("namespaces", "shop")
    world.settle()
    assert world.get("namespaces", "shop", "")["spec"]["finalizers"] == ["x.y/z"]


def test_what_cannot_be_deleted_is_told_and_tried_again() -> None:
    """The failure is a condition until it has passed, with the times of its changes."""
    world = running()
    world.create("ConfigMap", "c", "shop")
    began = world.clock.now()

    def refuse(call: Call) -> Exception | None:
        is_content = call.verb == "delete_all" and world.clock.now() < began + 60
        return InternalError("no luck") if is_content else None

    world.refuse = refuse
    world.client.delete("namespaces", "shop")
    world.advance(30)
    # Its own account could not be deleted either.
    assert conditions(world)["NamespaceDeletionContentFailure"] == (
        "True",
        "ContentDeletionFailed",
        "Failed to delete all resource types, 2 remaining: no luck, no luck",
    )
    world.advance(3600)
    assert "shop" not in world.names("namespaces", "")


def test_kinds_that_cannot_be_found_out_are_told() -> None:
    """What is known is deleted meanwhile."""
    world = running()
    world.create("ConfigMap", "c", "shop", metadata={"finalizers": ["x.y/z"]})
    world.refuse = lambda call: ServiceUnavailable("down") if call.verb == "resources" else None
    world.client.delete("namespaces", "shop")
    world.advance(10)
    told = conditions(world)
    assert told["NamespaceDeletionDiscoveryFailure"] == ("True", "DiscoveryFailed", "down")
    assert told["NamespaceContentRemaining"][0] == "True"
    world.refuse = lambda _call: None
    world.client.patch(
        "configmaps", "c", {"metadata": {"finalizers": None}}, type="merge", namespace="shop"
    )
    world.advance(100)
    assert "shop" not in world.names("namespaces", "")


def test_events_that_a_finalizer_keeps_are_looked_at_again() -> None:
    """Nobody tells of events, so somebody looks."""
    world = running()
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "e", "namespace": "shop", "finalizers": ["x.y/z"]},
        "involvedObject": {"kind": "Pod", "name": "p", "namespace": "shop"},
    }
    world.client.create(event)
    world.client.delete("namespaces", "shop")
    world.settle()
    bare = {"metadata": {"finalizers": None}}
    world.client.patch("events", "e", bare, type="merge", namespace="shop")
    world.advance(20)
    assert "shop" not in world.names("namespaces", "")
    assert world.manager.deadline is None


def test_kinds_that_are_deleted_one_by_one() -> None:
    """Where a server cannot delete all objects of a kind at once."""
    world = running()
    for name in ("a", "b"):
        world.create("ConfigMap", name, "shop")
    configmaps = world.server.core.scheme.find("configmaps")
    verbs = tuple(verb for verb in configmaps.verbs if verb != "deletecollection")
    emptied = empty(world.client, "shop", [replace(configmaps, verbs=verbs)])
    assert emptied == Emptied()
    assert world.names("configmaps", "shop") == []


@pytest.mark.parametrize("write", range(1, 12))
def test_whenever_it_dies_the_namespace_goes(write: int) -> None:
    """What was begun before one end is finished after it."""
    loops = (ServiceAccountController, GarbageCollector)
    world = running(*loops, dies_at_write=write)
    for kind in ("ConfigMap", "Secret", "Service"):
        spec = {"spec": {"ports": [{"port": 80}]}} if kind == "Service" else {}
        world.create(kind, "x", "shop", **spec)
    world.client.delete("namespaces", "shop")
    world.settle()
    assert "shop" not in world.names("namespaces", "")
