"""What is known of a node and of a pod on it, apart from what the API says of them.

Source: ``k8s.io/kubernetes/pkg/kubelet`` kubelet_getters.go (v1.36) for the directories.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, final

from kubeobj.documents import Wire

HOST_RESOLV_CONF: Final = Path("/etc/resolv.conf")
"""Where a machine says whom it asks for addresses."""


@final
@dataclass(frozen=True, slots=True)
class ClusterDns:
    """Who knows the names of the cluster.

    Args:
        servers: Their addresses, as pods reach them; none if there is no such server.
        domain: What those names end with.
    """

    servers: tuple[str, ...] = ()
    domain: str = "cluster.local"


@final
@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is known of a node.

    Args:
        name: The name of its Node.
        addresses: Its addresses, at most one of each family, the first one first.
        pods_directory: Where its pods have their volumes and their other files.
        logs_directory: Where its containers' logs are.
        hostname: What it takes for its own name; empty for that of its Node.
        memory_bytes: How much memory it has; 0 if nobody knows.
        dns: Who knows the names of the cluster.
        resolv_conf: The file in which it says whom it asks for addresses.
        hosts_file: The file of names that pods see which share its network.
        service_names: Returns the lines of a file of names for the Services as a namespace sees
            them; None where pods can ask for those names.
        late_variables: What takes the place of ``$(NAME)`` where a container has nothing of that
            name itself: what its runtime puts there is known once it is made.
    """

    name: str
    addresses: tuple[str, ...]
    pods_directory: Path
    logs_directory: Path
    hostname: str = ""
    memory_bytes: int = 0
    dns: ClusterDns = field(default_factory=ClusterDns)
    resolv_conf: Path = HOST_RESOLV_CONF
    hosts_file: Path = Path("/etc/hosts")
    service_names: Callable[[str], str] | None = None
    late_variables: Mapping[str, str] = field(default_factory=dict)

    def of_pod(self, pod: Wire, addresses: tuple[str, ...] = ()) -> "PodFacts":
        """Return what is known of a pod on it.

        Args:
            pod: The pod.
            addresses: The addresses that its sandbox has got; those of the node are taken by
                themselves for a pod that shares its network.
        """
        metadata = pod["metadata"]
        if pod["spec"].get("hostNetwork") and not addresses:
            addresses = self.addresses
        logs = f"{metadata['namespace']}_{metadata['name']}_{metadata['uid']}"
        return PodFacts(
            self, addresses, self.pods_directory / metadata["uid"], self.logs_directory / logs
        )


@final
@dataclass(frozen=True, slots=True)
class PodFacts:
    """What is known of a pod on a node.

    Args:
        node: What is known of the node.
        addresses: The pod's addresses, the first one first; none before it has a sandbox.
        directory: Where it has its volumes and its other files.
        log_directory: Where its containers' logs are.
    """

    node: NodeFacts
    addresses: tuple[str, ...]
    directory: Path
    log_directory: Path

    @property
    def volumes_directory(self) -> Path:
        """Where its volumes are, by the names of their plugins."""
        return self.directory / "volumes"

    @property
    def hosts_file(self) -> Path:
        """The file of names that its containers see as ``/etc/hosts``."""
        return self.directory / "etc-hosts"

    def container_directory(self, container_name: str) -> Path:
        """Return where the files of one of its containers are, such as its last words."""
        return self.directory / "containers" / container_name
