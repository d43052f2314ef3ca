"""`MemoryStore` and its forks against dictionaries: one for every revision."""

from typing import NamedTuple

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, rule

from kubeobj.labels.selector import Selector
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.errors import RevisionExpired, StoreError
from kubeobj.store.listing import Page
from kubeobj.store.memory import MemoryStore
from kubeobj.store.record import Draft, Record
from kubeobj.store.snapshot import format_snapshot, parse_snapshot, take_snapshot
from kubeobj.store.watch import Watch
from kubeobj.testing.conformance.storecase import replay
from tests.labels.smallworld import selectors

LIMIT = 12

keys = st.builds(
    ObjectKey,
    st.sampled_from(("pods", "nodes")),
    st.sampled_from(("a", "a-b", "b")),
    st.sampled_from(("x", "y", "z", "x-0")),
)
label_sets = st.dictionaries(st.sampled_from("ab"), st.sampled_from(("", "x", "y", "3")))
drafts = st.builds(
    Draft,
    keys,
    st.sampled_from(("u", "v")),
    st.sampled_from((b"{}", b'{"a":""}')),
    st.sampled_from((None, 1)),
    label_sets,
    st.lists(st.sampled_from("op"), max_size=3).map(tuple),
    st.lists(st.sampled_from("tu"), max_size=3).map(tuple),
)
terms = st.sampled_from(("", "", "t"))
namespaces = st.sampled_from(("", "a", "b"))

Model = dict[ObjectKey, Record]
World = tuple[MemoryStore, list[Model]]
"""A store, and what was in it at each revision from 0 on."""


class Where(NamedTuple):
    """Where a watch looks."""

    namespace: str
    selector: Selector
    term: str


Watching = tuple[World, Watch, Page, Where]
"""A watch, what its reader has been told, and where it looks."""


def _order(record: Record) -> tuple[str, str]:
    return record.key.resource, record.key.path


def _scan(
    model: Model, resource: str, namespace: str, selector: Selector, term: str
) -> tuple[Record, ...]:
    found = [
        record
        for record in model.values()
        if record.key.resource == resource
        and namespace in {"", record.key.namespace}
        and term in {"", *record.terms}
        and selector.matches(record.labels)
    ]
    return tuple(sorted(found, key=_order))


class StoreMachine(RuleBasedStateMachine):
    """Writes of any kind, questions of any kind, forks of forks."""

    worlds = Bundle("worlds")
    watches = Bundle("watches")

    @initialize(target=worlds)
    def begin(self) -> World:
        """Begin with nothing."""
        return MemoryStore(history_limit=LIMIT), [{}]

    @rule(target=worlds, world=worlds)
    def fork(self, world: World) -> World:
        """Go on in two worlds."""
        store, states = world
        return store.fork(), states.copy()

    @rule(world=worlds, draft=drafts, expected=st.sampled_from((None, None, None, 0, 1, 5)))
    def put(self, world: World, draft: Draft, expected: int | None) -> None:
        """Write, or be refused."""
        store, states = world
        previous = states[-1].get(draft.key)
        actual = previous.revision if previous else 0
        if expected is not None and expected != actual:
            with pytest.raises(StoreError):
                store.put(draft, expected_revision=expected)
            return
        record = store.put(draft, expected_revision=expected)
        if previous is not None and previous.draft == draft:
            assert record == previous
            return
        assert record == draft.at(len(states))
        states.append({**states[-1], draft.key: record})

    @rule(world=worlds, key=keys, uid=st.sampled_from((None, None, "u")))
    def delete(self, world: World, key: ObjectKey, uid: str | None) -> None:
        """Delete, or be refused."""
        store, states = world
        previous = states[-1].get(key)
        if previous is None or uid not in {None, previous.uid}:
            with pytest.raises(StoreError):
                store.delete(key, uid=uid)
            return
        assert store.delete(key, uid=uid) == previous.at(len(states))
        states.append({other: states[-1][other] for other in states[-1] if other != key})

    @rule(world=worlds, data=st.data())
    def compact(self, world: World, data: st.DataObject) -> None:
        """Forget some of the past."""
        store, _ = world
        store.compact(data.draw(st.integers(0, store.revision)))

    @rule(
        world=worlds,
        resource=st.sampled_from(("pods", "nodes")),
        namespace=namespaces,
        selector=st.one_of(st.just(Selector.everything()), selectors()),
        term=terms,
        back=st.integers(0, LIMIT),
        limit=st.integers(1, 4),
    )
    def look(
        self,
        world: World,
        *,
        resource: str,
        namespace: str,
        selector: Selector,
        term: str,
        back: int,
        limit: int,
    ) -> None:
        """List, whole and in pages, now or then."""
        store, states = world
        revision = max(store.compacted_revision, store.revision - back)
        expected = _scan(states[revision], resource, namespace, selector, term)
        page = store.list(
            resource, namespace=namespace, selector=selector, term=term, revision=revision
        )
        assert page == Page(expected, revision)
        found: tuple[Record, ...] = ()
        after = ""
        while len(found) <= len(expected):
            page = store.list(
                resource,
                namespace=namespace,
                selector=selector,
                term=term,
                revision=revision,
                limit=limit,
                after=after,
            )
            found += page.records
            if page.remaining is not None:
                assert page.remaining == len(expected) - len(found)
            after = page.resume_after
            if not after:
                break
        assert found == expected

    @rule(world=worlds)
    def look_at_everything(self, world: World) -> None:
        """Records, owners, and the store made anew from its snapshot."""
        store, states = world
        assert store.revision == len(states) - 1
        snapshot = take_snapshot(store)
        assert snapshot.records == tuple(sorted(states[-1].values(), key=_order))
        assert all(store.get(key) == record for key, record in states[-1].items())
        for uid in "op":
            owned = tuple(record for record in snapshot.records if uid in record.owners)
            assert store.dependents(uid) == owned
        read = parse_snapshot(format_snapshot(snapshot))
        assert take_snapshot(MemoryStore(read.records, revision=read.revision)) == snapshot

    @rule(
        target=watches,
        world=worlds,
        namespace=namespaces,
        selector=selectors(),
        term=terms,
        back=st.integers(0, LIMIT),
    )
    def watch(
        self, world: World, namespace: str, selector: Selector, term: str, back: int
    ) -> Watching:
        """Watch from a list, now or then."""
        store, _ = world
        since = max(store.compacted_revision, store.revision - back)
        where = Where(namespace, selector, term)
        page = store.list("pods", revision=since, **where._asdict())
        return world, store.watch("pods", since=since, **where._asdict()), page, where

    @rule(target=watches, watching=consumes(watches))
    def poll(self, watching: Watching) -> Watching:
        """Read on: what the reader knows becomes what is true; or begin again."""
        world, watch, page, where = watching
        store, states = world
        known = watch.revision
        try:
            records = replay(page, watch)
        except RevisionExpired:
            assert known < store.compacted_revision
            page = store.list("pods", **where._asdict())
            return world, store.watch("pods", **where._asdict()), page, where
        assert records == _scan(states[-1], "pods", *where)
        assert (watch.pending, watch.revision) == (0, store.revision)
        return world, watch, Page(records, store.revision), where


TestStore = StoreMachine.TestCase
