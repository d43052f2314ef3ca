"""The roles and bindings that a server always has.

Source: Using RBAC Authorization, Default roles and role bindings (Kubernetes v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.authorization.rbac import CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, MASTERS
from kubeobj.api.rbacrules import GROUP
from kubeobj.documents import Document, JsonValue

_REVIEWS = "authorization.k8s.io"
_KNOWN = "system:authenticated"
_UNKNOWN = "system:unauthenticated"
_PUBLIC = ("/healthz", "/livez", "/readyz", "/version", "/version/")
_DISCOVERY = ("/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*")

_EVERYTHING: list[JsonValue] = [
    {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
    {"verbs": ["*"], "nonResourceURLs": ["*"]},
]
_SELF_REVIEWS: list[JsonValue] = [
    {
        "verbs": ["create"],
        "apiGroups": [_REVIEWS],
        "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    },
    {
        "verbs": ["create"],
        "apiGroups": ["authentication.k8s.io"],
        "resources": ["selfsubjectreviews"],
    },
]


def _reads(*paths: str) -> list[JsonValue]:
    return [{"verbs": ["get"], "nonResourceURLs": list(paths)}]


_ROLES: dict[str, tuple[list[JsonValue], tuple[str, ...]]] = {
    "cluster-admin": (_EVERYTHING, (MASTERS,)),
    "system:basic-user": (_SELF_REVIEWS, (_KNOWN,)),
    "system:discovery": (_reads(*_DISCOVERY, *_PUBLIC), (_KNOWN,)),
    "system:public-info-viewer": (_reads(*_PUBLIC), (_KNOWN, _UNKNOWN)),
}
# What others add up in them: a controller's work, without which they allow nothing.
_AGGREGATED = ("admin", "edit", "view")


def default_roles() -> Iterator[tuple[str, Document]]:
    """Yield the resource and the body of each."""
    labels: Document = {"kubernetes.io/bootstrapping": "rbac-defaults"}
    annotations: Document = {"rbac.authorization.kubernetes.io/autoupdate": "true"}
    for name, (rules, groups) in _ROLES.items():
        metadata: dict[str, JsonValue] = {
            "name": name,
            "labels": dict(labels),
            "annotations": dict(annotations),
        }
        yield CLUSTER_ROLES, {"metadata": metadata, "rules": rules}
        subjects: list[JsonValue] = [
            {"kind": "Group", "apiGroup": GROUP, "name": one} for one in groups
        ]
        role: dict[str, JsonValue] = {"kind": "ClusterRole", "apiGroup": GROUP, "name": name}
        yield (
            CLUSTER_ROLE_BINDINGS,
            {"metadata": dict(metadata), "roleRef": role, "subjects": subjects},
        )
    for name in _AGGREGATED:
        chosen: JsonValue = {
            "matchLabels": {f"rbac.authorization.k8s.io/aggregate-to-{name}": "true"}
        }
        yield (
            CLUSTER_ROLES,
            {
                "metadata": {
                    "name": name,
                    "labels": dict(labels),
                    "annotations": dict(annotations),
                },
                "aggregationRule": {"clusterRoleSelectors": [chosen]},
            },
        )
