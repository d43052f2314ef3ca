"""ClusterRole: what may be done in a whole cluster.

Source: ``k8s.io/kubernetes/pkg/registry/rbac/clusterrole`` (v1.36).
"""

from kubeobj.api.fielderrors import invalid, required
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.labelselectors import validate_label_selector
from kubeobj.api.metadata import new_errors
from kubeobj.api.rbacrules import GROUP, validate_policy_rules
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import PATH_SEGMENT_NAMES


def validate(obj: Wire) -> Errors:
    """Find rules that are wrong, and selectors of other roles that are."""
    yield from validate_policy_rules(obj["rules"], namespaced=False)
    if "aggregationRule" in obj:
        here = FieldPath.of("aggregationRule", "clusterRoleSelectors")
        selectors = obj["aggregationRule"].get("clusterRoleSelectors")
        if not selectors:
            yield required(here, "required")
        for position, selector in enumerate(selectors or ()):
            yield from _selector(selector, here.index(position))


def _selector(selector: Wire, path: FieldPath) -> Errors:
    wrong = list(validate_label_selector(selector, path))
    yield from wrong
    if wrong:
        # What is no selector cannot be used as one either, which is said as well.
        yield invalid(path, selector, "invalid label selector", "format=label-selector")


def validate_update(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with a role that takes the place of another."""
    yield from new_errors(obj, KIND)
    yield from validate(obj)


KIND = Kind(
    kind=GroupVersionKind(GROUP, "v1", "ClusterRole"),
    plural="clusterroles",
    namespaced=False,
    names=PATH_SEGMENT_NAMES,
    validate=validate,
    validate_update=validate_update,
    creates_on_update=True,
)
"""What the API knows of ClusterRoles."""
