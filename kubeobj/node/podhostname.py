"""What the containers of a pod take for the name of their machine.

Source: ``k8s.io/kubernetes/pkg/kubelet`` kubelet_pods.go GeneratePodHostNameAndDomain (v1.36).
"""

from typing import Final

from kubeobj.documents import Wire
from kubeobj.node.faults import ConfigFault

LONGEST: Final = 63
"""How long a name may be; longer ones are cut."""

LONGEST_FQDN: Final = 64
"""How long one with its domain may be: what Linux takes."""


def hostname_of(pod: Wire, cluster_domain: str) -> tuple[str, str]:
    """Return the host name of a pod, and its domain; empty if it has none.

    >>> pod = {"metadata": {"name": "db-0", "namespace": "shop"}, "spec": {"subdomain": "db"}}
    >>> hostname_of(pod, "cluster.local")
    ('db-0', 'db.shop.svc.cluster.local')
    """
    metadata, spec = pod["metadata"], pod["spec"]
    override = spec.get("hostnameOverride")
    if override is not None:
        return _cut(override), ""
    name = _cut(spec.get("hostname") or metadata["name"])
    subdomain = spec.get("subdomain")
    domain = f"{subdomain}.{metadata['namespace']}.svc.{cluster_domain}" if subdomain else ""
    return name, domain


def machine_name(pod: Wire, cluster_domain: str) -> str:
    """Return what the kernel tells containers, which may be the name with its domain.

    Raises:
        ConfigFault: If that is too long.
    """
    name, domain = hostname_of(pod, cluster_domain)
    if not pod["spec"].get("setHostnameAsFQDN") or not domain:
        return name
    whole = f"{name}.{domain}"
    if len(whole) > LONGEST_FQDN:
        raise ConfigFault(
            "failed to construct FQDN from pod hostname and cluster domain, "
            f"FQDN {whole} is too long ({LONGEST_FQDN} characters is the max, "
            f"{len(whole)} characters requested)"
        )
    return whole


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else name[:LONGEST].rstrip("-.")
