"""In which order groups and versions are named, and which version of a group is preferred.

Built-in groups come first, in an order that is fixed; then those of custom resources, by name;
then those that other servers serve. In a group the first version is the preferred one.

Source: the priorities of ``APIService`` objects, and ``k8s.io/apimachinery/pkg/version`` (v1.36).
"""

import re
from collections.abc import Iterable
from typing import TypeAlias

from kubeobj.meta.gvk import GroupVersion
from kubeobj.models.resource import Resource

_BUILT_IN = (
    "",
    "apiregistration.k8s.io",
    "apps",
    "events.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "scheduling.k8s.io",
    "coordination.k8s.io",
    "node.k8s.io",
    "discovery.k8s.io",
    "resource.k8s.io",
    "flowcontrol.apiserver.k8s.io",
)
_PLACES = {group: place for place, group in enumerate(_BUILT_IN)}
_FROM_OTHER_SERVERS = frozenset({"metrics.k8s.io"})
_VERSION = re.compile(r"v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?")
_STABILITY = {"alpha": 1, "beta": 2, None: 3}

VersionRank: TypeAlias = tuple[int, int, int, str]
"""What versions are sorted by, the preferred one first."""


def is_built_in(group: str) -> bool:
    """Return whether Kubernetes itself has the group."""
    return group in _PLACES


def version_rank(version: str) -> VersionRank:
    """Return what versions are sorted by: stable before beta before alpha, new before old.

    >>> sorted(["v1alpha1", "v1", "v2beta2", "v10", "new", "v2beta10"], key=version_rank)
    ['v10', 'v1', 'v2beta10', 'v2beta2', 'v1alpha1', 'new']
    """
    found = _VERSION.fullmatch(version)
    if found is None:
        return 0, 0, 0, version
    return -_STABILITY[found[2]], -int(found[1]), -int(found[3] or 0), ""


def versions_by_group(resources: Iterable[Resource]) -> dict[str, list[str]]:
    """Return the versions of each group, all in their order."""
    versions: dict[str, set[str]] = {}
    for resource in resources:
        versions.setdefault(resource.kind.group, set()).add(resource.kind.version)
    return {
        group: sorted(versions[group], key=version_rank)
        for group in sorted(versions, key=_group_rank)
    }


def group_versions(resources: Iterable[Resource]) -> list[GroupVersion]:
    """Return each group and version, in their order."""
    return [
        GroupVersion(group, version)
        for group, versions in versions_by_group(resources).items()
        for version in versions
    ]


def _group_rank(group: str) -> tuple[int, bool, str]:
    return _PLACES.get(group, len(_PLACES)), group in _FROM_OTHER_SERVERS, group
