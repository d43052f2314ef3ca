"""The file of names that the containers of a pod see as ``/etc/hosts``.

Source: ``k8s.io/kubernetes/pkg/kubelet`` kubelet_pods.go ensureHostsFile (v1.36).
"""

import os
from pathlib import Path
from typing import Final

from kubeobj.documents import Wire
from kubeobj.node.podfacts import PodFacts
from kubeobj.node.podhostname import hostname_of
from kubeobj.node.volumes.volumepaths import make_private

MANAGED: Final = "# Kubernetes-managed hosts file.\n"
MANAGED_ON_HOST: Final = "# Kubernetes-managed hosts file (host network).\n"

_LOCAL: Final = (
    "127.0.0.1\tlocalhost\n"
    "::1\tlocalhost ip6-localhost ip6-loopback\n"
    "fe00::0\tip6-localnet\n"
    "fe00::0\tip6-mcastprefix\n"
    "fe00::1\tip6-allnodes\n"
    "fe00::2\tip6-allrouters\n"
)


def hosts_text(pod: Wire, facts: PodFacts) -> str:
    """Return what a pod's file of names says.

    Raises:
        OSError: If that of the node is to be read, and cannot be.
    """
    spec = pod["spec"]
    if spec.get("hostNetwork"):
        own = facts.node.hosts_file.read_text(encoding="utf-8", errors="surrogateescape")
        return MANAGED_ON_HOST + own + _aliases(pod) + _services(pod, facts)
    name, domain = hostname_of(pod, facts.node.dns.domain)
    names = f"{name}.{domain}\t{name}" if domain else name
    lines = "".join(f"{address}\t{names}\n" for address in facts.addresses)
    return MANAGED + _LOCAL + lines + _aliases(pod) + _services(pod, facts)


def write_hosts_file(pod: Wire, facts: PodFacts) -> Path:
    """Write a pod's file of names, and return where it is.

    Containers see the file itself, so it is not replaced: its text is.

    Raises:
        OSError: If it cannot be written.
    """
    path = facts.hosts_file
    data = hosts_text(pod, facts).encode("utf-8", "surrogateescape")
    make_private(path.parent)
    try:
        if path.read_bytes() == data:
            return path
    except FileNotFoundError:
        pass
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o644)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - of a descriptor
        os.fchmod(descriptor, 0o644)
        file.write(data)
        file.truncate()
    return path


def _services(pod: Wire, facts: PodFacts) -> str:
    names = facts.node.service_names
    if names is None:
        return ""
    return "\n# Services, for there is nobody to ask for names.\n" + names(
        pod["metadata"]["namespace"]
    )


def _aliases(pod: Wire) -> str:
    aliases = pod["spec"].get("hostAliases") or ()
    if not aliases:
        return ""
    lines = [f"{one['ip']}\t" + "\t".join(one.get("hostnames") or ()) + "\n" for one in aliases]
    return "\n# Entries added by HostAliases.\n" + "".join(lines)
