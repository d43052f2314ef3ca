"""What every store promises of watches."""

from kubeobj.labels.selector import Selector
from kubeobj.store.errors import RevisionAhead, RevisionExpired
from kubeobj.testing.conformance.storecase import (
    REMEMBERED,
    WEB,
    StoreCase,
    make_draft,
    make_key,
    make_placed,
    refused,
    replay,
)


class StoreWatches(StoreCase):
    """Watches, and lists with them."""

    def test_a_watch_tells_what_happens_from_now_on(self) -> None:
        """In order, once, with what was there before."""
        store = self._store()
        store.put(make_draft("old"))
        watch = store.watch("pods")
        a = store.put(make_draft("a"))
        b = store.put(make_draft("a", app="web"))
        store.put(make_draft("a", resource="nodes"))
        c = store.delete(make_key("a"))
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
        watch = store.watch("pods", selector=WEB)
        store.put(make_draft("a", app="db"))
        entered = store.put(make_draft("a", app="web"))
        changed = store.put(make_draft("a", app="web", tier="x"))
        store.put(make_draft("a", app="db"))
        store.delete(make_key("a"))
        assert [(event.type.value, event.record) for event in watch.poll()] == [
            ("ADDED", entered),
            ("MODIFIED", changed),
            ("DELETED", changed.at(4)),
        ]

    def test_a_watch_with_a_term_tells_who_enters_and_leaves(self) -> None:
        """As with labels; both must be there at once."""
        store = self._store()
        watch = store.watch("pods", term="node=1", selector=WEB)
        store.put(make_placed("a", 0, app="web"))
        entered = store.put(make_placed("a", 1, app="web"))
        store.put(make_placed("a", 1, app="db"))
        store.put(make_placed("a", 0, app="web"))
        again = store.put(make_placed("a", 1, app="web"))
        store.put(make_placed("a", 0, app="web"))
        # Before and after it has one of the two, and never both.
        store.put(make_placed("a", 1, app="db"))
        late = store.watch("pods", term="node=1", selector=WEB, since=0)
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
            store.put(make_draft(name, namespace=namespace))
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
            store.put(make_draft(f"n{number}", app="web" if number % 2 else "db"))
        since = store.watch("pods", since=10, selector=WEB)
        store.put(make_draft("last", app="web"))
        assert [event.record.revision for event in since.poll()] == [*range(12, 25, 2), 26]
        with refused(RevisionExpired):
            store.watch("pods", since=store.compacted_revision - 1)
        with refused(RevisionAhead):
            store.watch("pods", since=store.revision + 1)

    def test_a_watch_can_be_read_in_pieces(self) -> None:
        """Its revision is always where another watch can go on."""
        store = self._store()
        watch = store.watch("pods", selector=WEB)
        for number in range(6):
            store.put(make_draft(f"n{number}", app="web" if number % 2 else "db"))
        told = [event.record.key.name for event in watch.poll(2)]
        assert (told, watch.revision) == (["n1", "n3"], 5)
        heir = store.watch("pods", selector=WEB, since=watch.revision)
        assert watch.poll() == heir.poll()
        assert watch.revision == heir.revision == 6

    def test_a_slow_reader_hurts_only_itself(self) -> None:
        """It is told that it has missed something, and always will be; others go on."""
        store = self._store()
        slow, quick = store.watch("pods"), store.watch("pods")
        quiet = store.watch("nodes")
        told = []
        for number in range(3 * REMEMBERED):
            store.put(make_draft(f"n{number}"))
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
            store.put(make_draft(name, app="web"))
        for selector in (Selector.everything(), WEB, Selector.parse("!app")):
            page = store.list("pods", selector=selector)
            watch = store.watch("pods", selector=selector, since=page.revision)
            store.put(make_draft("a", app="db"))
            store.put(make_draft("d"))
            store.put(make_draft("d", app="web"))
            store.delete(make_key("b"))
            assert replay(page, watch) == store.list("pods", selector=selector).records
            store.put(make_draft("b", app="web"))
            store.delete(make_key("d"))
