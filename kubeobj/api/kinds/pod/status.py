"""The status of Pods, which kubelets write.

Source: ``k8s.io/kubernetes/pkg/registry/core/pod`` podStatusStrategy, and
``pkg/apis/core/validation`` ValidatePodStatusUpdate (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.addresses import ip_warnings, is_ipv6, is_plain_ipv4, validate_ip_field
from kubeobj.api.fielderrors import (
    duplicate,
    immutable,
    invalid,
)
from kubeobj.api.kind import Context, Errors, Part, put_back
from kubeobj.api.kinds.pod.containerstates import validate_container_states
from kubeobj.api.kinds.pod.defaults import default_status
from kubeobj.api.kinds.pod.updating import validate_annotation_update
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import is_label_key, validate_dns1123_subdomain, validate_qualified_name

STATUS = FieldPath.of("status")
"""Where the status is."""

_QOS_CLASS = STATUS.child("qosClass")
_SYSTEM_CONDITIONS = frozenset({"PodScheduled", "Ready", "Initialized"})


def _prepare(pod: Wire, old: Wire, _context: Context) -> None:
    put_back(pod, old, "spec")
    put_back(pod["metadata"], old["metadata"], "ownerReferences")
    status, before = pod.setdefault("status", {}), old.get("status", {})
    for name in ("qosClass", "observedGeneration"):
        if name not in status:
            put_back(status, before, name)
    _keep_generations(status, before)


def _keep_generations(status: Wire, old: Wire) -> None:
    """Give conditions that do not say which generation they are of that of their forerunners."""
    before: dict[str, list[int]] = {}
    for condition in old.get("conditions", ()):
        generation = condition.get("observedGeneration", 0)
        before.setdefault(condition["type"], []).append(generation)
    for condition in status.get("conditions", ()):
        generations = before.get(condition["type"])
        generation = generations.pop(0) if generations else 0
        if generation and "observedGeneration" not in condition:
            condition["observedGeneration"] = generation


def _validate(pod: Wire, old: Wire) -> Errors:
    status, before = pod.get("status", {}), old.get("status", {})
    yield from validate_annotation_update(pod, old)
    for position, condition in enumerate(status.get("conditions", ())):
        if condition["type"] not in _SYSTEM_CONDITIONS:
            if is_label_key(condition["type"]):
                continue
            # The API looks for conditions in the metadata, and writes this field with a capital.
            at = FieldPath.of("metadata", "conditions").index(position).child("Type")
            yield from validate_qualified_name(condition["type"], at)
    node = status.get("nominatedNodeName", "")
    if node and node != before.get("nominatedNodeName"):
        yield from validate_dns1123_subdomain(node, STATUS.child("nominatedNodeName"))
    yield from immutable(status.get("qosClass"), before.get("qosClass"), _QOS_CLASS)
    yield from validate_container_states(pod, old, STATUS)
    if "resourceClaimStatuses" in status:
        yield from _validate_claims(pod, STATUS.child("resourceClaimStatuses"))
    yield from _validate_addresses(status, before, "podIPs")
    hosts = status.get("hostIPs")
    if hosts and hosts[0].get("ip", "") != status.get("hostIP", ""):
        at = STATUS.child("hostIPs").index(0).child("ip")
        yield invalid(at, hosts[0].get("ip", ""), "must be equal to `hostIP`", "equal=hostIP")
    yield from _validate_addresses(status, before, "hostIPs")


def _validate_addresses(status: Wire, old: Wire, field: str) -> Errors:
    """Find addresses that are none, and more than one of a family."""
    addresses = _addresses_of(status, field)
    kept = _addresses_of(old, field)
    if len(addresses) < 2 and addresses == kept:
        return
    at = STATUS.child(field)
    for position, address in enumerate(addresses):
        yield from validate_ip_field(address, at.index(position), kept)
    if len(addresses) < 2:
        return
    if len(addresses) > 2 or is_ipv6(addresses[0]) == is_ipv6(addresses[1]):
        detail = "may specify no more than one IP for each IP family"
        yield invalid(at, status[field], detail, "one-per-family")
    seen: set[str] = set()
    for position, address in enumerate(addresses):
        if address in seen:
            yield duplicate(at.index(position), status[field][position])
        seen.add(address)


def _addresses_of(status: Wire, field: str) -> list[str]:
    return [address.get("ip", "") for address in status.get(field, ())]


def _validate_claims(pod: Wire, path: FieldPath) -> Errors:
    """Find claims that the spec has no entry for."""
    known = {claim["name"] for claim in pod["spec"].get("resourceClaims", ())}
    seen: set[str] = set()
    for position, claim in enumerate(pod.get("status", {}).get("resourceClaimStatuses", ())):
        name, at = claim["name"], path.index(position).child("name")
        if name not in known:
            detail = "must match the name of an entry in `spec.resourceClaims`"
            yield invalid(at, name, detail, "reference")
        if name in seen:
            yield duplicate(at, name)
        seen.add(name)
        if "resourceClaimName" in claim:
            yield from validate_dns1123_subdomain(claim["resourceClaimName"], at)


def status_warnings(pod: Wire, old: Wire) -> Iterator[str]:
    """Find addresses that are written in an unusual way; of what is not new nothing is said."""
    for field in ("podIPs", "hostIPs"):
        addresses = _addresses_of(pod.get("status", {}), field)
        if addresses == _addresses_of(old.get("status", {}), field):
            continue
        for position, address in enumerate(addresses):
            if not is_plain_ipv4(address):
                at = STATUS.child(field).index(position).child("ip")
                yield from ip_warnings(address, str(at))


PART = Part(prepare=_prepare, validate=_validate, default=default_status)
"""The part that only the status is changed by."""
