"""What a container runtime says of one pod: its sandboxes and containers, the newest first.

Source: ``k8s.io/kubernetes/pkg/kubelet/container`` PodStatus and ``kuberuntime/util``
PodSandboxChanged (v1.36).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, final

from kubeobj.runtimes.states import Container, ContainerState, Sandbox, SandboxState

UP: Final = frozenset({ContainerState.RUNNING, ContainerState.UNKNOWN})
"""The states in which a process may run."""


@final
@dataclass(frozen=True, slots=True)
class PodView:
    """What there is of a pod.

    Args:
        sandboxes: Its sandboxes, the newest first.
        containers: Its containers, those of all sandboxes, the newest first.
    """

    sandboxes: tuple[Sandbox, ...] = ()
    containers: tuple[Container, ...] = ()

    @classmethod
    def of(cls, sandboxes: Iterable[Sandbox], containers: Iterable[Container]) -> "PodView":
        """Return the view of what a runtime has said, in any order."""
        return cls(
            tuple(sorted(sandboxes, key=_age_of_sandbox, reverse=True)),
            tuple(sorted(containers, key=_age_of_container, reverse=True)),
        )

    def latest(self, name: str) -> Container | None:
        """Return the newest container of a name; None if there is none."""
        for one in self.containers:
            if one.name == name:
                return one
        return None

    def latest_exited(self, name: str) -> Container | None:
        """Return the newest container of a name that has ended."""
        for one in self.containers:
            if one.name == name and one.state is ContainerState.EXITED:
                return one
        return None

    def runs(self, name: str) -> list[Container]:
        """Return the containers of a name, the newest first."""
        return [one for one in self.containers if one.name == name]

    @property
    def up(self) -> list[Container]:
        """The containers that run, or may run for all that is known."""
        return [one for one in self.containers if one.state in UP]

    @property
    def ready_sandbox(self) -> Sandbox | None:
        """The sandbox in which containers can be started; None if there has to be a new one."""
        if not self.sandboxes or self.sandboxes[0].state is not SandboxState.READY:
            return None
        others = [one for one in self.sandboxes[1:] if one.state is SandboxState.READY]
        return None if others else self.sandboxes[0]

    @property
    def next_attempt(self) -> int:
        """How many sandboxes there were before the next one."""
        return self.sandboxes[0].pod.attempt + 1 if self.sandboxes else 0

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of the pod; none before it has a sandbox."""
        newest = self.sandboxes[0] if self.sandboxes else None
        if newest is None or newest.state is not SandboxState.READY:
            return ()
        return newest.addresses

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all."""
        return not self.sandboxes and not self.containers


NOTHING: Final = PodView()
"""Nothing is there."""


def _age_of_sandbox(one: Sandbox) -> tuple[int, float, str]:
    return one.pod.attempt, one.created_at, one.id


def _age_of_container(one: Container) -> tuple[int, float, str]:
    # A clock may be put back, attempts only grow.
    return one.attempt, one.created_at, one.id
