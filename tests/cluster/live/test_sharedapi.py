"""One API for several threads."""

import threading
from pathlib import Path

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import AlreadyExists
from kubeobj.cluster.sharedapi import SharedApi
from kubeobj.models.corev1 import ConfigMap
from kubeobj.store.sqlite.sqlitestore import SqliteStore


def _named(name: str) -> ConfigMap:
    return ConfigMap(metadata={"name": name}, data={"n": "0"})


def _nothing(_seconds: float) -> None:
    raise AssertionError("nobody waits here")


def test_many_threads_write_and_watch() -> None:
    """Nobody loses anything, and every change is told."""
    api = SharedApi(ApiServer())
    told = []
    end = api.listen(lambda: told.append(threading.current_thread().name))
    seen: dict[str, int] = {}

    def work(number: int) -> None:
        client = api.client(advance=_nothing)
        with client.watch(ConfigMap) as watch:
            for turn in range(20):
                client.create(_named(f"c-{number}-{turn}"))
            names = {event.object.metadata.name for event in watch.poll()}
            seen[str(number)] = len([one for one in names if one.startswith(f"c-{number}-")])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert seen == {str(number): 20 for number in range(8)}
    assert len(told) == 160
    end()
    client = api.client(advance=_nothing)
    client.create(_named("more"))
    assert len(told) == 160
    assert len(client.list(ConfigMap)) == 161
    with pytest.raises(AlreadyExists):
        client.create(_named("more"))


def test_a_turn_is_one_write_and_is_told_once(tmp_path: Path) -> None:
    """What follows from it comes when it is durable."""
    with SqliteStore(tmp_path / "store.sqlite") as store:
        api = SharedApi(ApiServer(store=store))
        told: list[str] = []
        api.listen(lambda: told.append("changed"))
        client = api.client(advance=_nothing)
        with api.turn():
            for number in range(5):
                client.create(_named(f"c-{number}"))
            api.when_saved(lambda: told.append("saved"))
            assert "saved" not in told
        assert told.count("saved") == 1
        assert told[-1] == "changed"
    with SqliteStore(tmp_path / "store.sqlite") as store:
        again = SharedApi(ApiServer(store=store)).client(advance=_nothing)
        assert len(again.list(ConfigMap)) == 5


def test_without_a_file_everything_is_durable_at_once() -> None:
    """As far as memory goes."""
    api, done = SharedApi(ApiServer()), []
    with api.turn():
        api.when_saved(lambda: done.append(1))
        assert done == [1]
