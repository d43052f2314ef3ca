"""Plugins of one's own, and those that wait or refuse."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.perpod import NodeFilter, NodeRating
from kubeobj.scheduling.plugins.resourcestrategies import (
    LeastAllocated,
    MostAllocated,
    RequestedToCapacityRatio,
    Strategy,
)
from kubeobj.scheduling.profiles import default_profile
from kubeobj.scheduling.records import PodRecord
from kubeobj.scheduling.verdicts import Code, Rejection
from tests.scheduling.conftest import Cluster

Doc = dict[str, Any]
With = Callable[..., Cluster]


def _no_two(pod: Doc, node: Doc, pods: Sequence[Doc]) -> str | None:
    """Let a node have one pod."""
    return "node(s) were taken" if pods else None


def _by_name(pod: Doc, node: Doc, pods: Sequence[Doc]) -> int:
    """Prefer nodes with high numbers."""
    return int(node["metadata"]["name"].removeprefix("n"))


def test_a_filter_of_ones_own(cluster_with: With) -> None:
    """Keeps pods out, and its reason is told."""
    cluster = cluster_with(default_profile().extended(filters=(NodeFilter("Lonely", _no_two),)))
    for name in ("n1", "n2"):
        cluster.node(name)
    for name in ("a", "b", "c"):
        cluster.pod(name, cpu="10m")
    cluster.settle()
    assert sorted(cluster.places().values()) == ["", "n1", "n2"]
    waiting = next(name for name, node in cluster.places().items() if not node)
    message = cluster.condition(waiting)["message"]
    assert message.startswith("0/2 nodes are available: 2 node(s) were taken.")


def test_a_score_of_ones_own(cluster_with: With) -> None:
    """Outweighs the others if it is heavy."""
    profile = default_profile().extended(scores=((NodeRating("Late", _by_name), 10),))
    cluster = cluster_with(profile)
    for name in ("n1", "n5", "n3"):
        cluster.node(name)
    cluster.pod("p")
    cluster.settle()
    assert cluster.places() == {"p": "n5"}
    cluster.pod("q", cpu="10m")
    cluster.settle()
    assert cluster.places()["q"] == "n5"


class Waits:
    """Permit: lets each pod wait."""

    name = "Waits"

    def permit(self, pod: PodRecord, node: NodeState) -> float | Rejection | None:
        """Wait for 30 seconds at most; the refused are refused at once."""
        if pod.name == "refused":
            return Rejection(self.name, Code.UNSCHEDULABLE, ("no",))
        return 30.0


def test_a_pod_waits_until_it_is_allowed(cluster_with: With) -> None:
    """Its node is taken meanwhile."""
    cluster = cluster_with(default_profile().extended(others=(Waits(),)))
    cluster.node("n1")
    cluster.pod("p", cpu="1")
    cluster.settle()
    assert cluster.places() == {"p": ""}
    uid = cluster.read("p")["metadata"]["uid"]
    assert cluster.scheduler.snapshot.pods[uid].node == "n1"
    cluster.scheduler.allow(uid, "Waits")
    cluster.settle()
    assert cluster.places() == {"p": "n1"}


@pytest.mark.parametrize("how", ["late", "rejected"])
def test_a_pod_that_is_not_allowed(cluster_with: With, how: str) -> None:
    """Gives its node back."""
    cluster = cluster_with(default_profile().extended(others=(Waits(),)))
    cluster.node("n1")
    cluster.pod("p", cpu="1")
    cluster.settle()
    uid = cluster.read("p")["metadata"]["uid"]
    if how == "late":
        cluster.manager.advance(31)
        expected = "timed out waiting for Waits"
    else:
        cluster.scheduler.reject(uid, "Waits", "never")
        expected = "never"
    assert cluster.condition("p")["message"] == expected
    assert uid not in cluster.scheduler.snapshot.pods


def test_a_pod_that_is_refused_at_once(cluster_with: With) -> None:
    """Permit may say no."""
    cluster = cluster_with(default_profile().extended(others=(Waits(),)))
    cluster.node("n1")
    cluster.pod("refused")
    cluster.settle()
    assert cluster.condition("refused")["message"] == "no"


class Notes:
    """Bind and PostBind: binds, and takes note."""

    name = "Notes"

    def __init__(self) -> None:
        self.bound: list[tuple[str, str]] = []

    def post_bind(self, pod: PodRecord, node: NodeState) -> None:
        """Take note."""
        self.bound.append((pod.key, node.name))


def test_who_is_told_of_what_is_bound(cluster_with: With) -> None:
    """After it is."""
    notes = Notes()
    cluster = cluster_with(default_profile().extended(others=(notes,)))
    cluster.node("n1")
    cluster.pod("p")
    cluster.settle()
    assert notes.bound == [("default/p", "n1")]


def test_weights_are_positive() -> None:
    """A plugin that does not count is left out."""
    with pytest.raises(ValueError, match="1 or more"):
        default_profile().extended(scores=((NodeRating("Late", _by_name), 0),))


@pytest.mark.parametrize(
    ("strategy", "scores"),
    [
        (LeastAllocated(), [100, 75, 0, 0]),
        (MostAllocated(), [0, 25, 100, 100]),
        (RequestedToCapacityRatio([(0, 10), (50, 0), (100, 5)]), [100, 50, 50, 50]),
    ],
    ids=["least", "most", "ratio"],
)
def test_strategies(strategy: Strategy, scores: list[int]) -> None:
    """One node and many get the same."""
    import numpy as np

    used, there = [0, 250, 1000, 1200], [1000] * 4
    assert [strategy.one(one, 1000) for one in used] == scores
    assert strategy.many(np.array(used), np.array(there)).tolist() == scores
