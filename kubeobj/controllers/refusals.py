"""Which refusals of the API mean that a loop need not try again.

Source: ``k8s.io/apimachinery/pkg/api/errors`` HasStatusCause (v1.36).
"""

from kubeobj.api.errors import ApiError


def is_namespace_terminating(error: ApiError) -> bool:
    """Return whether something was not made because its namespace is on its way out.

    >>> from kubeobj.api.errors import Forbidden
    >>> is_namespace_terminating(Forbidden("no", details={}))
    False
    """
    causes = error.details.get("causes") if error.details else None
    return isinstance(causes, list) and any(
        isinstance(cause, dict) and cause.get("reason") == "NamespaceTerminating"
        for cause in causes
    )
