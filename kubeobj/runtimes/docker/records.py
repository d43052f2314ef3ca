"""What we write onto a container of an engine, to know it again: its labels and its name.

A restarted agent has nothing else. One label says whose a container is, so that two clusters on
one engine never touch each other's; one has, as JSON, all that the engine does not keep itself.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.runtimes.configs import ContainerConfig, PodIdentity, SandboxConfig

OWNER: Final = "kubeobj.io/owner"
"""Whose it is: which cluster's."""

KIND: Final = "kubeobj.io/kind"
"""What it is: `SANDBOX` or `CONTAINER`."""

SANDBOX_ID: Final = "kubeobj.io/sandbox"
"""In which sandbox a container is."""

RECORD: Final = "kubeobj.io/record"
"""All the rest."""

SANDBOX: Final = "sandbox"
CONTAINER: Final = "container"

_POD_LABELS: Final = {
    "namespace": "io.kubernetes.pod.namespace",
    "name": "io.kubernetes.pod.name",
    "uid": "io.kubernetes.pod.uid",
}
_UNFIT: Final = re.compile(r"[^a-zA-Z0-9_.-]+")


@final
@dataclass(frozen=True, slots=True)
class SandboxRecord:
    """What is known of a sandbox.

    Args:
        pod: Whose it is.
        created_at: When it was made, in seconds since 1970.
        log_directory: Where the logs of its containers go.
        hosts_file: What its containers see as ``/etc/hosts``; empty for none.
        hostname: The name that its containers have; empty for that of the node.
        host_pid: Whether its containers see the processes of the node.
        host_ipc: Whether it has the IPC of the node.
        host_network: Whether it has the network of the node.
        shares_processes: Whether its containers see each other's processes.
        labels: The pod's labels.
        annotations: The pod's annotations.
    """

    pod: PodIdentity
    created_at: float
    log_directory: Path
    hosts_file: str = ""
    hostname: str = ""
    host_pid: bool = False
    host_ipc: bool = False
    host_network: bool = False
    shares_processes: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, config: SandboxConfig, created_at: float) -> "SandboxRecord":
        """Return what is to be known of a sandbox that is made now."""
        return cls(
            pod=config.pod,
            created_at=created_at,
            log_directory=config.log_directory,
            hosts_file=str(config.hosts_file or ""),
            hostname="" if config.host_network else config.hostname,
            host_pid=config.host_pid,
            host_ipc=config.host_ipc,
            host_network=config.host_network,
            shares_processes=config.shares_processes,
            labels=dict(config.labels),
            annotations=dict(config.annotations),
        )

    def written(self, owner: str) -> dict[str, str]:
        """Return it as labels."""
        known = asdict(self)
        known["log_directory"] = str(self.log_directory)
        return {
            OWNER: owner,
            KIND: SANDBOX,
            RECORD: json.dumps(known),
            **{label: str(getattr(self.pod, name)) for name, label in _POD_LABELS.items()},
        }

    @classmethod
    def read(cls, labels: Mapping[str, str]) -> "SandboxRecord":
        """Return what labels say."""
        known: Wire = json.loads(labels[RECORD])
        known["pod"] = PodIdentity(**known["pod"])
        known["log_directory"] = Path(known["log_directory"])
        return cls(**known)


@final
@dataclass(frozen=True, slots=True)
class ContainerRecord:
    """What is known of a container.

    Args:
        pod: In whose pod it is.
        sandbox_id: In which sandbox.
        name: Its name in the pod.
        attempt: How often it had run before.
        image: Its image, as it was asked for.
        image_id: Which image that is exactly, as a pod shows it.
        created_at: When it was made, in seconds since 1970.
        log_path: The file of what it prints; empty for none.
        tty: Whether it has a terminal.
        labels: The labels that it was made with.
        annotations: The annotations that it was made with.
    """

    pod: PodIdentity
    sandbox_id: str
    name: str
    attempt: int
    image: str
    image_id: str
    created_at: float
    log_path: str = ""
    tty: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        config: ContainerConfig,
        sandbox_id: str,
        sandbox: SandboxRecord,
        image_id: str,
        created_at: float,
    ) -> "ContainerRecord":
        """Return what is to be known of a container that is made now."""
        log = str(sandbox.log_directory / config.log_path) if config.log_path else ""
        return cls(
            pod=sandbox.pod,
            sandbox_id=sandbox_id,
            name=config.name,
            attempt=config.attempt,
            image=config.image,
            image_id=image_id,
            created_at=created_at,
            log_path=log,
            tty=config.tty,
            labels=dict(config.labels),
            annotations=dict(config.annotations),
        )

    def written(self, owner: str) -> dict[str, str]:
        """Return it as labels."""
        return {
            OWNER: owner,
            KIND: CONTAINER,
            SANDBOX_ID: self.sandbox_id,
            RECORD: json.dumps(asdict(self)),
            "io.kubernetes.container.name": self.name,
            **{label: str(getattr(self.pod, name)) for name, label in _POD_LABELS.items()},
        }

    @classmethod
    def read(cls, labels: Mapping[str, str]) -> "ContainerRecord":
        """Return what labels say."""
        known: Wire = json.loads(labels[RECORD])
        known["pod"] = PodIdentity(**known["pod"])
        return cls(**known)


def engine_name(*parts: str, unique: str) -> str:
    """Return the name of a container in its engine: readable, and like no other.

    An engine refuses a name twice, so nothing runs twice under one identity.

    >>> engine_name("main", "web-0", "default", unique="a uid")
    'main_web-0_default_497ec4be8d6b'
    """
    digest = hashlib.sha256(unique.encode()).hexdigest()[:12]
    readable = "_".join(_UNFIT.sub("-", part) for part in parts)
    return f"{readable[:180]}_{digest}"
