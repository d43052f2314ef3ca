"""What an engine is asked to make: a sandbox's holder, and containers, as documents of its API.

Source: Docker Engine API 1.41, ``ContainerCreate``; the kubelet's translation of pods for the CRI
(``k8s.io/kubernetes/pkg/kubelet/kuberuntime``, v1.36).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.runtimes.configs import (
    ContainerConfig,
    Mount,
    PortMapping,
    Resources,
    SandboxConfig,
    Security,
)
from kubeobj.runtimes.docker.records import SandboxRecord
from kubeobj.runtimes.errors import CreateFault

HOLDER_OOM_SCORE: Final = -998
"""How late the kernel ends what holds a sandbox."""

_PERIOD_MICROSECONDS: Final = 100_000
_SMALLEST_QUOTA: Final = 1000
_SMALLEST_SHARES: Final = 2
_PROPAGATION: Final = {
    "None": "rprivate",
    "HostToContainer": "rslave",
    "Bidirectional": "rshared",
}
_HOSTS: Final = "/etc/hosts"


@final
@dataclass(frozen=True, slots=True)
class Logging:
    """How an engine keeps what a container prints.

    Args:
        driver: Which way.
        options: In which way exactly.
    """

    driver: str
    options: Mapping[str, str]


@final
@dataclass(frozen=True, slots=True)
class Habits:
    """How an engine differs from others.

    Args:
        podman: Whether it is Podman.
        protects: Whether it may ask the kernel to end something late.
        weighs: Whether it can say how much of the cores something gets when others want them too.
    """

    podman: bool
    protects: bool
    weighs: bool = True


NO_LOG: Final = Logging("none", {})
"""Not at all."""


def sandbox_request(
    config: SandboxConfig, image: str, network: str, labels: Wire, *, protected: bool
) -> Wire:
    """Return what makes the holder of a sandbox.

    Args:
        config: The sandbox.
        image: The image of the holder.
        network: The network of pods that have one of their own.
        labels: The labels of the holder.
        protected: Whether the kernel is asked to end it last.
    """
    host: Wire = {
        "NetworkMode": "host" if config.host_network else network,
        "IpcMode": "host" if config.host_ipc else "shareable",
        "LogConfig": {"Type": "none", "Config": {}},
        "OomScoreAdj": HOLDER_OOM_SCORE if protected else 0,
        "CapDrop": ["ALL"],
        "ReadonlyRootfs": True,
        "SecurityOpt": ["no-new-privileges"],
        "RestartPolicy": {"Name": "no"},
        "Sysctls": dict(config.sysctls),
    }
    if config.host_pid:
        host["PidMode"] = "host"
    if config.dns is not None:
        host["Dns"] = list(config.dns.servers)
        host["DnsSearch"] = list(config.dns.searches) or ["."]
        host["DnsOptions"] = list(config.dns.options)
    found: Wire = {"Image": image, "Labels": labels, "HostConfig": host}
    if not config.host_network:
        found["Hostname"] = config.hostname
        found["ExposedPorts"], host["PortBindings"] = _ports(config.ports)
    return found


def _ports(ports: tuple[PortMapping, ...]) -> tuple[Wire, Wire]:
    bindings: Wire = {}
    for port in ports:
        key = f"{port.container_port}/{port.protocol.lower()}"
        where = {"HostIp": port.host_ip, "HostPort": str(port.host_port)}
        bindings.setdefault(key, []).append(where)
    return {key: {} for key in bindings}, bindings


def container_request(
    config: ContainerConfig,
    sandbox_id: str,
    sandbox: SandboxRecord,
    logging: Logging,
    labels: Wire,
    habits: Habits,
) -> Wire:
    """Return what makes a container in a sandbox.

    Args:
        config: The container.
        sandbox_id: The sandbox.
        sandbox: What is known of that.
        logging: How the engine keeps what the container prints.
        labels: The labels of the container.
        habits: How the engine differs from others.

    Raises:
        CreateFault: If something that it mounts is not there.
    """
    shared = f"container:{sandbox_id}"
    score = config.resources.oom_score_adj
    host: Wire = {
        "NetworkMode": shared,
        "IpcMode": "host" if sandbox.host_ipc else shared,
        "LogConfig": {"Type": logging.driver, "Config": dict(logging.options)},
        "Mounts": [_mount(one) for one in _mounts(config, sandbox)],
        "RestartPolicy": {"Name": "no"},
        **limits_of(config.resources, weighs=habits.weighs),
        "OomScoreAdj": score if habits.protects else max(0, score),
        **_rights(config.security, habits),
    }
    if sandbox.host_pid:
        host["PidMode"] = "host"
    elif sandbox.shares_processes:
        host["PidMode"] = shared
    elif config.target_id:
        host["PidMode"] = f"container:{config.target_id}"
    found: Wire = {
        "Image": config.image_id or config.image,
        "Labels": labels,
        "HostConfig": host,
        "Env": [f"{name}={value}" for name, value in config.environment.items()],
        "Tty": config.tty,
        "OpenStdin": config.stdin,
        "StdinOnce": config.stdin_once,
        "User": _user(config.security),
    }
    if habits.podman and sandbox.hostname:
        found["Hostname"] = sandbox.hostname  # it has none from the network that it joins
    # Where there is a command, the arguments of the image are not for it.
    if config.command:
        found["Entrypoint"] = list(config.command)
    if config.args:
        found["Cmd"] = list(config.args)
    if config.working_directory:
        found["WorkingDir"] = config.working_directory
    if config.stop_signal:
        found["StopSignal"] = config.stop_signal
    return found


def _mounts(config: ContainerConfig, sandbox: SandboxRecord) -> tuple[Mount, ...]:
    if not sandbox.hosts_file or any(one.container_path == _HOSTS for one in config.mounts):
        return config.mounts
    return (*config.mounts, Mount(_HOSTS, Path(sandbox.hosts_file)))


def _mount(mount: Mount) -> Wire:
    if not mount.host_path.exists():
        raise CreateFault(
            f'failed to generate container mounts: "{mount.host_path}" is not there; it was to be '
            f"mounted at {mount.container_path}"
        )
    return {
        "Type": "bind",
        "Source": str(mount.host_path),
        "Target": mount.container_path,
        "ReadOnly": mount.read_only,
        "BindOptions": {"Propagation": _PROPAGATION.get(mount.propagation, "rprivate")},
    }


def limits_of(resources: Resources, *, weighs: bool = True) -> Wire:
    """Return how much a container gets; what is not said is as it was.

    Args:
        resources: How much.
        weighs: Whether the engine can give it little of the cores; what asks for nothing runs all
            the same where it cannot.

    >>> limits_of(Resources(cpu_request_millis=250, cpu_limit_millis=500))
    {'CpuShares': 256, 'CpuPeriod': 100000, 'CpuQuota': 50000}
    """
    found: Wire = {}
    if resources.cpu_request_millis or (weighs and resources.cpu_request_millis == 0):
        found["CpuShares"] = max(_SMALLEST_SHARES, resources.cpu_request_millis * 1024 // 1000)
    if resources.cpu_limit_millis is not None:
        quota = math.ceil(resources.cpu_limit_millis * _PERIOD_MICROSECONDS / 1000)
        found["CpuPeriod"] = _PERIOD_MICROSECONDS
        found["CpuQuota"] = max(_SMALLEST_QUOTA, quota)
    if resources.memory_limit_bytes is not None:
        found["Memory"] = found["MemorySwap"] = resources.memory_limit_bytes
    return found


def podman_update_request(resources: Resources, *, weighs: bool = True) -> Wire:
    """Return the same for Podman, which takes it in the words of the OCI."""
    limits = limits_of(resources, weighs=weighs)
    names = {"CpuShares": "shares", "CpuPeriod": "period", "CpuQuota": "quota"}
    found: Wire = {}
    cpu = {oci: limits[name] for name, oci in names.items() if name in limits}
    if cpu:
        found["cpu"] = cpu
    if "Memory" in limits:
        found["memory"] = {"limit": limits["Memory"], "swap": limits["MemorySwap"]}
    return found


def _user(security: Security) -> str:
    user = "" if security.run_as_user is None else str(security.run_as_user)
    if security.run_as_group is None:
        return user
    return f"{user or 0}:{security.run_as_group}"


def _rights(security: Security, habits: Habits) -> Wire:
    options: list[str] = []
    if security.no_new_privileges:
        options.append("no-new-privileges")
    if security.seccomp_profile == "Unconfined":
        options.append("seccomp=unconfined")
    elif security.seccomp_profile not in ("", "RuntimeDefault"):
        path = Path(security.seccomp_profile)
        profile = _seccomp(path)
        options.append(f"seccomp={path if habits.podman else profile}")
    if security.apparmor_profile not in ("", "RuntimeDefault"):
        name = security.apparmor_profile
        options.append(f"apparmor={'unconfined' if name == 'Unconfined' else name}")
    options += [f"label={part}" for part in security.selinux_label]
    unmasked: Wire = {}
    if security.unmasked_proc and habits.podman:
        options.append("unmask=ALL")
    elif security.unmasked_proc:
        unmasked = {"MaskedPaths": [], "ReadonlyPaths": []}
    return {
        **unmasked,
        "Privileged": security.privileged,
        "ReadonlyRootfs": security.read_only_root,
        "CapAdd": list(security.add_capabilities),
        "CapDrop": list(security.drop_capabilities),
        "GroupAdd": [str(group) for group in security.supplemental_groups],
        "SecurityOpt": options,
    }


def _seccomp(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CreateFault(
            f'failed to load seccomp profile "{path}": {error.strerror or error}'
        ) from None
