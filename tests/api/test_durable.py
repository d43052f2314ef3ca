"""An API server on a store that was there before it, and on one that is full."""

from pathlib import Path

import orjson
import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import Conflict, InternalError, Invalid
from kubeobj.api.options import ListOptions
from kubeobj.api.rest.api import RestApi
from kubeobj.api.rest.message import HttpRequest
from kubeobj.clock import VirtualClock
from kubeobj.documents import Wire
from kubeobj.entropy import SeededIdSource
from kubeobj.store.sqlite.sqlitestore import SqliteStore

SECRET = b"known to the server alone"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "store.sqlite"


def _server(store: SqliteStore, seed: int) -> ApiServer:
    ids = SeededIdSource(seed)
    return ApiServer(store=store, clock=VirtualClock(), ids=ids, token_secret=SECRET)


def _service(name: str, **spec: object) -> Wire:
    ports = [{"port": 80, **({"nodePort": spec.pop("node_port")} if "node_port" in spec else {})}]
    return {"metadata": {"name": name}, "spec": {"type": "NodePort", "ports": ports, **spec}}


def _make(server: ApiServer) -> Wire:
    """Make some of everything that a server hands out; return the spec of the service."""
    server.create("serviceaccounts", {"metadata": {"name": "default"}}, namespace="default")
    server.create(
        "configmaps", {"metadata": {"name": "c"}, "data": {"a": "é"}}, namespace="default"
    )
    made = server.create("services", _service("web"), namespace="default")
    spec: Wire = orjson.loads(made.data)["spec"]
    return spec


def _lists(server: ApiServer) -> dict[str, bytes]:
    """Return every list that the server answers with, as bytes."""
    rest = RestApi(server)
    found = {}
    for resource in server.core.scheme.resources:
        root = "/api" if not resource.kind.group else "/apis"
        path = f"{root}/{resource.kind.api_version}/{resource.plural}"
        answer = rest.handle(HttpRequest("GET", path))
        if answer.status == 200:
            found[path] = answer.body
    return found


def test_a_server_finds_what_another_has_left(path: Path) -> None:
    """It writes nothing of its own again, and its lists are the same to the byte."""
    with SqliteStore(path) as store:
        server = _server(store, 1)
        _make(server)
        before, revision = _lists(server), store.revision
    assert len(before) > 40
    with SqliteStore(path) as store:
        assert _lists(_server(store, 2)) == before
        assert store.revision == revision


def test_a_watch_goes_on_at_the_next_server(path: Path) -> None:
    """From the resource version that the other has answered with."""
    with SqliteStore(path) as store:
        server = _server(store, 1)
        version = server.list("configmaps").resource_version
        _make(server)
    with SqliteStore(path) as store:
        server = _server(store, 2)
        watch = server.watch("configmaps", options=ListOptions(resource_version=version))
        assert [event.record.key.name for event in watch.poll() if event.record] == ["c"]


def test_addresses_and_ports_are_not_handed_out_twice(path: Path) -> None:
    """Those of Services that another server has made are taken."""
    with SqliteStore(path) as store:
        spec = _make(_server(store, 1))
    with SqliteStore(path) as store:
        server = _server(store, 2)
        same_address = _service("other", clusterIP=spec["clusterIP"])
        with pytest.raises(Invalid, match="already allocated"):
            server.create("services", same_address, namespace="default")
        same_port = _service("other", node_port=spec["ports"][0]["nodePort"])
        with pytest.raises(Invalid, match="already allocated"):
            server.create("services", same_port, namespace="default")
        # The same chance as before leads to the same numbers, which are passed over.
        made = _server(store, 1).create("services", _service("third"), namespace="default")
        assert orjson.loads(made.data)["spec"]["clusterIP"] != spec["clusterIP"]


def test_a_token_outlives_the_server(path: Path) -> None:
    """If the secret does."""
    review = "tokenreviews.authentication.k8s.io"
    with SqliteStore(path) as store:
        server = _server(store, 1)
        _make(server)
        asked = server.act("serviceaccounts/token", {}, namespace="default", name="default")
        token = orjson.loads(asked.data)["status"]["token"]
    with SqliteStore(path) as store:
        answers = [
            orjson.loads(one.act(review, {"spec": {"token": token}}).data)["status"]
            for one in (_server(store, 2), ApiServer(store=store, clock=VirtualClock()))
        ]
    assert answers[0]["authenticated"]
    assert "authenticated" not in answers[1]


def test_what_was_seen_before_is_too_old_after(path: Path) -> None:
    """Optimistic concurrency holds across servers."""
    with SqliteStore(path) as store:
        server = _server(store, 1)
        _make(server)
        seen = orjson.loads(server.get("configmaps", "c", namespace="default").data)
        server.update("configmaps", "c", {**seen, "data": {"a": "b"}}, namespace="default")
    with SqliteStore(path) as store, pytest.raises(Conflict):
        _server(store, 2).update("configmaps", "c", seen, namespace="default")


def test_a_full_disk_is_an_error_of_the_server(path: Path) -> None:
    """Nothing is changed, nothing leaks, and all is well when there is room."""
    big = {"metadata": {"name": "big"}, "data": {"a": "x" * 200_000}}
    with SqliteStore(path) as store:
        server = _server(store, 1)
        spec, before = _make(server), _lists(server)
        connection = store._journal._connection
        connection.set_progress_handler(lambda: 1, 1)
        with pytest.raises(InternalError, match="cannot be written to"):
            server.create("configmaps", big, namespace="default")
        with pytest.raises(InternalError):
            server.delete("services", "web", namespace="default")
        body = orjson.dumps(_service("two", clusterIP="10.0.0.77"))
        request = HttpRequest("POST", "/api/v1/namespaces/default/services", (), body)
        answer = RestApi(server).handle(request)
        assert (answer.status, orjson.loads(answer.body)["reason"]) == (500, "InternalError")
        pod = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
        assert _lists(server) == before
        connection.set_progress_handler(None, 0)
        server.create("pods", pod, namespace="default")
        connection.set_progress_handler(lambda: 1, 1)
        binding = {"metadata": {"name": "p"}, "target": {"name": "n"}}
        with pytest.raises(InternalError):
            server.act("pods/binding", binding, namespace="default", name="p")
        connection.set_progress_handler(None, 0)
        made = server.create(
            "services", _service("two", clusterIP="10.0.0.77"), namespace="default"
        )
        assert orjson.loads(made.data)["spec"]["clusterIP"] != spec["clusterIP"]
        # What could not be deleted still has its address.
        same_address = _service("three", clusterIP=spec["clusterIP"])
        with pytest.raises(Invalid, match="already allocated"):
            server.create("services", same_address, namespace="default")
        server.create("configmaps", big, namespace="default")
