"""A scheduler: takes in what happens, and gives pods their nodes, one after the other.

It is stepped, as everything here is: it has no thread, reads no clock but the one it was given, and
asks nobody but its client.

Source: ``k8s.io/kubernetes/pkg/scheduler`` (v1.36).
"""

from collections.abc import Sequence
from typing import Final, final

from kubeobj.api.client import Client
from kubeobj.api.errors import ApiError
from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.reconcile.events import EventRecorder
from kubeobj.scheduling.binder import Binder
from kubeobj.scheduling.explanation import Explanation, explain
from kubeobj.scheduling.frameworks import Framework
from kubeobj.scheduling.gangs import Gangs
from kubeobj.scheduling.gangscheduling import GangScheduling
from kubeobj.scheduling.intake import Intake
from kubeobj.scheduling.placer import Decision
from kubeobj.scheduling.plugins.volumebinder import VolumeBinder
from kubeobj.scheduling.preemption import Budgets, Candidate
from kubeobj.scheduling.profiles import Profile, default_profile
from kubeobj.scheduling.queue import QueuedPod, SchedulingQueue
from kubeobj.scheduling.records import record_of
from kubeobj.scheduling.reporting import SCHEDULER_ERROR, UNSCHEDULABLE, Reporter
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.verdicts import Code, Rejection

BATCH: Final = 128
"""How many pods at most are placed in one step, before events are read again."""

_PREEMPTION_TEXT: Final = "preemption: "


@final
class Scheduler:
    """Gives pods their nodes.

    Args:
        client: Binds them, and is told of all else.
        clock: Tells the time.
        profiles: Who is asked; pods name the profile they want as their ``schedulerName``.
        events: Records events; None for a recorder in the name of the first profile.
        batch: How many pods at most are placed in one step.

    Raises:
        ValueError: If there is no profile, or two have the same name.
    """

    def __init__(
        self,
        client: Client,
        clock: Clock,
        *,
        profiles: Sequence[Profile] = (),
        events: EventRecorder | None = None,
        batch: int = BATCH,
    ) -> None:
        profiles = tuple(profiles) or (default_profile(),)
        names = [profile.name for profile in profiles]
        if len(dict.fromkeys(names)) < len(names):
            message = f"profiles must have different names, not {names}"
            raise ValueError(message)
        self.snapshot: Snapshot = Snapshot()
        """What it knows of the cluster."""
        self._clock = clock
        self._batch = batch
        self._budgets = Budgets()
        self._gangs = Gangs()
        own = (VolumeBinder(client, self.snapshot),)
        self._frameworks = {
            profile.name: Framework(profile, self.snapshot, self._budgets, own)
            for profile in profiles
        }
        first = self._frameworks[names[0]]
        self.queue: SchedulingQueue = SchedulingQueue(clock, first.sort.sort_key)
        """The pods that wait."""
        self._binder = Binder(client, clock, self.snapshot, self._placed, self._refused)
        recorder = EventRecorder(client, clock, names[0]) if events is None else events
        self._reporter = Reporter(client, clock, recorder)
        self._intake = Intake(
            self.snapshot, self.queue, self._budgets, self._gangs, self._frameworks, self._binder
        )
        self._gang_scheduling = GangScheduling(self._gangs, self.queue, self.snapshot, self._binder)

    # ------------------------------------------------------------ being driven

    def handle(self, resource: str, old: Wire | None, new: Wire | None) -> None:
        """Take in that an object has changed.

        Args:
            resource: Its resource, in the plural: one of `intake.RESOURCES`, or ``podgroups``.
            old: What it was, or None.
            new: What it is, or None if it is gone.
        """
        self._intake.handle(resource, old, new)

    def step(self) -> bool:
        """Place some pods, or else tell what there is to tell; return if there was anything."""
        busy = bool(self._binder.waiting) and self._binder.advance()
        for _ in range(self._batch):
            queued = self.queue.pop()
            if queued is None:
                break
            busy = True
            self._schedule(queued)
        return busy or self._reporter.tell_events()

    @property
    def deadline(self) -> float | None:
        """When there is something to do next if nothing happens before; None if nothing is."""
        if self._reporter.has_untold:
            return self._clock.now()
        found = [at for at in (self.queue.deadline, self._binder.deadline) if at is not None]
        return min(found) if found else None

    # ------------------------------------------------------------ being asked

    def explain(self, pod: Wire) -> Explanation:
        """Return where a pod would go now, and why; one that has a node is asked as if it had none.

        Raises:
            LookupError: If another scheduler places it.
        """
        framework = self._intake.framework_of(pod)
        if framework is None:
            message = f"no profile is called {pod['spec'].get('schedulerName')!r}"
            raise LookupError(message)
        snapshot = self.snapshot
        record = record_of({**pod, "spec": {**pod["spec"], "nodeName": ""}}, snapshot.templates)
        there = snapshot.discard_pod(record.uid)
        nominated = snapshot.withdraw(record.uid)
        decision = framework.placer.decide(record, nominated)
        explanation = explain(record.key, decision, framework.placer, snapshot)
        if there is not None:
            snapshot.add(there)
        elif nominated:
            queued = self.queue.find(record.uid)
            snapshot.nominate(record if queued is None else queued.record, nominated)
        return explanation

    def allow(self, uid: str, plugin: str) -> None:
        """Let a pod go that a plugin has let wait at Permit."""
        self._binder.allow(uid, plugin)

    def reject(self, uid: str, plugin: str, reason: str) -> None:
        """Refuse a pod that a plugin has let wait at Permit."""
        self._binder.reject(uid, plugin, reason)

    # ------------------------------------------------------------ one pod

    def _schedule(self, queued: QueuedPod) -> None:
        record = queued.record
        framework = self._intake.framework_of(record.document)
        if framework is None or record.is_ending:
            self.snapshot.withdraw(record.uid)
            self.queue.done(queued)
            return
        group = self._gang_scheduling.group_of(record)
        if group is not None:
            self._schedule_group(queued, framework)
            return
        nominated = self.snapshot.withdraw(record.uid) if self.snapshot.nominees else ""
        decision = framework.placer.decide(record, nominated)
        if decision.slot >= 0:
            rejection = self._binder.assume(queued, decision.slot, framework)
            if rejection is None:
                self._binder.bind(queued, framework)
            else:
                self._refused(queued, rejection)
        elif decision.error:
            if nominated:
                self.snapshot.nominate(record, nominated)
            self._refused(queued, Rejection("", Code.ERROR, (decision.error,)))
        else:
            self._make_room(queued, decision, framework, nominated)

    def _schedule_group(self, queued: QueuedPod, framework: Framework) -> None:
        outcome = self._gang_scheduling.place(queued, framework)
        for placed in outcome.placed:
            self._binder.bind(placed, framework)
        for failed, rejection in outcome.failed:
            self._refused(failed, rejection)

    def _make_room(
        self, queued: QueuedPod, decision: Decision, framework: Framework, nominated: str
    ) -> None:
        """Let others go so that a pod can come, or say why it cannot."""
        record, snapshot = queued.record, self.snapshot
        diagnosis = framework.placer.diagnose(decision)
        message, told = diagnosis.message, None
        if framework.profile.preempts and len(snapshot):
            now = self._clock.now()
            result = framework.placer.preempt(record, decision, now, nominated)
            if result.best is not None:
                nominated = told = result.best.node
                try:
                    self._clear(result.best, queued)
                except ApiError as error:
                    self._refused(queued, Rejection("", Code.ERROR, (str(error),)))
                    return
            else:
                message = f"{message} {_PREEMPTION_TEXT}{result.message}"
                if result.is_eligible:
                    nominated = told = ""
        if nominated:
            snapshot.nominate(record, nominated)
        self._reporter.failed(record, UNSCHEDULABLE, message, told)
        self.queue.fail(queued, diagnosis.plugins)

    def _clear(self, candidate: Candidate, queued: QueuedPod) -> None:
        """Make the victims go, and let those wait for other nodes that matter less.

        Raises:
            ApiError: If one cannot be made to go.
        """
        record = queued.record
        for victim in candidate.victims:
            if victim.uid in self._binder.waiting:
                self._binder.reject(victim.uid, "DefaultPreemption", "preempted")
            elif not victim.is_ending:
                self._reporter.make_go(victim, record)
        state = self.snapshot.nodes.find(candidate.node)
        lower = () if state is None else tuple(state.nominated.values())
        for other in lower:
            if other.priority < record.priority:
                self.snapshot.withdraw(other.uid)
                self._reporter.clear_nomination(other)

    # ------------------------------------------------------------ how it ends

    def _placed(self, queued: QueuedPod) -> None:
        self.queue.done(queued)
        self._reporter.placed(queued.record)

    def _refused(self, queued: QueuedPod, rejection: Rejection) -> None:
        """Say why a pod was not placed, and let it wait for what it needs."""
        message = ", ".join(rejection.reasons)
        if rejection.code is Code.ERROR:
            self._reporter.failed(queued.record, SCHEDULER_ERROR, message, None)
            self.queue.retry(queued)
        else:
            self._reporter.failed(queued.record, UNSCHEDULABLE, message, None)
            self.queue.fail(queued, (rejection.plugin,))
