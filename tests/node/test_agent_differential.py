"""The agent on a simulated runtime comes to the same as the kubelets of simulated clusters."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import NotFound
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.entropy import SeededIdSource
from kubeobj.node.kubelets import Kubelets
from kubeobj.node.nodeobject import Machine
from kubeobj.node.podevents import PodEvents
from kubeobj.node.simulatednode import SimulatedNode
from kubeobj.reconcile.loop import advance
from kubeobj.reconcile.manager import Manager
from kubeobj.runtimes.behaviour import Behaviour, BehaviourRule, Behaviours
from tests.node.agentworld import NODE, AgentWorld, Document

behaviours = st.builds(
    Behaviour,
    pull_seconds=st.sampled_from([0.0, 3.125]),
    pull_fails=st.sampled_from([0, 0, 0, 1, 2]),
    run_seconds=st.sampled_from([None, None, 1.0625, 7.0625, 700.0625]),
    exit_code=st.sampled_from([0, 1, 42]),
    runs=st.sampled_from([None, None, 1, 3]),
    stop_seconds=st.sampled_from([0.0, 4.0, 50.0]),
    stop_exit_code=st.sampled_from([0, 143]),
)
"""How containers behave: all of them are ready as soon as they run, as nobody asks them."""


@st.composite
def pods(draw: st.DrawFn) -> tuple[Document, dict[str, Behaviour]]:
    """A pod of a few containers, and how each of them behaves."""
    names = draw(st.sampled_from([("a",), ("a", "b")]))
    inits = draw(st.sampled_from([(), (), ("i",), ("s",), ("i", "s"), ("s", "i")]))
    spec: Document = {
        "restartPolicy": draw(st.sampled_from(["Always", "OnFailure", "Never"])),
        "containers": [{"name": name, "image": f"{name}:1"} for name in names],
    }
    if inits:
        spec["initContainers"] = [
            {"name": name, "image": f"{name}:1"}
            | ({"restartPolicy": "Always"} if name == "s" else {})
            for name in inits
        ]
    deadline = draw(st.sampled_from([None, None, None, 41]))
    if deadline:
        spec["activeDeadlineSeconds"] = deadline
    behave = {name: draw(behaviours) for name in (*names, *inits)}
    if "s" in behave:
        # While a sidecar waits to be started again, the kubelet looks after nothing else; and in
        # a simulation it does not wait for others to end, nor ends with a pod that never began.
        behave["s"] = behave["s"].model_copy(update={"run_seconds": None})
        for name, one in behave.items():
            well = {"exit_code": 0} if name == "i" else {}
            behave[name] = one.model_copy(update={"stop_seconds": 0.0, **well})
    return spec, behave


def rules_of(behave: dict[str, Behaviour]) -> Behaviours:
    return Behaviours(*(BehaviourRule(one, image=f"{name}:*") for name, one in behave.items()))


class FastWorld:
    """One simulated node with the kubelets of simulated clusters."""

    def __init__(self, behave: dict[str, Behaviour]) -> None:
        self.clock = VirtualClock()
        self.client = InProcessClient(ApiServer(clock=self.clock, ids=SeededIdSource(7)))
        account = {"apiVersion": "v1", "kind": "ServiceAccount"}
        self.client.create({**account, "metadata": {"name": "default", "namespace": "default"}})
        node = SimulatedNode(Machine(NODE), 0)
        self.manager = Manager(self.client, self.clock)
        self.manager.install(
            lambda manager: Kubelets(manager, {NODE: node}, rules_of(behave), PodEvents.NONE)
        )

    def advance(self, seconds: float) -> None:
        advance(self.clock, (self.manager,), seconds)

    def pod(self) -> Document | None:
        try:
            return self.client.get("pods", "p", namespace="default").document
        except NotFound:
            return None


NOT_BEGUN = {
    "ContainerCreating",
    "PodInitializing",
    "ErrImagePull",
    "ImagePullBackOff",
    "ContainerStatusUnknown",  # when its pod is over
}
"""Why a container has not begun; only the agent tells them apart in all cases."""


def essence(pod: Document | None) -> Any:
    """Return what people go by: the phase, and of each container its state and its restarts."""
    if pod is None:
        return None
    status = pod["status"]
    found: dict[str, Any] = {}
    if "deletionTimestamp" not in pod["metadata"]:
        found["phase"] = status.get("phase")
    if found.get("phase") == "Failed":  # the agent says why once nothing runs any more
        found["reason"] = status.get("reason")
    for part in ("initContainerStatuses", "containerStatuses"):
        for one in status.get(part) or ():
            state, more = next(iter(one["state"].items()))
            code = more.get("exitCode")
            if more.get("reason") in NOT_BEGUN:
                state, code = "not begun", None
            found[one["name"]] = (state, code, one["restartCount"], one["ready"])
    return found


@settings(max_examples=60, deadline=None)
@given(pods(), st.sampled_from([None, 3.3, 15.3, 100.3]))
def test_both_tell_the_same(
    made: tuple[Document, dict[str, Behaviour]], deleted: float | None
) -> None:
    """Whenever nothing is just about to happen."""
    spec, behave = made
    slow, fast = AgentWorld(rules_of(behave)), FastWorld(behave)
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": "default"},
        "spec": {**spec, "nodeName": NODE, "terminationGracePeriodSeconds": 20},
    }
    slow.client.create(pod)
    fast.client.create(pod)
    now = 0.0
    for at in (0.5, 2.5, 5.5, 9.5, 15.5, 30.5, 45.5, 61.5, 99.5, 140.5, 300.5, 900.5):
        if deleted is not None and now <= deleted < at:
            for world in (slow, fast):
                world.advance(deleted - now)
                if world.pod() is not None:
                    world.client.delete("pods", "p", namespace="default")
            now = deleted
        slow.advance(at - now)
        fast.advance(at - now)
        now = at
        assert essence(slow.pod()) == essence(fast.pod()), f"after {at} seconds"
