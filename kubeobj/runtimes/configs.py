"""What is asked of a container runtime: sandboxes and containers that are to be made.

Source: ``k8s.io/cri-api`` runtime/v1 (v0.36).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import final


@final
@dataclass(frozen=True, slots=True)
class PodIdentity:
    """Whose sandbox it is.

    Args:
        namespace: The pod's namespace.
        name: The pod's name.
        uid: The pod's uid.
        attempt: How many sandboxes the pod has had before.
    """

    namespace: str
    name: str
    uid: str
    attempt: int = 0


@final
@dataclass(frozen=True, slots=True)
class PortMapping:
    """A port of a pod that the node offers as its own.

    Args:
        container_port: The port in the pod.
        host_port: The port of the node.
        protocol: ``TCP``, ``UDP`` or ``SCTP``.
        host_ip: The address of the node; empty for all.
    """

    container_port: int
    host_port: int
    protocol: str = "TCP"
    host_ip: str = ""


@final
@dataclass(frozen=True, slots=True)
class DnsConfig:
    """Where names are looked up: what a ``resolv.conf`` says."""

    servers: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Security:
    """What a process may do, and as whom. None means: as the image or the runtime says.

    Args:
        run_as_user: The user, by number.
        run_as_group: The group, by number.
        supplemental_groups: Further groups.
        privileged: Whether it may do everything.
        read_only_root: Whether its root file system cannot be written to.
        no_new_privileges: Whether programs that it runs gain no rights.
        add_capabilities: Capabilities that it gets: ``NET_ADMIN``; ``ALL``.
        drop_capabilities: Capabilities that it loses.
        seccomp_profile: ``Unconfined``, ``RuntimeDefault``, or the path of a profile; empty for
            what is usual.
        apparmor_profile: ``Unconfined``, ``RuntimeDefault``, or the name of a profile; empty for
            what is usual.
        selinux_label: The parts of its label that differ from what is usual: ``level:s0:c1``.
        unmasked_proc: Whether it sees all of ``/proc``.
    """

    run_as_user: int | None = None
    run_as_group: int | None = None
    supplemental_groups: tuple[int, ...] = ()
    privileged: bool = False
    read_only_root: bool = False
    no_new_privileges: bool = False
    add_capabilities: tuple[str, ...] = ()
    drop_capabilities: tuple[str, ...] = ()
    seccomp_profile: str = ""
    apparmor_profile: str = ""
    selinux_label: tuple[str, ...] = ()
    unmasked_proc: bool = False


@final
@dataclass(frozen=True, slots=True)
class Resources:
    """How much a container gets, and may use at most. None means: no limit.

    Args:
        cpu_request_millis: What it gets when others want it too, in thousandths of a core.
        cpu_limit_millis: What it may use at most, in thousandths of a core.
        memory_request_bytes: How much memory it is meant to use.
        memory_limit_bytes: How much memory it may use at most.
        oom_score_adj: How early the kernel ends it when memory is short, -1000 to 1000.
    """

    cpu_request_millis: int | None = None
    cpu_limit_millis: int | None = None
    memory_request_bytes: int | None = None
    memory_limit_bytes: int | None = None
    oom_score_adj: int = 0


@final
@dataclass(frozen=True, slots=True)
class Mount:
    """A file or directory of the node that a container sees.

    Args:
        container_path: Where it sees it; absolute.
        host_path: What it sees; absolute, and there.
        read_only: Whether it cannot write to it.
        propagation: ``None``, ``HostToContainer`` or ``Bidirectional``.
    """

    container_path: str
    host_path: Path
    read_only: bool = False
    propagation: str = "None"


@final
@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """What the containers of a pod share: its network, its host name, where its logs go.

    Args:
        pod: Whose sandbox it is.
        hostname: What the containers take for the name of their machine.
        log_directory: Where the logs of its containers go; absolute, and private to the user.
        dns: Where names are looked up; None for as on the node.
        hosts_file: A file of names that the containers see as ``/etc/hosts``; None for none.
        ports: Ports that the node offers as its own.
        host_network: Whether it has the network of the node instead of its own.
        host_pid: Whether its containers see the processes of the node.
        host_ipc: Whether it has the IPC of the node.
        shares_processes: Whether its containers see each other's processes.
        sysctls: Settings of the kernel.
        security: As whom what holds the sandbox runs; the containers say for themselves.
        labels: The pod's labels.
        annotations: The pod's annotations.
    """

    pod: PodIdentity
    hostname: str
    log_directory: Path
    dns: DnsConfig | None = None
    hosts_file: Path | None = None
    ports: tuple[PortMapping, ...] = ()
    host_network: bool = False
    host_pid: bool = False
    host_ipc: bool = False
    shares_processes: bool = False
    sysctls: Mapping[str, str] = field(default_factory=dict)
    security: Security = Security()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


@final
@dataclass(frozen=True, slots=True)
class ContainerConfig:
    """A container that is to be made.

    Args:
        name: Its name in the pod.
        attempt: How often it has run in the pod before.
        image: Its image, as the pod says it.
        image_id: What `ContainerRuntime.image` says of it; empty where no image is needed.
        command: What takes the place of the image's entry point; empty for that.
        args: What takes the place of the image's arguments.
        working_directory: Where it starts; empty for where the image says.
        environment: Its environment, with everything already put in.
        mounts: What it sees of the node.
        log_path: The file for what it prints, under the log directory of its sandbox, in the
            format of the CRI: ``2016-10-06T00:17:09.669794202Z stdout F The log``.
        stdin: Whether something may be sent to it.
        stdin_once: Whether that ends once the first who sends something is gone.
        tty: Whether it has a terminal.
        stop_signal: What asks it to end, such as ``SIGQUIT``; empty for what the image says.
        target_id: The container of its sandbox whose processes it sees as its own; empty for none.
        resources: How much it gets.
        security: What it may do.
        labels: Words by which a restarted agent knows it again.
        annotations: More of them; a runtime keeps them and gives them back unchanged.
    """

    name: str
    attempt: int
    image: str
    image_id: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    working_directory: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    log_path: str = ""
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False
    stop_signal: str = ""
    target_id: str = ""
    resources: Resources = Resources()
    security: Security = Security()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


@final
@dataclass(frozen=True, slots=True)
class ImageAuth:
    """Who asks a registry for an image; never shown, not even in a repr.

    Args:
        username: The user.
        password: The password.
        server: The registry that they are for; empty for that of the image.
        identity_token: A token in their place.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    server: str = ""
    identity_token: str = field(default="", repr=False)
