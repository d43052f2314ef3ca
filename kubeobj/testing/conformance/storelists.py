"""What every store promises of lists."""

from kubeobj.labels.selector import Selector
from kubeobj.store.errors import RevisionAhead, RevisionExpired
from kubeobj.testing.conformance.storecase import (
    REMEMBERED,
    WEB,
    StoreCase,
    joined,
    make_draft,
    make_key,
    make_placed,
    names_in,
    pages_of,
    refused,
)


class StoreLists(StoreCase):
    """Lists of now and then, whole and in pages."""

    def test_a_list_is_in_the_order_of_paths(self) -> None:
        """By namespace with its slash, then by name; other resources are not in it."""
        store = self._store()
        for namespace, name in (("team", "a"), ("team-a", "b"), ("team", "A"), ("te", "c")):
            store.put(make_draft(name, namespace=namespace))
        store.put(make_draft("d", resource="nodes", namespace=""))
        page = store.list("pods")
        paths = [record.key.path for record in page.records]
        assert paths == ["te/c", "team-a/b", "team/A", "team/a"]
        assert (page.revision, page.resume_after, page.remaining) == (5, "", 0)
        assert names_in(store.list("pods", namespace="team")) == ["A", "a"]
        assert names_in(store.list("nodes")) == ["d"]
        assert store.resources() == ("nodes", "pods")

    def test_a_list_by_label_is_exact_after_any_change(self) -> None:
        """Labels come, change and go, before and after the first question."""
        store = self._store()
        for name in "abc":
            store.put(make_draft(name, app="web"))
        store.put(make_draft("a", namespace="y", app="web"))
        assert names_in(store.list("pods", namespace="x", selector=WEB)) == ["a", "b", "c"]
        store.put(make_draft("a", app="db"))
        store.put(make_draft("d", app="web"))
        store.delete(make_key("b"))
        assert names_in(store.list("pods", namespace="x", selector=WEB)) == ["c", "d"]
        assert names_in(store.list("pods", selector=WEB)) == ["c", "d", "a"]
        assert names_in(store.list("pods", selector=Selector.parse("app!=web"))) == ["a"]
        assert names_in(store.list("pods", selector=Selector.nothing())) == []

    def test_the_pages_of_a_list_are_the_list(self) -> None:
        """Whatever the limit, with and without a selector; and each says how many are left."""
        store = self._store()
        for number in range(7):
            store.put(make_draft(f"n{number}", app="web" if number % 2 else "db"))
        store.put(make_draft("n", namespace="z", app="web"))
        for limit in range(1, 9):
            pages = list(pages_of(store, limit=limit))
            assert joined(pages) == store.list("pods").records
            assert [len(page.records) for page in pages[:-1]] == [limit] * (len(pages) - 1)
            left = [8 - limit * (number + 1) for number in range(len(pages) - 1)]
            assert [page.remaining for page in pages] == [*left, 0]
            chosen = list(pages_of(store, limit=limit, selector=WEB, namespace="x"))
            assert [record.key.name for record in joined(chosen)] == ["n1", "n3", "n5"]
            assert chosen[-1].remaining == 0

    def test_the_pages_of_a_list_are_of_one_revision(self) -> None:
        """Whatever is written in between."""
        store = self._store()
        for name in "abcdef":
            store.put(make_draft(name, app="web"))
        for selector in (Selector.everything(), WEB):
            then = store.list("pods", namespace="x", selector=selector)
            first = store.list("pods", namespace="x", selector=selector, limit=2)
            store.put(make_draft("a0", app="web"))
            store.put(make_draft("d0", app="web"))
            store.put(make_draft("d", app="db"))
            store.delete(make_key("c"))
            store.put(make_draft("c", namespace="y", app="web"))
            rest = list(pages_of(store, limit=2, page=first, selector=selector, namespace="x"))
            assert joined([first, *rest]) == then.records
            assert {page.revision for page in rest} == {first.revision}
            store.delete(make_key("a0"))
            store.delete(make_key("d0"))
            store.put(make_draft("c", app="web"))
            store.put(make_draft("d", app="web"))

    def test_pages_of_the_past_say_how_many_are_left(self) -> None:
        """As it was then."""
        store = self._store()
        for name in "abcd":
            store.put(make_draft(name))
        store.delete(make_key("d"))
        store.put(make_draft("e"))
        store.put(make_draft("f"))
        assert store.list("pods", revision=4, limit=1).remaining == 3
        assert store.list("pods", limit=1).remaining == 4

    def test_the_past_can_be_listed_until_it_is_compacted(self) -> None:
        """At each revision that is remembered, and at none before or to come."""
        store = self._store()
        past = [store.list("pods").records]
        for number in range(REMEMBERED + 5):
            if number % 4 == 3:
                store.delete(make_key(f"n{number - 1}"))
            else:
                store.put(make_draft(f"n{number}", app="web"))
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
            store.put(make_draft(name))
        store.compact(2)
        store.compact(1)
        assert store.compacted_revision == 2
        with refused(RevisionExpired):
            store.watch("pods", since=1)
        assert names_in(store.list("pods", revision=2)) == ["a", "b"]
        with refused(RevisionAhead):
            store.compact(4)
        store.compact(3)
        assert names_in(store.list("pods")) == ["a", "b", "c"]

    def test_objects_are_found_by_a_term(self) -> None:
        """With labels and namespace besides, now and then, and in pages."""
        store = self._store()
        for number in range(6):
            store.put(make_placed(f"n{number}", number % 2, app="web" if number < 4 else "db"))
        store.put(make_placed("n", 1, namespace="y"))
        assert names_in(store.list("pods", term="node=1")) == ["n1", "n3", "n5", "n"]
        assert names_in(store.list("pods", namespace="x", term="node=1", selector=WEB)) == [
            "n1",
            "n3",
        ]
        assert names_in(store.list("pods", term="node=7")) == []
        store.put(make_placed("n1", 0))
        store.delete(make_key("n3"))
        store.put(make_placed("n4", 1, app="db"))
        assert names_in(store.list("pods", term="node=1")) == ["n4", "n5", "n"]
        first = store.list("pods", term="node=1", revision=7, limit=2)
        assert (names_in(first), first.remaining) == (["n1", "n3"], None)
        after = first.resume_after
        assert names_in(store.list("pods", term="node=1", revision=7, after=after)) == ["n5", "n"]
