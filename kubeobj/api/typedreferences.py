"""References to objects of any kind by API group, kind and name.

Source: ``k8s.io/kubernetes/pkg/apis/networking/validation`` (v1.36).
"""

from kubeobj.api.fielderrors import required
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import validate_dns1123_subdomain, validate_path_segment_name


def validate_local_reference(reference: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a reference to an object, wherever it is."""
    if "apiGroup" in reference:
        yield from validate_dns1123_subdomain(reference["apiGroup"], path.child("apiGroup"))
    for name in ("kind", "name"):
        if reference[name]:
            yield from validate_path_segment_name(reference[name], path.child(name))
        else:
            yield required(path.child(name), "required")
