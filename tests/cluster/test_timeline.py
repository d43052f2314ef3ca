"""The record of a simulation: what happened to pods, nodes and workloads, and when."""

import json

import pytest

from kubeobj.cluster.availability import Availability, Worst, joined, step
from kubeobj.cluster.faults import ContainerCrash, NodeCrash
from kubeobj.cluster.podlives import PodState, state_of
from kubeobj.cluster.simulated import Plan, SimulatedCluster
from kubeobj.cluster.timeline import Record, Timeline
from kubeobj.reconcile.request import Request
from kubeobj.runtimes.behaviour import Behaviour, Behaviours

PLAN = Plan(
    behaviours=Behaviours(
        default=Behaviour(pull_seconds=3, start_seconds=1, ready_seconds=2, stop_seconds=1)
    )
)


def deployment(name: str = "web", replicas: int = 2, image: str = "web:1") -> dict[str, object]:
    """Return a Deployment."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": name, "image": image}]},
            },
        },
    }


def simulated(nodes: int = 2) -> tuple[SimulatedCluster, Timeline]:
    cluster = SimulatedCluster.with_nodes(nodes, seed=7, plan=PLAN)
    return cluster, Timeline(cluster)


def words(record: Record, number: int = 0) -> list[tuple[float, str]]:
    return [(at, state.word) for at, state in record.pods[number].states]


def test_the_life_of_a_pod_is_recorded() -> None:
    """When it was made and scheduled, and how it was from when on."""
    cluster, timeline = simulated()
    cluster.apply(deployment(replicas=1))
    cluster.advance(minutes=1)
    record = timeline.record()
    (life,) = record.pods
    assert (life.created, life.scheduled, life.gone) == (0, 0, None)
    assert life.workload == ("Deployment", Request("default", "web"))
    assert words(record) == [(0, "pending"), (4, "unready"), (6, "ready")]


def test_a_rollout_has_a_beginning_and_an_end() -> None:
    """And the pods that it replaces go because of it."""
    cluster, timeline = simulated()
    cluster.apply(deployment())
    cluster.advance(minutes=1)
    cluster.apply(deployment(replicas=3, image="web:2"))
    cluster.advance(minutes=1)
    record = timeline.record()
    created, rolled = record.rollouts
    assert (created.what, created.began, created.ended) == ("created", 0, 6)
    assert rolled.what == "new template, scaled 2 to 3"
    assert rolled.began == 60
    assert rolled.ended is not None
    assert {life.why for life in record.pods if life.gone is not None} == {"rollout"}


def test_scaling_down_is_no_rollout() -> None:
    cluster, timeline = simulated()
    cluster.apply(deployment(replicas=3))
    cluster.advance(minutes=1)
    cluster.apply(deployment(replicas=1))
    cluster.advance(minutes=1)
    whys = [life.why for life in timeline.record().pods if life.gone is not None]
    assert whys == ["deleted by its owner"] * 2


def test_a_crash_is_seen_before_the_api_sees_it() -> None:
    """Pods on a node that is down are not there, though their status says so only later."""
    cluster, timeline = simulated()
    cluster.apply(deployment())
    cluster.inject(NodeCrash("node-2"), at=90, seconds=600)
    cluster.advance(minutes=15)
    record = timeline.record()
    (struck,) = record.faults
    assert (struck.text, struck.began, struck.ended) == ("node-crash=node-2", 90, 690)
    (found,) = record.availability.values()
    assert (90, 1) in found.serving
    assert (140, 1) in found.available  # a node is missed after 50 seconds
    assert found.worst(record.end) == Worst(90, 1, 2)
    states = {node.name: [state for _, state in node.states] for node in record.nodes}
    assert states == {"node-1": ["ready"], "node-2": ["ready", "unknown", "ready"]}
    assert "evicted from its node by a taint" in [life.why for life in record.pods]


def test_restarts_are_recorded() -> None:
    cluster, timeline = simulated(1)
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "c", "image": "c"}]},
    }
    cluster.apply(pod)
    cluster.inject(ContainerCrash("p", exit_code=137, reason="OOMKilled"), at=30)
    cluster.advance(minutes=5)
    (life,) = timeline.record().pods
    assert [(one.container, one.reason) for one in life.restarts] == [("c", "OOMKilled")]


def test_what_was_there_before_is_no_news() -> None:
    """A record that begins later has no rollout of what was rolled out before."""
    cluster, _ = simulated()
    cluster.apply(deployment())
    cluster.advance(minutes=1)
    record = Timeline(cluster).record()
    assert record.rollouts == ()
    assert record.events == ()
    assert [life.last.word for life in record.pods] == ["ready", "ready"]
    (found,) = record.availability.values()
    assert found.before == 2


def test_the_same_seed_gives_the_same_record() -> None:
    records = []
    for _ in range(2):
        cluster, timeline = simulated()
        cluster.apply(deployment())
        cluster.inject(NodeCrash("node-1"), at=20, seconds=100)
        cluster.advance(minutes=10)
        timeline.mark("done")
        records.append(json.dumps(timeline.record().to_json()))
    assert records[0] == records[1]


def test_looking_as_it_goes_is_as_good_as_looking_in_the_end() -> None:
    """A record of each minute ends as the record of all."""
    cluster, timeline = simulated()
    cluster.apply(deployment())
    for _ in range(5):
        cluster.advance(minutes=1)
        timeline.record()
    once, again = timeline.record(), timeline.record()
    assert once.to_json() == again.to_json()


@pytest.mark.parametrize(
    ("pod", "state"),
    [
        ({"status": {"phase": "Failed", "reason": "Evicted"}}, ("failed", "Evicted")),
        ({"status": {"phase": "Succeeded"}}, ("succeeded", "")),
        ({"spec": {}, "status": {"phase": "Pending"}}, ("pending", "no node")),
        (
            {
                "status": {
                    "phase": "Running",
                    "containerStatuses": [
                        {"name": "c", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
                    ],
                }
            },
            ("broken", "CrashLoopBackOff"),
        ),
        (
            {"metadata": {"deletionTimestamp": "x"}, "status": {"phase": "Running"}},
            ("terminating", ""),
        ),
        (
            {"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}},
            ("ready", ""),
        ),
    ],
)
def test_the_state_of_a_pod_is_one_word(pod: dict[str, object], state: tuple[str, str]) -> None:
    whole = {"metadata": {}, "spec": {"nodeName": "n"}, **pod}
    assert state_of(whole) == PodState(*state)


def test_steps_are_joined() -> None:
    steps: list[tuple[float, int]] = []
    for at, number in [(0, 1), (0, 2), (3, 2), (5, 1)]:
        step(steps, at, number)
    assert steps == [(0, 2), (5, 1)]
    assert list(joined(steps, [(1, 4)], 9)) == [(0, 1, 2, 0), (1, 5, 2, 4), (5, 9, 1, 4)]


def test_what_is_asked_for_anew_is_missed_once_it_was_there() -> None:
    """Scaling up is no outage; scaling down owes less at once."""
    found = Availability(
        ("Deployment", Request("default", "web")),
        desired=[(0, 2), (10, 5), (40, 1)],
        serving=[(0, 0), (5, 2), (15, 1), (20, 5), (30, 4), (35, 5), (50, 0)],
    )
    assert found.worst(60) == Worst(15, 1, 2)
    assert found.short_seconds(60) == 5 + 5 + 10
    never = Availability(found.workload, desired=[(0, 2)], serving=[(0, 1)])
    assert never.worst(60) is None
