"""Whatever comes in, there is an answer with a proper status, and nothing is half done."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.rest.api import RestApi
from kubeobj.api.rest.message import HttpRequest, HttpResponse
from kubeobj.clock import VirtualClock
from kubeobj.documents import JsonValue
from kubeobj.entropy import SeededIdSource
from kubeobj.testing.strategies import config_maps, services, workloads

_SERVER = ApiServer(clock=VirtualClock(), ids=SeededIdSource(3))
_SERVER.create("serviceaccounts", {"metadata": {"name": "default"}}, namespace="default")

json_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(("\0", "a\u0300", "\ud7ff", "1Ki", "2026-01-01T00:00:00Z", "", " ", "-1")),
)
json_values = st.recursive(
    json_scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(max_size=5), inner, max_size=3),
    ),
    max_leaves=5,
)
objects = st.one_of(workloads(), services(), config_maps())

_PLURALS = {
    "Pod": "/api/v1/namespaces/default/pods",
    "Service": "/api/v1/namespaces/default/services",
    "ConfigMap": "/api/v1/namespaces/default/configmaps",
    "Deployment": "/apis/apps/v1/namespaces/default/deployments",
    "ReplicaSet": "/apis/apps/v1/namespaces/default/replicasets",
    "DaemonSet": "/apis/apps/v1/namespaces/default/daemonsets",
    "StatefulSet": "/apis/apps/v1/namespaces/default/statefulsets",
    "Job": "/apis/batch/v1/namespaces/default/jobs",
    "CronJob": "/apis/batch/v1/namespaces/default/cronjobs",
}


def _places(value: object, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value in a document."""
    found = [way] if way else []
    parts = value.items() if isinstance(value, dict) else ()
    parts = enumerate(value) if isinstance(value, list) else parts
    for step, part in parts:
        found += _places(part, (*way, step))
    return found


@st.composite
def damaged_objects(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a valid object with one to three of its values replaced by anything."""
    document = copy.deepcopy(dict(draw(objects)))
    for _ in range(draw(st.integers(1, 3))):
        places = [way for way in _places(document) if way not in {("kind",), ("apiVersion",)}]
        way = draw(st.sampled_from(places))
        here: Any = document
        for step in way[:-1]:
            here = here[step]
        here[way[-1]] = draw(json_values)
    return document


def _send(method: str, target: str, body: bytes, media: str = "application/json") -> HttpResponse:
    server = _SERVER.fork()
    before = server.store.revision
    headers = {"Content-Type": media}
    response = RestApi(server).handle(HttpRequest(method, target, headers, body))
    assert response.status != 500, response.body[:500]
    if response.status >= 400:
        assert server.store.revision == before
    return response


@given(document=damaged_objects())
def test_any_object_is_taken_or_refused_properly(document: dict[str, Any]) -> None:
    """A wrong value anywhere is 400 or 422, and what is taken can be read again."""
    target = _PLURALS[document["kind"]]
    response = _send("POST", target, json.dumps(document).encode())
    assert response.status in {201, 400, 403, 404, 409, 422}, response.body


@given(document=objects)
def test_valid_objects_are_taken(document: dict[str, Any]) -> None:
    """What the strategies draw is what the API takes."""
    target = _PLURALS[document["kind"]]
    response = _send("POST", target, json.dumps(document).encode())
    assert response.status == 201, response.body


@given(
    document=objects,
    patch=json_values,
    media=st.sampled_from(
        (
            "application/json-patch+json",
            "application/merge-patch+json",
            "application/strategic-merge-patch+json",
        )
    ),
)
def test_any_patch_applies_or_is_refused_properly(
    document: dict[str, Any], patch: JsonValue, media: str
) -> None:
    """A patch of any JSON leaves the object as it was, or makes another that is valid."""
    server = _SERVER.fork()
    api = RestApi(server)
    target = _PLURALS[document["kind"]]
    name = document["metadata"]["name"]
    headers = {"Content-Type": "application/json"}
    made = api.handle(HttpRequest("POST", target, headers, json.dumps(document).encode()))
    assert made.status == 201, made.body
    wrapped = patch if isinstance(patch, list) else {"spec": patch}
    request = HttpRequest(
        "PATCH", f"{target}/{name}", {"Content-Type": media}, json.dumps(wrapped).encode()
    )
    before = server.store.revision
    response = api.handle(request)
    assert response.status in {200, 400, 403, 409, 422}, response.body
    assert response.status == 200 or server.store.revision == before


@given(body=st.binary(max_size=60), media=st.sampled_from(("application/json", "application/yaml")))
def test_any_bytes_are_answered(body: bytes, media: str) -> None:
    """A body that is no text, no JSON, no YAML is 400."""
    _send("POST", "/api/v1/namespaces/default/configmaps", body, media)


@given(
    method=st.sampled_from(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "X")),
    parts=st.lists(
        st.sampled_from(
            (
                "api",
                "apis",
                "v1",
                "apps",
                "namespaces",
                "default",
                "pods",
                "x",
                "status",
                "watch",
                "deployments",
                "scale",
                "..",
                "%2F",
                "%00",
                "ü",
                "proxy",
                "log",
                "nodes",
            )
        ),
        max_size=8,
    ),
    query=st.text(alphabet="abc=&%?watchlimitlabelSelector0,!()", max_size=20),
)
def test_any_path_is_answered(method: str, parts: list[str], query: str) -> None:
    """Whatever the path and the query, there is a proper answer."""
    _send(method, f"/{'/'.join(parts)}?{query}", b"{}")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b'{"metadata":{"name":"a"}', 400, id="cut short"),
        pytest.param(b"[" * 5000 + b"]" * 5000, 400, id="nested lists"),
        pytest.param(b'{"a":' * 5000 + b"1" + b"}" * 5000, 400, id="nested objects"),
        pytest.param(b'{"metadata":{"name":"a"},"data":{"k":"\\ud800"}}', 201, id="half a pair"),
        pytest.param(b'{"metadata":{"name":"a"},"data":{"k":"\\u0000"}}', 201, id="a NUL"),
        pytest.param(b'{"metadata":{"name":"a","generation":1e30}}', 400, id="beyond int64"),
        pytest.param(
            b'{"metadata":{"name":"a","generation":99999999999999999999}}', 400, id="long"
        ),
        pytest.param(b'{"metadata":{"name":"a"},"data":{"k":NaN}}', 400, id="not a number"),
        pytest.param(b'{"metadata":{"name":"a"},"data":{"k":3}}', 400, id="a number for a text"),
        pytest.param(b'"' + b"x" * 3_200_000 + b'"', 413, id="3.2 MB"),
        pytest.param(b"\xff\xfe", 400, id="no UTF-8"),
    ],
)
def test_bad_bodies(body: bytes, status: int) -> None:
    """Each kind of bad body has its status."""
    assert _send("POST", "/api/v1/namespaces/default/configmaps", body).status == status
