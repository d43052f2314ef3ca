"""References to objects, with the version of their kind.

Source: ``k8s.io/kubernetes/pkg/apis/autoscaling/validation`` ValidateCrossVersionObjectReference
(v1.36).
"""

from kubeobj.api.fielderrors import invalid, required
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import validate_path_segment_name


def validate_reference(
    reference: Wire, path: FieldPath, *, any_version: bool, core_group: bool
) -> Errors:
    """Find what is wrong with a reference.

    Args:
        reference: The reference.
        path: Where it is.
        any_version: Whether its version may be anything.
        core_group: Whether its kind may be of the core group.
    """
    for name in ("kind", "name"):
        value = reference[name]
        if value:
            yield from validate_path_segment_name(value, path.child(name))
        else:
            yield required(path.child(name), "required")
    fault = "" if any_version else version_fault(reference, core_group=core_group)
    if fault:
        version = reference.get("apiVersion", "")
        yield invalid(path.child("apiVersion"), version, fault, "format=api-version")


def version_fault(reference: Wire, *, core_group: bool) -> str:
    """Return what is wrong with the version of a reference, or nothing."""
    version = reference.get("apiVersion", "")
    if version.count("/") > 1:
        return f"unexpected GroupVersion string: {version}"
    if not core_group and not version.rpartition("/")[0]:
        return "apiVersion must specify API group"
    return ""
