"""IPAddress: an address of a Service, and whose it is.

Source: ``k8s.io/kubernetes/pkg/apis/networking/validation`` ValidateIPAddress (v1.36).
"""

from kubeobj.api.fielderrors import immutable, required
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import (
    NameRule,
    validate_dns1123_subdomain,
    validate_ip,
    validate_path_segment_name,
)

ADDRESS_NAMES = NameRule(validate_ip, validate_ip)
"""Names that are addresses in canonical form."""

_PARENT = FieldPath.of("spec", "parentRef")


def validate(obj: Wire) -> Errors:
    """Find an address that belongs to nothing, or to what cannot be."""
    parent = obj["spec"].get("parentRef")
    if parent is None:
        yield required(_PARENT, "required")
        return
    if parent.get("group"):
        yield from validate_dns1123_subdomain(parent["group"], _PARENT.child("group"))
    for name in ("resource", "name"):
        if parent.get(name):
            yield from validate_path_segment_name(parent[name], _PARENT.child(name))
        else:
            yield required(_PARENT.child(name), "required")
    if parent.get("namespace"):
        yield from validate_path_segment_name(parent["namespace"], _PARENT.child("namespace"))


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find an address that goes to another."""
    yield from immutable(obj["spec"].get("parentRef"), old["spec"].get("parentRef"), _PARENT)


def _cells(obj: Wire, now: float) -> Cells:
    parent = obj["spec"].get("parentRef")
    named = "<none>"
    if parent is not None:
        group = f".{parent['group']}" if parent.get("group") else ""
        resource = f"{parent.get('resource', '')}{group}".lower()
        parts = (resource, parent.get("namespace", ""), parent.get("name", ""))
        named = "/".join(part for part in parts if part)
    return [obj["metadata"].get("name", ""), named, age_of(obj, now)]


KIND = Kind(
    kind=GroupVersionKind("networking.k8s.io", "v1", "IPAddress"),
    plural="ipaddresses",
    namespaced=False,
    names=ADDRESS_NAMES,
    validate=validate,
    validate_update=validate_update,
    table=Table((NAME, Column("ParentRef"), AGE), _cells),
)
"""What the API knows of IPAddresses."""
