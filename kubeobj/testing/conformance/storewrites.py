"""What every store promises of writing."""

from collections.abc import Mapping

from kubeobj.errors import LabelsTypeError
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.errors import KeyExists, KeyMissing, RevisionConflict, UidConflict
from kubeobj.store.listing import Page
from kubeobj.store.record import Draft
from kubeobj.store.snapshot import format_snapshot, parse_snapshot, take_snapshot
from kubeobj.store.store import ABSENT
from kubeobj.testing.conformance.storecase import (
    WEB,
    StoreCase,
    make_draft,
    make_key,
    make_owned,
    names_in,
    refused,
)


class StoreWrites(StoreCase):
    """Writes, who owns what was written, and all of it as a snapshot."""

    def test_nothing_is_stored_at_first(self) -> None:
        """A new store is at revision 0, which can be listed and watched from."""
        store = self._store()
        assert (store.revision, store.compacted_revision, store.resources()) == (0, 0, ())
        assert store.list("pods", revision=0) == Page((), 0)
        assert store.watch("pods", since=0).poll() == []

    def test_what_is_put_is_got(self) -> None:
        """The record has the draft's parts, and its revision where the draft wants it."""
        store = self._store()
        store.put(make_draft("other"))
        record = store.put(make_draft("a", app="web"))
        assert store.get(record.key) == record
        assert (record.revision, record.uid, dict(record.labels)) == (2, "uid-a", {"app": "web"})
        assert b'"resourceVersion":"2"' in record.data
        assert record.draft == make_draft("a", app="web")
        assert store.get(make_key("b")) is None
        assert store.get(make_key("a", resource="nodes")) is None

    def test_every_write_takes_the_next_revision(self) -> None:
        """Deletions too, and writes to any resource."""
        store = self._store()
        revisions = [
            store.put(make_draft("a")).revision,
            store.put(make_draft("a", app="x")).revision,
        ]
        revisions += [store.delete(make_key("a")).revision]
        revisions += [store.put(make_draft("a", resource="nodes")).revision]
        assert revisions == [1, 2, 3, 4]
        assert store.revision == 4

    def test_a_write_that_changes_nothing_is_none(self) -> None:
        """The record stays, nobody is told, and the revision is not taken."""
        store = self._store()
        record = store.put(make_draft("a", app="web"))
        watch = store.watch("pods")
        assert store.put(make_draft("a", app="web")) == record
        assert store.put(make_draft("a", app="web"), expected_revision=1) == record
        assert (store.revision, watch.poll()) == (1, [])

    def test_a_write_may_be_said_to_be_a_change(self) -> None:
        """Then it is one, the same as before though it is; and the next is none again."""
        store = self._store()
        draft = make_draft("a", app="web")
        store.put(draft)
        watch = store.watch("pods")
        record = store.put(draft, expected_revision=1, is_change=True)
        assert (record.revision, record.draft) == (2, draft)
        assert store.put(draft) == record
        assert [event.record for event in watch.poll()] == [record]
        assert store.put(make_draft("b"), is_change=True).revision == store.revision == 3

    def test_each_part_of_a_draft_is_a_change(self) -> None:
        """Uid, body, labels, owners and terms."""
        store = self._store()
        plain = Draft(make_key("a"), "u", b"{}", None, {})
        store.put(plain)
        for changed in (
            Draft(make_key("a"), "v", b"{}", None, {}),
            Draft(make_key("a"), "v", b"[]", None, {}),
            Draft(make_key("a"), "v", b"[]", 1, {}),
            Draft(make_key("a"), "v", b"[]", 1, {"a": "b"}),
            Draft(make_key("a"), "v", b"[]", 1, {"a": "b"}, ("o",)),
            Draft(make_key("a"), "v", b"[]", 1, {"a": "b"}, ("o",), ("t",)),
        ):
            assert store.put(changed).revision == store.revision
            assert store.put(changed).draft == changed
        assert store.revision == 7

    def test_a_new_key_can_be_insisted_on(self) -> None:
        """Expecting nothing is refused where something is."""
        store = self._store()
        record = store.put(make_draft("a"), expected_revision=ABSENT)
        with refused(KeyExists):
            store.put(make_draft("a", app="x"), expected_revision=ABSENT)
        assert store.get(record.key) == record

    def test_a_writer_who_has_not_seen_the_latest_is_refused(self) -> None:
        """The error says both revisions, and nothing is written."""
        store = self._store()
        store.put(make_draft("a"))
        record = store.put(make_draft("a", app="x"), expected_revision=1)
        with refused(RevisionConflict) as errors:
            store.put(make_draft("a", app="y"), expected_revision=1)
        assert [(error.expected, error.actual) for error in errors] == [(1, 2)]
        with refused(RevisionConflict):
            store.delete(make_key("a"), expected_revision=1)
        assert (store.get(make_key("a")), store.revision) == (record, 2)

    def test_what_is_not_there_cannot_be_changed(self) -> None:
        """Neither replaced by one who has seen it, nor deleted."""
        store = self._store()
        with refused(KeyMissing):
            store.put(make_draft("a"), expected_revision=3)
        with refused(KeyMissing):
            store.delete(make_key("a"))
        assert store.revision == 0

    def test_a_deletion_can_insist_on_a_uid(self) -> None:
        """An object made anew is another."""
        store = self._store()
        store.put(make_draft("a"))
        with refused(UidConflict) as errors:
            store.delete(make_key("a"), uid="uid-b")
        assert [(error.expected, error.actual) for error in errors] == [("uid-b", "uid-a")]
        store.delete(make_key("a"), uid="uid-a", expected_revision=1)
        assert store.get(make_key("a")) is None

    def test_a_deletion_returns_the_last_state_at_its_own_revision(self) -> None:
        """So does the event that tells of it."""
        store = self._store()
        watch = store.watch("pods")
        last = store.put(make_draft("a", app="web"))
        gone = store.delete(make_key("a"))
        assert gone == last.at(2)
        assert b'"resourceVersion":"2"' in gone.data
        assert [event.record for event in watch.poll()] == [last, gone]

    def test_a_write_that_is_refused_changes_nothing(self) -> None:
        """Labels that are none, and a namespace that is two."""
        store = self._store()
        bad: Mapping[str, str] = {"app": 5}  # type: ignore[dict-item]
        with refused(LabelsTypeError):
            store.put(Draft(make_key("a"), "", b"{}", None, bad))
        with refused(ValueError):
            store.put(Draft(ObjectKey("pods", "x/y", "a"), "", b"{}", None, {}))
        assert (store.revision, store.resources(), store.list("pods").records) == (0, (), ())

    def test_what_is_handed_in_can_be_changed_afterwards(self) -> None:
        """The store keeps labels of its own."""
        store = self._store()
        labels = {"app": "web"}
        record = store.put(Draft(make_key("a"), "", b"{}", None, labels))
        labels["app"] = "db"
        assert dict(record.labels) == {"app": "web"}
        assert names_in(store.list("pods", selector=WEB)) == ["a"]

    def test_dependents_are_found_by_their_owner(self) -> None:
        """Of any resource, and only as long as they say so."""
        store = self._store()
        store.put(make_owned("b", "o1", "o2"))
        store.put(make_owned("a", "o1"))
        store.put(make_owned("c", "o1", resource="leases"))
        assert [record.key.name for record in store.dependents("o1")] == ["c", "a", "b"]
        store.put(make_owned("b", "o2"))
        store.delete(make_key("a"))
        assert [record.key.name for record in store.dependents("o1")] == ["c"]
        assert [record.key.name for record in store.dependents("o2")] == ["b"]
        assert store.dependents("nobody") == ()

    def test_a_snapshot_is_the_whole_store(self) -> None:
        """To the byte, through text and back."""
        store = self._store()
        store.put(make_draft("a", app="web", note="é\u2028\x00"))
        store.put(make_owned("b", "o1", "o2", resource="leases"))
        store.put(Draft(make_key("c"), "", b"{}", None, {}))
        snapshot = take_snapshot(store)
        assert parse_snapshot(format_snapshot(snapshot)) == snapshot
        found = {record.key: record for record in snapshot.records}
        assert snapshot.revision == 3
        assert found == {key: store.get(key) for key in found}
        assert len(found) == 3

    def test_a_burst_is_there_at_its_end(self) -> None:
        """Written one by one, and read within; what waits for it is done by then, in order."""
        store = self._store()
        done: list[int] = []
        with store.burst():
            store.put(make_draft("a"))
            store.when_saved(lambda: done.append(store.revision))
            store.put(make_draft("b"))
            store.when_saved(lambda: done.append(-1))
            assert names_in(store.list("pods")) == ["a", "b"]
        assert done in ([1, -1], [2, -1])
        assert (names_in(store.list("pods")), store.revision) == (["a", "b"], 2)

    def test_what_waits_for_no_burst_is_done_at_once(self) -> None:
        """For what was written is kept already."""
        store = self._store()
        store.put(make_draft("a"))
        done: list[int] = []
        store.when_saved(lambda: done.append(store.revision))
        assert done == [1]
