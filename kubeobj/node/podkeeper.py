"""Looks after the pods of a node one by one: what is to be done is begun, and how they are is told.

Source: ``k8s.io/kubernetes/pkg/kubelet`` pod_workers.go, kubelet.go SyncPod, HandlePodCleanups
(v1.36).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, final

from kubeobj.api.podspec.visiting import containers_of
from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.node.agentinbox import Done, Inbox, Looked, Refreshed
from kubeobj.node.agentresults import learn
from kubeobj.node.executor import Executor
from kubeobj.node.faults import PodFault
from kubeobj.node.nodeadmission import NodeAdmission
from kubeobj.node.podactions import Action, PrepareVolumes, PullImage, StopContainer
from kubeobj.node.podending import has_ended
from kubeobj.node.podinputs import PodInputs
from kubeobj.node.podjobs import Order, PodJobs, Result
from kubeobj.node.podmemory import LONGEST_SECONDS, Memory, Restarts
from kubeobj.node.podrecord import PodRecord, stub_of
from kubeobj.node.podtelling import PodTelling
from kubeobj.node.podworker import plan
from kubeobj.node.probes.board import ProbeBoard
from kubeobj.node.reportedstatus import Reporter
from kubeobj.node.situation import Decision, Flight, Note, Situation
from kubeobj.reconcile.informer import version_of
from kubeobj.reconcile.moments import text_of
from kubeobj.reconcile.request import Cached, Request
from kubeobj.runtimes.cri import Happened, RuntimeEvent

_OVER: Final = frozenset({"Succeeded", "Failed"})


@final
@dataclass(frozen=True, slots=True)
class Hands:
    """By what a keeper gets things done.

    Args:
        clock: Tells the time.
        executor: Does what blocks.
        jobs: What is done there.
        inbox: Where its results are told.
        inputs: What pods need.
        board: What containers are asked.
        admission: Which pods the node takes.
        telling: Tells the API.
        again: Lets a pod be looked after once more.
        longest_wait: How long a container waits at most until it is started again, in seconds.
    """

    clock: Clock
    executor: Executor
    jobs: PodJobs
    inbox: Inbox
    inputs: PodInputs
    board: ProbeBoard
    admission: NodeAdmission
    telling: PodTelling
    again: Callable[[Request], object]
    longest_wait: float = LONGEST_SECONDS


@final
class PodKeeper:
    """Looks after the pods of a node.

    Args:
        hands: By what it gets things done.
        reporter: Says how pods are.
    """

    def __init__(self, hands: Hands, reporter: Reporter) -> None:
        self.records: dict[str, PodRecord] = {}
        """What is known of each pod, by uid."""
        self.reporter: Reporter = reporter
        """Says how pods are."""
        self._hands = hands
        self._by_key: dict[Request, dict[str, None]] = {}
        # Images that are being fetched, and the pods that wait for them.
        self._pulling: dict[str, dict[Request, None]] = {}
        self._numbers = 0

    def of(self, key: Request) -> list[PodRecord]:
        """Return the pods of a name, the oldest first."""
        return [self.records[uid] for uid in self._by_key.get(key, ())]

    @property
    def keys(self) -> Iterable[Request]:
        """The names of all pods."""
        return list(self._by_key)

    # ------------------------------------------------------------ taking up

    def take_up(self, key: Request, pod: Wire, *, is_new: bool) -> PodRecord:
        """Begin to look after a pod.

        Args:
            key: Its name.
            pod: The pod.
            is_new: Whether it is known that there is nothing of it on the node.
        """
        record = PodRecord(key, pod["metadata"]["uid"], pod, self._new_memory())
        record.take_pod(pod)
        record.is_seen = is_new
        self._enter(record)
        self._hands.inputs.follow(pod)
        return record

    def take_stray(self, key: Request, uid: str) -> None:
        """Look after what is left of a pod of which nobody knows any more, until it is gone."""
        record = PodRecord(key, uid, stub_of(key, uid), self._new_memory())
        record.is_orphan = record.is_gone = True
        self._enter(record)

    def _new_memory(self) -> Memory:
        hands = self._hands
        return Memory(hands.clock.now(), Restarts(hands.longest_wait))

    def _enter(self, record: PodRecord) -> None:
        self.records[record.uid] = record
        self._by_key.setdefault(record.key, {})[record.uid] = None

    def _leave(self, record: PodRecord) -> None:
        hands = self._hands
        record.cancel()
        self.records.pop(record.uid, None)
        there = self._by_key.get(record.key, {})
        there.pop(record.uid, None)
        if not there:
            self._by_key.pop(record.key, None)
        if not record.is_orphan:
            hands.admission.release(record.key)
            hands.inputs.forget(record.uid)
        hands.board.forget(record.uid)
        hands.again(record.key)  # another pod may wait for its name

    # ------------------------------------------------------------ looking after

    def work(self, record: PodRecord, api: Cached | None) -> float | None:
        """Do what is to be done for a pod now, and tell how it is; return when to do so again.

        Args:
            record: The pod.
            api: What the API has of it; None if it has nothing, or shows it by a mirror.
        """
        if not record.is_seen:
            self.look(record)
            return None
        if not self._is_admitted(record, api):
            return None
        hands, now = self._hands, self._hands.clock.now()
        situation = self._situation(record, now)
        is_ending = has_ended(situation, record.memory)
        if is_ending:
            record.cancel()
        hands.board.look(record.pod, situation.shown, record.address, now, is_ending=is_ending)
        situation = self._situation(record, now)
        decision = plan(situation, record.memory)
        for note in decision.notes:
            hands.telling.tell(record.pod, note)
        for action in decision.actions:
            self._begin(record, action)
        self._refresh(record, decision, now)
        self._report(record, situation, api)
        if record.memory.is_over and not record.is_orphan:
            hands.admission.release(record.key)
        if decision.may_go:
            if api is not None and not record.is_gone:
                hands.telling.let_go(api)
            self._leave(record)
            return None
        return decision.look_at

    def _situation(self, record: PodRecord, now: float) -> Situation:
        return Situation(
            record.pod,
            record.view,
            now,
            tuple(record.flights.values()),
            self._hands.board.findings(record.uid),
            record.is_gone,
        )

    def _report(self, record: PodRecord, situation: Situation, api: Cached | None) -> None:
        if record.is_orphan or record.is_refused or record.is_gone:
            return
        status = self.reporter.status(situation, record.memory)
        if api is None:
            # What it is to be is not in the API; how it is, nobody else remembers.
            record.pod = {**record.pod, "status": {**record.pod["status"], **status}}
            return
        told = self._hands.telling.report(api, status)
        if told["metadata"]["uid"] == record.uid:
            record.take_pod(told)
        else:
            record.pod = {**record.pod, "status": {**record.pod["status"], **status}}

    # ------------------------------------------------------------ admission

    def _is_admitted(self, record: PodRecord, api: Cached | None) -> bool:
        """Return whether a pod is to be looked after; the first time, whether the node takes it."""
        if record.is_admitted:
            self._resize(record)
            return True
        record.is_admitted = True
        record.generation = record.pod["metadata"].get("generation", 1)
        is_over = record.pod["status"].get("phase") in _OVER
        if record.is_orphan or record.is_gone or is_over:
            return True
        if "deletionTimestamp" in record.pod["metadata"] and record.view.is_empty:
            return True
        refusal = self._hands.admission.admit(
            record.key, record.pod, is_running=not record.view.is_empty
        )
        if refusal is None:
            return True
        record.is_refused = True
        self._refuse(record, api, *refusal)
        return False

    def _refuse(self, record: PodRecord, api: Cached | None, reason: str, message: str) -> None:
        text = message.removeprefix("Pod was rejected: ")
        self._hands.telling.tell(record.pod, Note(reason, text, "Warning"))
        status = {
            "observedGeneration": record.pod["metadata"].get("generation", 1),
            "phase": "Failed",
            "reason": reason,
            "message": message,
            "startTime": text_of(record.memory.began),
        }
        if api is not None:
            record.take_pod(self._hands.telling.report(api, status))
        record.pod = {**record.pod, "status": {**record.pod["status"], **status}}
        self._hands.again(record.key)

    def _resize(self, record: PodRecord) -> None:
        """Ask whether a pod may have what it asks for by now, if that has changed."""
        generation = record.pod["metadata"].get("generation", 1)
        if record.memory.resize is None and generation == record.generation:
            return
        record.generation = generation
        record.memory.resize = self._hands.admission.resize(record.key, record.pod)

    # ------------------------------------------------------------ beginning

    def _begin(self, record: PodRecord, action: Action) -> None:
        """Begin an action."""
        hands = self._hands
        if isinstance(action, PullImage):
            waiting = self._pulling.get(action.image)
            if waiting is not None:
                waiting[record.key] = None  # it is being fetched already
                return
            self._pulling[action.image] = {}
            self._tell_pulling(record, action.image, action.container)
        if isinstance(action, StopContainer) and action.message:
            note = Note("Killing", action.message, container=action.container)
            hands.telling.tell(record.pod, note)
        if isinstance(action, PrepareVolumes):
            record.version = hands.inputs.version(record.uid)
        self._numbers += 1
        number, uid = self._numbers, record.uid
        order = Order(record.pod, action, record.address)
        record.flights[number] = Flight(action, hands.clock.now())
        record.orders[number] = order
        jobs, inbox = hands.jobs, hands.inbox
        hands.executor.submit(lambda: inbox.put(Done(uid, number, order, jobs.carry_out(order))))

    def take_result(self, record: PodRecord | None, done: Done) -> bool:
        """Take in what has come of an action; return whether the runtime has answered."""
        result, order = done.result, done.order
        if isinstance(order.action, PullImage):
            self._end_pull(order, order.action, result)
        if record is None:
            return not result.is_unavailable
        record.flights.pop(done.number, None)
        record.orders.pop(done.number, None)
        self._learn(record, order, result)
        if result.view is not None:
            record.take_view(result.tick, result.view)
        self._hands.again(record.key)
        return not result.is_unavailable

    def _end_pull(self, order: Order, action: PullImage, result: Result) -> None:
        """Let those go on that have waited for an image."""
        for key in self._pulling.pop(action.image, {}):
            for record in self.of(key) if result.fault is None else ():
                for container in containers_of(record.pod["spec"]):
                    if container.get("image") == action.image:
                        self._share(record, container, order, action, result)
            self._hands.again(key)

    def _share(
        self, record: PodRecord, container: Wire, order: Order, action: PullImage, result: Result
    ) -> None:
        """Let a container that has waited for an image have what was fetched for another."""
        name = container["name"]
        if container.get("imagePullPolicy") != "Always":
            # Whether it still has to be fetched is found out when it is started.
            record.memory.wanted.pop(name, None)
        elif name in record.memory.wanted and _asks_alike(record.pod, order.pod):
            # Else each of many would fetch it once more, and all others would wait again.
            own = Order(record.pod, replace(action, container=name), record.address)
            notes = [replace(note, container=name) for note in result.notes]
            self._tell_pulling(record, action.image, name)
            self._learn(record, own, replace(result, notes=notes))

    def _tell_pulling(self, record: PodRecord, image: str, name: str) -> None:
        message = f'Pulling image "{image}"'
        self._hands.telling.tell(record.pod, Note("Pulling", message, container=name))

    def _learn(self, record: PodRecord, order: Order, result: Result) -> None:
        now = self._hands.clock.now()
        notes = learn(order.pod, record.memory, order.action, result, now)
        for note in (*result.notes, *notes):
            self._hands.telling.tell(record.pod, note)

    # ------------------------------------------------------------ looking

    def look(self, record: PodRecord) -> None:
        """Look at what there is of a pod; if that is being done, once more after it."""
        if record.is_looking:
            record.is_to_be_looked_at = True
            return
        record.is_looking = True
        uid, pod, jobs, inbox = record.uid, record.pod, self._hands.jobs, self._hands.inbox

        self._hands.executor.submit(lambda: inbox.put(Looked(uid, jobs.try_to_look(pod))))

    def hear(self, record: PodRecord | None, event: RuntimeEvent) -> None:
        """Take in that something has happened; who starts a container looks by himself."""
        if record is None or event.what not in {Happened.STARTED, Happened.STOPPED}:
            return
        if event.what is Happened.STARTED and record.is_starting:
            return
        self.look(record)

    def take_look(self, record: PodRecord | None, looked: Looked) -> bool:
        """Take in what there is of a pod; return whether the runtime has answered."""
        if looked.found is None or record is None:
            if record is not None:
                record.is_looking = False
            return looked.found is not None
        record.is_looking = False
        if record.take_view(*looked.found):
            self._hands.again(record.key)
        if record.is_to_be_looked_at:
            record.is_to_be_looked_at = False
            self.look(record)
        return True

    # ------------------------------------------------------------ volumes

    def needs_changed(self, key: Request) -> None:
        """Take in that something has changed that a pod needs."""
        for record in self.of(key):
            record.memory.again.clear()
        self._hands.again(key)

    def _refresh(self, record: PodRecord, decision: Decision, now: float) -> None:
        """Bring the volumes of a pod up to date, if what they show has changed."""
        hands, memory = self._hands, record.memory
        if not memory.has_volumes or record.is_refreshing or memory.ending_since is not None:
            return
        version, due = hands.inputs.version(record.uid), hands.inputs.refresh_at(record.uid)
        if version == record.version and (due is None or due > now):
            if due is not None:
                decision.look_again(due)
            return
        record.version, record.is_refreshing = version, True
        uid, pod, inputs, inbox = record.uid, record.pod, hands.inputs, hands.inbox

        def job() -> None:
            try:
                inputs.refresh(pod)
                inbox.put(Refreshed(uid, None))
            except PodFault as error:
                inbox.put(Refreshed(uid, (error.reason, error.message)))
            except Exception as error:
                inbox.put(Refreshed(uid, ("FailedMount", f"{type(error).__name__}: {error}")))

        hands.executor.submit(job)


def newest(cached: Cached, told: Wire) -> Cached:
    """Return the later one of what a cache has and what was told last, of one pod."""
    if cached["metadata"]["uid"] != told["metadata"]["uid"]:
        return cached
    mine, theirs = version_of(told), version_of(cached)
    if mine.isdigit() and theirs.isdigit() and int(mine) > int(theirs):
        return told
    return cached


def _asks_alike(one: Wire, other: Wire) -> bool:
    """Return whether two pods ask a registry in the same name, so that what one may, the other may.

    Source: KEP-2535, Ensure secret pulled images.
    """
    return one["metadata"]["namespace"] == other["metadata"]["namespace"] and all(
        one["spec"].get(field) == other["spec"].get(field)
        for field in ("imagePullSecrets", "serviceAccountName")
    )
