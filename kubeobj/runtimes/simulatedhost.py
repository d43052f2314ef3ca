"""A machine on which a simulated runtime runs things: what there is, and what becomes of it.

Nothing is done while time passes: what ends by itself has ended once somebody looks at a time when
it must have.
"""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Final, final

from kubeobj.runtimes.behaviour import Behaviour
from kubeobj.runtimes.configs import ContainerConfig, PodIdentity, Resources, SandboxConfig
from kubeobj.runtimes.cri import Happened, RuntimeEvent
from kubeobj.runtimes.states import Container, ContainerState, Image, Sandbox, SandboxState

KILLED: Final = 137
"""The code of what was killed."""

_ADDRESSES: Final = 256 * 256


@final
@dataclass(slots=True)
class Run:
    """A container, and what will become of it.

    Args:
        container: What is told of it.
        behaviour: How it behaves.
        pod_uid: Whose it is.
        resources: How much it may use.
        ends_at: When it ends; never, unless that is said.
        ends_with: With which code.
        reason: Why, if the code does not say it.
        is_stopping: Whether it was asked to end.
    """

    container: Container
    behaviour: Behaviour
    pod_uid: str
    resources: Resources
    ends_at: float = inf
    ends_with: int = 0
    reason: str = ""
    is_stopping: bool = False


@final
@dataclass(slots=True)
class SimulatedHost:
    """A machine. It is what a real one would be: it survives whoever looks after it.

    Args:
        sandboxes: Its sandboxes by id, from the oldest.
        configs: What they were made from, by id.
        runs: Its containers by id, from the oldest.
        images: Its images, by name with tag.
        failed_pulls: How often each image could not be had so far.
        news: What has happened and was not told yet.
        count: How many things were made so far.
        free: Addresses that were given back, the last one first.
        is_reachable: Whether the runtime answers.
    """

    sandboxes: dict[str, Sandbox] = field(default_factory=dict)
    configs: dict[str, SandboxConfig] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)
    failed_pulls: dict[str, int] = field(default_factory=dict)
    news: list[RuntimeEvent] = field(default_factory=list)
    count: int = 0
    free: list[str] = field(default_factory=list)
    is_reachable: bool = True
    _addresses: int = 1

    def new_id(self, *words: str) -> str:
        """Return an id that nothing has had before."""
        self.count += 1
        return sha256("/".join((*words, str(self.count))).encode()).hexdigest()[:32]

    # ------------------------------------------------------------ time

    @property
    def next_end(self) -> float:
        """When the next container ends by itself; never, if none does."""
        return min((run.ends_at for run in self.runs.values()), default=inf)

    def go_on(self, now: float) -> bool:
        """Let everything end that must have by now; return whether anything has."""
        due = [run for run in self.runs.values() if run.ends_at <= now]
        for run in sorted(due, key=lambda one: one.ends_at):
            self.end(run, run.ends_at, run.ends_with, run.reason)
        return bool(due)

    def end(self, run: Run, at: float, code: int, reason: str = "") -> None:
        """Let a container end that runs."""
        run.ends_at = inf
        run.container = replace(
            run.container,
            state=ContainerState.EXITED,
            finished_at=at,
            exit_code=code,
            reason=reason or ("Completed" if code == 0 else "Error"),
        )
        self.tell(Happened.STOPPED, run)

    def begin(self, run: Run, now: float) -> None:
        """Let a container run that was made."""
        run.container = replace(run.container, state=ContainerState.RUNNING, started_at=now)
        self.tell(Happened.STARTED, run)
        behaviour = run.behaviour
        if behaviour.run_seconds is not None and behaviour.ends_by_itself(run.container.attempt):
            run.ends_at, run.ends_with = now + behaviour.run_seconds, behaviour.exit_code

    def ask_to_end(self, run: Run, now: float, grace_seconds: float) -> None:
        """Let a container end soon that runs: by itself, or by force when its time is over."""
        takes, code = run.behaviour.stop_seconds, run.behaviour.stop_exit_code
        if takes > grace_seconds:
            takes, code = grace_seconds, KILLED
        if not run.is_stopping or now + takes < run.ends_at:
            run.ends_at, run.ends_with, run.reason = now + takes, code, ""
        run.is_stopping = True

    # ------------------------------------------------------------ making and removing

    def add_sandbox(self, config: SandboxConfig, now: float) -> Sandbox:
        """Make a sandbox with an address of its own."""
        addresses = () if config.host_network else (self._take_address(),)
        made = Sandbox(
            self.new_id(config.pod.uid),
            config.pod,
            SandboxState.READY,
            now,
            addresses,
            dict(config.labels),
            dict(config.annotations),
        )
        self.sandboxes[made.id], self.configs[made.id] = made, config
        self.news.append(RuntimeEvent(Happened.STARTED, config.pod.uid))
        return made

    def add_run(
        self, sandbox: Sandbox, config: ContainerConfig, behaviour: Behaviour, now: float
    ) -> Run:
        """Make a container."""
        logs = self.configs[sandbox.id].log_directory
        container = Container(
            self.new_id(sandbox.pod.uid, config.name),
            sandbox.id,
            config.name,
            config.attempt,
            ContainerState.CREATED,
            config.image,
            config.image_id,
            created_at=now,
            log_path=logs / config.log_path if config.log_path else Path(),
            labels=dict(config.labels),
            annotations=dict(config.annotations),
        )
        run = Run(container, behaviour, sandbox.pod.uid, config.resources)
        self.runs[container.id] = run
        self.tell(Happened.CREATED, run)
        return run

    def stop_sandbox(self, sandbox_id: str, now: float) -> None:
        """End all that runs in a sandbox, and take its address back."""
        sandbox = self.sandboxes[sandbox_id]
        for run in self.runs_in(sandbox_id):
            if run.container.state is ContainerState.RUNNING:
                self.end(run, now, KILLED)
        if sandbox.state is SandboxState.READY:
            self.sandboxes[sandbox_id] = replace(sandbox, state=SandboxState.NOT_READY)
            self.free.extend(sandbox.addresses)
            self.news.append(RuntimeEvent(Happened.STOPPED, sandbox.pod.uid))

    def remove_sandbox(self, sandbox_id: str) -> None:
        """Remove a sandbox that was stopped, with its containers."""
        for run in self.runs_in(sandbox_id):
            self.remove_run(run)
        sandbox = self.sandboxes.pop(sandbox_id)
        del self.configs[sandbox_id]
        self.news.append(RuntimeEvent(Happened.REMOVED, sandbox.pod.uid))

    def remove_run(self, run: Run) -> None:
        """Remove a container that does not run."""
        del self.runs[run.container.id]
        self.tell(Happened.REMOVED, run)

    def runs_in(self, sandbox_id: str) -> list[Run]:
        """Return the containers of a sandbox, from the oldest."""
        return [run for run in self.runs.values() if run.container.sandbox_id == sandbox_id]

    def tell(self, what: Happened, run: Run) -> None:
        """Note that something has happened to a container."""
        self.news.append(RuntimeEvent(what, run.pod_uid, run.container.id))

    # ------------------------------------------------------------ faults

    def crash(self, pod: PodIdentity | str, name: str, now: float, code: int = KILLED) -> bool:
        """End the run of a container, by the uid of its pod; return whether there was one."""
        uid = pod if isinstance(pod, str) else pod.uid
        self.go_on(now)
        for run in self.runs.values():
            container = run.container
            is_it = run.pod_uid == uid and container.name == name
            if is_it and container.state is ContainerState.RUNNING:
                self.end(run, now, code)
                return True
        return False

    def reboot(self, now: float) -> None:
        """Everything that ran has ended, and nobody knows how."""
        self.go_on(now)
        for sandbox_id in list(self.sandboxes):
            self.stop_sandbox(sandbox_id, now)

    def _take_address(self) -> str:
        if self.free:
            return self.free.pop()
        self._addresses += 1
        at = self._addresses % _ADDRESSES
        return f"10.88.{at // 256}.{at % 256}"
