"""Nothing is made in a namespace that is not there or is going, and some namespaces never go.

Source: ``k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle`` (v1.36).
"""

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.api.errors import Forbidden, details_of, forbidden, not_found
from kubeobj.documents import Wire

IMMORTAL = frozenset({"default", "kube-public", "kube-system"})
"""The namespaces that cannot be deleted."""

# One may ask what could be done in a namespace that is not there.
_ANYWHERE = frozenset({"namespaces", "localsubjectaccessreviews.authorization.k8s.io"})


def _admit(request: AdmissionRequest) -> None:
    if not request.namespace or request.resource in _ANYWHERE:
        return
    namespace = request.context.objects.look("namespaces", "", request.namespace)
    if namespace is None:
        raise not_found("", "namespaces", request.namespace)
    if request.operation is Operation.CREATE and _is_going(namespace):
        raise _terminating(request)


def _is_going(namespace: Wire) -> bool:
    phase = namespace.get("status", {}).get("phase")
    return phase == "Terminating" or "deletionTimestamp" in namespace["metadata"]


def _terminating(request: AdmissionRequest) -> Forbidden:
    """Return the error that a namespace is being emptied."""
    namespace = request.namespace
    error = request.refusal(
        f"unable to create new content in namespace {namespace} because it is being terminated"
    )
    cause = {
        "reason": "NamespaceTerminating",
        "message": f"namespace {namespace} is being terminated",
        "field": "metadata.namespace",
    }
    plural, _, group = request.resource.partition(".")
    error.details = {**details_of(group, plural, request.name), "causes": [cause]}
    return error


def _keep(request: AdmissionRequest) -> None:
    if request.name in IMMORTAL:
        raise forbidden("", "namespaces", request.name, "this namespace may not be deleted")


NAMESPACE_LIFECYCLE = Admission(
    name="NamespaceLifecycle",
    mutate=_admit,
    is_builtin=True,
)
"""Refuses objects in namespaces that are not there or are going."""

IMMORTAL_NAMESPACES = Admission(
    name="NamespaceLifecycle",
    validate=_keep,
    resources=frozenset({"namespaces"}),
    operations=frozenset({Operation.DELETE}),
    is_builtin=True,
)
"""Keeps some namespaces."""
