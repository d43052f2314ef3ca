"""RoleBinding: who may do what a role says, in a namespace.

Source: ``k8s.io/kubernetes/pkg/registry/rbac/rolebinding`` (v1.36).
"""

from kubeobj.api.kind import Errors, Kind
from kubeobj.api.metadata import new_errors
from kubeobj.api.rbacrules import (
    BINDING_TABLE,
    GROUP,
    default_binding,
    validate_binding,
    validate_same_role,
)
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import PATH_SEGMENT_NAMES

ROLE_KINDS = ("ClusterRole", "Role")
"""What such a binding can bind to."""


def validate(obj: Wire) -> Errors:
    """Find a role or a subject that is wrong."""
    return validate_binding(obj, ROLE_KINDS, namespaced=True)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a binding that takes the place of another."""
    yield from new_errors(obj, KIND)
    yield from validate(obj)
    yield from validate_same_role(obj, old)


KIND = Kind(
    kind=GroupVersionKind(GROUP, "v1", "RoleBinding"),
    plural="rolebindings",
    namespaced=True,
    names=PATH_SEGMENT_NAMES,
    default=default_binding,
    validate=validate,
    validate_update=validate_update,
    table=BINDING_TABLE,
    creates_on_update=True,
)
"""What the API knows of RoleBindings."""
