"""The graph of owners is what the objects say, however they have come to say it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kubeobj.controllers.ownergraph import OwnerGraph
from kubeobj.documents import Wire

UIDS = ["a", "b", "c", "d"]


def document(
    uid: str, owners: dict[str, bool], finalizers: tuple[str, ...] = (), *, deleting: bool = False
) -> Wire:
    """Return an object called as its uid; *owners* tells whether it blocks each."""
    references = [
        {"apiVersion": "v1", "kind": "ConfigMap", "name": one, "uid": one, "blockOwnerDeletion": b}
        for one, b in owners.items()
    ]
    metadata: dict[str, Any] = {"uid": uid, "name": uid, "namespace": "default"}
    if references:
        metadata["ownerReferences"] = references
    if finalizers:
        metadata["finalizers"] = list(finalizers)
    if deleting:
        metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


def graph() -> tuple[OwnerGraph, list[str], list[str]]:
    """Return a graph, whom it suspects, and who wants its dependents to be let go."""
    suspects: list[str] = []
    orphaning: list[str] = []
    return OwnerGraph(suspects.append, orphaning.append), suspects, orphaning


OBJECTS = st.one_of(st.none(), st.dictionaries(st.sampled_from(UIDS), st.booleans(), max_size=3))


@given(st.lists(st.tuples(st.sampled_from(UIDS), OBJECTS), max_size=30))
def test_it_is_what_the_objects_say(events: list[tuple[str, dict[str, bool] | None]]) -> None:
    """Who depends on whom, and who is kept from going, after any events."""
    made, _, _ = graph()
    there: dict[str, Wire] = {}
    for uid, owners in events:
        old = there.pop(uid, None)
        new = None if owners is None else document(uid, owners)
        if new is not None:
            there[uid] = new
        made.change("configmaps", old, new)
    assert len(made) == len(there)
    for owner in UIDS:
        references = {
            uid: [
                one for one in found["metadata"].get("ownerReferences", ()) if one["uid"] == owner
            ]
            for uid, found in there.items()
        }
        dependents = {uid for uid, found in references.items() if found}
        assert {one.uid for one in made.dependents(owner)} == dependents
        blocks = any(one["blockOwnerDeletion"] for found in references.values() for one in found)
        assert made.is_blocked(owner) == blocks


@given(st.lists(st.tuples(st.sampled_from(UIDS), OBJECTS), max_size=30))
def test_whoever_loses_an_owner_is_suspected(
    events: list[tuple[str, dict[str, bool] | None]],
) -> None:
    """Each object with an owner that has not been seen has been told of since that was so."""
    made, suspects, _ = graph()
    there: dict[str, Wire] = {}
    for uid, owners in events:
        old = there.pop(uid, None)
        new = None if owners is None else document(uid, owners)
        before = len(suspects)
        if new is not None:
            there[uid] = new
        made.change("configmaps", old, new)
        if old is not None and new is None:
            depending = [one for one, found in there.items() if uid in _owners(found)]
            assert set(depending) <= set(suspects[before:])
        if new is not None and (old is None or old != new):
            added = set(_owners(new)) - (set(_owners(old)) if old is not None else set())
            if added - there.keys():
                assert uid in suspects[before:]


def _owners(found: Wire) -> list[str]:
    return [one["uid"] for one in found["metadata"].get("ownerReferences", ())]


def test_an_owner_that_waits_is_told_once_nothing_blocks_it() -> None:
    """By the last dependent that goes, is let go, or no longer blocks."""
    for last in (None, document("d", {}), document("d", {"a": False})):
        made, suspects, _ = graph()
        made.change("configmaps", None, document("a", {}))
        made.change("configmaps", None, document("b", {"a": True}))
        made.change("configmaps", None, document("d", {"a": True}))
        waiting = document("a", {}, ("foregroundDeletion",), deleting=True)
        made.change("configmaps", document("a", {}), waiting)
        assert suspects == ["b", "d", "a"]
        made.change("configmaps", document("b", {"a": True}), None)
        assert suspects == ["b", "d", "a"]
        made.change("configmaps", document("d", {"a": True}), last)
        assert suspects[3:4] == ["a"]


def test_who_lets_go_is_told_of_once() -> None:
    """However often it changes meanwhile."""
    made, _, orphaning = graph()
    made.change("configmaps", None, document("a", {}))
    for _ in range(3):
        waiting = document("a", {}, ("orphan",), deleting=True)
        made.change("configmaps", document("a", {}), waiting)
    assert orphaning == ["a"]


def test_a_dependent_that_came_before_its_owner_is_looked_at_again() -> None:
    """For it may mean another object."""
    made, suspects, _ = graph()
    made.change("configmaps", None, document("b", {"a": False}))
    made.change("configmaps", None, document("a", {}))
    assert suspects == ["b", "b"]
