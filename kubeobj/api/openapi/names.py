"""What types are called in OpenAPI: the names of their Go packages, turned round.

Source: ``k8s.io/apiserver/pkg/endpoints/openapi`` (v1.36).
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.catalog import KINDS
from kubeobj.models.fieldtable import TYPES

META = "io.k8s.apimachinery.pkg.apis.meta.v1"
"""Where what all kinds share is defined."""

_PACKAGES = {
    "apiextensions": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions",
    "apiregistration": "io.k8s.kube-aggregator.pkg.apis.apiregistration",
    "meta": META.removesuffix(".v1"),
    "metrics": "io.k8s.metrics.pkg.apis.metrics",
}
_MODULE = re.compile(r"([a-z]+)(v[0-9].*)")
# Kinds that are said in every group and version.
_SHARED = ("DeleteOptions", "WatchEvent")
_OF_META = ("APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "Status")


@cache
def definition_name(type_name: str) -> str:
    """Return the name of a type in OpenAPI.

    Args:
        type_name: Its name as `FieldSchema` has it, or its name in OpenAPI already.

    >>> definition_name("corev1.Pod"), definition_name("ObjectMeta")
    ('io.k8s.api.core.v1.Pod', 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')
    """
    if type_name not in TYPES:
        return type_name
    module, _, name = type_name.rpartition(".")
    found = _MODULE.fullmatch(module)
    if found is None:
        return f"{META}.{name}"
    package = _PACKAGES.get(found[1], f"io.k8s.api.{found[1]}")
    return f"{package}.{found[2]}.{name}"


def type_of(kind: GroupVersionKind) -> str:
    """Return the type of a kind, as `FieldSchema` names it; a custom one's by its OpenAPI name.

    >>> type_of(GroupVersionKind("stable.example.com", "v1", "Widget"))
    'com.example.stable.v1.Widget'
    """
    module, _ = KINDS.get(kind.api_version, ("", ""))
    name = f"{module}.{kind.kind}"
    if name in TYPES:
        return name
    return ".".join([*reversed(kind.group.split(".")), kind.version, kind.kind])


def group_name(group: str) -> str:
    """Return a group as names of operations have it.

    >>> group_name(""), group_name("rbac.authorization.k8s.io")
    ('Core', 'RbacAuthorization')
    """
    parts = group.removesuffix(".k8s.io").split(".") if group else ["core"]
    return "".join(capitalised(part) for part in parts)


def capitalised(text: str) -> str:
    """Return *text* with its first letter as a capital; ``-`` begins a word."""
    return "".join(part[:1].upper() + part[1:] for part in text.split("-"))


@cache
def _kinds_of_types() -> Mapping[str, GroupVersionKind]:
    found = {f"metav1.{name}": GroupVersionKind("", "v1", name) for name in _OF_META}
    for api_version, (module, names) in KINDS.items():
        for name in names.split():
            kind = GroupVersionKind.from_api_version(api_version, name)
            found[f"{module}.{name}"] = kind
    return found


def kinds_of(type_name: str, api_versions: Iterable[str]) -> list[dict[str, str]]:
    """Return the kinds that objects of a type say they are, as OpenAPI lists them.

    Args:
        type_name: The type.
        api_versions: What is served, in which some types are said.
    """
    _, _, name = type_name.rpartition(".")
    if name in _SHARED:
        kinds = (GroupVersionKind.from_api_version(one, name) for one in api_versions)
        return [gvk_entry(kind) for kind in sorted(kinds)]
    kind = _kinds_of_types().get(type_name)
    return [] if kind is None else [gvk_entry(kind)]


def gvk_entry(kind: GroupVersionKind) -> dict[str, str]:
    """Return a kind as OpenAPI has it."""
    return {"group": kind.group, "kind": kind.kind, "version": kind.version}
