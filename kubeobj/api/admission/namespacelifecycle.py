"""Nothing is made in a namespace that is not there or is going, and some namespaces never go.

Source: ``k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle`` (v1.36).
"""

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.api.errors import Forbidden, details_of, forbidden, not_found

IMMORTAL = frozenset({"default", "kube-public", "kube-system"})
"""The namespaces that cannot be deleted."""


def _admit(request: AdmissionRequest) -> None:
    if request.operation is Operation.DELETE:
        if request.resource == "namespaces" and request.name in IMMORTAL:
            raise forbidden("", "namespaces", request.name, "this namespace may not be deleted")
        return
    if not request.namespace or request.resource == "namespaces":
        return
    namespace = request.context.objects.find("namespaces", "", request.namespace)
    if namespace is None:
        raise not_found("", "namespaces", request.namespace)
    if request.operation is Operation.CREATE and "deletionTimestamp" in namespace["metadata"]:
        raise _terminating(request)


def _terminating(request: AdmissionRequest) -> Forbidden:
    """Return the error that a namespace is being emptied."""
    why = f"unable to create new content in namespace {request.namespace} because it is being"
    plural, _, group = request.resource.partition(".")
    error = forbidden(group, plural, request.name, f"{why} terminated")
    cause = {
        "reason": "NamespaceTerminating",
        "message": f"namespace {request.namespace} is being terminated",
        "field": "metadata.namespace",
    }
    error.details = {**details_of(group, plural, request.name), "causes": [cause]}
    return error


NAMESPACE_LIFECYCLE = Admission(
    name="NamespaceLifecycle",
    mutate=_admit,
    operations=frozenset({Operation.CREATE, Operation.UPDATE}),
    is_builtin=True,
)
"""Refuses objects in namespaces that are not there or are going."""

IMMORTAL_NAMESPACES = Admission(
    name="NamespaceLifecycle",
    validate=_admit,
    resources=frozenset({"namespaces"}),
    operations=frozenset({Operation.DELETE}),
    is_builtin=True,
)
"""Keeps some namespaces."""
