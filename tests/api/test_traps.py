"""Mistakes that an API in process invites, each with a test that would catch it."""

import copy
import json
import random
import time
import uuid
from typing import Any

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import ApiError, BadRequest, Invalid
from kubeobj.api.inprocess import InProcessClient
from kubeobj.api.options import ListOptions
from kubeobj.api.patching import PatchType
from kubeobj.clock import VirtualClock
from kubeobj.entropy import SeededIdSource
from kubeobj.models.corev1 import ConfigMap, Node, Pod
from kubeobj.store.watch import EventType
from tests.api.manifests import DEPLOYMENT, POD


def _new_server(start_seconds: float = 0.0, seed: int = 1) -> ApiServer:
    server = ApiServer(clock=VirtualClock(start_seconds), ids=SeededIdSource(seed))
    server.create("serviceaccounts", {"metadata": {"name": "default"}}, namespace="default")
    return server


def _config_map(name: str = "a", **fields: object) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, **fields}


# ---------------------------------------------------------------- aliases


@pytest.mark.parametrize("manifest", [POD, DEPLOYMENT], ids=lambda one: one["kind"])
def test_nothing_that_is_given_is_changed(
    client: InProcessClient, manifest: dict[str, Any]
) -> None:
    """No default, uid or namespace finds its way into the caller's object, by any verb."""
    kind, name = manifest["kind"], manifest["metadata"]["name"]
    given = copy.deepcopy(manifest)
    client.create(given)
    assert given == manifest
    update = copy.deepcopy(client.get(kind, name).document)
    before = copy.deepcopy(update)
    client.update(update)
    client.update_status(update)
    assert update == before
    patch = {"metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}}
    for patch_type in ("merge", "strategic"):
        sent = copy.deepcopy(patch)
        client.patch(kind, name, sent, type=patch_type)  # type: ignore[call-overload]
        assert sent == patch
    operations: list[dict[str, Any]] = [
        {"op": "add", "path": "/metadata/labels/new", "value": "x"},
        {"op": "replace", "path": "/metadata/annotations", "value": {"e": "f"}},
    ]
    sent_operations = copy.deepcopy(operations)
    client.patch(kind, name, sent_operations)
    assert sent_operations == operations
    client.apply(given)
    assert given == manifest


def test_nothing_of_what_is_given_is_kept(client: InProcessClient) -> None:
    """Who goes on changing an object changes nothing that is stored, seen or told."""
    watch = client.watch("configmaps")
    given = _config_map(data={"sky": "blue"})
    made = client.create(given)
    value: dict[str, Any] = {"sky": "red"}
    client.patch("configmaps", "a", [{"op": "add", "path": "/data", "value": value}])
    before = client.get("configmaps", "a").document
    given["data"]["sky"] = given["metadata"]["name"] = value["sky"] = "changed"
    made.document["data"]["sky"] = "changed"  # type: ignore[index, call-overload]
    assert client.get("configmaps", "a").document == before
    assert [event.object.at("data", "sky") for event in watch] == ["blue", "red"]


def test_what_is_handed_out_is_nobody_elses(client: InProcessClient) -> None:
    """Neither get, list, watch nor an answer hands out what the store holds, or another has."""
    client.create(_config_map(data={"sky": "blue"}))
    watch = client.watch("configmaps")
    (event,) = watch
    handed = [
        client.get("configmaps", "a"),
        client.list("configmaps")[0],
        event.object,
        client.patch("configmaps", "a", {}),
    ]
    for one in handed:
        one.document["data"]["sky"] = "changed"  # type: ignore[index, call-overload]
    assert client.get("configmaps", "a").at("data") == {"sky": "blue"}
    assert client.list("configmaps")[0].at("data") == {"sky": "blue"}
    found = client.server.core.find("configmaps", "default", "a")
    assert found is not None
    found["data"]["sky"] = "changed"
    assert client.get("configmaps", "a").at("data") == {"sky": "blue"}


def test_a_model_that_many_have_cannot_be_changed(client: InProcessClient) -> None:
    """Not its fields, and not its maps and lists; so it may be handed to many."""
    client.create(POD)
    (pod,) = client.list(Pod)
    assert client.get(Pod, "web-0") is client.get(Pod, "web-0")
    with pytest.raises(ValueError, match="frozen"):
        pod.metadata.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        pod.metadata.labels["app"] = "other"  # type: ignore[index]
    with pytest.raises(AttributeError):
        pod.spec.containers.append(None)  # type: ignore[union-attr, attr-defined]
    document = pod.to_document()
    document["metadata"]["labels"]["app"] = "other"  # type: ignore[index, call-overload]
    assert pod.metadata.labels == {"app": "web"}


# ---------------------------------------------------------------- time and chance


def test_versions_come_from_no_clock_and_no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """They count writes, on every server alike; and nothing else asks for chance or time."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the time, or chance, is handed in")

    for module, name in ((time, "time"), (time, "time_ns"), (uuid, "uuid4"), (random, "random")):
        monkeypatch.setattr(module, name, refuse)
    told = []
    for server in (_new_server(0, 1), _new_server(1e9, 2)):
        client = InProcessClient(server)
        first = int(client.create(_config_map()).metadata.resource_version)
        second = int(client.create(_config_map("b")).metadata.resource_version)
        assert second == first + 1
        told.append((first, second))
    assert told[0] == told[1]


def test_what_is_done_twice_is_done_alike() -> None:
    """Byte by byte, where clock and ids are the same."""
    stored = []
    for _ in range(2):
        client = InProcessClient(_new_server())
        client.create({**POD, "metadata": {"generateName": "web-"}})
        client.create(DEPLOYMENT)
        client.scale("deployments", "web", replicas=4)
        stored.append([record.data for record in client.server.list("pods").records])
        stored[-1] += [record.data for record in client.server.list("deployments").records]
    assert stored[0] == stored[1]


def test_a_uid_stays_with_its_object_and_ends_with_it(client: InProcessClient) -> None:
    """Through updates and patches, asked for or not; an object made anew has another."""
    uid = client.create(_config_map()).metadata.uid
    assert client.update(_config_map(data={"a": "b"})).metadata.uid == uid
    assert client.apply(_config_map(data={"a": "c"}))[0].metadata.uid == uid
    with pytest.raises(ApiError):
        client.patch("configmaps", "a", {"metadata": {"uid": "another"}}, type="merge")
    other = _config_map()
    other["metadata"]["uid"] = "another"
    with pytest.raises(ApiError):
        client.update(other)
    assert client.get("configmaps", "a").metadata.uid == uid
    client.delete("configmaps", "a")
    assert client.create(_config_map()).metadata.uid not in {uid, ""}


# ---------------------------------------------------------------- writes that are none


def test_a_write_that_changes_nothing_makes_no_version(client: InProcessClient) -> None:
    """By any verb; and no watch tells of it."""
    made = client.create(_config_map(data={"sky": "blue"}))
    watch = client.watch(ConfigMap, resource_version=made.metadata.resource_version)
    before = client.server.store.revision
    client.update(made)
    client.update(_config_map(data={"sky": "blue"}))
    client.patch(ConfigMap, "a", {"data": {"sky": "blue"}}, type="merge")
    client.patch(ConfigMap, "a", [{"op": "test", "path": "/data/sky", "value": "blue"}])
    client.label(ConfigMap, "a", {"none": None})
    with pytest.raises(ApiError):
        client.patch(ConfigMap, "a", {"data": 3}, type="merge")
    assert client.server.store.revision == before
    assert watch.poll() == []


def test_a_merge_patch_with_null_removes(client: InProcessClient) -> None:
    """And leaves no null behind, not even in what it adds."""
    client.create(_config_map(data={"sky": "blue", "sea": "blue"}))
    patch = {"data": {"sky": None, "new": None}, "metadata": {"labels": {"a": None, "b": "c"}}}
    client.patch("configmaps", "a", patch, type="merge")
    document = json.loads(client.server.get("configmaps", "a", namespace="default").data)
    assert document["data"] == {"sea": "blue"}
    assert document["metadata"]["labels"] == {"b": "c"}
    assert "null" not in json.dumps(document)


# ---------------------------------------------------------------- cost


def test_a_request_costs_no_more_after_many(client: InProcessClient) -> None:
    """What is kept of requests has a bound: neither reads nor watches that are gone add to it."""
    client.create(_config_map())
    core = client.server.core

    def size() -> tuple[int, ...]:
        watches = client.server.store._watches  # type: ignore[attr-defined]
        watches._clear_away()
        return (len(watches._watches), len(watches._routes), len(core._endpoints))

    client.get(ConfigMap, "a")
    client.list("configmaps")
    with client.watch("configmaps") as watch:
        watch.poll()
    del watch
    before = size()
    for number in range(300):
        client.get(ConfigMap, "a")
        client.list("configmaps", selector=f"app=n{number}")
        with pytest.raises(ApiError):
            client.get("configmaps", f"n{number}")
        with pytest.raises(ApiError):
            client.list(f"kind{number}")
        client.watch("configmaps", selector=f"app=n{number}").close()
        client.with_user(f"user{number}").in_namespace(f"n{number}").list("configmaps")
    assert size() == before


# ---------------------------------------------------------------- types


@pytest.mark.parametrize(
    ("resource", "body"),
    [
        pytest.param(
            "deployments", {**DEPLOYMENT, "spec": {**DEPLOYMENT["spec"], "replicas": "3"}}
        ),
        pytest.param("configmaps", _config_map(data={"a": 3})),
        pytest.param("configmaps", _config_map(immutable="true")),
        pytest.param("nodes", {"metadata": {"name": "n"}, "spec": {"unschedulable": 1}}),
        pytest.param("pods", {**POD, "spec": {"containers": {"name": "c", "image": "i"}}}),
    ],
    ids=[
        "text-for-number",
        "number-for-text",
        "text-for-truth",
        "number-for-truth",
        "map-for-list",
    ],
)
def test_no_value_passes_for_one_of_another_type(
    server: ApiServer, resource: str, body: dict[str, Any]
) -> None:
    """Not at creation, and not by a patch, which is refused as the object that it makes."""
    namespace = "" if resource == "nodes" else "default"
    with pytest.raises(BadRequest):
        server.create(resource, body, namespace=namespace)
    if resource == "deployments":
        server.create(resource, DEPLOYMENT, namespace=namespace)
        with pytest.raises(Invalid):
            server.patch(
                resource,
                "web",
                {"spec": {"replicas": "3"}},
                PatchType.MERGE,
                namespace=namespace,
            )
        with pytest.raises(ApiError):
            InProcessClient(server).scale(resource, "web", replicas="3")  # type: ignore[arg-type]


# ---------------------------------------------------------------- selectors

BAD_SELECTORS = ("a b", "a=b=c", "a in b", "=", "a,,b", "/a", "a in (b", "-a=b")


@pytest.mark.parametrize("selector", BAD_SELECTORS)
def test_a_bad_selector_selects_nothing_and_deletes_nothing(
    client: InProcessClient, selector: str
) -> None:
    """It is refused by every verb that takes one."""
    client.create(_config_map())
    for verb in (client.list, client.watch, client.delete_all):
        with pytest.raises(BadRequest):
            verb("configmaps", selector=selector)
    assert client.exists("configmaps", "a")


@pytest.mark.parametrize("fields", ["spec.nope=1", "metadata.name", "metadata.name>a", "a=b,=c"])
def test_a_bad_field_selector_selects_nothing_and_deletes_nothing(
    client: InProcessClient, fields: str
) -> None:
    """Nor does one by a field that the kind is not selected by."""
    client.create(_config_map())
    for verb in (client.list, client.watch, client.delete_all):
        with pytest.raises(BadRequest):
            verb("configmaps", fields=fields)
    assert client.exists("configmaps", "a")


def test_a_misspelled_argument_is_no_empty_selector(client: InProcessClient) -> None:
    """Nothing takes what it does not know."""
    with pytest.raises(TypeError):
        client.delete_all(ConfigMap, selecter="app=web")  # type: ignore[call-overload]


def test_a_watch_heeds_its_selectors_and_its_namespace(client: InProcessClient) -> None:
    """From its beginning on: by labels, by indexed fields, and by those that are not."""
    client.create(Node(metadata={"name": "n1"}))
    watches = {
        "label": client.watch(Pod, selector="app=web"),
        "node": client.watch(Pod, fields="spec.nodeName=n1"),
        "phase": client.watch(Pod, fields="status.phase=Running"),
        "name": client.watch(Pod, fields="metadata.name=web-0"),
        "namespace": client.watch(Pod, namespace="shop"),
        "nobody": client.watch(Pod, selector="app=web,app=db"),
    }
    other = {**POD, "metadata": {"name": "db-0", "labels": {"app": "db"}}}
    bound = {**POD["spec"], "nodeName": "n1"}
    client.create(POD)
    client.create({**other, "spec": bound})
    client.in_namespace("shop").create(POD)
    client.patch(Pod, "web-0", {"status": {"phase": "Running"}}, part="status")
    told = {
        name: [(one.type, one.object.metadata.name) for one in watch.poll()]
        for name, watch in watches.items()
    }
    added, modified = EventType.ADDED, EventType.MODIFIED
    assert told == {
        "label": [(added, "web-0"), (modified, "web-0")],
        "node": [(added, "db-0")],
        "phase": [(added, "web-0")],
        "name": [(added, "web-0"), (modified, "web-0")],
        "namespace": [(added, "web-0")],
        "nobody": [],
    }
    late = [one.object.metadata.name for one in client.watch(Pod, selector="app!=web")]
    assert late == ["db-0"]


# ---------------------------------------------------------------- lists


def test_a_list_is_of_one_moment(client: InProcessClient) -> None:
    """What is written afterwards is not in it, and its records are those of the store, unshared."""
    client.create(_config_map())
    listing = client.server.list("configmaps", namespace="default")
    objects = client.list(ConfigMap)
    client.patch(ConfigMap, "a", {"data": {"sky": "blue"}})
    client.create(_config_map("b"))
    assert [one.metadata.name for one in objects] == ["a"]
    assert objects[0].data == {}
    assert isinstance(listing.records[0].data, bytes)
    with pytest.raises(AttributeError):
        listing.records[0].data = b""  # type: ignore[misc]
    options = ListOptions(label_selector="x in (y)")
    assert client.server.list("configmaps", namespace="default", options=options).records == ()
