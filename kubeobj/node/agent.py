"""The node agent: makes the pods of a node run, and reports how they are.

It is the one part of a node that does things. What is to be done about a pod is decided by
`kubeobj.node.podworker.plan`, a function; the agent hands it all there is to know, and carries out
what it answers on an `Executor`, beside the loop, which never waits. Results come back through an
inbox, and `AgentOptions.wake` makes the loop look into it.

Put together::

    executor = ThreadExecutor()
    loop = AgentLoop(AgentOptions(runtime, facts, executor, make_inputs, wake=loop_thread.wake))
    manager.install(loop)        # makes a NodeAgent, again after each restart of the manager
    loop.agent                   # the present one: runtime_status, evict(...), running(), ...
    ...
    executor.close()

where ``make_inputs(manager, changed)`` returns ``NodeInputs(facts, PodSources(manager, facts.name,
changed), manager.clock, tokens)``. Containers go on when the agent is closed; another agent on the
same runtime takes them up again.

Source: ``k8s.io/kubernetes/pkg/kubelet`` kubelet.go, pod_workers.go, pleg (v1.36).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias, final

from kubeobj.documents import Wire
from kubeobj.node.agentinbox import (
    Answered,
    Done,
    Inbox,
    Item,
    LeftOver,
    Listed,
    Looked,
    Refreshed,
)
from kubeobj.node.executor import Executor
from kubeobj.node.faults import PodFault
from kubeobj.node.hooks import Hooks
from kubeobj.node.mirrorpods import MirrorPods
from kubeobj.node.nodeadmission import NodeAdmission
from kubeobj.node.podfacts import NodeFacts
from kubeobj.node.podinputs import PodInputs
from kubeobj.node.podjobs import PodJobs
from kubeobj.node.podkeeper import Hands, PodKeeper, newest
from kubeobj.node.podmemory import LONGEST_SECONDS, Doom
from kubeobj.node.podrecord import signature
from kubeobj.node.podtelling import PodTelling
from kubeobj.node.podview import NOTHING
from kubeobj.node.probes.board import Check, Outcome, ProbeBoard
from kubeobj.node.probes.prober import NodeProber, Prober
from kubeobj.node.reportedstatus import Reporter
from kubeobj.node.sampling import PodFolders
from kubeobj.node.situation import Note
from kubeobj.node.staticpods import StaticPods, is_mirror
from kubeobj.reconcile.backoff import Backoff
from kubeobj.reconcile.informer import version_of
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request, Result
from kubeobj.runtimes.cri import ContainerRuntime, RuntimeEvent
from kubeobj.runtimes.states import RuntimeStatus

RELIST_SECONDS: Final = 10.0
"""How often the agent looks at all there is, in case it was not told of something."""

AWAY_SECONDS: Final = 1.0
"""How soon it looks again when the runtime does not answer."""

EVICTION_GRACE_SECONDS: Final = 1.0
"""How long containers of a pod may take that makes room, or has broken a limit of its own."""

RETRIES: Final = Backoff(0.005, 10.0)
"""How long a pod waits about which the API was not to be told: it must not be looked after less."""

MakeInputs: TypeAlias = Callable[[Manager, Callable[[Request], object]], PodInputs]
"""Makes what pods need out of a manager; told which pod something has changed for."""


@final
@dataclass(frozen=True, slots=True)
class AgentOptions:
    """What a node agent is made of.

    Args:
        runtime: What runs the containers.
        node: What is known of the node.
        executor: Does what blocks.
        inputs: Makes what pods need, for a manager.
        prober: Asks containers; None for as the kubelet does.
        static_pods: A directory with pods that the node runs by itself; None for none.
        pressures: What the node is short of, as its conditions: it then takes fewer pods.
        wake: Called from any thread when there is something to do.
        failed: Told of files of static pods that are none: which, and why.
        longest_wait: How long a container waits at most until it is started again, in seconds;
            the kubelet calls it ``crashLoopBackOff.maxContainerRestartPeriod``.
    """

    runtime: ContainerRuntime
    node: NodeFacts
    executor: Executor
    inputs: MakeInputs
    prober: Prober | None = None
    static_pods: Path | None = None
    pressures: Callable[[], Sequence[str]] = tuple
    wake: Callable[[], object] = field(default=lambda: None)
    failed: Callable[[Path, str], object] = field(default=lambda _path, _why: None)
    longest_wait: float = LONGEST_SECONDS


@final
class AgentLoop:
    """Installs a node agent in a manager; after a restart of that, another one.

    Args:
        options: What it is made of.
    """

    def __init__(self, options: AgentOptions) -> None:
        self._options = options
        self._agent: NodeAgent | None = None

    def __call__(self, manager: Manager) -> None:
        """Make an agent with the informers of a manager, in place of the one before."""
        self.close()
        self._agent = NodeAgent(manager, self._options)

    @property
    def agent(self) -> "NodeAgent":
        """The present agent.

        Raises:
            RuntimeError: If none was installed yet.
        """
        if self._agent is None:
            raise RuntimeError("the agent is not installed in a manager yet")
        return self._agent

    def close(self) -> None:
        """Let go of the runtime; containers go on."""
        if self._agent is not None:
            self._agent.close()


@final
class NodeAgent:
    """Runs the pods of a node. A manager steps it, in one thread.

    Args:
        manager: Whose client, clock, caches and events are used.
        options: What it is made of.
    """

    def __init__(self, manager: Manager, options: AgentOptions) -> None:
        node, clock, executor = options.node, manager.clock, options.executor
        self.runtime_status: RuntimeStatus = RuntimeStatus(
            ready=False, reason="Starting", message="the runtime was not asked yet"
        )
        """How the runtime is, as it was asked last."""
        self._clock = clock
        self._options = options
        self._pods = manager.informer("pods", fields=f"spec.nodeName={node.name}")
        nodes = manager.informer("nodes", fields=f"metadata.name={node.name}")
        self._loop = manager.controller(
            "kubelet", self.reconcile, needs=[self._pods, nodes], backoff=RETRIES
        )
        self._inputs = options.inputs(manager, self._needs_changed)
        hooks = Hooks(options.runtime, clock, executor.sleep)
        self._jobs = PodJobs(options.runtime, self._inputs, clock, hooks, node.memory_bytes)
        self._prober = options.prober or NodeProber(options.runtime, clock)
        self._board = ProbeBoard()
        self._inbox = Inbox(options.wake)
        self._admission = NodeAdmission(nodes, node.name, options.pressures)
        self._telling = PodTelling(manager, node.name)
        self._mirrors = MirrorPods(manager.client)
        hands = Hands(
            clock,
            executor,
            self._jobs,
            self._inbox,
            self._inputs,
            self._board,
            self._admission,
            self._telling,
            self._loop.queue.add,
            options.longest_wait,
        )
        self._keeper = PodKeeper(hands, Reporter(node.addresses, "unknown"))
        # What was found on the node, and nobody looks after yet: by name, then uid.
        self._strays: dict[Request, dict[str, None]] = {}
        self._list_at = self._seen_at = clock.now()
        self._is_listing = False
        self._is_available = False
        self._is_swept = False
        self._is_closed = False
        self._static: StaticPods | None = None
        if options.static_pods is not None:
            self._static = StaticPods(
                options.static_pods, node.name, clock, self._loop.queue.add, options.failed
            )
        self._pods.subscribe(self._handle)
        self._unsubscribe = options.runtime.subscribe(self._inbox.put)
        manager.add(self)

    def close(self) -> None:
        """Let go of the runtime; containers go on."""
        if not self._is_closed:
            self._is_closed = True
            self._unsubscribe()
            for record in self._keeper.records.values():
                record.cancel()

    # ------------------------------------------------------------ what others ask

    def running(self) -> Iterator[Wire]:
        """Yield the pods that run here, or are about to, as they were told last."""
        for record in list(self._keeper.records.values()):
            if not (record.is_orphan or record.memory.is_over):
                yield record.pod

    def folders(self, pod: Wire) -> PodFolders:
        """Return where a pod writes on the node's own disk."""
        facts = self._options.node.of_pod(pod)
        volumes = {
            one["name"]: facts.volumes_directory / "kubernetes.io~empty-dir" / one["name"]
            for one in pod["spec"].get("volumes") or ()
            if "emptyDir" in one and one["emptyDir"].get("medium", "") != "Memory"
        }
        return PodFolders(facts.log_directory, volumes)

    def evict(
        self,
        pod: Wire,
        reason: str,
        message: str,
        grace_seconds: float | None = EVICTION_GRACE_SECONDS,
        *,
        is_disruption: bool = True,
    ) -> None:
        """Let a pod fail for this reason.

        Args:
            pod: The pod.
            reason: Why, in one word: ``Evicted``.
            message: Why, in a sentence.
            grace_seconds: How long its containers may take; None for as long as the pod says.
            is_disruption: Whether it goes for the sake of others, not because of what it did.
        """
        record = self._keeper.records.get(pod["metadata"]["uid"])
        if record is None or record.memory.doom is not None:
            return
        condition = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": "TerminationByKubelet",
            "message": message,
        }
        record.memory.doom = Doom(
            reason, message, grace_seconds, condition if is_disruption else None
        )
        self._loop.queue.add(record.key)

    # ------------------------------------------------------------ pods

    def reconcile(self, key: Request) -> Result | None:
        """Bring the pods of a name to where they should be, and report how they are."""
        if not self._is_available:
            return None
        keeper, there = self._keeper, self._pods.cache.find(key)
        api = None if there is None or is_mirror(there) else there
        static = None if self._static is None else self._static.pods.get(key)
        pod = api if static is None else static
        uid = None if pod is None else pod["metadata"]["uid"]
        for stray in self._strays.pop(key, {}):
            if stray != uid and stray not in keeper.records:
                keeper.take_stray(key, stray)
            elif stray == uid and stray not in keeper.records:
                keeper.take_up(key, pod or {}, is_new=False)
        times: list[float | None] = []
        for record in keeper.of(key):
            if record.uid != uid:
                record.is_gone = True
                times.append(keeper.work(record, None))
        if pod is not None:
            times.append(self._keep(key, pod, static, there))
        elif there is not None and static is None and not keeper.of(key):
            self._mirrors.remove(there)
        at = min((one for one in times if one is not None), default=None)
        return None if at is None else Result(max(at - self._clock.now(), 0.0))

    def _keep(
        self, key: Request, pod: Wire, static: Wire | None, there: Cached | None
    ) -> float | None:
        """Look after a pod that is to be here."""
        keeper = self._keeper
        record = keeper.records.get(pod["metadata"]["uid"])
        if record is None:
            if keeper.of(key):
                return None  # another one of its name is still on its way out
            record = keeper.take_up(key, pod, is_new=True)
        if static is None:
            api: Cached | None = newest(pod, record.pod)
            if api is not record.pod and api is not None:
                if version_of(api) != version_of(record.pod):
                    self._inputs.follow(api)
                record.take_pod(api)
        else:
            api = self._mirrors.ensure(static, there, self._admission.node)
            if api is not None and "phase" not in record.pod["status"]:
                record.pod = {**record.pod, "status": api.get("status") or {}}
        return keeper.work(record, api)

    def _handle(self, old: Cached | None, new: Cached | None) -> None:
        document = old if new is None else new
        if document is not None:
            self._loop.queue.add(Request.of(document))

    def _needs_changed(self, key: Request) -> None:
        self._keeper.needs_changed(key)

    # ------------------------------------------------------------ steps

    @property
    def deadline(self) -> float | None:
        """When there is something to do next, in seconds since 1970."""
        if self._is_closed:
            return None
        if self._inbox:
            return self._clock.now()
        found = [self._inputs.deadline]
        if self._is_available:
            found.append(self._board.deadline)
        if not self._is_listing:
            found.append(self._list_at)
        if self._static is not None:
            found.append(self._static.deadline)
        return min((at for at in found if at is not None), default=None)

    def step(self) -> bool:
        """Take in what has happened, and ask what is due; return whether there was anything."""
        if self._is_closed:
            return False
        busy = False
        while (item := self._inbox.take()) is not None:
            self._take(item)
            busy = True
        busy = self._inputs.step() or busy
        if self._static is not None:
            busy = self._static.step() or busy
        now = self._clock.now()
        if now < self._seen_at:
            self._put_back(self._seen_at - now)
        self._seen_at = now
        if self._is_available:
            for check in self._board.due(now):
                self._ask(check)
                busy = True
        if not self._is_listing and self._list_at <= now:
            self._list()
            busy = True
        if not self._is_swept and self._is_available and self._pods.is_synced:
            self._is_swept = busy = True
            inputs, inbox = self._inputs, self._inbox
            self._options.executor.submit(lambda: inbox.put(LeftOver(inputs.left_over())))
        return busy

    def _put_back(self, seconds: float) -> None:
        """Take in that the clock was put back, so that nothing waits until it is as late again."""
        self._board.put_back(seconds)
        self._list_at -= seconds
        for record in self._keeper.records.values():
            record.memory.put_back(self._clock.now())
            self._loop.queue.add(record.key)

    def _take(self, item: Item) -> None:
        records = self._keeper.records
        match item:
            case RuntimeEvent():
                self._keeper.hear(records.get(item.pod_uid), item)
            case Done():
                if not self._keeper.take_result(records.get(item.uid), item):
                    self._lose()
            case Looked():
                if not self._keeper.take_look(records.get(item.uid), item):
                    self._lose()
            case Listed():
                self._take_list(item)
            case Answered(check, outcome):
                self._take_answer(check, outcome)
            case Refreshed(uid, fault):
                self._take_refreshed(uid, fault)
            case LeftOver(uids):
                self._sweep(uids)

    def _take_refreshed(self, uid: str, fault: tuple[str, str] | None) -> None:
        record = self._keeper.records.get(uid)
        if record is not None:
            record.is_refreshing = False
            if fault is not None:
                self._telling.tell(record.pod, Note(*fault, "Warning"))
            self._loop.queue.add(record.key)

    # ------------------------------------------------------------ probes

    def _ask(self, check: Check) -> None:
        prober, inbox = self._prober, self._inbox
        self._options.executor.submit(lambda: inbox.put(Answered(check, prober.probe(check))))

    def _take_answer(self, check: Check, outcome: Outcome) -> None:
        is_news, note = self._board.note(check, outcome, self._clock.now())
        record = self._keeper.records.get(check.key[0])
        if record is not None:
            if note is not None:
                self._telling.tell(record.pod, note)
            if is_news:
                self._loop.queue.add(record.key)

    # ------------------------------------------------------------ looking

    def _list(self) -> None:
        """Look at all there is."""
        self._is_listing = True
        runtime, jobs, inbox = self._options.runtime, self._jobs, self._inbox

        def job() -> None:
            status, name = RuntimeStatus(), ""
            try:
                status, name = runtime.status(), runtime.version().name
                inbox.put(Listed(jobs.look_at_all(), status, name))
            except Exception as error:
                if status.ready:
                    why = str(error) or type(error).__name__
                    status = RuntimeStatus(ready=False, reason="RuntimeUnavailable", message=why)
                inbox.put(Listed(None, status, name))

        self._options.executor.submit(job)

    def _take_list(self, item: Listed) -> None:
        self._is_listing = False
        self.runtime_status = item.status
        now, keeper = self._clock.now(), self._keeper
        if item.found is None:
            self._is_available = False
            self._list_at = now + AWAY_SECONDS
            return
        self._list_at = now + RELIST_SECONDS
        keeper.reporter = Reporter(self._options.node.addresses, item.name)
        tick, views = item.found
        for uid, view in views.items():
            if uid not in keeper.records and view.sandboxes:
                identity = view.sandboxes[0].pod
                key = Request(identity.namespace, identity.name)
                self._strays.setdefault(key, {})[uid] = None
                self._loop.queue.add(key)
        for uid, record in keeper.records.items():
            there = signature(views.get(uid, NOTHING))
            if not record.is_seen or (tick > record.tick and there != signature(record.view)):
                keeper.look(record)
        if not self._is_available:
            self._is_available = True
            for key in (*keeper.keys, *map(Request.of, self._pods.cache)):
                self._loop.queue.add(key)
            if self._static is not None:
                for key in self._static.pods:
                    self._loop.queue.add(key)

    def _sweep(self, uids: tuple[str, ...]) -> None:
        """Remove the files of pods that went while nobody looked."""
        known = {pod["metadata"]["uid"]: None for pod in self._pods.cache}
        known.update(dict.fromkeys(self._keeper.records))
        for strays in self._strays.values():
            known.update(strays)
        if self._static is not None:
            known.update({pod["metadata"]["uid"]: None for pod in self._static.pods.values()})
        inputs = self._inputs
        gone = [uid for uid in uids if uid not in known]

        def job() -> None:
            for uid in gone:
                with suppress(PodFault):
                    inputs.tear_down(uid)

        if gone:
            self._options.executor.submit(job)

    def _lose(self) -> None:
        """Do nothing until the runtime answers again."""
        if self._is_available:
            self._is_available = False
            for record in self._keeper.records.values():
                record.is_seen = False
            self._list_at = self._clock.now()
