"""What a server serves: its groups, their versions, and the resources of each.

Everything is made from the resources that are served, which keep their order, and so do their
subresources. A document is made when it is asked for; whoever serves it keeps its bytes.

Source: API concepts, API discovery; ``metav1.APIResourceList`` and its like, and
``apidiscovery.k8s.io/v2`` (v1.36).
"""

from collections.abc import Iterable, Sequence

from kubeobj.api.discovery.order import is_built_in, versions_by_group
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersion, GroupVersionKind
from kubeobj.models.resource import Resource, Subresource

DEFAULT_ADDRESS = "127.0.0.1:6443"
"""Where a server says it is, if nobody knows better."""


def api_versions(resources: Iterable[Resource], *, address: str = DEFAULT_ADDRESS) -> Wire:
    """Return the document at ``/api``: the versions of the core group.

    Args:
        resources: What is served.
        address: Where the server is, for clients anywhere.
    """
    return {
        "kind": "APIVersions",
        "versions": versions_by_group(resources).get("", []),
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}],
    }


def api_group_list(resources: Iterable[Resource]) -> Wire:
    """Return the document at ``/apis``: every group but the core one, with its versions."""
    found = versions_by_group(resources)
    groups = [_group(name, versions) for name, versions in found.items() if name]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def api_group(resources: Iterable[Resource], group: str) -> Wire | None:
    """Return the document at ``/apis/GROUP``: the versions of one group; None if it has none."""
    versions = versions_by_group(resources).get(group)
    if versions is None:
        return None
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(group, versions)}


def api_resource_list(resources: Iterable[Resource], version: GroupVersion) -> Wire | None:
    """Return the document at ``/apis/GROUP/VERSION``, or ``/api/v1``: the resources there.

    It is None if there are none.
    """
    found = [resource for resource in resources if resource.kind.group_version == version]
    if not found:
        return None
    # The core group's says nothing of its own version.
    head = {"kind": "APIResourceList", **({"apiVersion": "v1"} if version.group else {})}
    listed = [row for resource in found for row in _rows(resource)]
    return {**head, "groupVersion": str(version), "resources": listed}


def aggregated(resources: Iterable[Resource], *, core: bool) -> Wire:
    """Return all groups with their versions and resources in one document.

    Args:
        resources: What is served.
        core: Whether it is the document at ``/api``, with the core group alone, or that at
            ``/apis``, with all others.
    """
    served = tuple(resources)
    groups = [
        {
            "metadata": {"name": group} if group else {},
            "versions": [_version(served, GroupVersion(group, name)) for name in versions],
        }
        for group, versions in versions_by_group(served).items()
        if (not group) is core
    ]
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": groups,
    }


# ---------------------------------------------------------------- groups


def _group(name: str, versions: Sequence[str]) -> Wire:
    listed = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": listed, "preferredVersion": listed[0]}


# ---------------------------------------------------------------- resources


def _rows(resource: Resource) -> Iterable[Wire]:
    """Yield what is said of a resource, and then of each of its subresources."""
    yield {
        **_row(resource, resource.plural, resource.kind),
        "singularName": resource.singular,
        "verbs": list(resource.verbs),
        **_names(resource),
        **({"storageVersionHash": resource.storage_version_hash} if _is_stored(resource) else {}),
    }
    for part in resource.subresources:
        row = _row(resource, f"{resource.plural}/{part.name}", part.kind)
        yield {**row, "verbs": list(part.verbs)}


def _row(resource: Resource, name: str, kind: GroupVersionKind) -> Wire:
    foreign = kind.group_version != resource.kind.group_version
    return {
        "name": name,
        "singularName": "",
        "namespaced": resource.namespaced,
        **({"group": kind.group, "version": kind.version} if foreign else {}),
        "kind": kind.kind,
    }


def _names(resource: Resource) -> Wire:
    names = {"shortNames": resource.short_names, "categories": resource.categories}
    return {field: list(values) for field, values in names.items() if values}


def _is_stored(resource: Resource) -> bool:
    return bool(resource.storage_version_hash)


# ---------------------------------------------------------------- resources, all in one


def _version(resources: Iterable[Resource], version: GroupVersion) -> Wire:
    found = [one for one in resources if one.kind.group_version == version]
    return {
        "version": version.version,
        "resources": [_discovered(resource) for resource in found],
        "freshness": "Current",
    }


def _discovered(resource: Resource) -> Wire:
    parts = [_discovered_part(resource, part) for part in resource.subresources]
    return {
        "resource": resource.plural,
        "responseKind": _response_kind(resource, resource.kind),
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular,
        "verbs": list(resource.verbs),
        **_names(resource),
        **({"subresources": parts} if parts else {}),
    }


def _discovered_part(resource: Resource, part: Subresource) -> Wire:
    return {
        "subresource": part.name,
        "responseKind": _response_kind(resource, part.kind),
        "verbs": list(part.verbs),
    }


def _response_kind(resource: Resource, kind: GroupVersionKind) -> Wire:
    """Return the kind of an answer; of what is built in, the group goes without saying."""
    own = resource.kind
    if kind.group_version == own.group_version and is_built_in(own.group):
        return {"group": "", "version": "", "kind": kind.kind}
    return {"group": kind.group, "version": kind.version, "kind": kind.kind}
