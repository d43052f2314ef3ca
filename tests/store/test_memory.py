"""The store in memory: what every store promises, and what this one does besides."""

import gc
import weakref

import pytest

from kubeobj.labels.selector import Selector
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.memory import MemoryStore
from kubeobj.store.record import Draft
from kubeobj.store.snapshot import format_snapshot, parse_snapshot, take_snapshot
from kubeobj.store.store import Store
from kubeobj.testing.conformance.store import StoreConformance

WEB = Selector.parse("app=web")


class TestMemoryStore(StoreConformance):
    """Every promise of a store."""

    def make_store(self, *, history_limit: int) -> Store:
        """Make one."""
        return MemoryStore(history_limit=history_limit)


def _draft(name: str, namespace: str = "x", owners: tuple[str, ...] = (), **labels: str) -> Draft:
    return Draft(ObjectKey("pods", namespace, name), "", b"{}", None, labels, owners)


def _names(store: MemoryStore, selector: Selector = WEB, namespace: str = "") -> list[str]:
    page = store.list("pods", selector=selector, namespace=namespace)
    return [record.key.name for record in page.records]


@pytest.mark.parametrize("is_indexed", [True, False])
def test_a_fork_and_its_original_go_on_by_themselves(is_indexed: bool) -> None:
    """In records, labels, owners, history and watches."""
    store = MemoryStore()
    for name in "abc":
        store.put(_draft(name, owners=("o",), app="web"))
    if is_indexed:
        assert _names(store) == ["a", "b", "c"]
    watch = store.watch("pods")
    fork = store.fork()
    fork_watch = fork.watch("pods", since=2)
    fork.put(_draft("d", owners=("o",), app="web"))
    fork.delete(ObjectKey("pods", "x", "a"))
    store.put(_draft("b", app="db"))
    assert _names(fork) == ["b", "c", "d"]
    assert _names(store) == ["a", "c"]
    assert [record.key.name for record in fork.dependents("o")] == ["b", "c", "d"]
    assert [record.key.name for record in store.dependents("o")] == ["a", "c"]
    assert (fork.revision, store.revision) == (5, 4)
    assert [event.record.key.name for event in fork_watch.poll()] == ["c", "d", "a"]
    assert [event.record.key.name for event in watch.poll()] == ["b"]
    assert _names(store.fork().fork()) == ["a", "c"]


def test_a_fork_shares_what_nobody_changes() -> None:
    """The very records, and the index that either has made."""
    store = MemoryStore()
    record = store.put(_draft("a", app="web"))
    fork = store.fork()
    assert fork.get(record.key) is record
    assert _names(fork) == ["a"]
    fork.put(_draft("n", app="web"))
    assert fork.get(record.key) is record
    assert (_names(fork), _names(store)) == (["a", "n"], ["a"])


def test_many_owned_objects_fork_too() -> None:
    """Owners with many dependents keep them in another shape."""
    store = MemoryStore()
    for number in range(40):
        store.put(_draft(f"n{number:02}", owners=("o",)))
    fork = store.fork()
    for number in range(39, 2, -1):
        fork.delete(ObjectKey("pods", "x", f"n{number:02}"))
        store.put(_draft(f"m{number:02}", owners=("o",)))
    assert [record.key.name for record in fork.dependents("o")] == ["n00", "n01", "n02"]
    assert len(store.dependents("o")) == 77
    for number in range(3):
        fork.delete(ObjectKey("pods", "x", f"n{number:02}"))
    assert fork.dependents("o") == ()
    assert len(store.dependents("o")) == 77


def test_a_namespace_in_a_crowd_gets_an_index_of_its_own() -> None:
    """A question about it no longer looks at what other namespaces have."""
    store = MemoryStore()
    for number in range(1100):
        store.put(_draft(f"n{number:04}", "crowd", app="web"))
    store.put(_draft("a", app="web"))
    assert _names(store, namespace="x") == ["a"]
    collection = store._collections["pods"]
    assert set(collection._indexes) == {"", "x/"}
    store.put(_draft("b", app="web"))
    fork = store.fork()
    fork.delete(ObjectKey("pods", "x", "a"))
    assert _names(store, namespace="x") == ["a", "b"]
    assert _names(fork, namespace="x") == ["b"]
    assert fork.list("pods", selector=WEB, limit=1).records[0].key.name == "n0000"


def test_what_is_said_twice_counts_once() -> None:
    """An owner or a term that a writer repeats."""
    store = MemoryStore()
    twice = Draft(ObjectKey("pods", "x", "a"), "", b"{}", None, {}, ("o", "o"), ("t", "t"))
    watch = store.watch("pods", term="t")
    record = store.put(twice)
    assert store.dependents("o") == store.list("pods", term="t").records == (record,)
    assert parse_snapshot(format_snapshot(take_snapshot(store))).records == (record,)
    assert len(watch.poll()) == 1
    store.delete(record.key)
    assert (len(watch.poll()), store.dependents("o")) == (1, ())


def test_equal_parts_are_kept_once() -> None:
    """Labels and namespaces, of which there are few."""
    store = MemoryStore()
    parts = [
        store.put(Draft(ObjectKey("pods", f"{'x'}y{0}", name), "", b"{}", None, {"app": f"w{0}"}))
        for name in "ab"
    ]
    assert parts[0].labels is parts[1].labels
    assert parts[0].key.namespace is parts[1].key.namespace


def test_what_is_known_for_sharing_is_bounded() -> None:
    """However many labels and namespaces there are."""
    store = MemoryStore(history_limit=1)
    for number in range(5000):
        store.put(_draft("a", f"ns-{number}", app=f"app-{number}"))
    assert len(store._sharing._known_labels) <= 4096
    assert len(store._sharing._known_names) <= 4098


def test_nobody_can_change_the_labels_of_a_record() -> None:
    """A record is shared by all who see it."""
    record = MemoryStore().put(_draft("a", app="web"))
    with pytest.raises(TypeError):
        record.labels["app"] = "db"


def test_a_store_can_begin_with_records() -> None:
    """With their revisions, at a revision; what was before has expired."""
    store = MemoryStore()
    for name in "abc":
        store.put(_draft(name, app="web"))
    snapshot = take_snapshot(store)
    again = MemoryStore(snapshot.records, revision=7)
    assert take_snapshot(again).records == snapshot.records
    assert (again.revision, again.compacted_revision) == (7, 7)
    assert again.put(_draft("d")).revision == 8


def test_a_store_cannot_begin_with_what_it_could_not_have_come_to() -> None:
    """Two records of one key, a record of the future, a history of nothing."""
    record = MemoryStore().put(_draft("a"))
    with pytest.raises(ValueError, match="two records"):
        MemoryStore([record, record], revision=1)
    with pytest.raises(ValueError, match="at 1, the store at 0"):
        MemoryStore([record])
    with pytest.raises(ValueError, match="at least one change"):
        MemoryStore(history_limit=0)


def test_a_watch_that_nobody_holds_is_forgotten() -> None:
    """With its routes; those who are held go on."""
    store = MemoryStore()
    watches = [store.watch("pods", namespace=name, selector=WEB) for name in ("x", "x", "y")]
    gone = weakref.ref(watches.pop(1))
    gc.collect()
    assert gone() is None
    store.put(_draft("a", app="web"))
    assert [watch.pending for watch in watches] == [1, 0]
    watches.clear()
    gc.collect()
    store.put(_draft("b", app="web"))
    assert store._watches._routes == {}


def test_a_watch_may_be_dropped_in_the_middle_of_a_write() -> None:
    """Python drops what it likes when it likes."""
    store = MemoryStore()
    watch = store.watch("pods")
    store._watches._watches.clear()
    store.put(_draft("a"))
    assert watch.pending == 0


def test_a_slow_watch_holds_no_records() -> None:
    """And no more revisions than the history holds changes."""
    store = MemoryStore(history_limit=10)
    watch = store.watch("pods")
    for number in range(1000):
        store.put(_draft("a", n=str(number)))
    assert watch.pending <= 10


def test_a_key_prints_as_what_it_is() -> None:
    """In errors."""
    assert str(ObjectKey("pods", "x", "a")) == "pods x/a"
    assert str(ObjectKey("nodes", "", "a")) == "nodes a"
