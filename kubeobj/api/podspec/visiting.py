"""All containers of a pod spec, whatever list they are in.

Source: ``k8s.io/kubernetes/pkg/apis/core/pods`` VisitContainersWithPath (v1.36).
"""

from collections.abc import Iterator

from kubeobj.documents import Wire
from kubeobj.errors import FieldPath

_LISTS = ("initContainers", "containers", "ephemeralContainers")


def containers_of(spec: Wire) -> Iterator[Wire]:
    """Yield every container of a pod spec."""
    for name in _LISTS:
        yield from spec.get(name) or ()


def containers_with_paths(spec: Wire, path: FieldPath) -> Iterator[tuple[Wire, FieldPath]]:
    """Yield every container of a pod spec with its path; *path* is that of the spec."""
    for name in _LISTS:
        for position, container in enumerate(spec.get(name) or ()):
            yield container, path.child(name).index(position)
