"""What every `Store` must pass.

::

    class TestMyStore(StoreConformance):
        def make_store(self, *, history_limit: int) -> Store:
            return MyStore(history_limit=history_limit)
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from kubeobj.documents import Document
from kubeobj.errors import LabelsTypeError
from kubeobj.labels.selector import Selector
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.errors import (
    KeyExists,
    KeyMissing,
    RevisionAhead,
    RevisionConflict,
    RevisionExpired,
    UidConflict,
)
from kubeobj.store.listing import Page
from kubeobj.store.record import Draft, Record
from kubeobj.store.snapshot import format_snapshot, parse_snapshot, take_snapshot
from kubeobj.store.store import ABSENT, Store, WatchCursor

REMEMBERED = 20
"""How many changes the stores that are tested remember."""

E = TypeVar("E", bound=Exception)

_WEB = Selector.from_labels({"app": "web"})


class StoreConformance(ABC):
    """The promises of a `Store`, one test each."""

    @abstractmethod
    def make_store(self, *, history_limit: int) -> Store:
        """Return an empty store at revision 0 that remembers the last *history_limit* changes."""

    def _store(self) -> Store:
        return self.make_store(history_limit=REMEMBERED)

    # ------------------------------------------------------------ writing

    def test_nothing_is_stored_at_first(self) -> None:
        """A new store is at revision 0, which can be listed and watched from."""
        store = self._store()
        assert (store.revision, store.compacted_revision, store.resources()) == (0, 0, ())
        assert store.list("pods", revision=0) == Page((), 0)
        assert store.watch("pods", since=0).poll() == []

    def test_what_is_put_is_got(self) -> None:
        """The record has the draft's parts, and its revision where the draft wants it."""
        store = self._store()
        store.put(_draft("other"))
        record = store.put(_draft("a", app="web"))
        assert store.get(record.key) == record
        assert (record.revision, record.uid, dict(record.labels)) == (2, "uid-a", {"app": "web"})
        assert b'"resourceVersion":"2"' in record.data
        assert record.draft == _draft("a", app="web")
        assert store.get(_key("b")) is None
        assert store.get(_key("a", resource="nodes")) is None

    def test_every_write_takes_the_next_revision(self) -> None:
        """Deletions too, and writes to any resource."""
        store = self._store()
        revisions = [store.put(_draft("a")).revision, store.put(_draft("a", app="x")).revision]
        revisions += [store.delete(_key("a")).revision]
        revisions += [store.put(_draft("a", resource="nodes")).revision]
        assert revisions == [1, 2, 3, 4]
        assert store.revision == 4

    def test_a_write_that_changes_nothing_is_none(self) -> None:
        """The record stays, nobody is told, and the revision is not taken."""
        store = self._store()
        record = store.put(_draft("a", app="web"))
        watch = store.watch("pods")
        assert store.put(_draft("a", app="web")) == record
        assert store.put(_draft("a", app="web"), expected_revision=1) == record
        assert (store.revision, watch.poll()) == (1, [])

    def test_each_part_of_a_draft_is_a_change(self) -> None:
        """Uid, body, labels, owners and terms."""
        store = self._store()
        plain = Draft(_key("a"), "u", b"{}", None, {})
        store.put(plain)
        for changed in (
            Draft(_key("a"), "v", b"{}", None, {}),
            Draft(_key("a"), "v", b"[]", None, {}),
            Draft(_key("a"), "v", b"[]", 1, {}),
            Draft(_key("a"), "v", b"[]", 1, {"a": "b"}),
            Draft(_key("a"), "v", b"[]", 1, {"a": "b"}, ("o",)),
            Draft(_key("a"), "v", b"[]", 1, {"a": "b"}, ("o",), ("t",)),
        ):
            assert store.put(changed).revision == store.revision
            assert store.put(changed).draft == changed
        assert store.revision == 7

    def test_a_new_key_can_be_insisted_on(self) -> None:
        """Expecting nothing is refused where something is."""
        store = self._store()
        record = store.put(_draft("a"), expected_revision=ABSENT)
        with refused(KeyExists):
            store.put(_draft("a", app="x"), expected_revision=ABSENT)
        assert store.get(record.key) == record

    def test_a_writer_who_has_not_seen_the_latest_is_refused(self) -> None:
        """The error says both revisions, and nothing is written."""
        store = self._store()
        store.put(_draft("a"))
        record = store.put(_draft("a", app="x"), expected_revision=1)
        with refused(RevisionConflict) as errors:
            store.put(_draft("a", app="y"), expected_revision=1)
        assert [(error.expected, error.actual) for error in errors] == [(1, 2)]
        with refused(RevisionConflict):
            store.delete(_key("a"), expected_revision=1)
        assert (store.get(_key("a")), store.revision) == (record, 2)

    def test_what_is_not_there_cannot_be_changed(self) -> None:
        """Neither replaced by one who has seen it, nor deleted."""
        store = self._store()
        with refused(KeyMissing):
            store.put(_draft("a"), expected_revision=3)
        with refused(KeyMissing):
            store.delete(_key("a"))
        assert store.revision == 0

    def test_a_deletion_can_insist_on_a_uid(self) -> None:
        """An object made anew is another."""
        store = self._store()
        store.put(_draft("a"))
        with refused(UidConflict) as errors:
            store.delete(_key("a"), uid="uid-b")
        assert [(error.expected, error.actual) for error in errors] == [("uid-b", "uid-a")]
        store.delete(_key("a"), uid="uid-a", expected_revision=1)
        assert store.get(_key("a")) is None

    def test_a_deletion_returns_the_last_state_at_its_own_revision(self) -> None:
        """So does the event that tells of it."""
        store = self._store()
        watch = store.watch("pods")
        last = store.put(_draft("a", app="web"))
        gone = store.delete(_key("a"))
        assert gone == last.at(2)
        assert b'"resourceVersion":"2"' in gone.data
        assert [event.record for event in watch.poll()] == [last, gone]

    def test_a_write_that_is_refused_changes_nothing(self) -> None:
        """Labels that are none, and a namespace that is two."""
        store = self._store()
        bad: Mapping[str, str] = {"app": 5}  # type: ignore[dict-item]
        with refused(LabelsTypeError):
            store.put(Draft(_key("a"), "", b"{}", None, bad))
        with refused(ValueError):
            store.put(Draft(ObjectKey("pods", "x/y", "a"), "", b"{}", None, {}))
        assert (store.revision, store.resources(), store.list("pods").records) == (0, (), ())

    def test_what_is_handed_in_can_be_changed_afterwards(self) -> None:
        """The store keeps labels of its own."""
        store = self._store()
        labels = {"app": "web"}
        record = store.put(Draft(_key("a"), "", b"{}", None, labels))
        labels["app"] = "db"
        assert dict(record.labels) == {"app": "web"}
        assert _names(store.list("pods", selector=_WEB)) == ["a"]

    # ------------------------------------------------------------ listing

    def test_a_list_is_in_the_order_of_paths(self) -> None:
        """By namespace with its slash, then by name; other resources are not in it."""
        store = self._store()
        for namespace, name in (("team", "a"), ("team-a", "b"), ("team", "A"), ("te", "c")):
            store.put(_draft(name, namespace=namespace))
        store.put(_draft("d", resource="nodes", namespace=""))
        page = store.list("pods")
        paths = [record.key.path for record in page.records]
        assert paths == ["te/c", "team-a/b", "team/A", "team/a"]
        assert (page.revision, page.resume_after, page.remaining) == (5, "", 0)
        assert _names(store.list("pods", namespace="team")) == ["A", "a"]
        assert _names(store.list("nodes")) == ["d"]
        assert store.resources() == ("nodes", "pods")

    def test_a_list_by_label_is_exact_after_any_change(self) -> None:
        """Labels come, change and go, before and after the first question."""
        store = self._store()
        for name in "abc":
            store.put(_draft(name, app="web"))
        store.put(_draft("a", namespace="y", app="web"))
        assert _names(store.list("pods", namespace="x", selector=_WEB)) == ["a", "b", "c"]
        store.put(_draft("a", app="db"))
        store.put(_draft("d", app="web"))
        store.delete(_key("b"))
        assert _names(store.list("pods", namespace="x", selector=_WEB)) == ["c", "d"]
        assert _names(store.list("pods", selector=_WEB)) == ["c", "d", "a"]
        assert _names(store.list("pods", selector=Selector.parse("app!=web"))) == ["a"]
        assert _names(store.list("pods", selector=Selector.nothing())) == []

    def test_the_pages_of_a_list_are_the_list(self) -> None:
        """Whatever the limit, with and without a selector; and each says how many are left."""
        store = self._store()
        for number in range(7):
            store.put(_draft(f"n{number}", app="web" if number % 2 else "db"))
        store.put(_draft("n", namespace="z", app="web"))
        for limit in range(1, 9):
            pages = list(_pages(store, limit=limit))
            assert _joined(pages) == store.list("pods").records
            assert [len(page.records) for page in pages[:-1]] == [limit] * (len(pages) - 1)
            left = [8 - limit * (number + 1) for number in range(len(pages) - 1)]
            assert [page.remaining for page in pages] == [*left, 0]
            chosen = list(_pages(store, limit=limit, selector=_WEB, namespace="x"))
            assert [record.key.name for record in _joined(chosen)] == ["n1", "n3", "n5"]
            assert chosen[-1].remaining == 0

    def test_the_pages_of_a_list_are_of_one_revision(self) -> None:
        """Whatever is written in between."""
        store = self._store()
        for name in "abcdef":
            store.put(_draft(name, app="web"))
        for selector in (Selector.everything(), _WEB):
            then = store.list("pods", namespace="x", selector=selector)
            first = store.list("pods", namespace="x", selector=selector, limit=2)
            store.put(_draft("a0", app="web"))
            store.put(_draft("d0", app="web"))
            store.put(_draft("d", app="db"))
            store.delete(_key("c"))
            store.put(_draft("c", namespace="y", app="web"))
            rest = list(_pages(store, limit=2, page=first, selector=selector, namespace="x"))
            assert _joined([first, *rest]) == then.records
            assert {page.revision for page in rest} == {first.revision}
            store.delete(_key("a0"))
            store.delete(_key("d0"))
            store.put(_draft("c", app="web"))
            store.put(_draft("d", app="web"))

    def test_pages_of_the_past_say_how_many_are_left(self) -> None:
        """As it was then."""
        store = self._store()
        for name in "abcd":
            store.put(_draft(name))
        store.delete(_key("d"))
        store.put(_draft("e"))
        store.put(_draft("f"))
        assert store.list("pods", revision=4, limit=1).remaining == 3
        assert store.list("pods", limit=1).remaining == 4

    def test_the_past_can_be_listed_until_it_is_compacted(self) -> None:
        """At each revision that is remembered, and at none before or to come."""
        store = self._store()
        past = [store.list("pods").records]
        for number in range(REMEMBERED + 5):
            if number % 4 == 3:
                store.delete(_key(f"n{number - 1}"))
            else:
                store.put(_draft(f"n{number}", app="web"))
            past.append(store.list("pods").records)
        assert store.compacted_revision == 5
        for revision, records in enumerate(past):
            if revision < store.compacted_revision:
                with refused(RevisionExpired) as expired:
                    store.list("pods", revision=revision)
                assert [error.oldest for error in expired] == [5]
            else:
                assert store.list("pods", revision=revision).records == records
        with refused(RevisionAhead) as ahead:
            store.list("pods", revision=store.revision + 1)
        assert [error.current for error in ahead] == [store.revision]

    def test_history_can_be_compacted_by_hand(self) -> None:
        """As far as the present; what is compacted already stays so."""
        store = self._store()
        for name in "abc":
            store.put(_draft(name))
        store.compact(2)
        store.compact(1)
        assert store.compacted_revision == 2
        with refused(RevisionExpired):
            store.watch("pods", since=1)
        assert _names(store.list("pods", revision=2)) == ["a", "b"]
        with refused(RevisionAhead):
            store.compact(4)
        store.compact(3)
        assert _names(store.list("pods")) == ["a", "b", "c"]

    def test_objects_are_found_by_a_term(self) -> None:
        """With labels and namespace besides, now and then, and in pages."""
        store = self._store()
        for number in range(6):
            store.put(_on(f"n{number}", number % 2, app="web" if number < 4 else "db"))
        store.put(_on("n", 1, namespace="y"))
        assert _names(store.list("pods", term="node=1")) == ["n1", "n3", "n5", "n"]
        assert _names(store.list("pods", namespace="x", term="node=1", selector=_WEB)) == [
            "n1",
            "n3",
        ]
        assert _names(store.list("pods", term="node=7")) == []
        store.put(_on("n1", 0))
        store.delete(_key("n3"))
        store.put(_on("n4", 1, app="db"))
        assert _names(store.list("pods", term="node=1")) == ["n4", "n5", "n"]
        first = store.list("pods", term="node=1", revision=7, limit=2)
        assert (_names(first), first.remaining) == (["n1", "n3"], None)
        after = first.resume_after
        assert _names(store.list("pods", term="node=1", revision=7, after=after)) == ["n5", "n"]

    # ------------------------------------------------------------ owners

    def test_dependents_are_found_by_their_owner(self) -> None:
        """Of any resource, and only as long as they say so."""
        store = self._store()
        store.put(_owned("b", "o1", "o2"))
        store.put(_owned("a", "o1"))
        store.put(_owned("c", "o1", resource="leases"))
        assert [record.key.name for record in store.dependents("o1")] == ["c", "a", "b"]
        store.put(_owned("b", "o2"))
        store.delete(_key("a"))
        assert [record.key.name for record in store.dependents("o1")] == ["c"]
        assert [record.key.name for record in store.dependents("o2")] == ["b"]
        assert store.dependents("nobody") == ()

    # ------------------------------------------------------------ watching

    def test_a_watch_tells_what_happens_from_now_on(self) -> None:
        """In order, once, with what was there before."""
        store = self._store()
        store.put(_draft("old"))
        watch = store.watch("pods")
        a = store.put(_draft("a"))
        b = store.put(_draft("a", app="web"))
        store.put(_draft("a", resource="nodes"))
        c = store.delete(_key("a"))
        assert watch.pending
        assert [(event.type.value, event.record, event.previous) for event in watch.poll()] == [
            ("ADDED", a, None),
            ("MODIFIED", b, a),
            ("DELETED", c, b),
        ]
        assert (watch.poll(), watch.pending, watch.revision) == ([], 0, store.revision)

    def test_a_watch_with_a_selector_tells_who_enters_and_leaves(self) -> None:
        """One who leaves is told as he was, at the revision at which he left."""
        store = self._store()
        watch = store.watch("pods", selector=_WEB)
        store.put(_draft("a", app="db"))
        entered = store.put(_draft("a", app="web"))
        changed = store.put(_draft("a", app="web", tier="x"))
        store.put(_draft("a", app="db"))
        store.delete(_key("a"))
        assert [(event.type.value, event.record) for event in watch.poll()] == [
            ("ADDED", entered),
            ("MODIFIED", changed),
            ("DELETED", changed.at(4)),
        ]

    def test_a_watch_with_a_term_tells_who_enters_and_leaves(self) -> None:
        """As with labels; both must be there at once."""
        store = self._store()
        watch = store.watch("pods", term="node=1", selector=_WEB)
        store.put(_on("a", 0, app="web"))
        entered = store.put(_on("a", 1, app="web"))
        store.put(_on("a", 1, app="db"))
        store.put(_on("a", 0, app="web"))
        again = store.put(_on("a", 1, app="web"))
        store.put(_on("a", 0, app="web"))
        # Before and after it has one of the two, and never both.
        store.put(_on("a", 1, app="db"))
        late = store.watch("pods", term="node=1", selector=_WEB, since=0)
        events = watch.poll()
        assert [(event.type.value, event.record) for event in events] == [
            ("ADDED", entered),
            ("DELETED", entered.at(3)),
            ("ADDED", again),
            ("DELETED", again.at(6)),
        ]
        assert (late.poll(), watch.poll(), watch.revision) == (events, [], store.revision)

    def test_a_watch_is_of_one_namespace_or_one_object(self) -> None:
        """And of nothing whose name only begins alike."""
        store = self._store()
        cursors = [
            store.watch("pods"),
            store.watch("pods", namespace="x"),
            store.watch("pods", namespace="x", name="a"),
            store.watch("pods", namespace="z"),
        ]
        for namespace, name in (("x", "a"), ("x", "a-0"), ("x-y", "a"), ("y", "a")):
            store.put(_draft(name, namespace=namespace))
        assert [len(watch.poll()) for watch in cursors] == [4, 2, 1, 0]
        later = [
            store.watch("pods", namespace="x", since=0),
            store.watch("pods", namespace="x", name="a", since=0),
        ]
        assert [len(watch.poll()) for watch in later] == [2, 1]

    def test_a_watch_goes_on_from_any_revision_that_is_remembered(self) -> None:
        """It tells what has happened since, and then what happens."""
        store = self._store()
        for number in range(REMEMBERED + 5):
            store.put(_draft(f"n{number}", app="web" if number % 2 else "db"))
        since = store.watch("pods", since=10, selector=_WEB)
        store.put(_draft("last", app="web"))
        assert [event.record.revision for event in since.poll()] == [*range(12, 25, 2), 26]
        with refused(RevisionExpired):
            store.watch("pods", since=store.compacted_revision - 1)
        with refused(RevisionAhead):
            store.watch("pods", since=store.revision + 1)

    def test_a_watch_can_be_read_in_pieces(self) -> None:
        """Its revision is always where another watch can go on."""
        store = self._store()
        watch = store.watch("pods", selector=_WEB)
        for number in range(6):
            store.put(_draft(f"n{number}", app="web" if number % 2 else "db"))
        told = [event.record.key.name for event in watch.poll(2)]
        assert (told, watch.revision) == (["n1", "n3"], 5)
        heir = store.watch("pods", selector=_WEB, since=watch.revision)
        assert watch.poll() == heir.poll()
        assert watch.revision == heir.revision == 6

    def test_a_slow_reader_hurts_only_itself(self) -> None:
        """It is told that it has missed something, and always will be; others go on."""
        store = self._store()
        slow, quick = store.watch("pods"), store.watch("pods")
        quiet = store.watch("nodes")
        told = []
        for number in range(3 * REMEMBERED):
            store.put(_draft(f"n{number}"))
            told += quick.poll()
        for _ in range(2):
            with refused(RevisionExpired):
                slow.poll()
        assert slow.pending <= REMEMBERED
        assert len(told) == 3 * REMEMBERED
        # Nothing has happened to what it watches, so it has missed nothing.
        assert (quiet.poll(), quiet.revision) == ([], store.revision)

    def test_a_list_and_a_watch_from_it_are_the_list_later(self) -> None:
        """For whole resources and for selections."""
        store = self._store()
        for name in "abc":
            store.put(_draft(name, app="web"))
        for selector in (Selector.everything(), _WEB, Selector.parse("!app")):
            page = store.list("pods", selector=selector)
            watch = store.watch("pods", selector=selector, since=page.revision)
            store.put(_draft("a", app="db"))
            store.put(_draft("d"))
            store.put(_draft("d", app="web"))
            store.delete(_key("b"))
            assert replay(page, watch) == store.list("pods", selector=selector).records
            store.put(_draft("b", app="web"))
            store.delete(_key("d"))

    # ------------------------------------------------------------ snapshots

    def test_a_snapshot_is_the_whole_store(self) -> None:
        """To the byte, through text and back."""
        store = self._store()
        store.put(_draft("a", app="web", note="é\u2028\x00"))
        store.put(_owned("b", "o1", "o2", resource="leases"))
        store.put(Draft(_key("c"), "", b"{}", None, {}))
        snapshot = take_snapshot(store)
        assert parse_snapshot(format_snapshot(snapshot)) == snapshot
        found = {record.key: record for record in snapshot.records}
        assert snapshot.revision == 3
        assert found == {key: store.get(key) for key in found}
        assert len(found) == 3


@contextmanager
def refused(kind: type[E]) -> Iterator[list[E]]:
    """Make sure that the block raises *kind*; the list has the error afterwards."""
    errors: list[E] = []
    try:
        yield errors
    except kind as error:
        errors.append(error)
    assert errors, f"nothing has raised {kind.__name__}"


def replay(page: Page, watch: WatchCursor) -> tuple[Record, ...]:
    """Return the records of *page* after every event that *watch* has to tell, in order."""
    known = {record.key: record for record in page.records}
    for event in watch.poll():
        key, name = event.record.key, event.type.value
        assert (key in known) is (name != "ADDED"), f"{name} of {key} in a wrong place"
        if name == "DELETED":
            del known[key]
        else:
            known[key] = event.record
    return tuple(sorted(known.values(), key=lambda record: record.key.path))


def _key(name: str, *, namespace: str = "x", resource: str = "pods") -> ObjectKey:
    return ObjectKey(resource, namespace, name)


def _draft(name: str, *, namespace: str = "x", resource: str = "pods", **labels: str) -> Draft:
    key = _key(name, namespace=namespace, resource=resource)
    return Draft.of(key, {"metadata": {"name": name, "uid": f"uid-{name}", "labels": labels}})


def _on(name: str, node: int, *, namespace: str = "x", **labels: str) -> Draft:
    key = _key(name, namespace=namespace)
    return Draft(key, "", b"{}", None, labels, terms=(f"node={node}",))


def _owned(name: str, *owners: str, resource: str = "pods") -> Draft:
    references: list[Document] = [{"uid": owner} for owner in owners]
    metadata: Document = {"name": name, "ownerReferences": references}
    return Draft.of(_key(name, resource=resource), {"metadata": metadata})


def _names(page: Page) -> list[str]:
    return [record.key.name for record in page.records]


def _joined(pages: list[Page]) -> tuple[Record, ...]:
    return tuple(record for page in pages for record in page.records)


def _pages(
    store: Store,
    *,
    limit: int,
    page: Page | None = None,
    selector: Selector = Selector.everything(),  # noqa: B008 - it is a constant
    namespace: str = "",
) -> Iterator[Page]:
    """Yield the pages of a list that come after *page*, or all of them."""
    while page is None or page.resume_after:
        page = store.list(
            "pods",
            namespace=namespace,
            selector=selector,
            revision=page.revision if page else None,
            limit=limit,
            after=page.resume_after if page else "",
        )
        yield page
