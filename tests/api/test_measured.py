"""``metrics.k8s.io``: measurements answered like a resource, and stored nowhere."""

from collections.abc import Iterable

import orjson
import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.rest.api import RestApi
from kubeobj.api.rest.message import HttpRequest
from kubeobj.documents import Wire

PODS = "/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods"
ALL_PODS = "/apis/metrics.k8s.io/v1beta1/pods"
NODES = "/apis/metrics.k8s.io/v1beta1/nodes"


def _pod(name: str, namespace: str, **labels: str) -> Wire:
    usage = {"cpu": "1500u", "memory": "2Mi"}
    return {
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "timestamp": "2026-01-01T00:00:00Z",
        "window": "15s",
        "containers": [{"name": "a", "usage": usage}, {"name": "b", "usage": usage}],
    }


class Measured:
    """Two pods and a node."""

    def pods(self) -> Iterable[Wire]:
        return [_pod("web", "shop", app="web"), _pod("db", "shop", app="db"), _pod("x", "other")]

    def nodes(self) -> Iterable[Wire]:
        return [
            {"metadata": {"name": "n"}, "timestamp": "", "window": "15s", "usage": {"cpu": "1"}}
        ]


@pytest.fixture
def api() -> RestApi:
    return RestApi(ApiServer(), measurements=Measured())


def _get(api: RestApi, path: str, accept: str = "application/json") -> tuple[int, Wire]:
    response = api.handle(HttpRequest("GET", path, headers=(("accept", accept),)))
    return response.status, orjson.loads(response.body)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        (PODS, ["web", "db"]),
        (ALL_PODS, ["web", "db", "x"]),
        (f"{PODS}?labelSelector=app%3Ddb", ["db"]),
        (f"{PODS}?labelSelector=app%21%3Ddb", ["web"]),
        (f"{ALL_PODS}?fieldSelector=metadata.name%3Dx", ["x"]),
        (NODES, ["n"]),
    ],
)
def test_lists_select_as_those_of_stored_objects(api: RestApi, path: str, names: list[str]) -> None:
    status, body = _get(api, path)
    assert status == 200
    assert [one["metadata"]["name"] for one in body["items"]] == names


def test_one_pod_has_its_kind(api: RestApi) -> None:
    status, body = _get(api, f"{PODS}/web")
    assert (status, body["kind"], body["apiVersion"]) == (
        200,
        "PodMetrics",
        "metrics.k8s.io/v1beta1",
    )


def test_what_is_not_measured_is_not_found(api: RestApi) -> None:
    status, body = _get(api, f"{PODS}/nobody")
    assert status == 404
    assert body["message"] == 'pods.metrics.k8s.io "nobody" not found'


def test_a_table_adds_up_the_containers(api: RestApi) -> None:
    _, body = _get(api, PODS, "application/json;as=Table;v=v1;g=meta.k8s.io")
    assert [one["name"] for one in body["columnDefinitions"]] == ["Name", "cpu", "memory", "Window"]
    assert body["rows"][0]["cells"] == ["web", "3m", "4Mi", "15s"]


def test_nothing_can_be_changed(api: RestApi) -> None:
    response = api.handle(HttpRequest("DELETE", f"{PODS}/web"))
    assert response.status == 405


def test_it_is_discovered_only_where_somebody_measures(api: RestApi) -> None:
    path = "/apis/metrics.k8s.io/v1beta1"
    assert _get(api, path)[1]["kind"] == "APIResourceList"
    assert RestApi(ApiServer()).handle(HttpRequest("GET", path)).status == 404
