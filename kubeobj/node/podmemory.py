"""What a pod worker remembers of a pod: what has failed, how long to wait, what was asked of it.

All of it may be lost, with the agent; then things are tried again sooner.

Source: ``k8s.io/client-go/util/flowcontrol`` Backoff; ``k8s.io/kubernetes/pkg/kubelet``
reason_cache.go and ``images`` (v1.36).
"""

from dataclasses import dataclass, field
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.runtimes.states import Container

FIRST_SECONDS: Final = 10.0
"""How long to wait after a failure, but for the first time that a container ends."""

LONGEST_SECONDS: Final = 300.0
"""How long to wait at most."""

FORGIVEN_AFTER_SECONDS: Final = 600.0
"""How long a container must have run for its failures to be forgotten."""

AGAIN_SECONDS: Final = 10.0
"""When something is tried again that has failed, and has no back-off of its own."""


@final
@dataclass(frozen=True, slots=True)
class Waiting:
    """Why a container waits, as its state says it.

    Args:
        reason: In one word: ``CrashLoopBackOff``.
        message: In a sentence.
        since: Since when, in seconds since 1970.
    """

    reason: str
    message: str
    since: float


@final
@dataclass(frozen=True, slots=True)
class Delay:
    """How long something waits until it is tried again.

    Args:
        seconds: How long.
        since: When that was set.
    """

    seconds: float
    since: float

    def doubled(self, now: float) -> "Delay":
        """Return the next one."""
        return Delay(min(self.seconds * 2, LONGEST_SECONDS), now)


@final
@dataclass(slots=True)
class Restarts:
    """How long containers wait until they are started again, by what they are: by their hash.

    A container that has become another one has never failed.

    Args:
        longest: How long they wait at most, in seconds.
        delays: How long each waits now.
    """

    longest: float = LONGEST_SECONDS
    delays: dict[str, Delay] = field(default_factory=dict)

    def until(self, key: str, finished: float) -> float:
        """Return when a container that has ended then may be started: at first, at once."""
        delay = self._valid(key, finished)
        return finished if delay is None else finished + delay.seconds

    def seconds(self, key: str) -> float:
        """Return how long a container waits now."""
        delay = self.delays.get(key)
        return 0.0 if delay is None else delay.seconds

    def note(self, key: str, finished: float, now: float) -> None:
        """Take in that a container is started again that has ended then."""
        delay = self._valid(key, finished)
        seconds = FIRST_SECONDS if delay is None else delay.seconds * 2
        self.delays[key] = Delay(min(seconds, self.longest), now)

    def _valid(self, key: str, finished: float) -> Delay | None:
        delay = self.delays.get(key)
        if delay is None or finished - delay.since > FORGIVEN_AFTER_SECONDS:
            return None
        return delay


@final
@dataclass(frozen=True, slots=True)
class FailedPull:
    """An image could not be had.

    Args:
        why: The reason and the message of that.
        delay: How long until it is tried again.
    """

    why: str
    delay: Delay

    @property
    def until(self) -> float:
        """When it is tried again."""
        return self.delay.since + self.delay.seconds


@final
@dataclass(frozen=True, slots=True)
class Doom:
    """Why a pod ends whatever its containers do.

    Args:
        reason: In one word: ``Evicted``.
        message: In a sentence.
        grace_seconds: How long its containers may take to end; None for as long as the pod says.
        condition: A condition that says so, if there is one.
    """

    reason: str
    message: str
    grace_seconds: float | None = None
    condition: Wire | None = None


@final
@dataclass(slots=True)
class Memory:
    """What is remembered of a pod.

    Args:
        began: When the node has taken it up, in seconds since 1970.
        restarts: How long its containers wait.
        noticed: Runs that ended later than it is, by container: which run, and when that was seen.
        waiting: Why containers wait, by name.
        pulls: Images that could not be had, by name.
        wanted: Containers whose image has to be fetched before they can be started, by name.
        images: Images that were fetched for containers and not used yet: the id by container.
        counted: Containers that have waited to be started again, and are as soon as their image is
            there: that start was counted before, by name.
        has_volumes: Whether its volumes are set up.
        doom: Why it ends, if somebody has said so.
        ending_since: When it began to end; None before.
        grace_seconds: How long its containers may take to end; it only ever becomes less.
        restarting: Runs that were ended to be started again, by name of the container: the id, or
            nothing if the run was taken away.
        begun: Which run of each container was seen last to have begun, by name.
        is_renewing: Whether all containers are taken away, to begin anew.
        hooked: Runs that have done what is to be done before they stop, by id.
        is_over: Whether everything has ended, and nothing will begin.
        is_emptied: Whether its volumes are gone.
        is_gone: Whether all of its files are gone.
        again: When what has failed may be tried again, by slot.
        failures: How often it has failed one after the other, by slot.
        actuated: The resources that runs of containers have been given, by id.
        resize: Why what the pod asks for by now is not given to it: a reason and a message.
    """

    began: float
    restarts: Restarts = field(default_factory=Restarts)
    noticed: dict[str, tuple[str, float]] = field(default_factory=dict)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    pulls: dict[str, FailedPull] = field(default_factory=dict)
    wanted: dict[str, None] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)
    counted: dict[str, None] = field(default_factory=dict)
    has_volumes: bool = False
    doom: Doom | None = None
    ending_since: float | None = None
    grace_seconds: float | None = None
    restarting: dict[str, str] = field(default_factory=dict)
    begun: dict[str, int] = field(default_factory=dict)
    is_renewing: bool = False
    hooked: dict[str, None] = field(default_factory=dict)
    is_over: bool = False
    is_emptied: bool = False
    is_gone: bool = False
    again: dict[str, float] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    actuated: dict[str, Wire] = field(default_factory=dict)
    resize: tuple[str, str] | None = None

    def put_back(self, now: float) -> None:
        """Forget all times that are still to come, as the clock was put back: nobody waits."""
        self.again.clear()
        self.pulls.clear()
        self.restarts.delays.clear()
        if self.ending_since is not None:
            self.ending_since = min(self.ending_since, now)

    def ended_at(self, run: Container, now: float) -> float:
        """Return when a run has ended by this clock, which is not later than it was noticed.

        The runtime may have another clock, or this one was put back.
        """
        if run.finished_at <= now:
            return run.finished_at
        run_id, since = self.noticed.get(run.name, ("", now))
        if run_id != run.id or since > now:
            since = now
        self.noticed[run.name] = run.id, since
        return since

    def wait(self, name: str, reason: str, message: str, now: float) -> bool:
        """Remember why a container waits; return whether that is news."""
        old = self.waiting.get(name)
        if old is not None and (old.reason, old.message) == (reason, message):
            return False
        self.waiting[name] = Waiting(reason, message, now)
        return True

    def pull_failed(self, image: str, reason: str, message: str, now: float) -> None:
        """Remember that an image could not be had."""
        old = self.pulls.get(image)
        delay = Delay(FIRST_SECONDS, now)
        if old is not None and now - old.delay.since <= FORGIVEN_AFTER_SECONDS:
            delay = old.delay.doubled(now)
        self.pulls[image] = FailedPull(f"{reason}: {message}", delay)


def go_duration(seconds: float) -> str:
    """Return a duration as Go writes it: whole seconds.

    >>> go_duration(10), go_duration(80), go_duration(300), go_duration(3600)
    ('10s', '1m20s', '5m0s', '1h0m0s')
    """
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
