"""The parameters of operations: what varies in paths, and what queries may say.

Source: ``metav1.ListOptions``, ``CreateOptions`` and their like, ``PodLogOptions`` and its like
(v1.36).
"""

import re
from collections.abc import Iterable, Mapping

from kubeobj.api.openapi.operations import Operation
from kubeobj.documents import Document, Wire

_INTEGERS = frozenset(
    {
        "gracePeriodSeconds",
        "limit",
        "limitBytes",
        "ports",
        "sinceSeconds",
        "tailLines",
        "timeoutSeconds",
    }
)
_BOOLEANS = frozenset(
    {
        "allowWatchBookmarks",
        "follow",
        "force",
        "ignoreStoreReadErrorWithClusterBreakingPotential",
        "insecureSkipTLSVerifyBackend",
        "orphanDependents",
        "previous",
        "sendInitialEvents",
        "stderr",
        "stdin",
        "stdout",
        "timestamps",
        "tty",
        "watch",
    }
)
_VARYING = re.compile(r"\{(\w+)\}")


def parameter_type(name: str) -> Document:
    """Return the schema of a parameter; each has one type everywhere, and appears once."""
    if name in _INTEGERS:
        return {"type": "integer", "uniqueItems": True}
    return {"type": "boolean" if name in _BOOLEANS else "string", "uniqueItems": True}


def of_path(path: str) -> list[str]:
    """Return the names of what varies in a path, sorted."""
    return sorted(_VARYING.findall(path))


def of_query(operation: Operation) -> list[str]:
    """Return the names of what the query of an operation may say, sorted."""
    # What tells of the server takes none.
    return sorted({"pretty", *operation.parameters}) if operation.kind else []


def shared_and_own(operations: Iterable[Operation]) -> tuple[list[str], Mapping[str, list[str]]]:
    """Return the query's parameters that all *operations* of a path have, and the others of each.

    The others are told by the methods.
    """
    named = {operation.method: of_query(operation) for operation in operations}
    shared = set.intersection(*map(set, named.values()))
    own = {
        method: [name for name in names if name not in shared] for method, names in named.items()
    }
    return sorted(shared), own


def by_path(operations: Iterable[Operation]) -> dict[str, list[Operation]]:
    """Return *operations* by their paths, sorted."""
    found: dict[str, list[Operation]] = {}
    for operation in operations:
        found.setdefault(operation.path, []).append(operation)
    return dict(sorted(found.items()))


def extensions(operation: Operation) -> Wire:
    """Return what Kubernetes says of an operation beyond OpenAPI."""
    said: Wire = {}
    if operation.action:
        said["x-kubernetes-action"] = operation.action
    if operation.kind is not None:
        kind = operation.kind
        said["x-kubernetes-group-version-kind"] = {
            "group": kind.group,
            "kind": kind.kind,
            "version": kind.version,
        }
    return said


RESPONSES: Mapping[int, str] = {200: "OK", 201: "Created", 202: "Accepted"}
"""What the status codes of success are called."""

UNAUTHORIZED: Document = {"description": "Unauthorized"}
"""The answer to who is not known."""

SECURITY: Document = {"type": "apiKey", "name": "authorization", "in": "header"}
"""How those who ask say who they are."""
