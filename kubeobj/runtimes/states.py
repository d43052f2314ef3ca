"""What a container runtime says there is: sandboxes, containers, images, and what they use.

Source: ``k8s.io/cri-api`` runtime/v1 (v0.36).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import final

from kubeobj.runtimes.configs import PodIdentity


@final
class SandboxState(StrEnum):
    """Whether containers can be started in a sandbox."""

    READY = "ready"
    NOT_READY = "not-ready"


@final
class ContainerState(StrEnum):
    """How far a container has come."""

    CREATED = "created"
    RUNNING = "running"
    EXITED = "exited"
    UNKNOWN = "unknown"


@final
@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox that there is.

    Args:
        id: Its id.
        pod: Whose it is.
        state: Whether containers can be started in it.
        created_at: When it was made, in seconds since 1970.
        addresses: Its addresses; empty if it has the network of the node.
        labels: The labels that it was made with.
        annotations: The annotations that it was made with.
    """

    id: str
    pod: PodIdentity
    state: SandboxState
    created_at: float
    addresses: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


@final
@dataclass(frozen=True, slots=True)
class Container:
    """A container that there is. Times are in seconds since 1970; 0 for never.

    Args:
        id: Its id.
        sandbox_id: The sandbox that it is in.
        name: Its name in the pod.
        attempt: How often it had run before.
        state: How far it has come.
        image: Its image, as it was asked for.
        image_id: Which image that is exactly, as a pod shows it.
        created_at: When it was made.
        started_at: When it was started.
        finished_at: When it ended.
        exit_code: With which code: 128 and the signal if a signal ended it; 137 if nobody knows.
        reason: Why it ended, in one word: ``Completed``, ``Error``, ``OOMKilled``,
            ``ContainerStatusUnknown``, ``StartError``; empty for as the code says.
        message: Why, in a sentence; mostly empty.
        log_path: The file of what it prints; absolute.
        labels: The labels that it was made with.
        annotations: The annotations that it was made with.
    """

    id: str
    sandbox_id: str
    name: str
    attempt: int
    state: ContainerState
    image: str
    image_id: str = ""
    created_at: float = 0.0
    started_at: float = 0.0
    finished_at: float = 0.0
    exit_code: int = 0
    reason: str = ""
    message: str = ""
    log_path: Path = Path()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


@final
@dataclass(frozen=True, slots=True)
class Image:
    """An image that the node has.

    Args:
        id: Its id, as `ContainerConfig.image_id` takes it.
        tags: The names that it goes by, with their tags.
        digests: The names that it goes by, with their digests.
        size_bytes: How much room it takes.
        user: Who it runs as by number, if it says one; None for root or what it says by name.
        username: Who it runs as by name; empty if by number.
        pinned: Whether it is never to be collected.
    """

    id: str
    tags: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    size_bytes: int = 0
    user: int | None = None
    username: str = ""
    pinned: bool = False


@final
@dataclass(frozen=True, slots=True)
class RuntimeVersion:
    """What a runtime is: ``process``, ``docker``, ``podman`` or ``simulated``, and its version."""

    name: str
    version: str


@final
@dataclass(frozen=True, slots=True)
class RuntimeStatus:
    """Whether a runtime can do its work.

    Args:
        ready: Whether containers can be started.
        network_ready: Whether they get a network.
        reason: Why not, in one word.
        message: Why not, in a sentence, with what to do about it.
        strict_groups: Whether a process is in no groups but those that were asked for, whatever its
            image says of its user: what ``supplementalGroupsPolicy: Strict`` needs.
    """

    ready: bool = True
    network_ready: bool = True
    reason: str = ""
    message: str = ""
    strict_groups: bool = False


@final
@dataclass(frozen=True, slots=True)
class Usage:
    """What a container, or a sandbox with all that is in it, has used.

    Args:
        at: When that was looked at, in seconds since 1970.
        cpu_nanoseconds: How long cores have worked for it since it began.
        memory_bytes: How much memory it holds that cannot be taken away from it: its working set.
        rss_bytes: How much memory of its own it holds.
        disk_bytes: How much room what it has written takes; logs and volumes not counted.
        processes: How many processes there are.
        received_bytes: What has come in over the network, if that is counted.
        sent_bytes: What has gone out over the network, if that is counted.
    """

    at: float
    cpu_nanoseconds: int = 0
    memory_bytes: int = 0
    rss_bytes: int = 0
    disk_bytes: int = 0
    processes: int = 0
    received_bytes: int | None = None
    sent_bytes: int | None = None


@final
@dataclass(frozen=True, slots=True)
class FilesystemUsage:
    """How full the file system is where a runtime keeps its images and containers.

    Args:
        path: Where that is.
        capacity_bytes: How much fits there.
        available_bytes: How much is free.
        image_bytes: How much the images take.
    """

    path: Path
    capacity_bytes: int
    available_bytes: int
    image_bytes: int = 0
