"""Names that become parts of the names of pods.

Source: ``k8s.io/kubernetes/pkg/registry/apps/deployment`` WarningsOnCreate and its like (v1.36).
"""

from collections.abc import Iterator

from kubeobj.documents import Wire
from kubeobj.names import validate_dns1123_label


def pod_name_warnings(obj: Wire) -> Iterator[str]:
    """Warn of a name that does not make host names for pods."""
    errors = validate_dns1123_label(obj["metadata"].get("name", ""))
    if errors:
        rules = " ".join(error.detail for error in errors)
        yield (
            "metadata.name: this is used in Pod names and hostnames, which can result in surprising"
            f" behavior; a DNS label is recommended: [{rules}]"
        )
