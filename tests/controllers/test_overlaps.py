"""Controllers that claim the same pods are told so, for as long as they do."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeobj.controllers.builtin import LOOPS
from kubeobj.controllers.overlapindex import Claim, OverlapIndex
from kubeobj.controllers.overlaps import OVERLAP, SelectorOverlapController
from kubeobj.documents import Wire
from kubeobj.labels.selector import Selector
from tests.controllers.running import POD, Running

VERSIONS = {
    "DaemonSet": "apps/v1",
    "Deployment": "apps/v1",
    "Job": "batch/v1",
    "ReplicaSet": "apps/v1",
    "ReplicationController": "v1",
    "StatefulSet": "apps/v1",
}
RESOURCES = {
    "DaemonSet": "daemonsets.apps",
    "Deployment": "deployments.apps",
    "Job": "jobs.batch",
    "ReplicaSet": "replicasets.apps",
    "ReplicationController": "replicationcontrollers",
    "StatefulSet": "statefulsets.apps",
}


def make(world: Running, kind: str, name: str, **labels: str) -> Wire:
    """Create a controller of a kind that selects pods with certain labels."""
    selector: Any = labels if kind == "ReplicationController" else {"matchLabels": labels}
    spec: Wire = {"template": {"metadata": {"labels": labels}, "spec": POD}, "selector": selector}
    if kind == "Job":
        spec["manualSelector"] = True
        spec["template"]["spec"] = {**POD, "restartPolicy": "Never"}
    if kind == "StatefulSet":
        spec["serviceName"] = name
    return world.create(f"{VERSIONS[kind]}/{kind}", name, spec=spec)


def told(world: Running, kind: str, name: str) -> str | None:
    """Return what a controller is told of others that claim its pods."""
    conditions = world.get(RESOURCES[kind], name).get("status", {}).get("conditions") or ()
    for one in conditions:
        if one["type"] == OVERLAP:
            assert one["status"] == "True"
            assert one["reason"] == "PodsClaimedTwice"
            message: str = one["message"]
            return message
    return None


@pytest.mark.parametrize("kind", sorted(VERSIONS))
def test_both_are_told_and_nobody_afterwards(kind: str) -> None:
    """Whatever kind it is, beside a Deployment; and no more once one of the two has gone."""
    world = Running(SelectorOverlapController)
    make(world, "Deployment", "one", app="web")
    make(world, kind, "two", app="web", tier="front")
    world.settle()
    labels = "such as one with the labels app=web,tier=front"
    assert told(world, "Deployment", "one") == f'{kind} "two" may claim the same pods, {labels}'
    assert told(world, kind, "two") == f'Deployment "one" may claim the same pods, {labels}'
    assert sorted(world.events()) == sorted(
        [(OVERLAP, "Deployment", "one"), (OVERLAP, kind, "two")]
    )
    world.client.delete("deployments.apps", "one", propagation_policy="Background")
    world.settle()
    assert told(world, kind, "two") is None


@pytest.mark.parametrize("kind", sorted(VERSIONS))
def test_the_loops_of_the_kinds_leave_it_alone(kind: str) -> None:
    """Each writes its own conditions and keeps this one, so that all come to rest."""
    world = Running(*LOOPS)
    make(world, kind, "one", app="web")
    make(world, kind, "two", app="web")
    world.settle()
    world.advance(400)
    assert told(world, kind, "one") is not None
    assert told(world, kind, "two") is not None
    before = [one for one in world.writes if OVERLAP in one]
    world.advance(60)
    assert [one for one in world.writes if OVERLAP in one] == before


def test_a_deployment_and_its_replica_sets_are_one() -> None:
    """Those that it has made, and those that it is about to adopt."""
    world = Running(*LOOPS)
    make(world, "ReplicaSet", "old", app="web")
    change = {"metadata": {"labels": {"app": "web"}}}
    world.client.patch("replicasets.apps", "old", change, type="merge", namespace="default")
    make(world, "Deployment", "web", app="web")
    world.settle()
    assert not [one for one in world.events() if one[0] == OVERLAP]
    assert told(world, "Deployment", "web") is None


def test_who_asks_for_other_labels_is_not_told() -> None:
    """One pod could have both, but nobody makes one; and other namespaces are other places."""
    world = Running(SelectorOverlapController)
    world.create("Namespace", "shop", "")
    make(world, "Deployment", "web", app="web")
    make(world, "Deployment", "db", app="db")
    make(world, "StatefulSet", "queue", component="queue")
    spec = world.get("deployments.apps", "web")["spec"]
    world.create("apps/v1/Deployment", "web", "shop", spec=spec)
    world.settle()
    assert world.writes == []


def test_one_that_makes_pods_for_another_is_told() -> None:
    """Their selectors have no label in common, but the pods of one have both."""
    world = Running(SelectorOverlapController)
    make(world, "Deployment", "front", tier="front")
    spec: Wire = {
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web", "tier": "front"}}, "spec": POD},
    }
    world.create("apps/v1/Deployment", "web", spec=spec)
    world.settle()
    assert told(world, "Deployment", "front") is not None
    change = {"spec": {"template": {"metadata": {"labels": {"tier": "back"}}}}}
    world.client.patch("deployments.apps", "web", change, type="merge", namespace="default")
    world.settle()
    assert told(world, "Deployment", "front") is None
    assert told(world, "Deployment", "web") is None


def test_many_are_told_of_the_first_few() -> None:
    """So that one more does not write to all the others again."""
    world = Running(SelectorOverlapController)
    for number in range(6):
        make(world, "Deployment", f"d{number}", app="web")
    world.settle()
    message = told(world, "Deployment", "d5")
    assert message is not None
    assert message.startswith('Deployment "d0", Deployment "d1", Deployment "d2" and others may')
    before = len(world.writes)
    make(world, "Deployment", "d6", app="web")
    world.settle()
    assert len(world.writes) == before + 2  # its condition and its event


def test_a_job_that_has_ended_claims_nothing() -> None:
    """It makes no more pods, and its record stays as it is."""
    world = Running(SelectorOverlapController)
    make(world, "Job", "done", app="web")
    since = world.get("jobs.batch", "done")["metadata"]["creationTimestamp"]
    ended = [
        {"type": name, "status": "True", "lastTransitionTime": since}
        for name in ("FailureTarget", "Failed")
    ]
    change = {"status": {"startTime": since, "conditions": ended}}
    world.client.patch(
        "jobs.batch", "done", change, type="merge", part="status", namespace="default"
    )
    make(world, "Deployment", "web", app="web")
    world.settle()
    assert told(world, "Deployment", "web") is None
    assert told(world, "Job", "done") is None


@pytest.mark.parametrize("dies_at", range(1, 6))
def test_whoever_dies_at_a_write_tells_it_afterwards(dies_at: int) -> None:
    """The conditions are made true from what is there."""
    world = Running(SelectorOverlapController, dies_at_write=dies_at)
    make(world, "Deployment", "one", app="web")
    make(world, "ReplicaSet", "two", app="web")
    world.settle()
    assert told(world, "Deployment", "one") is not None
    assert told(world, "ReplicaSet", "two") is not None


def test_what_has_settled_costs_nothing() -> None:
    """Nobody is looked at again, and no deadline is left."""
    world = Running(SelectorOverlapController)
    make(world, "Deployment", "one", app="web")
    make(world, "Deployment", "two", app="web")
    world.settle()
    before = len(world.writes)
    world.manager.restart()
    world.manager.relist()
    world.settle()
    assert len(world.writes) == before
    assert world.manager.deadline is None


LABELS = st.dictionaries(st.sampled_from("ab"), st.sampled_from(["1", "2", "3"]), max_size=2)
TERMS = st.sampled_from(
    ["a=1", "a=2", "a", "!a", "a!=1", "a in (1,2)", "a>1", "b=1", "b=2", "b notin (1,3)", "b"]
)
CLAIMS = st.builds(
    Claim,
    st.tuples(st.sampled_from(["Deployment", "ReplicaSet"]), st.sampled_from("uvwxyz")),
    st.lists(TERMS, max_size=3).map(",".join).map(Selector.parse),
    LABELS,
    LABELS,
)


def _rivals_by_comparing(claims: dict[Any, Claim], key: Any) -> list[Any]:
    """Return what the index should find, by looking at all pairs."""
    one, found = claims[key], []
    for other in claims.values():
        if other.key == key or not one.selector.overlaps(other.selector):
            continue
        if {one.selector.selects_everything, other.selector.selects_everything} != {False}:
            continue
        keys = [{term.key for term in claim.selector} for claim in (one, other)]
        is_captured = one.selector.matches(other.pod_labels)
        captures = other.selector.matches(one.pod_labels)
        if not (keys[0] & keys[1] or is_captured or captures):
            continue
        pair = {claim.key[0]: claim for claim in (one, other)}
        above, below = pair.get("Deployment"), pair.get("ReplicaSet")
        if above and below and above.selector.matches(below.labels):
            continue
        found.append(other.key)
    return sorted(found)


@settings(max_examples=300)
@given(changes=st.lists(st.tuples(st.booleans(), CLAIMS), max_size=14))
def test_the_index_finds_what_comparing_all_finds(changes: list[tuple[bool, Claim]]) -> None:
    """After any changes, for everybody."""
    index, claims = OverlapIndex(), {}
    for is_there, claim in changes:
        if is_there:
            index.put(claim)
            claims[claim.key] = claim
        else:
            index.discard(claim.key)
            claims.pop(claim.key, None)
    for key in claims:
        found = [one.key for one in index.rivals(key)]
        assert found == _rivals_by_comparing(claims, key)
