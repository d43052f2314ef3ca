"""The sandbox of a pod, as a runtime is asked for it.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime`` kuberuntime_sandbox.go (v1.36).
"""

from collections.abc import Iterator
from pathlib import Path

from kubeobj.documents import Wire
from kubeobj.node.containerwords import sandbox_labels
from kubeobj.node.etchosts import write_hosts_file
from kubeobj.node.faults import ConfigFault
from kubeobj.node.poddns import pod_dns
from kubeobj.node.podfacts import NodeFacts, PodFacts
from kubeobj.node.podhostname import machine_name
from kubeobj.node.podsecurity import sandbox_security
from kubeobj.node.volumes.volumepaths import make_private
from kubeobj.runtimes.configs import PodIdentity, PortMapping, SandboxConfig


def sandbox_config(pod: Wire, attempt: int, facts: PodFacts) -> SandboxConfig:
    """Return the sandbox that a pod asks for; the directories that it needs are made.

    Args:
        pod: The pod.
        attempt: How many sandboxes it has had before.
        facts: What is known of it and its node.

    Raises:
        ConfigFault: If what it asks for cannot be had.
    """
    metadata, spec, node = pod["metadata"], pod["spec"], facts.node
    host_network = bool(spec.get("hostNetwork"))
    hostname = node.hostname or node.name
    if not host_network:
        hostname = machine_name(pod, node.dns.domain)
    try:
        make_private(facts.log_directory)
        hosts_file = write_hosts_file(pod, facts)
        dns = pod_dns(pod, node)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ConfigFault(f"{error.filename}: {why}", reason="FailedCreatePodSandBox") from error
    return SandboxConfig(
        pod=PodIdentity(metadata["namespace"], metadata["name"], metadata["uid"], attempt),
        hostname=hostname,
        log_directory=facts.log_directory,
        dns=dns,
        hosts_file=hosts_file,
        ports=tuple(_ports(pod)),
        host_network=host_network,
        host_pid=bool(spec.get("hostPID")),
        host_ipc=bool(spec.get("hostIPC")),
        shares_processes=bool(spec.get("shareProcessNamespace")),
        sysctls=_sysctls(spec),
        security=sandbox_security(pod, seccomp_directory(node)),
        labels=sandbox_labels(pod),
        annotations=dict(metadata.get("annotations") or {}),
    )


def seccomp_directory(node: NodeFacts) -> Path:
    """Return where a node has its own profiles of system calls."""
    return node.pods_directory.parent / "seccomp"


def _ports(pod: Wire) -> Iterator[PortMapping]:
    """Yield the ports that the node offers; a pod on the network of the node has them anyway."""
    if pod["spec"].get("hostNetwork"):
        return
    inits = pod["spec"].get("initContainers") or ()
    stays = [one for one in inits if one.get("restartPolicy") == "Always"]
    for container in (*stays, *pod["spec"]["containers"]):
        for port in container.get("ports") or ():
            if port.get("hostPort"):
                yield PortMapping(
                    port["containerPort"],
                    port["hostPort"],
                    port.get("protocol") or "TCP",
                    port.get("hostIP") or "",
                )


def _sysctls(spec: Wire) -> dict[str, str]:
    wanted = (spec.get("securityContext") or {}).get("sysctls") or ()
    return {one["name"].replace("/", "."): one["value"] for one in wanted}
