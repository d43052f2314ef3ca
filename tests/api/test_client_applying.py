"""Applying manifests: what `kubectl apply` does, by the client."""

import copy
import json

import pytest

from kubeobj.api.clientapply import LAST_APPLIED
from kubeobj.api.errors import (
    ApiError,
    BadRequest,
)
from kubeobj.api.inprocess import InProcessClient
from kubeobj.models.appsv1 import Deployment
from kubeobj.models.corev1 import ConfigMap, ConfigMapList
from kubeobj.models.unstructured import Unstructured
from tests.api.manifests import DEPLOYMENT, POD, colours


def test_apply_creates_changes_and_removes(client: InProcessClient) -> None:
    """What a manifest says no more goes, what it never said stays."""
    (made,) = client.apply(colours(sky="blue", sea="blue"))
    assert type(made) is ConfigMap
    client.patch(ConfigMap, "colours", {"data": {"grass": "green"}})
    (changed,) = client.apply(colours(sky="red"))
    assert changed.data == {"sky": "red", "grass": "green"}
    before = client.server.store.revision
    (same,) = client.apply(colours(sky="red"))
    assert same == changed
    assert client.server.store.revision == before


def test_the_annotation_is_what_kubectl_writes(client: InProcessClient) -> None:
    """Byte for byte: sorted, compact, escaped as Go does, with a line feed at the end."""
    text = """
kind: ConfigMap
apiVersion: v1
metadata:
  name: colours
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: old
data: {b: "<a&b>", a: é}
"""
    (made,) = client.apply(text)
    assert made.metadata.annotations[LAST_APPLIED] == (
        '{"apiVersion":"v1","data":{"a":"é","b":"\\u003ca\\u0026b\\u003e"},"kind":"ConfigMap",'
        '"metadata":{"annotations":{},"name":"colours","namespace":"default"}}\n'
    )
    (node,) = client.apply({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}})
    assert json.loads(node.metadata.annotations[LAST_APPLIED])["metadata"] == {
        "annotations": {},
        "name": "n1",
    }


def test_apply_merges_lists_by_their_keys(client: InProcessClient) -> None:
    """A container that somebody has added beside stays."""
    client.apply(DEPLOYMENT)
    beside = {"containers": [{"name": "beside", "image": "x"}]}
    client.patch(Deployment, "web", {"spec": {"template": {"spec": beside}}})
    changed = copy.deepcopy(DEPLOYMENT)
    changed["spec"]["template"]["spec"]["containers"][0]["image"] = "nginx:1.28"
    (made,) = client.apply(Deployment.parse(changed))
    assert made.spec is not None
    assert made.spec.template.spec is not None
    images = {one.name: one.image for one in made.spec.template.spec.containers}
    assert images == {"c": "nginx:1.28", "beside": "x"}


def test_apply_takes_every_form(client: InProcessClient) -> None:
    """Models, mappings, text, lists, and lists of those."""
    a, b, c, d, e = (colours(name) for name in "abcde")
    listed = {"apiVersion": "v1", "kind": "List", "items": [a.to_document(), b.to_document()]}
    typed = {"kind": "ConfigMapList", "apiVersion": "v1", "items": [{"metadata": {"name": "f"}}]}
    text = "\n---\n".join(json.dumps(one.to_document()) for one in (c, d))
    for given, names in (
        (listed, "ab"),
        (text, "cd"),
        (text.encode(), "cd"),
        ([e, a.to_document(), Unstructured(listed)], "eaab"),
        (typed, "f"),
        ((a, b), "ab"),
        (iter(()), ""),
    ):
        made = client.apply(given)  # type: ignore[call-overload]
        assert "".join(one.metadata.name for one in made) == names
    assert [type(one) for one in client.apply([e, a.to_document()])] == [ConfigMap, Unstructured]
    assert client.apply(client.list(ConfigMap).items[:2])[1].metadata.name == "b"
    models = ConfigMapList.parse({"items": [a.to_document()]})
    assert client.apply(models)[0].metadata.name == "a"


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({**POD, "metadata": {"generateName": "web-"}}, id="no-name"),
        pytest.param({"apiVersion": "v1", "kind": "List", "items": [3]}, id="no-objects"),
        pytest.param("3", id="text"),
        pytest.param("a: [", id="no-text"),
        pytest.param({**POD, "metadata": {"name": "a", "annotations": ["b"]}}, id="annotations"),
    ],
)
def test_what_cannot_be_applied_is_refused(client: InProcessClient, given: object) -> None:
    """Before anything is written."""
    before = client.server.store.revision
    with pytest.raises((ApiError, ValueError)):
        client.apply(given)  # type: ignore[call-overload]
    assert client.server.store.revision == before


def test_a_damaged_annotation_is_named(client: InProcessClient) -> None:
    """Nothing is applied on a guess."""
    for text in ("{", "[]"):
        client.get_or_create(colours())
        client.annotate(ConfigMap, "colours", {LAST_APPLIED: text})
        with pytest.raises(BadRequest, match=LAST_APPLIED):
            client.apply(colours(sky="blue"))


def test_apply_adopts_what_was_created_otherwise(client: InProcessClient) -> None:
    """It has no annotation, so nothing is removed; from then on it has."""
    client.create(colours(sky="blue", sea="blue"))
    (made,) = client.apply(colours(sky="red"))
    assert made.data == {"sky": "red", "sea": "blue"}
    assert LAST_APPLIED in made.metadata.annotations
