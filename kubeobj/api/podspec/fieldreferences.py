"""References to fields of the pod itself: the downward API, in volumes and in the environment.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validateObjectFieldSelector and
validateContainerResourceFieldSelector, ``pkg/apis/core/pods`` and ``pkg/fieldpath`` (v1.36).
"""

import re

from kubeobj.api.fielderrors import invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import validate_qualified_name

VOLUME_FIELDS = frozenset(
    {
        "metadata.name",
        "metadata.namespace",
        "metadata.labels",
        "metadata.annotations",
        "metadata.uid",
    }
)
"""The fields of a pod that a volume can show as files."""

ENVIRONMENT_FIELDS = frozenset(
    {
        "metadata.name",
        "metadata.namespace",
        "metadata.uid",
        "spec.nodeName",
        "spec.serviceAccountName",
        "status.hostIP",
        "status.hostIPs",
        "status.podIP",
        "status.podIPs",
    }
)
"""The fields of a pod that a variable of the environment can have as its value."""

_CONVERTIBLE = (
    VOLUME_FIELDS
    | ENVIRONMENT_FIELDS
    | {"spec.restartPolicy", "spec.schedulerName", "spec.host", "status.phase"}
)
_SUBSCRIPTED = frozenset({"metadata.annotations", "metadata.labels"})

_RESOURCES = frozenset(
    f"{part}.{name}"
    for part in ("limits", "requests")
    for name in ("cpu", "memory", "ephemeral-storage")
)
_HUGE_PAGES = ("requests.hugepages-", "limits.hugepages-")
_CPU_DIVISORS = frozenset({"1m", "1"})
_BYTE_DIVISORS = frozenset(
    ["1", *(f"1{unit}" for unit in "kMGTPE"), *(f"1{unit}i" for unit in "KMGTPE")]
)

_subscripted = re.compile(r"(?P<path>.+?)\['(?P<key>.+)'\]", re.DOTALL).fullmatch


def validate_field_reference(ref: Wire, allowed: frozenset[str], path: FieldPath) -> Errors:
    """Find what is wrong with a reference to a field of the pod, one of those *allowed*."""
    if not ref.get("apiVersion"):
        yield required(path.child("apiVersion"), "required")
        return
    name = ref["fieldPath"]
    if not name:
        yield required(path.child("fieldPath"), "required")
        return
    found = _subscripted(name)
    plain, key = (found["path"], found["key"]) if found else (name, None)
    if ref["apiVersion"] != "v1" or not _is_convertible(plain, key):
        detail = f"no field {name} of version {ref['apiVersion']} is known here"
        yield invalid(path.child("fieldPath"), name, detail, "reference")
    elif key is not None:
        wanted = key.lower() if plain == "metadata.annotations" else key
        yield from validate_qualified_name(wanted, path)
    elif plain not in allowed:
        yield not_supported(path.child("fieldPath"), name, sorted(allowed))


def _is_convertible(plain: str, key: str | None) -> bool:
    return plain in (_CONVERTIBLE if key is None else _SUBSCRIPTED)


def validate_resource_reference(ref: Wire, path: FieldPath, *, in_volume: bool) -> Errors:
    """Find what is wrong with a reference to what a container of the pod asks for.

    Args:
        ref: The reference.
        path: Where it is.
        in_volume: Whether it is in a volume, where it must say which container is meant.
    """
    resource = ref["resource"]
    is_huge = resource.startswith(_HUGE_PAGES)
    if in_volume and not ref.get("containerName"):
        yield required(path.child("containerName"), "required")
    elif not resource:
        yield required(path.child("resource"), "required")
    elif resource not in _RESOURCES and not is_huge:
        yield not_supported(path.child("resource"), resource, sorted(_RESOURCES))
    divisor = ref.get("divisor", "0")
    if divisor == "0":
        return
    divisors = _divisors_of(resource, is_huge=is_huge)
    if divisors is not None and divisor not in divisors:
        detail = f"the divisor must be one of {', '.join(sorted(divisors))}"
        yield invalid(path.child("divisor"), resource, detail, "enum")


def _divisors_of(resource: str, *, is_huge: bool) -> frozenset[str] | None:
    if resource.endswith(".cpu") and resource in _RESOURCES:
        return _CPU_DIVISORS
    return _BYTE_DIVISORS if is_huge or resource in _RESOURCES else None
