"""What a server has before anybody has made anything: namespaces, classes, its own service, roles.

Source: ``k8s.io/kubernetes/pkg/controlplane`` and ``pkg/registry/scheduling/rest`` (v1.36).
"""

from kubeobj.api.authorization.defaultroles import default_roles
from kubeobj.api.core import Core
from kubeobj.api.creating import create
from kubeobj.api.options import WriteOptions
from kubeobj.api.request import Request
from kubeobj.documents import Document
from kubeobj.meta.objectkey import ObjectKey

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
"""The namespaces that are always there."""

_PRIORITIES = {
    "system-cluster-critical": (
        2_000_000_000,
        "for pods that a cluster needs, and that may be moved to another node",
    ),
    "system-node-critical": (
        2_000_001_000,
        "for pods that a node needs, and that cannot be moved",
    ),
}


def bootstrap(core: Core) -> None:
    """Make what is not there yet of what a server always has."""
    for name in NAMESPACES:
        _ensure(core, "namespaces", "", {"metadata": {"name": name}})
    for name, (value, description) in _PRIORITIES.items():
        body: Document = {"metadata": {"name": name}, "value": value, "description": description}
        _ensure(core, "priorityclasses.scheduling.k8s.io", "", body)
    cidr: Document = {"metadata": {"name": "kubernetes"}, "spec": {"cidrs": [core.allocators.cidr]}}
    _ensure(core, "servicecidrs.networking.k8s.io", "", cidr)
    _ensure(core, "services", "default", _service(core))
    for resource, role in default_roles():
        _ensure(core, resource, "", role)


def _service(core: Core) -> Document:
    """Return the service under which the server is known in its own cluster."""
    labels = {"component": "apiserver", "provider": "kubernetes"}
    port: Document = {"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}
    return {
        "metadata": {"name": "kubernetes", "labels": labels},
        "spec": {"clusterIP": core.allocators.first_address, "ports": [port]},
    }


def _ensure(core: Core, resource: str, namespace: str, body: Document) -> None:
    metadata = body["metadata"]
    name = metadata["name"] if isinstance(metadata, dict) else ""
    if core.store.get(ObjectKey(resource, namespace, str(name))) is None:
        request = Request(core, core.endpoint(resource), namespace, WriteOptions())
        create(request, body)
