"""Labels of nodes that have been given better names.

Source: ``k8s.io/kubernetes/pkg/api/node`` (v1.36).
"""

from collections.abc import Iterator, Mapping

from kubeobj.documents import Wire
from kubeobj.errors import FieldPath

NEW_NAMES: Mapping[str, tuple[str, str]] = {
    "beta.kubernetes.io/arch": ("v1.14", "kubernetes.io/arch"),
    "beta.kubernetes.io/os": ("v1.14", "kubernetes.io/os"),
    "beta.kubernetes.io/instance-type": ("v1.17", "node.kubernetes.io/instance-type"),
    "failure-domain.beta.kubernetes.io/region": ("v1.17", "topology.kubernetes.io/region"),
    "failure-domain.beta.kubernetes.io/zone": ("v1.17", "topology.kubernetes.io/zone"),
    "node-role.kubernetes.io/master": ("v1.20", "node-role.kubernetes.io/control-plane"),
}
"""The labels that are no longer to be used, each with since when and what instead."""


def warn_of_label(key: str, path: FieldPath) -> Iterator[str]:
    """Yield what is to be said of a label that is used at *path*."""
    if key in NEW_NAMES:
        since, better = NEW_NAMES[key]
        yield f'{path}: {key} is deprecated since {since}; use "{better}" instead'


def warn_of_term(term: Wire, path: FieldPath) -> Iterator[str]:
    """Yield what is to be said of a term of a node selector."""
    at = path.child("matchExpressions")
    for position, expression in enumerate(term.get("matchExpressions", ())):
        yield from warn_of_label(expression["key"], at.index(position).child("key"))


def warn_of_selector(selector: Wire | None, path: FieldPath) -> Iterator[str]:
    """Yield what is to be said of a label selector that selects nodes."""
    if selector is None:
        return
    for key in selector.get("matchLabels", ()):
        yield from warn_of_label(key, path.child("matchLabels").key(key))
    yield from warn_of_term(selector, path)
