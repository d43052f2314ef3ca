"""What a type checker sees of a client; checked by mypy, never run."""

from typing import assert_type

from kubeobj import ApiServer, Client, InProcessClient, NotFound, VirtualClock
from kubeobj.api.client import Given, ObjectEvent, ObjectList, Watch
from kubeobj.models.appsv1 import Deployment
from kubeobj.models.autoscalingv1 import Scale
from kubeobj.models.base import ApiObject
from kubeobj.models.corev1 import Pod
from kubeobj.models.unstructured import Unstructured
from kubeobj.store.watch import EventType

server = ApiServer(clock=VirtualClock())
in_process = InProcessClient(server, namespace="shop")
assert_type(in_process.with_user("alice").in_namespace("default"), InProcessClient)


def reads(client: Client, pod: Pod, backup: Unstructured) -> None:
    """Who asks by class gets models, who asks by name what has none."""
    assert_type(client.get(Pod, "web-0"), Pod)
    assert_type(client.get("pods", "web-0", namespace="shop"), Unstructured)
    assert_type(client.list(Pod, selector="app=web"), ObjectList[Pod])
    assert_type(client.list(Pod).items, tuple[Pod, ...])
    assert_type([one.at("spec") is None for one in client.list("pods")], list[bool])
    assert_type(client.watch(Pod), Watch[Pod])
    assert_type(client.watch("pods").poll(), list[ObjectEvent[Unstructured]])
    for event in client.watch(Pod):
        assert_type(event.type, EventType)
        assert_type(event.object, Pod)
    with client.watch(Pod) as watch:
        assert_type(watch, Watch[Pod])
    assert_type(client.exists(Pod, "web-0"), bool)
    assert_type(client.get_scale("deployments", "web"), Scale)


def writes(client: Client, pod: Pod, backup: Unstructured) -> None:
    """What is given comes back in its own form."""
    document = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-0"}}
    assert_type(client.create(pod), Pod)
    assert_type(client.create(backup), Unstructured)
    assert_type(client.create(document), Unstructured)
    assert_type(client.update(pod), Pod)
    assert_type(client.update_status(document), Unstructured)
    assert_type(client.patch(Pod, "web-0", {"metadata": {"labels": None}}, type="merge"), Pod)
    assert_type(client.patch("pods", "web-0", [{"op": "test"}]), Unstructured)
    assert_type(client.delete(Pod, "web-0", grace_period_seconds=0), Pod | None)
    assert_type(client.delete(pod), Pod | None)
    assert_type(client.delete("pods", "web-0"), Unstructured | None)
    assert_type(client.delete(document), Unstructured | None)
    assert_type(client.delete_all(Pod, selector="app=web"), ObjectList[Pod])
    assert_type(client.apply(pod), tuple[Pod, ...])
    assert_type(client.apply([pod, pod]), tuple[Pod, ...])
    assert_type(client.apply("kind: Pod"), tuple[Unstructured, ...])
    mixed: list[Given] = [pod, document]
    assert_type(client.apply(mixed), tuple[ApiObject | Unstructured, ...])
    assert_type(client.scale(Deployment, "web", replicas=3), Scale)
    client.evict("web-0", grace_period_seconds=0)
    client.bind("web-0", "node-1")


def conveniences(client: Client, pod: Pod) -> None:
    """What follows from the verbs is typed alike."""
    assert_type(client.get_or_create(pod), tuple[Pod, bool])
    assert_type(client.label(pod, {"app": None}), Pod)
    assert_type(client.label(Pod, "web-0", {"app": "web"}), Pod)
    assert_type(client.annotate("pods", "web-0", {"a": "b"}), Unstructured)
    assert_type(client.wait_for(Pod, "web-0", "Ready", within=30), Pod)
    assert_type(client.wait_for("pods", "web-0", "Ready", within=30), Unstructured)
    ran = client.wait_for(Pod, "web-0", lambda one: one.status is not None, within=30)
    assert_type(ran, Pod)
    try:
        client.get(Pod, "web-0")
    except NotFound as error:
        assert_type(error.code, int)


# An in-process client is a client, and whoever takes one takes the other.
reads(in_process, Pod.parse({}), Unstructured.parse({"apiVersion": "v1", "kind": "Pod"}))
assert_type(in_process.get(Pod, "web-0"), Pod)
assert_type(in_process.list("pods").items, tuple[Unstructured, ...])
assert_type(in_process.apply([Pod.parse({})]), tuple[Pod, ...])
