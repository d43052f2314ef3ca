"""All containers of a pod spec, whatever list they are in.

Source: ``k8s.io/kubernetes/pkg/apis/core/pods`` VisitContainersWithPath (v1.36).
"""

from collections.abc import Iterator
from typing import Final

from kubeobj.documents import Wire
from kubeobj.errors import FieldPath

_LISTS = ("initContainers", "containers", "ephemeralContainers")

DEFAULT_CONTAINER: Final = "kubectl.kubernetes.io/default-container"
"""The annotation in which a pod says which of its containers people usually mean."""


def containers_of(spec: Wire) -> Iterator[Wire]:
    """Yield every container of a pod spec."""
    for name in _LISTS:
        yield from spec.get(name) or ()


def usual_container(pod: Wire) -> str:
    """Return the container that a pod says people usually mean; empty if it says none of its own.

    >>> metadata = {"annotations": {"kubectl.kubernetes.io/default-container": "web"}}
    >>> usual_container({"metadata": metadata, "spec": {"containers": [{"name": "web"}]}})
    'web'
    """
    said = (pod["metadata"].get("annotations") or {}).get(DEFAULT_CONTAINER)
    return next((one["name"] for one in containers_of(pod["spec"]) if one["name"] == said), "")


def containers_with_paths(spec: Wire, path: FieldPath) -> Iterator[tuple[Wire, FieldPath]]:
    """Yield every container of a pod spec with its path; *path* is that of the spec."""
    for name in _LISTS:
        for position, container in enumerate(spec.get(name) or ()):
            yield container, path.child(name).index(position)
