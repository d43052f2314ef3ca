"""The client in process: typed verbs, what is shared and what is not, waiting, applying."""

from typing import Literal

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.client import ALL_NAMESPACES
from kubeobj.api.errors import (
    BadRequest,
    Conflict,
    Expired,
    Invalid,
    NotFound,
)
from kubeobj.api.inprocess import InProcessClient
from kubeobj.api.kind import Kind, User
from kubeobj.api.objects import Models
from kubeobj.api.patching import PatchType
from kubeobj.clock import VirtualClock
from kubeobj.labels.selector import Selector
from kubeobj.meta.objectmeta import ObjectMeta
from kubeobj.models.appsv1 import Deployment
from kubeobj.models.autoscalingv1 import HorizontalPodAutoscaler as OldAutoscaler
from kubeobj.models.autoscalingv2 import HorizontalPodAutoscaler
from kubeobj.models.base import ApiObject
from kubeobj.models.corev1 import ConfigMap, Node, Pod
from kubeobj.models.unstructured import Unstructured
from kubeobj.store.memory import MemoryStore
from kubeobj.store.watch import EventType
from tests.api.manifests import DEPLOYMENT, POD, colours

# ---------------------------------------------------------------- forms


def test_what_is_typed_comes_back_typed_and_what_is_not_untyped(client: InProcessClient) -> None:
    """Models, mappings and Unstructured, in and out."""
    typed = client.create(Pod.parse(POD))
    assert type(typed) is Pod
    assert typed.metadata.namespace == "default"
    assert typed.spec is not None
    assert typed.spec.restart_policy == "Always"
    other = {**POD, "metadata": {"name": "web-1"}}
    assert type(client.create(other)) is Unstructured
    third = Unstructured.parse({**POD, "metadata": {"name": "web-2"}})
    assert client.create(third).at("spec", "restartPolicy") == "Always"
    assert type(client.get(Pod, "web-1")) is Pod
    assert type(client.get("pods", "web-0")) is Unstructured
    assert [pod.metadata.name for pod in client.list(Pod)] == ["web-0", "web-1", "web-2"]
    assert {type(pod) for pod in client.list("po")} == {Unstructured}


@pytest.mark.parametrize(
    "name", ["deployments.apps", "Deployment", "deploy", "deployments.v1.apps"]
)
def test_kinds_go_by_every_name(client: InProcessClient, name: str) -> None:
    """As for kubectl."""
    client.create(DEPLOYMENT)
    assert client.get(name, "web").group_version_kind().kind == "Deployment"


def test_a_kind_can_be_read_in_another_version(client: InProcessClient) -> None:
    """By its class, though it is stored in one version alone."""
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    spec = {"maxReplicas": 3, "scaleTargetRef": target, "targetCPUUtilizationPercentage": 50}
    client.create(OldAutoscaler.parse({"metadata": {"name": "web"}, "spec": spec}))
    old, new = client.get(OldAutoscaler, "web"), client.get(HorizontalPodAutoscaler, "web")
    assert old.spec is not None
    assert old.spec.target_cpu_utilization_percentage == 50
    assert new.spec is not None
    assert new.spec.metrics[0].type == "Resource"
    assert client.get(OldAutoscaler, "web") == old


@pytest.mark.parametrize(
    "obj",
    [
        pytest.param({"metadata": {"name": "x"}}, id="no-kind"),
        pytest.param({"apiVersion": "a/b/c", "kind": "Pod"}, id="no-version"),
        pytest.param({"apiVersion": "v1", "kind": "Pod", "metadata": []}, id="metadata"),
        pytest.param({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": 3}}, id="name"),
        pytest.param(7, id="no-object"),
    ],
)
def test_what_is_no_object_is_a_bad_request(client: InProcessClient, obj: object) -> None:
    """In whatever it fails."""
    with pytest.raises(BadRequest):
        client.create(obj)  # type: ignore[call-overload]


def test_kinds_that_are_not_there_are_not_found(client: InProcessClient) -> None:
    """By name and by what an object says."""
    with pytest.raises(NotFound, match="resource type"):
        client.list("unicorns")
    with pytest.raises(NotFound, match='no matches for kind "Unicorn" in version "x/v1"'):
        client.create({"apiVersion": "x/v1", "kind": "Unicorn", "metadata": {"name": "u"}})


class Backup(ApiObject):
    """A kind of somebody's own."""

    api_version: Literal["example.com/v1"] = "example.com/v1"
    kind: Literal["Backup"] = "Backup"
    metadata: ObjectMeta = ObjectMeta()
    days: int = 7


def test_kinds_of_ones_own_are_served_like_others() -> None:
    """With a class of their own or without, patched and applied."""
    kind = Kind(kind=Backup.kind_of(), plural="backups", namespaced=True)
    server = ApiServer(clock=VirtualClock(), kinds=[kind])
    client = InProcessClient(server)
    made = client.create(Backup(metadata={"name": "nightly"}))
    assert (type(made), made.days) == (Backup, 7)
    assert client.get("backups", "nightly").group_version_kind() == Backup.kind_of()
    assert client.patch(Backup, "nightly", {"days": 3}).days == 3
    manifest = {"apiVersion": "example.com/v1", "kind": "Backup", "metadata": {"name": "nightly"}}
    for days in (5, None):
        changed = manifest | ({} if days is None else {"days": days})
        (applied,) = client.apply(changed)
        assert applied.at("days") == days
    assert client.get(Backup, "nightly").days == 7


# ---------------------------------------------------------------- namespaces


def test_namespaces_are_the_objects_own_or_else_the_clients(client: InProcessClient) -> None:
    """And nodes have none."""
    shop = client.in_namespace("shop")
    assert shop.create(colours()).metadata.namespace == "shop"
    own = ConfigMap(metadata={"name": "own", "namespace": "default"})
    assert shop.create(own).metadata.namespace == "default"
    assert (client.namespace, shop.namespace) == ("default", "shop")
    assert client.get(ConfigMap, "colours", namespace="shop").metadata.name == "colours"
    with pytest.raises(NotFound):
        client.get(ConfigMap, "colours")
    assert shop.create(Node(metadata={"name": "n1"})).metadata.namespace == ""
    assert shop.get(Node, "n1").metadata.name == "n1"
    everywhere = client.list(ConfigMap, namespace=ALL_NAMESPACES, fields="metadata.name!=x")
    assert {"own", "colours"} <= {one.metadata.name for one in everywhere}


def test_a_namespace_that_cannot_be_meant_is_refused(client: InProcessClient) -> None:
    """None is guessed."""
    with pytest.raises(BadRequest, match="in no namespace"):
        client.get(Node, "n1", namespace="shop")
    with pytest.raises(BadRequest, match="say in which"):
        client.get(Pod, "web-0", namespace="")


# ---------------------------------------------------------------- verbs


def test_update_needs_the_current_version(client: InProcessClient) -> None:
    """Who has seen an older one is told."""
    first = client.create(colours(sky="blue"))
    meta = first.metadata
    second = client.update(ConfigMap(metadata=meta, data={"sky": "red"}))
    assert second.data == {"sky": "red"}
    assert second.metadata.uid == meta.uid
    with pytest.raises(Conflict):
        client.update(ConfigMap(metadata=meta, data={"sky": "green"}))
    with pytest.raises(NotFound):
        client.update(colours("other"))


def test_a_status_is_written_by_its_own_verb(client: InProcessClient) -> None:
    """And by no other."""
    made = client.create(POD)
    running = {**made.document, "status": {"phase": "Running"}}
    assert client.update(running).at("status", "phase") == "Pending"
    assert client.update_status(running).at("status", "phase") == "Running"
    patched = client.patch(Pod, "web-0", {"status": {"phase": "Failed"}}, part="status")
    assert patched.status is not None
    assert patched.status.phase == "Failed"


def test_the_form_of_a_patch_says_its_type(client: InProcessClient) -> None:
    """A list is a JSON patch, an object a strategic one; or it is said."""
    client.create(colours(sky="blue", sea="blue"))
    made = client.patch(ConfigMap, "colours", [{"op": "remove", "path": "/data/sea"}])
    assert made.data == {"sky": "blue"}
    for name in ("merge", PatchType.MERGE, "application/merge-patch+json", None, "strategic"):
        made = client.patch(ConfigMap, "colours", {"data": {"sky": str(name)}}, type=name)  # type: ignore[call-overload]
        assert made.data == {"sky": str(name)}
    with pytest.raises(ValueError, match="'yaml' is not a valid PatchType"):
        client.patch(ConfigMap, "colours", {}, type="yaml")  # type: ignore[call-overload]
    with pytest.raises(BadRequest, match=r"use scale\(\)"):
        client.patch("deployments", "web", {}, part="scale")


def test_delete_returns_what_stays(client: InProcessClient) -> None:
    """An object with a finalizer, until that is gone; otherwise nothing."""
    client.create(colours())
    assert client.delete(ConfigMap, "colours") is None
    kept = ConfigMap(metadata={"name": "kept", "finalizers": ["example.com/x"]})
    client.create(kept)
    dying = client.delete(kept)
    assert dying is not None
    assert dying.metadata.deletion_timestamp is not None
    patch = {"metadata": {"finalizers": None}}
    client.patch(ConfigMap, "kept", patch, type="merge")
    assert not client.exists(ConfigMap, "kept")
    with pytest.raises(NotFound):
        client.delete("configmaps", "kept")


def test_delete_of_another_than_was_meant_is_a_conflict(client: InProcessClient) -> None:
    """By uid and by version."""
    made = client.create(colours())
    with pytest.raises(Conflict):
        client.delete(made, uid="another")
    with pytest.raises(Conflict):
        client.delete(ConfigMap, "colours", resource_version="1")
    with pytest.raises(TypeError, match="its own name"):
        client.delete(made, "other")  # type: ignore[call-overload]
    assert client.delete(made, uid=made.metadata.uid) is None


def test_delete_all_deletes_what_is_selected(client: InProcessClient) -> None:
    """And returns it."""
    for name, app in (("a", "web"), ("b", "db"), ("c", "web")):
        client.create(ConfigMap(metadata={"name": name, "labels": {"app": app}}))
    gone = client.delete_all(ConfigMap, selector="app=web")
    assert [one.metadata.name for one in gone] == ["a", "c"]
    assert [one.metadata.name for one in client.list(ConfigMap, selector="app")] == ["b"]


def test_a_dry_run_keeps_nothing(client: InProcessClient) -> None:
    """Of any verb, and still says what would be."""
    before = client.server.store.revision
    made = client.create(colours(sky="blue"), dry_run=True)
    assert made.metadata.uid
    assert client.server.store.revision == before
    client.create(colours(sky="blue"))
    before = client.server.store.revision
    assert client.update(colours(sky="red"), dry_run=True).data == {"sky": "red"}
    assert client.patch(ConfigMap, "colours", {"data": {"a": "b"}}, dry_run=True).data["a"] == "b"
    client.delete(ConfigMap, "colours", dry_run=True)
    client.delete_all(ConfigMap, dry_run=True)
    client.apply(colours(sky="green"), dry_run=True)
    assert client.server.store.revision == before
    assert client.get(ConfigMap, "colours").data == {"sky": "blue"}


def test_scales_are_read_and_written(client: InProcessClient) -> None:
    """Of whatever kind scales."""
    client.create(DEPLOYMENT)
    assert client.get_scale(Deployment, "web").spec is not None
    scale = client.scale(Deployment, "web", replicas=5)
    assert scale.spec is not None
    assert scale.spec.replicas == 5
    assert client.scale("deployments", "web", replicas=0, dry_run=True).spec.replicas is None  # type: ignore[union-attr]
    assert client.get("deployments", "web").at("spec", "replicas") == 5
    with pytest.raises(Invalid):
        client.scale(Deployment, "web", replicas=-1)
    with pytest.raises(NotFound):
        client.get_scale(ConfigMap, "web")


def test_pods_are_bound_and_evicted(client: InProcessClient) -> None:
    """By the paths that schedulers and drains use."""
    client.create(Node(metadata={"name": "n1"}))
    client.create(POD)
    client.bind("web-0", "n1")
    pod = client.get(Pod, "web-0")
    assert pod.spec is not None
    assert pod.spec.node_name == "n1"
    with pytest.raises(Conflict):
        client.bind("web-0", "n2")
    client.evict("web-0", grace_period_seconds=0)
    assert not client.exists(Pod, "web-0")
    with pytest.raises(NotFound):
        client.evict("web-0")


def test_a_review_is_answered_and_not_stored(client: InProcessClient) -> None:
    """In the form in which it was asked."""
    from kubeobj.models.authorizationv1 import SubjectAccessReview

    asked = {"user": "alice", "resourceAttributes": {"verb": "get", "resource": "pods"}}
    before = client.server.store.revision
    answer = client.create(SubjectAccessReview.parse({"spec": asked}))
    assert answer.status is not None
    assert answer.status.allowed is False
    assert client.server.store.revision == before


# ---------------------------------------------------------------- lists and watches


def test_a_list_comes_in_pages(client: InProcessClient) -> None:
    """Of one revision, whatever happens in between."""
    for name in "abcde":
        client.create(ConfigMap(metadata={"name": name, "labels": {"x": "y"}}))
    page = client.list(ConfigMap, limit=2)
    client.delete(ConfigMap, "c")
    assert (len(page), page.remaining, page[1].metadata.name) == (2, 3, "b")
    rest = client.list(ConfigMap, continue_token=page.continue_token)
    assert [one.metadata.name for one in rest] == ["c", "d", "e"]
    assert rest.resource_version == page.resource_version
    assert (rest.continue_token, rest.remaining) == ("", None)
    with pytest.raises(AttributeError):
        page.items = ()  # type: ignore[misc]


def test_a_watch_tells_what_changes(client: InProcessClient) -> None:
    """First what there is, then what happens; in order, nothing twice."""
    client.create(colours("a"))
    with client.watch(ConfigMap) as watch:
        assert watch.resource_version == ""
        assert [(one.type, one.object.metadata.name) for one in watch] == [(EventType.ADDED, "a")]
        assert watch.poll() == []
        client.create(colours("b"))
        client.update(colours("b", sky="blue"))
        client.delete(ConfigMap, "b")
        first, *rest = watch.poll(limit=1)
        assert (first.type, first.object.metadata.name, rest) == (EventType.ADDED, "b", [])
        assert watch.resource_version == first.object.metadata.resource_version
        again = client.watch(ConfigMap, resource_version=watch.resource_version)
        told = [(one.type, dict(one.object.data)) for one in watch]
        assert told == [
            (EventType.MODIFIED, {"sky": "blue"}),
            (EventType.DELETED, {"sky": "blue"}),
        ]
        assert [(one.type, dict(one.object.data)) for one in again] == told
        assert watch.is_open
    assert not watch.is_open
    client.create(colours("c"))
    assert watch.poll() == []
    assert [one.object.metadata.name for one in again] == ["c"]
    follow = client.watch(ConfigMap, resource_version=watch.resource_version)
    assert [one.object.metadata.name for one in follow] == ["c"]


def test_a_watch_tells_who_comes_into_its_selection_and_leaves_it(client: InProcessClient) -> None:
    """What has left is told as it was, and the cache is not confused by it."""
    client.create(ConfigMap(metadata={"name": "a", "labels": {"app": "web"}}))
    web, db = (client.watch(ConfigMap, selector=f"app={app}") for app in ("web", "db"))
    everything = client.watch(ConfigMap)
    for watch in (web, db, everything):
        watch.poll()
    client.label(ConfigMap, "a", {"app": "db"})
    (left,), (came,), (changed,) = web.poll(), db.poll(), everything.poll()
    assert (left.type, left.object.metadata.labels) == (EventType.DELETED, {"app": "web"})
    assert (came.type, came.object.metadata.labels) == (EventType.ADDED, {"app": "db"})
    assert (changed.type, changed.object.metadata.labels) == (EventType.MODIFIED, {"app": "db"})
    versions = {one.object.metadata.resource_version for one in (left, came, changed)}
    assert len(versions) == 1
    assert client.get(ConfigMap, "a").metadata.labels == {"app": "db"}


def test_a_watch_that_has_lost_something_says_so(clock: VirtualClock) -> None:
    """Once what comes next is forgotten, now and ever after."""
    client = InProcessClient(ApiServer(store=MemoryStore(history_limit=3), clock=clock))
    watch = client.watch(ConfigMap, resource_version=client.list(ConfigMap).resource_version)
    for name in "abcdefg":
        client.create(colours(name))
    for _ in range(2):
        with pytest.raises(Expired):
            watch.poll()
    assert not watch.is_open
    with pytest.raises(Expired):
        client.list(ConfigMap, resource_version="1", resource_version_match="Exact")


def test_selectors_are_text_or_values(client: InProcessClient) -> None:
    """And the same either way."""
    client.create(ConfigMap(metadata={"name": "a", "labels": {"app": "web"}}))
    for selector in ("app=web", Selector.from_labels({"app": "web"})):
        assert len(client.list(ConfigMap, selector=selector)) == 1
    assert len(client.list(ConfigMap, selector=Selector.from_labels({"app": "db"}))) == 0


# ---------------------------------------------------------------- what is shared


def test_what_is_read_again_is_decoded_no_more(client: InProcessClient) -> None:
    """Whoever asks for it, by get, list or watch, until it changes."""
    client.create(colours(sky="blue"))
    made = client.get(ConfigMap, "colours")
    assert client.get(ConfigMap, "colours") is made
    assert client.with_user("alice").list(ConfigMap)[0] is made
    (event,) = client.watch(ConfigMap)
    assert event.object is made
    changed = client.patch(ConfigMap, "colours", {"data": {"sky": "red"}})
    assert changed is not made
    assert client.get(ConfigMap, "colours") is changed
    old = client.list(
        ConfigMap,
        resource_version=made.metadata.resource_version,
        resource_version_match="Exact",
    )
    assert old[0] == made
    assert client.get(ConfigMap, "colours") is changed


def test_not_everything_that_was_ever_read_is_kept(
    client: InProcessClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that was read once, and of the rest only the latest, and those in use."""
    monkeypatch.setattr("kubeobj.api.objects.KEPT", 4)
    monkeypatch.setattr("kubeobj.api.objects.NOTED", 6)
    names = [f"c{number}" for number in range(20)]
    for name in names:
        client.create(colours(name))
    models = client._at.kinds.of(ConfigMap)
    assert isinstance(models, Models)
    assert not models._latest
    assert len(models._noted) <= 6
    for name in names * 2:
        assert client.get(ConfigMap, name) == client.get(ConfigMap, name)
        first = client.get(ConfigMap, "c0")
        assert client.get(ConfigMap, "c0") is first
    assert 4 <= len({**models._latest, **models._before}) <= 8
    assert len(models._noted) <= 6


def test_a_fork_goes_on_by_itself(client: InProcessClient) -> None:
    """What one is told the other does not hear, though versions are the same."""
    client.create(colours(sky="blue"))
    other = InProcessClient(client.server.fork())
    client.patch(ConfigMap, "colours", {"data": {"sky": "red"}})
    other.patch(ConfigMap, "colours", {"data": {"sky": "green"}})
    one, two = client.get(ConfigMap, "colours"), other.get(ConfigMap, "colours")
    assert (one.data["sky"], two.data["sky"]) == ("red", "green")
    assert one.metadata.resource_version == two.metadata.resource_version


# ---------------------------------------------------------------- who asks


def test_copies_ask_for_others(server: ApiServer) -> None:
    """Admission sees in whose name."""
    client = InProcessClient(server, field_manager="tests")
    alice = client.with_user("alice")
    bob = alice.with_user(User("bob", ("ops",)))
    assert (client.user.name, alice.user.name, bob.user.groups) == (
        "kubeobj-admin",
        "alice",
        ("ops",),
    )
    assert alice.server is server


def test_warnings_are_passed_on_to_who_wants_them(server: ApiServer) -> None:
    """And to nobody else; what is strict refuses instead."""
    told: list[str] = []
    client = InProcessClient(server, on_warning=told.append)
    document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "dat": {}}
    client.create(document)
    assert told == ['unknown field "dat"']
    InProcessClient(server).create({**document, "metadata": {"name": "b"}})
    strict = InProcessClient(server, field_validation="Strict")
    with pytest.raises(BadRequest, match='unknown field "dat"'):
        strict.create({**document, "metadata": {"name": "c"}})


# ---------------------------------------------------------------- conveniences


def test_labels_and_annotations_are_set_and_removed(client: InProcessClient) -> None:
    """Of an object by name, or of one in hand; others stay."""
    made = client.create(ConfigMap(metadata={"name": "a", "labels": {"x": "1", "y": "1"}}))
    assert client.label(ConfigMap, "a", {"x": "2", "y": None, "z": "3"}).metadata.labels == {
        "x": "2",
        "z": "3",
    }
    assert client.label(made, {"z": None}).metadata.labels == {"x": "2"}
    assert client.annotate("cm", "a", {"n": "1"}).metadata.annotations == {"n": "1"}
    document = made.to_document()
    assert type(client.annotate(document, {"n": None})) is Unstructured
    assert client.get(ConfigMap, "a").metadata.annotations == {}
    with pytest.raises(TypeError, match="give the name"):
        client.label(ConfigMap, {"x": "1"})  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="its own name"):
        client.label(made, "a", {"x": "1"})  # type: ignore[call-overload]


def test_what_is_there_is_got_and_what_is_not_created(client: InProcessClient) -> None:
    """And which of the two it was is said."""
    made, is_new = client.get_or_create(colours(sky="blue"))
    again, is_newer = client.get_or_create(colours(sky="red"))
    assert (is_new, is_newer) == (True, False)
    assert again == made
    untyped, _ = client.get_or_create(colours(sky="red").to_document())
    assert untyped.at("data", "sky") == "blue"
    assert client.exists("configmaps", "colours")
    assert not client.exists(ConfigMap, "shapes")
