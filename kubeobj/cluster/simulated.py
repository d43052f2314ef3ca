"""A whole cluster in one process, on virtual time.

Everything that happens is a function of the seed and of what is asked: the same calls on a cluster
of the same seed leave byte for byte the same store.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias, final

from kubeobj.api.admission.chain import Admission
from kubeobj.api.apiserver import ApiServer
from kubeobj.api.client.applying import objects_in
from kubeobj.api.client.identity import identity_of
from kubeobj.api.client.writer import Manifests
from kubeobj.api.errors import Timeout
from kubeobj.api.inprocess import InProcessClient
from kubeobj.api.kind import Kind, User
from kubeobj.clock import START_SECONDS, VirtualClock
from kubeobj.cluster.apitrouble import ApiTroubles
from kubeobj.cluster.faultbook import FaultBook
from kubeobj.cluster.faults import AnyFault, as_fault
from kubeobj.cluster.invariants.builtin import BUILTIN
from kubeobj.cluster.invariants.checks import Checks
from kubeobj.cluster.invariants.invariant import InvariantViolated, MakeInvariant
from kubeobj.cluster.invariants.settled import Settled
from kubeobj.cluster.invariants.workloads import Workloads
from kubeobj.cluster.memory import seldom_collected
from kubeobj.cluster.process import CONTROLLERS, KUBELETS, OPERATORS, SCHEDULER, Process, Told
from kubeobj.controllers.builtin import LOOPS
from kubeobj.entropy import Chance, SeededIdSource
from kubeobj.models.codec import AnyObject
from kubeobj.node.heartbeats import REPORTED_EVERY_SECONDS, Heartbeats
from kubeobj.node.kubelets import Kubelets
from kubeobj.node.nodeobject import Machine
from kubeobj.node.podevents import PodEvents
from kubeobj.node.simulatednode import SimulatedNode
from kubeobj.reconcile.clientlayer import layered
from kubeobj.reconcile.loop import Steppable, next_deadline, settle
from kubeobj.reconcile.manager import Install, Manager
from kubeobj.reconcile.request import Request
from kubeobj.runtimes.behaviour import Behaviours
from kubeobj.scheduling.loop import scheduler_loop
from kubeobj.scheduling.profiles import Profile
from kubeobj.scheduling.scheduler import Scheduler

Predicate: TypeAlias = Callable[["SimulatedCluster"], object]
"""Something to wait for: true once it is so."""

Watcher: TypeAlias = Callable[["SimulatedCluster"], object]
"""Called after everything that has happened; what it raises ends the simulation."""


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """What a simulated cluster is made of, but for its nodes.

    Args:
        behaviours: How containers behave.
        loops: Kubernetes' own control loops, or those of them that are to run.
        profiles: How pods are given nodes; none for the default profile.
        kinds: Kinds of the user's own.
        admissions: What may change or refuse a write, after what Kubernetes has built in.
        invariants: What is always so; checked after everything that happens.
        pod_events: Which events nodes tell of their pods.
    """

    behaviours: Behaviours = field(default_factory=Behaviours)
    loops: Sequence[Install] = LOOPS
    profiles: Sequence[Profile] = ()
    kinds: Sequence[Kind] = ()
    admissions: Sequence[Admission] = ()
    invariants: Sequence[MakeInvariant] = BUILTIN
    pod_events: PodEvents = PodEvents.WARNINGS


@final
class SimulatedCluster:
    """A cluster; `Cluster.simulated` makes one. One thread uses it.

    >>> cluster = SimulatedCluster.with_nodes(nodes=2, seed=7)
    >>> applied = cluster.apply('''
    ... apiVersion: apps/v1
    ... kind: Deployment
    ... metadata: {name: web}
    ... spec:
    ...   replicas: 3
    ...   selector: {matchLabels: {app: web}}
    ...   template:
    ...     metadata: {labels: {app: web}}
    ...     spec: {containers: [{name: web, image: nginx}]}
    ... ''')
    >>> cluster.settle()
    >>> cluster.client.get("deployments", "web").at("status", "readyReplicas")
    3
    """

    def __init__(
        self,
        server: ApiServer,
        clock: VirtualClock,
        nodes: Mapping[str, SimulatedNode],
        chance: Chance,
        plan: Plan,
        operators: Sequence[Install] = (),
    ) -> None:
        self.server: ApiServer = server
        """Its API server."""
        self.clock: VirtualClock = clock
        """Its clock, which moves when it is told to."""
        self.nodes: dict[str, SimulatedNode] = dict(nodes)
        """Its machines by name."""
        self.troubles: ApiTroubles = ApiTroubles(clock, Chance(chance.seed()))
        """What is wrong with its API now."""
        self.faults: FaultBook = FaultBook(self)
        """What goes wrong when."""
        self.client: InProcessClient = InProcessClient(server, advance=self._pass)
        """A client of whoever has the cluster; faults do not meet it, and waiting lets it run."""
        # Loops do not change what they read, so all of them may read the same.
        self._for_loops = InProcessClient(server, shares=True)
        self.began: float = clock.now()
        """When the simulation began, in seconds since 1970."""
        self.seed: int = 0
        """What decides everything that is left to chance."""
        self._chance = chance
        self._plan = plan
        self._operators = list(operators)
        self._watchers: list[Watcher] = []
        self._seen = -1
        self._checks: Checks | None = None
        self._kubelets: Kubelets | None = None
        self._heartbeats: Heartbeats | None = None
        self._scheduler: Scheduler | None = None
        self._processes: dict[str, Process] = {}
        self._begin(KUBELETS, [self._install_kubelets])
        self._begin(CONTROLLERS, plan.loops)
        self._begin(SCHEDULER, [scheduler_loop(plan.profiles, started=self._scheduler_started)])
        if operators:
            self._begin(OPERATORS, operators)
        self._checks = Checks(self, server.store, plan.invariants)

    @classmethod
    def with_nodes(
        cls,
        nodes: int | Iterable[Machine] = 3,
        *,
        seed: int = 0,
        start_seconds: float = START_SECONDS,
        plan: Plan | None = None,
    ) -> "SimulatedCluster":
        """Return a cluster whose nodes are simulated and whose time is virtual, ready for use.

        Args:
            nodes: Its machines, or how many of the usual sort, which are called ``node-1`` and so
                on.
            seed: Decides everything that is left to chance.
            start_seconds: When it begins, in seconds since 1970.
            plan: What else it is made of; None for what is usual.

        Raises:
            ValueError: If two machines have one name, or there is a negative number of them.
        """
        plan = Plan() if plan is None else plan
        machines = _machines(nodes)
        chance, clock = Chance(seed), VirtualClock(start_seconds)
        server = ApiServer(
            clock=clock,
            ids=SeededIdSource(chance.seed()),
            kinds=plan.kinds,
            admissions=plan.admissions,
        )
        there = {one.name: SimulatedNode(one, number) for number, one in enumerate(machines)}
        cluster = cls(server, clock, there, chance, plan)
        cluster.seed = seed
        cluster.settle()
        return cluster

    # ------------------------------------------------------------ asking and changing

    @property
    def now(self) -> float:
        """How long the simulation has gone on, in seconds."""
        return self.clock.now() - self.began

    @property
    def processes(self) -> Mapping[str, Process]:
        """Its processes by name."""
        return self._processes

    @property
    def scheduler(self) -> Scheduler:
        """What puts its pods on nodes."""
        if self._scheduler is None:
            raise AssertionError("the scheduler is installed with the cluster")
        return self._scheduler

    def apply(self, manifests: Manifests) -> tuple[AnyObject, ...]:
        """Apply manifests, as ``kubectl apply`` does; nothing else happens yet.

        A namespace among them gets what every namespace gets before the next object is applied.

        Args:
            manifests: Objects in any form, or YAML or JSON text.

        Raises:
            ApiError: If one of them is refused; those before it are applied.
        """
        applied: list[AnyObject] = []
        for one in objects_in(manifests):
            applied += self.client.apply([one])
            if identity_of(one).kind.kind == "Namespace":
                self.settle()
        return tuple(applied)

    def install(self, *loops: Install) -> None:
        """Let control loops of the user's own run, in a process of their own."""
        process = self._processes.get(OPERATORS)
        self._operators += loops
        if process is None:
            self._begin(OPERATORS, loops)
        else:
            process.manager.install(*loops)

    def add_node(self, machine: Machine) -> None:
        """Let another machine come up.

        Raises:
            ValueError: If there is one of its name.
        """
        if machine.name in self.nodes:
            msg = f"there is a node {machine.name!r} already"
            raise ValueError(msg)
        self.nodes[machine.name] = SimulatedNode(machine, len(self.nodes))
        if self._heartbeats is not None:
            self._heartbeats.add([machine.name])

    def watch_over(self, watcher: Watcher) -> None:
        """Call something after everything that happens: a check, or a record of it."""
        self._watchers.append(watcher)

    def always(self, name: str, predicate: Predicate) -> None:
        """Hold the cluster to something, after everything that happens from now on.

        Args:
            name: What is always so, in a few words.
            predicate: Whether it is.
        """

        def check(cluster: SimulatedCluster) -> None:
            if not predicate(cluster):
                raise InvariantViolated(name, (), seconds=cluster.now, seed=cluster.seed)

        self.watch_over(check)

    def check_settled(self) -> None:
        """Look at everything once nothing is left to do.

        Raises:
            InvariantViolated: If an object is there whose owners are gone, a pod has no node that
                could have one, or a workload has not what it asks for.
        """
        settled = Settled(self.server.store, self.scheduler)
        for name, found in (
            ("nothing outlives its owners", settled.orphans()),
            ("every pod has a node that can have one", settled.unplaced()),
            ("every workload has what it asks for", settled.lacking()),
        ):
            if texts := tuple(found):
                raise InvariantViolated(name, texts, seconds=self.now, seed=self.seed)

    def inject(
        self, fault: AnyFault, *, at: float | None = None, seconds: float | None = None
    ) -> None:
        """Let something go wrong.

        Args:
            fault: What.
            at: When, in seconds since the simulation began; None for now.
            seconds: How long; None for ever.

        Raises:
            ValueError: If that time is past.
        """
        at = self.now if at is None else at
        if at < self.now:
            msg = f"it is {self.now:g} s into the simulation; nothing can be changed at {at:g} s"
            raise ValueError(msg)
        self.faults.enter(as_fault(fault), self.began + at, seconds)
        if at == self.now:
            self.faults.step()

    def look_at(self, pods: Iterable[Request]) -> None:
        """Let nodes look at pods, because something has changed on them."""
        if self._kubelets is not None:
            self._kubelets.look_at(pods)

    def look_at_node(self, name: str) -> None:
        """Let a node look at all of its pods, because it has come back."""
        if self._kubelets is not None:
            self._kubelets.look_at_node(name)
        if self._heartbeats is not None:
            self._heartbeats.look_at_node(name)

    # ------------------------------------------------------------ letting time pass

    def step(self) -> bool:
        """Let each process do a little; return whether any has done anything.

        Raises:
            NeverSettles: If a loop keeps itself going.
        """
        busy = False
        self._happened("")
        for part in self._parts():
            busy = part.step() or busy
        return busy

    def settle(self) -> None:
        """Go on until nothing is left to do at this time.

        Raises:
            NeverSettles: If a loop keeps itself going.
        """
        with seldom_collected():
            self._happened("")
            settle(self._parts())

    def advance(
        self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> None:
        """Let time pass, and do whatever becomes due.

        Raises:
            ValueError: If the time is negative.
            NeverSettles: If a loop keeps itself going.
        """
        seconds += 60 * minutes + 3600 * hours + 86400 * days
        if seconds < 0:
            msg = f"time does not go back, so not by {seconds} seconds"
            raise ValueError(msg)
        end = self.clock.now() + seconds
        with seldom_collected():
            self.settle()
            while self._leap(end):
                self.settle()

    def run_until(self, predicate: Predicate, *, within: float = 600.0) -> float:
        """Go on until something is so, and return how many seconds that took.

        Args:
            predicate: What; asked after everything that happens.
            within: How long to wait, in seconds.

        Raises:
            Timeout: If it is not so by then.
            NeverSettles: If a loop keeps itself going.
        """
        began = self.clock.now()
        end = began + within
        while True:
            if predicate(self):
                return self.clock.now() - began
            if not self.step() and not self._leap(end):
                raise Timeout(f"it is not so after {within:g} seconds")

    def converge(self, *, within: float = 3600.0) -> float:
        """Go on until all workloads have what they ask for; return how many seconds that took.

        Faults that are still to come, or to end, are waited for first.

        Args:
            within: How long to wait, in seconds.

        Raises:
            Timeout: If some have not by then; it says which, and why.
            NeverSettles: If a loop keeps itself going.
        """
        workloads = Workloads(self.server.store)
        began = self.clock.now()
        try:
            self.run_until(lambda _: self.faults.deadline is None, within=within)
            self.settle()
            left = began + within - self.clock.now()
            self.run_until(lambda _: workloads.are_content, within=left)
        except Timeout:
            settled = Settled(self.server.store, self.scheduler)
            texts = [*settled.lacking(), *(f"still wrong: {one}" for one in self.troubles.active)]
            msg = "\n  ".join([f"the cluster has not converged in {within:g} seconds:", *texts])
            raise Timeout(msg) from None
        return self.clock.now() - began

    def fork(self) -> "SimulatedCluster":
        """Return the same cluster, going on by itself: what happens there does not happen here.

        Both have the same objects, containers and time. The processes of the fork begin anew, as
        after a restart; the faults that are still to come do not strike it.
        """
        clock = VirtualClock(self.clock.now())
        # Not drawn from the chance of this cluster, which must go on as if there were no fork.
        chance = Chance(self.server.store.revision)
        server = self.server.fork(clock=clock, ids=SeededIdSource(chance.seed()))
        nodes = {name: node.copy() for name, node in self.nodes.items()}
        twin = SimulatedCluster(server, clock, nodes, chance, self._plan, self._operators)
        twin.began, twin.seed = self.began, self.seed
        twin.settle()
        return twin

    # ------------------------------------------------------------ inside

    def _parts(self) -> list[Steppable]:
        parts: list[tuple[str, Steppable]] = [("", self.faults), *self._processes.items()]
        return [Told(one, name, self._happened) for name, one in parts]

    def _pass(self, seconds: float) -> None:
        self.advance(seconds)

    def _leap(self, end: float) -> bool:
        """Move the clock to when something is due, but not beyond *end*; return whether it moved.

        As long as all nodes are alive, nothing hangs on when they say so; see `Heartbeats`.
        """
        now = self.clock.now()
        if self._heartbeats is not None and self._heartbeats.are_all_alive:
            found = [process.loud_deadline for process in self._processes.values()]
            found += [self.faults.deadline, self.troubles.deadline, now + REPORTED_EVERY_SECONDS]
            known = [one for one in found if one is not None]
            at = min(known)
        else:
            known = [one for one in (next_deadline(self._parts()), self.troubles.deadline) if one]
            at = min(known, default=end)
        at = min(max(at, now), end)
        if at <= now and end <= now:
            return False
        self.clock.advance(max(at - now, _TICK))
        due = self.faults.deadline
        if due is not None and due <= self.clock.now() and self._processes[KUBELETS].is_up:
            # A node that goes down now has said until now that it is alive.
            self._processes[KUBELETS].step()
        return True

    def _happened(self, by: str) -> None:
        """Check what a process has done, and tell those who watch."""
        revision = self.server.store.revision
        if revision == self._seen:
            return
        self._seen = revision
        if self._checks is not None:
            self._checks.check(by, seconds=self.now, seed=self.seed)
        for watcher in self._watchers:
            watcher(self)

    def _begin(self, name: str, loops: Iterable[Install]) -> None:
        user = User(f"system:{name}", ("system:masters", "system:authenticated"))
        client = self._for_loops.with_user(user).with_manager(name)
        manager = Manager(
            layered(client, self.troubles.around(name)),
            self.clock,
            ids=SeededIdSource(self._chance.seed()),
            name=name,
        )
        manager.install(*loops)
        self._processes[name] = Process(manager, self.clock)

    def _install_kubelets(self, manager: Manager) -> None:
        self._kubelets = Kubelets(manager, self.nodes, self._plan.behaviours, self._plan.pod_events)
        self._heartbeats = Heartbeats(manager, self.nodes)
        manager.add(self._heartbeats, quiet=True)

    def _scheduler_started(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler


_TICK: Final = 1e-6


def _machines(nodes: int | Iterable[Machine]) -> list[Machine]:
    if isinstance(nodes, int):
        if nodes < 0:
            msg = f"there cannot be {nodes} nodes"
            raise ValueError(msg)
        return [Machine(f"node-{number}") for number in range(1, nodes + 1)]
    machines = list(nodes)
    names = [one.name for one in machines]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        msg = f"two machines have one name: {', '.join(twice)}"
        raise ValueError(msg)
    return machines
