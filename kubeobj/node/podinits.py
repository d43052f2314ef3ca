"""What becomes of the init containers of a pod: one after the other, and sidecars go on.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime`` computeInitContainerActions (v1.36).
"""

from dataclasses import dataclass, field
from typing import final

from kubeobj.documents import Wire
from kubeobj.node.containerwords import is_changed
from kubeobj.node.podview import PodView
from kubeobj.node.probes.kinds import Findings, ProbeKind
from kubeobj.node.restartpolicy import init_containers_of, is_restarted, is_sidecar
from kubeobj.runtimes.states import Container, ContainerState


@final
@dataclass(frozen=True, slots=True)
class Kill:
    """A container that is to end, while its pod goes on.

    Args:
        container: Which, as the pod's spec has it.
        run: Which of its runs.
        message: What is said of it.
        probe: The probe that has failed; None if it is for another reason.
        restarts: Whether it is started again after it.
    """

    container: Wire
    run: Container
    message: str
    probe: ProbeKind | None = None
    restarts: bool = True


@final
@dataclass(slots=True)
class Wanted:
    """What a pod wants of its containers.

    Args:
        starts: Those that are to be started, in order.
        kills: Those that are to end.
        is_done: Whether nothing of the pod is to run any more.
    """

    starts: list[Wire] = field(default_factory=list)
    kills: list[Kill] = field(default_factory=list)
    is_done: bool = False


def is_initialized(pod: Wire, view: PodView, sandbox_id: str) -> bool:
    """Return whether a container has begun in a sandbox that waits for all init containers."""
    mains = {one["name"]: None for one in pod["spec"]["containers"]}
    return any(
        one.name in mains
        and one.sandbox_id == sandbox_id
        and one.state in {ContainerState.CREATED, ContainerState.RUNNING}
        for one in view.containers
    )


def want_inits(
    pod: Wire, view: PodView, sandbox_id: str, findings: Findings, wanted: Wanted
) -> bool:
    """Say what the init containers of a pod need; return whether its containers may begin.

    Only what there is in the sandbox counts: in a new one, all of them begin again.
    """
    inits = init_containers_of(pod)
    if not inits:
        return True
    walk = _Walk(pod, inits, findings, wanted)
    walk.done = walk.before = is_initialized(pod, view, sandbox_id)
    for position in range(len(inits) - 1, -1, -1):
        container = inits[position]
        run = _run_in(view, container["name"], sandbox_id)
        if run is None:
            if walk.before and is_sidecar(container):
                walk.starts.append(position)
            continue
        if walk.before and not is_sidecar(container):
            continue
        walk.look(position, container, run)
        if wanted.is_done:
            wanted.starts.clear()
            return False
        walk.before = True
    if not walk.before:
        walk.starts.append(0)
    wanted.starts += [inits[position] for position in sorted(set(walk.starts))]
    return walk.done


@final
class _Walk:
    """A walk over init containers from the last to the first, as those before it may be gone."""

    def __init__(self, pod: Wire, inits: list[Wire], findings: Findings, wanted: Wanted) -> None:
        self.pod: Wire = pod
        self.last: int = len(inits) - 1
        self.findings: Findings = findings
        self.wanted: Wanted = wanted
        self.starts: list[int] = []
        self.done: bool = False
        """Whether all of them have done their part."""
        self.before: bool = False
        """Whether one after it has begun, so that it has done its part before."""

    def look(self, position: int, container: Wire, run: Container) -> None:
        """Say what one of them needs that has begun."""
        match run.state:
            case ContainerState.CREATED | ContainerState.UNKNOWN:
                self.starts.append(position)
            case ContainerState.RUNNING:
                if is_sidecar(container):
                    self._look_at_running_sidecar(position, container, run)
            case ContainerState.EXITED:
                self._look_at_exited(position, container, run)

    def _look_at_running_sidecar(self, position: int, container: Wire, run: Container) -> None:
        if "startupProbe" in container:
            started = self.findings.get((run.id, ProbeKind.STARTUP))
            if started is not True:
                if started is False:
                    self._kill_failed(position, container, run, ProbeKind.STARTUP)
                return
        self._is_past(position)
        if is_changed(container, run):
            message = f"Init container {container['name']} definition changed"
            self._kill(position, Kill(container, run, message))
        elif self.findings.get((run.id, ProbeKind.LIVENESS)) is False:
            self._kill_failed(position, container, run, ProbeKind.LIVENESS)

    def _look_at_exited(self, position: int, container: Wire, run: Container) -> None:
        if is_sidecar(container):
            self.starts.append(position)
        elif run.exit_code == 0:
            self._is_past(position)
        elif is_restarted(self.pod, container, run.exit_code):
            self.starts.append(position)
        else:
            self.wanted.is_done = True

    def _is_past(self, position: int) -> None:
        """Let the next one begin, or all that come after the last."""
        if position == self.last:
            self.done = True
        elif not self.before:
            self.starts.append(position + 1)

    def _kill_failed(
        self, position: int, container: Wire, run: Container, probe: ProbeKind
    ) -> None:
        message = f"Init container {container['name']} failed {probe.title.lower()} probe"
        self._kill(position, Kill(container, run, message, probe))

    def _kill(self, position: int, kill: Kill) -> None:
        self.wanted.kills.append(kill)
        self.starts.append(position)


def _run_in(view: PodView, name: str, sandbox_id: str) -> Container | None:
    for one in view.containers:
        if one.name == name and one.sandbox_id == sandbox_id:
            return one
    return None
