"""The document at ``/``: the paths that there are, objects apart.

Source: ``k8s.io/apiserver/pkg/server/routes`` (v1.36), Index.
"""

from collections.abc import Iterable

from kubeobj.api.discovery.health import CHECKS
from kubeobj.api.discovery.order import group_versions
from kubeobj.documents import Wire
from kubeobj.models.resource import Resource

_FIXED = (
    "/.well-known/openid-configuration",
    "/api",
    "/apis",
    "/apis/",
    "/flagz",
    "/metrics",
    "/metrics/slis",
    "/openapi/v2",
    "/openapi/v3",
    "/openapi/v3/",
    "/openid/v1/jwks",
    "/statusz",
    "/version",
)


def root_paths(resources: Iterable[Resource]) -> Wire:
    """Return the document at ``/``, for a server of *resources*."""
    paths = {*_FIXED}
    for version in group_versions(resources):
        if version.group:
            paths |= {f"/apis/{version.group}", f"/apis/{version}"}
        else:
            paths.add(f"/api/{version}")
    for endpoint, checks in CHECKS.items():
        paths.add(f"/{endpoint}")
        paths |= {f"/{endpoint}/{name}" for name in checks}
    return {"paths": sorted(paths)}
