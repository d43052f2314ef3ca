"""HorizontalPodAutoscalers, stored as ``autoscaling/v2`` and served as ``autoscaling/v1`` too.

Source: ``k8s.io/kubernetes/pkg/apis/autoscaling`` and ``pkg/registry/autoscaling`` (v1.36).
"""

from kubeobj.api.kind import Context, Kind, Part, Version, put_back
from kubeobj.api.kinds.horizontalpodautoscaler.defaults import default
from kubeobj.api.kinds.horizontalpodautoscaler.firstversion import (
    DERIVED_ANNOTATIONS,
    default_first,
    from_stored,
    to_stored,
)
from kubeobj.api.kinds.horizontalpodautoscaler.table import TABLE
from kubeobj.api.kinds.horizontalpodautoscaler.validation import (
    validate,
    validate_status,
    validate_update,
)
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind

_KIND = "HorizontalPodAutoscaler"


def prepare_status(obj: Wire, old: Wire, _context: Context) -> None:
    """Keep the spec."""
    put_back(obj, old, "spec")


KIND = Kind(
    kind=GroupVersionKind("autoscaling", "v2", _KIND),
    plural="horizontalpodautoscalers",
    namespaced=True,
    default=default,
    validate=validate,
    validate_update=validate_update,
    table=TABLE,
    derived_annotations=DERIVED_ANNOTATIONS,
    parts={"status": Part(prepare=prepare_status, validate=validate_status)},
    versions=(
        Version(
            kind=GroupVersionKind("autoscaling", "v1", _KIND),
            to_stored=to_stored,
            from_stored=from_stored,
            default=default_first,
        ),
    ),
)
