"""A simulated pod on its node: its containers, and what becomes of each as time passes.

Everything that will happen is known when it begins, so nothing is done while time passes: whoever
asks how things are at some time makes the pod go on until then, from one change to the next.

Source: Kubernetes documentation, Pod Lifecycle (v1.36); ``k8s.io/kubernetes/pkg/kubelet`` for the
order of containers and the back-off of those that end.
"""

import math
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.reconcile.backoff import Backoff
from kubeobj.runtimes.behaviour import Behaviour, Behaviours

RESTART: Final = Backoff(10, 300)
"""How long containers wait to be started again, but for the first time, when they do not."""

FORGIVEN_AFTER_SECONDS: Final = 600.0
"""How long a container must have run for its failures to be forgotten."""

KILLED: Final = 137
"""The exit code of what was killed."""


class Phase(Enum):
    """What a container is doing."""

    PENDING = "pending"
    PULLING = "pulling"
    PULL_FAILED = "pull-failed"
    CREATING = "creating"
    RUNNING = "running"
    BACKING_OFF = "backing-off"
    EXITED = "exited"


@final
@dataclass(frozen=True, slots=True)
class Exit:
    """How a run has ended.

    Args:
        code: With which code.
        reason: In one word: ``Completed``, ``Error``, ``OOMKilled``.
        started: When the run began, in seconds since 1970.
        finished: When it ended.
        run: Which run it was, from 0.
    """

    code: int
    reason: str
    started: float
    finished: float
    run: int


class Happening(Enum):
    """What has happened to a container, for those who tell of it."""

    PULLED = "pulled"
    PULL_FAILED = "pull-failed"
    STARTED = "started"
    KILLING = "killing"
    BACKING_OFF = "backing-off"


@final
@dataclass(slots=True)
class SimulatedContainer:
    """A container: how it behaves, and what it is doing.

    Args:
        name: Its name.
        image: Its image.
        behaviour: How it behaves.
        restart_policy: ``Always``, ``OnFailure`` or ``Never``.
        is_init: Whether it is an init container.
        restarts_after: With which exit codes it is started again, whatever its policy is.
        phase: What it is doing.
        until: When that ends by itself; None for never.
        runs: How many of its runs have ended.
        started: When the present run began.
        ready_at: When the present run is ready; None for never.
        last: How the run before ended.
        exited: How the last run ended, if there is none after it.
        failures: How often it has been started again without running long enough.
        pulls: How often its pull has failed.
        stop_code: With which code it ends, once it has been asked to; None before.
    """

    name: str
    image: str
    behaviour: Behaviour
    restart_policy: str
    is_init: bool = False
    restarts_after: tuple[Wire, ...] = ()
    phase: Phase = Phase.PENDING
    until: float | None = None
    runs: int = 0
    started: float = 0.0
    ready_at: float | None = None
    last: Exit | None = None
    exited: Exit | None = None
    failures: int = 0
    pulls: int = 0
    stop_code: int | None = None

    @property
    def is_sidecar(self) -> bool:
        """Whether it is an init container that keeps running beside the others."""
        return self.is_init and self.restart_policy == "Always"

    @property
    def is_running(self) -> bool:
        """Whether a process runs."""
        return self.phase is Phase.RUNNING

    def is_ready(self, now: float) -> bool:
        """Return whether it serves: an init container once it has done what it is for."""
        if self.is_init and not self.is_sidecar:
            return self.exited is not None and self.exited.code == 0
        return self.is_running and self.ready_at is not None and self.ready_at <= now

    @property
    def is_past(self) -> bool:
        """Whether it does not hold up the init containers after it."""
        if self.is_sidecar:
            return self.is_running
        return self.exited is not None and self.exited.code == 0


@final
@dataclass(slots=True)
class SimulatedPod:
    """A pod on its node.

    Args:
        uid: Its uid.
        address: Its address.
        began: When the node took it up, in seconds since 1970.
        containers: Its containers, init containers first.
        images: The images of the node; pulled ones are added.
        slowness: How many times longer everything takes on the node.
        stopping: Whether it has been asked to end.
        told: Up to when everything has happened.
        doom: Why it fails in the end, whatever its containers do: a reason and a message.
        journal: What has happened to which container, for whoever tells of it and empties it.
        reported: What has been reported of it last, and when and of what that was told.
    """

    uid: str
    address: str
    began: float
    containers: list[SimulatedContainer]
    images: dict[str, None]
    slowness: float = 1.0
    stopping: bool = False
    told: float = 0.0
    doom: tuple[str, str] | None = None
    journal: list[tuple[Happening, SimulatedContainer]] = field(default_factory=list)
    reported: tuple[object, Wire] | None = None

    @classmethod
    def of(
        cls, pod: Wire, address: str, now: float, behaviours: Behaviours, images: dict[str, None]
    ) -> "SimulatedPod":
        """Return the pod that a document asks for, about to begin."""
        spec = pod["spec"]
        policy = spec.get("restartPolicy", "Always")
        init_policy = "Never" if policy == "Never" else "OnFailure"
        containers = [
            _container(one, behaviours.of(pod, one), init_policy, is_init=True)
            for one in spec.get("initContainers") or ()
        ]
        containers += [
            _container(one, behaviours.of(pod, one), policy) for one in spec["containers"]
        ]
        return cls(pod["metadata"]["uid"], address, now, containers, images, told=now)

    # ------------------------------------------------------------ going on

    def go_on(self, now: float) -> None:
        """Let everything happen that happens until *now*."""
        at = self.told
        while True:
            self._begin(at)
            due = self.next_change
            if due is None or due > now:
                break
            at = due
            for container in self.containers:
                if container.until is not None and container.until <= at:
                    self._end_of_phase(container, at)
        self.told = now

    @property
    def next_change(self) -> float | None:
        """When the next thing happens, readiness not counted; None for never."""
        times = [one.until for one in self.containers if one.until is not None]
        return min(times) if times else None

    def next_news(self, now: float) -> float | None:
        """Return when something changes that a status tells, after *now*; None for never."""
        times = [one.until for one in self.containers if one.until is not None]
        times += [
            one.ready_at
            for one in self.containers
            if one.is_running and one.ready_at is not None and one.ready_at > now
        ]
        return min(times) if times else None

    def stop(self, now: float, grace_seconds: float) -> None:
        """Ask all containers to end, and kill those that take longer than their time of grace."""
        self.go_on(now)
        self.stopping = True
        for one in self.containers:
            if one.is_running:
                self._ask_to_end(one, now, grace_seconds)
            elif one.exited is None or one.phase is not Phase.EXITED:
                one.phase, one.until = Phase.EXITED, None
        self.go_on(now)

    def crash(self, name: str, now: float, code: int = KILLED, reason: str = "Error") -> bool:
        """End the run of a container; return whether there was one."""
        self.go_on(now)
        for one in self.containers:
            if one.name == name and one.is_running:
                self._exit(one, now, code, reason)
                self.go_on(now)
                return True
        return False

    def reboot(self, now: float) -> None:
        """Everything that ran is gone, and begins again once it goes on."""
        self.told = now
        for one in self.containers:
            if one.is_running:
                self._exit(one, now, KILLED, "Unknown")
            if one.phase is not Phase.EXITED:
                one.phase, one.until = Phase.PENDING, None
        if all(one.is_init or one.phase is Phase.EXITED for one in self.containers):
            return  # nothing is left to be prepared for
        for one in self.containers:
            if one.is_init and not one.is_sidecar:
                one.exited, one.phase, one.until = None, Phase.PENDING, None

    def copy(self, images: dict[str, None]) -> "SimulatedPod":
        """Return the same pod, going on by itself on a machine with these images."""
        containers = [replace(one) for one in self.containers]
        return replace(self, containers=containers, images=images, journal=[])

    # ------------------------------------------------------------ asking

    @property
    def is_initialized(self) -> bool:
        """Whether all init containers have done their part."""
        return all(one.is_past for one in self.containers if one.is_init)

    @property
    def phase(self) -> str:
        """The phase of the pod.

        Source: ``k8s.io/kubernetes/pkg/kubelet``, getPhase.
        """
        if self.doom is not None and not self.is_running:
            return "Failed"
        if not self.is_initialized:
            failed = any(
                one.is_init
                and one.phase is Phase.EXITED
                and one.exited is not None
                and one.exited.code != 0
                for one in self.containers
            )
            main_ran = any(one.runs or one.is_running for one in self.containers if not one.is_init)
            if failed and not main_ran:
                return "Failed"
            if not main_ran:
                return "Failed" if self.stopping and self._all_ended else "Pending"
        mains = [one for one in self.containers if not one.is_init]
        waiting = [one for one in mains if not one.is_running and not one.exited and not one.last]
        running = [one for one in mains if one.is_running]
        if waiting and not self.stopping:
            return "Pending"
        if running:
            return "Running"
        return self._ended_phase(mains)

    def _ended_phase(self, mains: list[SimulatedContainer]) -> str:
        ended = [one for one in mains if one.phase is Phase.EXITED]
        if len(ended) < len(mains):
            return "Running"  # something waits to be started again
        if all(one.exited is not None and one.exited.code == 0 for one in mains):
            return "Succeeded"
        return "Failed"

    @property
    def _all_ended(self) -> bool:
        return all(one.phase in {Phase.EXITED, Phase.PENDING} for one in self.containers)

    @property
    def is_running(self) -> bool:
        """Whether a process of it runs."""
        return any(one.is_running for one in self.containers)

    @property
    def is_over(self) -> bool:
        """Whether no process runs, and none will."""
        if self.is_running:
            return False
        return self.stopping or self.phase in {"Succeeded", "Failed"}

    # ------------------------------------------------------------ inside

    def _begin(self, now: float) -> None:
        """Start what may be started: init containers one after the other, then all others."""
        if self.stopping:
            return
        for one in self.containers:
            if one.is_init:
                if one.phase is Phase.PENDING:
                    self._pull(one, now)
                if not one.is_past:
                    return
            elif one.phase is Phase.PENDING:
                self._pull(one, now)
        mains = [one for one in self.containers if not one.is_init]
        if all(one.phase is Phase.EXITED for one in mains):
            for one in self.containers:
                if one.is_sidecar and one.is_running and one.stop_code is None:
                    self._ask_to_end(one, now, math.inf)

    def _pull(self, one: SimulatedContainer, now: float) -> None:
        if one.image in self.images or not one.behaviour.pull_seconds + one.behaviour.pull_fails:
            self.images[one.image] = None
            self._create(one, now)
        else:
            one.phase = Phase.PULLING
            one.until = now + one.behaviour.pull_seconds * self.slowness

    def _create(self, one: SimulatedContainer, now: float) -> None:
        one.phase = Phase.CREATING
        one.until = now + one.behaviour.start_seconds * self.slowness

    def _run(self, one: SimulatedContainer, now: float) -> None:
        behaviour = one.behaviour
        self.journal.append((Happening.STARTED, one))
        one.phase, one.started = Phase.RUNNING, now
        one.last = one.exited or one.last
        one.exited = None
        ready = behaviour.ready_seconds
        one.ready_at = None if ready is None else now + ready * self.slowness
        one.until = None
        if behaviour.run_seconds is not None and behaviour.ends_by_itself(one.runs):
            one.until = now + behaviour.run_seconds * self.slowness

    def _end_of_phase(self, one: SimulatedContainer, now: float) -> None:
        match one.phase:
            case Phase.PULLING:
                self._pulled(one, now)
            case Phase.PULL_FAILED:
                one.phase = Phase.PULLING
                one.until = now + one.behaviour.pull_seconds * self.slowness
            case Phase.CREATING:
                self._run(one, now)
            case Phase.BACKING_OFF:
                self._create(one, now)
            case Phase.RUNNING:
                self._ended(one, now)
            case Phase.PENDING | Phase.EXITED:
                one.until = None

    def _pulled(self, one: SimulatedContainer, now: float) -> None:
        if one.pulls < one.behaviour.pull_fails:
            one.pulls += 1
            one.phase, one.until = Phase.PULL_FAILED, now + RESTART.seconds(one.pulls)
            self.journal.append((Happening.PULL_FAILED, one))
        else:
            self.images[one.image] = None
            self.journal.append((Happening.PULLED, one))
            self._create(one, now)

    def _ended(self, one: SimulatedContainer, now: float) -> None:
        """A process ends: by itself, or because it was asked to."""
        code = one.behaviour.exit_code if one.stop_code is None else one.stop_code
        self._exit(one, now, code, "Completed" if code == 0 else "Error")

    def _ask_to_end(self, one: SimulatedContainer, now: float, grace_seconds: float) -> None:
        self.journal.append((Happening.KILLING, one))
        takes = one.behaviour.stop_seconds * self.slowness
        one.until = now + min(takes, grace_seconds)
        one.stop_code = KILLED if takes > grace_seconds else one.behaviour.stop_exit_code

    def _exit(self, one: SimulatedContainer, now: float, code: int, reason: str) -> None:
        one.exited = Exit(code, reason, one.started, now, one.runs)
        one.runs += 1
        one.ready_at = None
        if one.stop_code is not None or self.stopping or not _is_restarted(one, code):
            one.phase, one.until = Phase.EXITED, None
            return
        if now - one.started >= FORGIVEN_AFTER_SECONDS:
            one.failures = 0
        if one.failures == 0:
            one.phase, one.until = Phase.CREATING, now + one.behaviour.start_seconds * self.slowness
        else:
            one.phase, one.until = Phase.BACKING_OFF, now + RESTART.seconds(one.failures)
            self.journal.append((Happening.BACKING_OFF, one))
        one.failures += 1


def _container(
    spec: Wire, behaviour: Behaviour, policy: str, *, is_init: bool = False
) -> SimulatedContainer:
    return SimulatedContainer(
        spec["name"],
        spec.get("image", ""),
        behaviour,
        spec.get("restartPolicy") or policy,
        is_init=is_init,
        restarts_after=tuple(
            rule["exitCodes"]
            for rule in spec.get("restartPolicyRules") or ()
            if rule["action"] == "Restart" and "exitCodes" in rule
        ),
    )


def _is_restarted(one: SimulatedContainer, code: int) -> bool:
    for codes in one.restarts_after:
        if (code in codes["values"]) == (codes["operator"] == "In"):
            return True
    match one.restart_policy:
        case "Always":
            return True
        case "OnFailure":
            return code != 0
        case _:
            return False
