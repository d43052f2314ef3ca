"""What a pod worker can want done: one class for each, and no others.

A pod may have several of them in hand at once, but one of each `slot` at a time.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime`` podActions (v1.36).
"""

from dataclasses import dataclass
from typing import TypeAlias, final

from kubeobj.runtimes.states import Sandbox

VOLUMES = "volumes"
"""The slot of a pod's volumes."""

SANDBOX = "sandbox"
"""The slot of a pod's sandbox."""


def slot_of(container: str) -> str:
    """Return the slot of a container, by name."""
    return f"container/{container}"


@final
@dataclass(frozen=True, slots=True)
class PrepareVolumes:
    """Set up what the containers will see of the node."""

    @property
    def slot(self) -> str:
        """What it is about."""
        return VOLUMES


@final
@dataclass(frozen=True, slots=True)
class RunSandbox:
    """Make a sandbox.

    Args:
        attempt: How many there were before.
    """

    attempt: int

    @property
    def slot(self) -> str:
        """What it is about."""
        return SANDBOX


@final
@dataclass(frozen=True, slots=True)
class StopSandbox:
    """End a sandbox, and all that still runs in it."""

    sandbox_id: str

    @property
    def slot(self) -> str:
        """What it is about."""
        return SANDBOX


@final
@dataclass(frozen=True, slots=True)
class RemoveSandbox:
    """Remove a sandbox with all of its containers."""

    sandbox_id: str

    @property
    def slot(self) -> str:
        """What it is about."""
        return SANDBOX


@final
@dataclass(frozen=True, slots=True)
class PullImage:
    """Fetch the image of a container.

    Args:
        container: Whose image it is.
        image: Which.
    """

    container: str
    image: str

    @property
    def slot(self) -> str:
        """What it is about."""
        return slot_of(self.container)


@final
@dataclass(frozen=True, slots=True)
class StartContainer:
    """Make a container, start it, and do what comes right after its start.

    Args:
        container: Which, by name.
        attempt: How often it has run before.
        sandbox: Where.
        image_id: Its image, if it has just been fetched; else it is looked for.
    """

    container: str
    attempt: int
    sandbox: Sandbox
    image_id: str = ""

    @property
    def slot(self) -> str:
        """What it is about."""
        return slot_of(self.container)


@final
@dataclass(frozen=True, slots=True)
class StopContainer:
    """Ask a container to end, and end it.

    Args:
        container: Which, by name.
        container_id: Which of its runs.
        grace_seconds: How long it may take, with what it does before it stops.
        message: What is said of it in an event.
        runs_hook: Whether it does what its pod says is to be done before it stops.
    """

    container: str
    container_id: str
    grace_seconds: float
    message: str
    runs_hook: bool = True

    @property
    def slot(self) -> str:
        """What it is about."""
        return slot_of(self.container)


@final
@dataclass(frozen=True, slots=True)
class RunPreStop:
    """Do what the pod says is to be done before a container stops, whose turn is later.

    Args:
        container: Which, by name.
        container_id: Which of its runs.
        grace_seconds: How long it may take.
    """

    container: str
    container_id: str
    grace_seconds: float

    @property
    def slot(self) -> str:
        """What it is about."""
        return slot_of(self.container)


@final
@dataclass(frozen=True, slots=True)
class RemoveContainer:
    """Remove a container that has ended, or never began."""

    container: str
    container_id: str

    @property
    def slot(self) -> str:
        """What it is about."""
        return slot_of(self.container)


@final
@dataclass(frozen=True, slots=True)
class UpdateResources:
    """Let a container that runs have as much as its pod says by now.

    Args:
        container: Which, by name.
        container_id: Which of its runs.
    """

    container: str
    container_id: str

    @property
    def slot(self) -> str:
        """What it is about."""
        return slot_of(self.container)


@final
@dataclass(frozen=True, slots=True)
class TearDown:
    """Take away the volumes of a pod that is over.

    Args:
        is_gone: Whether its logs and all other files go, too, because the pod itself has gone.
    """

    is_gone: bool

    @property
    def slot(self) -> str:
        """What it is about."""
        return VOLUMES


ContainerAction: TypeAlias = (
    PullImage | StartContainer | StopContainer | RunPreStop | RemoveContainer | UpdateResources
)
"""What is done to one container."""

Action: TypeAlias = (
    PrepareVolumes | RunSandbox | StopSandbox | RemoveSandbox | TearDown | ContainerAction
)
"""Anything that a pod worker can want done."""
