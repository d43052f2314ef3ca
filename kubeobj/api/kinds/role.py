"""Role: what may be done in a namespace.

Source: ``k8s.io/kubernetes/pkg/registry/rbac/role`` (v1.36).
"""

from kubeobj.api.kind import Errors, Kind
from kubeobj.api.metadata import new_errors
from kubeobj.api.rbacrules import GROUP, validate_policy_rules
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import PATH_SEGMENT_NAMES


def validate(obj: Wire) -> Errors:
    """Find rules that are wrong."""
    return validate_policy_rules(obj["rules"], namespaced=True)


def validate_update(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with a role that takes the place of another."""
    yield from new_errors(obj, KIND)
    yield from validate(obj)


KIND = Kind(
    kind=GroupVersionKind(GROUP, "v1", "Role"),
    plural="roles",
    namespaced=True,
    names=PATH_SEGMENT_NAMES,
    validate=validate,
    validate_update=validate_update,
    creates_on_update=True,
)
"""What the API knows of Roles."""
