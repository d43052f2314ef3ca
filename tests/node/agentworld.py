"""A node agent on virtual time: an API, a manager, a simulated runtime, and the agent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, final

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import NotFound
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.entropy import SeededIdSource
from kubeobj.node.agent import AgentLoop, AgentOptions, MakeInputs, NodeAgent
from kubeobj.node.executor import VirtualExecutor
from kubeobj.node.podfacts import NodeFacts
from kubeobj.node.podinputs import PlainInputs
from kubeobj.node.probes.board import Check, Outcome, Verdict
from kubeobj.reconcile.loop import advance, settle
from kubeobj.reconcile.manager import Manager
from kubeobj.runtimes.behaviour import Behaviour, BehaviourRule, Behaviours
from kubeobj.runtimes.simulated import SimulatedRuntime
from kubeobj.runtimes.simulatedhost import SimulatedHost

Document = dict[str, Any]

NODE = "n1"
ADDRESS = "192.168.7.1"


@final
class SimulatedProber:
    """Asks a simulated runtime whether a container is ready; alive it is as long as it runs."""

    def __init__(self, runtime: SimulatedRuntime) -> None:
        self._runtime = runtime
        self.answers: dict[str, Outcome] = {}
        """What containers answer instead, by name."""
        self.asked: list[Check] = []

    def probe(self, check: Check) -> Outcome:
        self.asked.append(check)
        said = self.answers.get(check.container["name"])
        if said is not None:
            return said
        if self._runtime.is_ready(check.run_id):
            return Outcome(Verdict.SUCCESS)
        return Outcome(Verdict.FAILURE, "not yet")


@final
class AgentWorld:
    """All of it; one thread uses it."""

    def __init__(
        self,
        behaviours: Behaviours | None = None,
        static_pods: Path | None = None,
        node: Document | None = None,
        inputs: MakeInputs | None = None,
    ) -> None:
        self.clock = VirtualClock()
        self.server = ApiServer(clock=self.clock, ids=SeededIdSource(7))
        self.client = InProcessClient(self.server)
        self.executor = VirtualExecutor(self.clock)
        self.host = SimulatedHost()
        self.runtime = SimulatedRuntime(
            self.clock, behaviours, sleep=self.executor.sleep, host=self.host
        )
        self.prober = SimulatedProber(self.runtime)
        self.static_pods = static_pods
        self.inputs = inputs
        self.failed: list[tuple[Path, str]] = []
        account = {"apiVersion": "v1", "kind": "ServiceAccount"}
        self.client.create({**account, "metadata": {"name": "default", "namespace": "default"}})
        if node is not None:
            self.client.create(node)
        self.manager = self._manager()

    def _manager(self) -> Manager:
        facts = NodeFacts(NODE, (ADDRESS,), Path("/nowhere/pods"), Path("/nowhere/logs"))
        self.loop = AgentLoop(
            AgentOptions(
                self.runtime,
                facts,
                self.executor,
                self.inputs or (lambda _manager, _changed: PlainInputs(facts)),
                prober=self.prober,
                static_pods=self.static_pods,
                failed=lambda path, why: self.failed.append((path, why)),
            )
        )
        manager = Manager(self.client, self.clock, ids=SeededIdSource(8))
        manager.install(self.loop)
        return manager

    @property
    def agent(self) -> NodeAgent:
        return self.loop.agent

    def restart_agent(self) -> None:
        """Let the agent die, and another one begin."""
        self.loop.close()
        self.manager.close()
        self.manager = self._manager()

    @property
    def parts(self) -> list[Any]:
        return [self.manager, self.executor, self.runtime]

    def settle(self) -> None:
        settle(self.parts)

    def advance(self, seconds: float) -> None:
        advance(self.clock, self.parts, seconds)

    # ------------------------------------------------------------ the API

    def create(
        self,
        *containers: Document,
        name: str = "p",
        inits: list[Document] | None = None,
        **spec: Any,
    ) -> Document:
        """Make a pod on the node, and return it."""
        metadata = {"name": name, "namespace": "default", **spec.pop("metadata", {})}
        for one in (*containers, *(inits or ())):
            one.setdefault("image", f"{one['name']}:1")
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": metadata,
            "spec": {
                "nodeName": NODE,
                "containers": list(containers) or [{"name": "a", "image": "a:1"}],
                **({"initContainers": inits} if inits else {}),
                **spec,
            },
        }
        return self.client.create(pod).document

    def pod(self, name: str = "p") -> Document | None:
        try:
            return self.client.get("pods", name, namespace="default").document
        except NotFound:
            return None

    def status(self, name: str = "p") -> Document:
        pod = self.pod(name)
        assert pod is not None, f"there is no pod {name}"
        return pod["status"]

    def container(
        self, container: str = "a", name: str = "p", part: str = "containerStatuses"
    ) -> Document:
        for one in self.status(name)[part]:
            if one["name"] == container:
                return one
        raise AssertionError(f"there is no status of {container}")

    def state(self, container: str = "a", name: str = "p", part: str = "containerStatuses") -> str:
        """Return the state of a container in a word or two."""
        state = self.container(container, name, part)["state"]
        kind = next(iter(state))
        return " ".join(filter(None, (kind, state[kind].get("reason"))))

    def conditions(self, name: str = "p") -> dict[str, str]:
        return {
            one["type"]: " ".join(filter(None, (one["status"], one.get("reason"))))
            for one in self.status(name)["conditions"]
        }

    def events(self, name: str = "p") -> list[str]:
        """Return what was told of a pod: reason and message."""
        found = [one.document for one in self.client.list("events", namespace="default")]
        return [
            f"{one['reason']}: {one['message']}"
            for one in found
            if one["involvedObject"]["name"] == name
        ]

    def until(self, holds: Callable[[], object], seconds: float = 600, step: float = 1) -> None:
        for _ in range(int(seconds / step)):
            if holds():
                return
            self.advance(step)
        assert holds(), "what was waited for has not come"


def world(**behaviours: Behaviour) -> AgentWorld:
    """Return a world whose containers behave so, by name; their images are called like them."""
    rules = [BehaviourRule(one, image=f"{name}:*") for name, one in behaviours.items()]
    return AgentWorld(Behaviours(*rules))


def runs(world: AgentWorld) -> dict[str, str]:
    """Return what there is on the host: the newest run of each container."""
    return {
        one.container.name: f"{one.container.state.value} {one.container.attempt}"
        for one in world.host.runs.values()
    }


READY = {
    "PodReadyToStartContainers": "True",
    "Initialized": "True",
    "Ready": "True",
    "ContainersReady": "True",
    "PodScheduled": "True",
}


def probe(**more: Any) -> Document:
    return {"exec": {"command": ["true"]}, "periodSeconds": 1, **more}
