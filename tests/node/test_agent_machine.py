"""Whatever befalls a node, its pods come to where they should be, and nothing runs twice."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kubeobj.runtimes.behaviour import Behaviour, BehaviourRule, Behaviours
from kubeobj.runtimes.states import ContainerState
from tests.node.agentworld import AgentWorld, Document

BEHAVIOURS = Behaviours(
    BehaviourRule(Behaviour(), image="lasting:*"),
    BehaviourRule(Behaviour(run_seconds=4, exit_code=1, runs=3), image="weak:*"),
    BehaviourRule(Behaviour(run_seconds=30), image="working:*"),
    BehaviourRule(Behaviour(stop_seconds=90, pull_seconds=3), image="stubborn:*"),
    BehaviourRule(Behaviour(pull_fails=2, start_seconds=1), image="far:*"),
    BehaviourRule(Behaviour(run_seconds=2), image="init:*"),
)

images = st.sampled_from(["lasting", "weak", "working", "stubborn", "far"])
names = st.sampled_from(["x", "y", "z"])


class NodeMachine(RuleBasedStateMachine):
    """A node to which things happen."""

    def __init__(self) -> None:
        super().__init__()
        self.world = AgentWorld(BEHAVIOURS)
        self.restarts: dict[tuple[str, str], int] = {}

    # ------------------------------------------------------------ what happens

    @rule(
        name=names,
        mains=st.lists(images, min_size=1, max_size=2),
        policy=st.sampled_from(["Always", "OnFailure", "Never"]),
        inits=st.sampled_from([(), ("init",), ("sidecar", "init")]),
        grace=st.sampled_from([0, 5, 30]),
    )
    def create(
        self, name: str, mains: list[str], policy: str, inits: tuple[str, ...], grace: int
    ) -> None:
        """Somebody wants a pod."""
        if self.world.pod(name) is not None:
            return
        made: list[Document] = []
        for kind in inits:
            if kind == "sidecar":
                made.append({"name": "s", "image": "lasting:1", "restartPolicy": "Always"})
            else:
                made.append({"name": "i", "image": "init:1"})
        self.world.create(
            *({"name": f"c{n}", "image": f"{image}:1"} for n, image in enumerate(mains)),
            name=name,
            inits=made or None,
            restartPolicy=policy,
            terminationGracePeriodSeconds=grace,
        )

    @rule(name=names, seconds=st.sampled_from([None, None, 0, 3]))
    def delete(self, name: str, seconds: int | None) -> None:
        """Somebody does not want a pod any more."""
        if self.world.pod(name) is not None:
            self.world.client.delete(
                "pods", name, namespace="default", grace_period_seconds=seconds
            )

    @rule(seconds=st.sampled_from([0, 0.5, 1, 3, 11, 60, 400]))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.world.advance(seconds)

    @rule()
    def work_a_little(self) -> None:
        """The agent does one step only."""
        self.world.manager.step()

    @rule(number=st.integers(0, 20), code=st.sampled_from([0, 1, 137]))
    def crash(self, number: int, code: int) -> None:
        """A container ends."""
        host = self.world.host
        running = [r for r in host.runs.values() if r.container.state is ContainerState.RUNNING]
        if running:
            run = running[number % len(running)]
            host.crash(run.pod_uid, run.container.name, self.world.clock.now(), code)

    @rule()
    def restart_the_agent(self) -> None:
        """The agent dies, wherever it is, and another one begins."""
        self.world.restart_agent()

    @rule()
    def break_or_mend_the_runtime(self) -> None:
        """The runtime goes away, or comes back."""
        self.world.host.is_reachable = not self.world.host.is_reachable

    @rule()
    def reboot(self) -> None:
        """The machine goes down and comes up again."""
        self.world.host.reboot(self.world.clock.now())
        self.world.restart_agent()

    @rule(number=st.integers(0, 20))
    def lose_a_sandbox(self, number: int) -> None:
        """Somebody removes a sandbox with all that is in it."""
        host, now = self.world.host, self.world.clock.now()
        if host.sandboxes:
            sandbox_id = list(host.sandboxes)[number % len(host.sandboxes)]
            host.stop_sandbox(sandbox_id, now)
            host.remove_sandbox(sandbox_id)

    # ------------------------------------------------------------ what always holds

    @invariant()
    def nothing_runs_twice(self) -> None:
        """Under one name there is never more than one run of a container."""
        host = self.world.host
        host.go_on(self.world.clock.now())
        of_pod = {one.id: (one.pod.namespace, one.pod.name) for one in host.sandboxes.values()}
        seen: dict[tuple[Any, str], str] = {}
        for run in host.runs.values():
            if run.container.state is ContainerState.RUNNING:
                key = of_pod[run.container.sandbox_id], run.container.name
                assert key not in seen, f"{key} runs as {seen[key]} and {run.container.id}"
                seen[key] = run.container.id
        attempts = [(r.pod_uid, r.container.name, r.container.attempt) for r in host.runs.values()]
        assert len(attempts) == len(set(attempts)), "two runs are the same attempt"

    @invariant()
    def restarts_only_grow(self) -> None:
        """As they were told."""
        for name in ("x", "y", "z"):
            pod = self.world.pod(name)
            if pod is None:
                continue
            for part in ("initContainerStatuses", "containerStatuses"):
                for one in pod["status"].get(part) or ():
                    key = pod["metadata"]["uid"], one["name"]
                    assert one["restartCount"] >= self.restarts.get(key, 0)
                    self.restarts[key] = one["restartCount"]

    def teardown(self) -> None:
        """Once nothing more befalls the node, everything is as it should be."""
        world = self.world
        world.host.is_reachable = True
        world.advance(2000)
        pods = {name: pod for name in ("x", "y", "z") if (pod := world.pod(name)) is not None}
        for name, pod in pods.items():
            assert "deletionTimestamp" not in pod["metadata"], f"{name} is still there"
            self.is_as_it_should_be(pod)
        uids = {pod["metadata"]["uid"] for pod in pods.values()}
        assert {one.pod.uid for one in world.host.sandboxes.values()} <= uids
        assert {run.pod_uid for run in world.host.runs.values()} <= uids
        for pod in pods.values():
            world.client.delete("pods", pod["metadata"]["name"], namespace="default")
        world.advance(200)
        assert (world.host.sandboxes, world.host.runs) == ({}, {})
        world.loop.close()
        world.executor.close()

    def is_as_it_should_be(self, pod: Document) -> None:
        """Check that a pod runs, or is over, as its containers would have it."""
        status, uid = pod["status"], pod["metadata"]["uid"]
        running = {
            run.container.name
            for run in self.world.host.runs.values()
            if run.pod_uid == uid and run.container.state is ContainerState.RUNNING
        }
        told = {
            one["name"]
            for part in ("initContainerStatuses", "containerStatuses")
            for one in status.get(part) or ()
            if "running" in one["state"]
        }
        assert running == told
        if status["phase"] in {"Succeeded", "Failed"}:
            assert not running
        else:
            assert status["phase"] == "Running", status
            mains = {one["name"] for one in pod["spec"]["containers"]}
            assert mains & running or pod["spec"]["restartPolicy"] != "Never"


TestNode = NodeMachine.TestCase
TestNode.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
