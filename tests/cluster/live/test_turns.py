"""Turns of a shared API on a store in a file: all or nothing, for whoever looks."""

import threading
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import Invalid
from kubeobj.cluster.sharedapi import SharedApi
from kubeobj.documents import Wire
from kubeobj.store.errors import StoreUnwritable
from kubeobj.store.sqlite.sqlitestore import SqliteStore
from kubeobj.testing.conformance.storecase import refused


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """A store in a file."""
    with SqliteStore(tmp_path / "store.sqlite") as store:
        yield store


def _service(name: str, address: str) -> Wire:
    return {"metadata": {"name": name}, "spec": {"clusterIP": address, "ports": [{"port": 80}]}}


def test_a_turn_that_cannot_be_kept_hands_nothing_out(store: SqliteStore) -> None:
    """Addresses of Services that are no more are free, and those of the others are not."""
    server = ApiServer(store=store)
    api = SharedApi(server)
    server.create("services", _service("old", "10.0.0.7"), namespace="default")
    connection = store._journal._connection
    connection.set_progress_handler(lambda: 1, 1)
    with refused(StoreUnwritable), api.turn():
        server.delete("services", "old", namespace="default")
        server.create("services", _service("new", "10.0.0.8"), namespace="default")
    connection.set_progress_handler(None, 0)
    with pytest.raises(Invalid, match="already allocated"):
        server.create("services", _service("third", "10.0.0.7"), namespace="default")
    made = server.create("services", _service("third", "10.0.0.8"), namespace="default")
    assert orjson.loads(made.data)["spec"]["clusterIP"] == "10.0.0.8"


def test_others_see_a_turn_when_it_is_over(store: SqliteStore) -> None:
    """They wait, and are told once."""
    server = ApiServer(store=store)
    api = SharedApi(server)
    told: list[int] = []
    api.listen(lambda: told.append(len(told)))
    seen: list[int] = []

    def look() -> None:
        seen.append(api.ask(lambda: len(server.list("services", namespace="default").records)))

    reader = threading.Thread(target=look)
    with api.turn():
        server.create("services", _service("a", "10.0.0.7"), namespace="default")
        reader.start()
        server.create("services", _service("b", "10.0.0.8"), namespace="default")
        assert (seen, told) == ([], [])
    reader.join()
    assert (seen, told) == ([3], [0])
