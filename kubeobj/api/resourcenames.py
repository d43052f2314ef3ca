"""Names of resources, such as ``cpu``, ``hugepages-2Mi`` and ``example.com/gpu``: what they are.

Source: ``k8s.io/kubernetes/pkg/apis/core/helper`` (v1.36).
"""

from functools import lru_cache

from kubeobj.names import is_label_key

HUGE_PAGES = "hugepages-"
"""What the names of huge pages begin with."""

REQUESTS = "requests."
"""What the names of requests begin with, in quotas."""

CONTAINER_RESOURCES = frozenset({"cpu", "memory", "ephemeral-storage"})
"""What a container can ask for, huge pages and extended resources apart."""

COUNTED_RESOURCES = frozenset(
    {
        "pods",
        "resourcequotas",
        "services",
        "replicationcontrollers",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
    }
)
"""Numbers of objects, which are whole."""

STANDARD_RESOURCES = (
    CONTAINER_RESOURCES
    | COUNTED_RESOURCES
    | {
        "requests.cpu",
        "requests.memory",
        "requests.ephemeral-storage",
        "limits.cpu",
        "limits.memory",
        "limits.ephemeral-storage",
        "storage",
        "requests.storage",
    }
)
"""The names without a domain that mean something anywhere, huge pages apart."""


def is_huge_page(name: str) -> bool:
    """Return whether *name* is that of huge pages of some size."""
    return name.startswith(HUGE_PAGES)


def is_standard(name: str) -> bool:
    """Return whether *name*, which has no domain, means something somewhere."""
    return name in STANDARD_RESOURCES or name.startswith((HUGE_PAGES, REQUESTS + HUGE_PAGES))


def is_native(name: str) -> bool:
    """Return whether *name* belongs to Kubernetes."""
    return "/" not in name or "kubernetes.io/" in name


@lru_cache(maxsize=1024)
def is_extended(name: str) -> bool:
    """Return whether *name* is that of a resource somebody else gives nodes, such as a device."""
    if is_native(name) or name.startswith(REQUESTS):
        return False
    return is_label_key(REQUESTS + name)


def is_integer(name: str) -> bool:
    """Return whether there are only whole numbers of the resource."""
    return name in COUNTED_RESOURCES or is_extended(name)


def is_overcommit_allowed(name: str) -> bool:
    """Return whether a request may differ from the limit."""
    return is_native(name) and not is_huge_page(name)


def is_for_pods(name: str) -> bool:
    """Return whether the resource can be asked for by a pod as a whole."""
    return name in {"cpu", "memory"} or is_huge_page(name)
