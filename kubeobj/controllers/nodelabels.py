"""Labels of nodes under their old names, which follow those under the new ones.

Source: ``k8s.io/kubernetes/pkg/controller/nodelifecycle`` reconcileNodeLabels (v1.36).
"""

from typing import Final

from kubeobj.documents import Wire

_OLD_NAMES: Final = {
    "kubernetes.io/os": "beta.kubernetes.io/os",
    "kubernetes.io/arch": "beta.kubernetes.io/arch",
}


def labels_to_set(node: Wire) -> dict[str, str]:
    """Return the labels under old names that a node lacks, or has wrong.

    >>> labels_to_set({"metadata": {"labels": {"kubernetes.io/os": "linux"}}})
    {'beta.kubernetes.io/os': 'linux'}
    """
    labels: dict[str, str] = node["metadata"].get("labels") or {}
    return {
        old: labels[new]
        for new, old in _OLD_NAMES.items()
        if new in labels and labels.get(old) != labels[new]
    }
