"""Service: a name and an address for a group of pods.

Source: ``k8s.io/kubernetes/pkg/registry/core/service`` (v1.36).
"""

from collections.abc import Iterator, Mapping

from kubeobj.api.addresses import cidr_warnings, ip_warnings
from kubeobj.api.kind import STATUS, Context, Kind, Part
from kubeobj.api.kinds.service.allocation import allocate, release
from kubeobj.api.kinds.service.defaults import default_service
from kubeobj.api.kinds.service.fields import CLUSTER_IP, EXTERNAL_NAME, NONE
from kubeobj.api.kinds.service.table import TABLE
from kubeobj.api.kinds.service.update import prepare_update, validate_service_update
from kubeobj.api.kinds.service.validation import (
    TOPOLOGY_HINTS,
    TOPOLOGY_MODE,
    validate_service,
    validate_service_status,
)
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import DNS1123_LABEL_NAMES


def _prepare_create(obj: Wire, _context: Context) -> None:
    obj["status"] = {"loadBalancer": {}}


def _fields(obj: Wire) -> Mapping[str, str]:
    spec = obj["spec"]
    return {"spec.clusterIP": spec.get("clusterIP", ""), "spec.type": spec.get("type", "")}


def _warnings(obj: Wire, _old: Wire | None) -> Iterator[str]:
    spec, annotations = obj["spec"], obj["metadata"].get("annotations") or {}
    if TOPOLOGY_HINTS in annotations:
        yield f"annotation {TOPOLOGY_HINTS} is deprecated, please use {TOPOLOGY_MODE} instead"
    yield from _address_warnings(spec)
    external = spec.get("externalIPs")
    is_headless = spec.get("type") == CLUSTER_IP and spec.get("clusterIP") == NONE
    if is_headless:
        yield from _headless_warnings(spec)
    elif external and spec.get("type") != EXTERNAL_NAME:
        yield "spec.externalIPs is deprecated and may no longer be implemented in some clusters"
    if spec.get("type") == EXTERNAL_NAME:
        if external:
            yield 'spec.externalIPs is ignored when spec.type is "ExternalName"'
    elif spec.get("externalName"):
        yield 'spec.externalName is ignored when spec.type is not "ExternalName"'
    if spec.get("trafficDistribution") == "PreferClose":
        yield 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'


def _headless_warnings(spec: Wire) -> Iterator[str]:
    for name in ("loadBalancerIP", "externalIPs"):
        if spec.get(name):
            yield f"spec.{name} is ignored for headless services"
    if spec.get("sessionAffinity") != NONE:
        yield "spec.SessionAffinity is ignored for headless services"


def _address_warnings(spec: Wire) -> Iterator[str]:
    for name in ("clusterIPs", "externalIPs"):
        for position, address in enumerate(spec.get(name, ())):
            if address != NONE:
                yield from ip_warnings(address, f"spec.{name}[{position}]")
    if "loadBalancerIP" in spec:
        yield from ip_warnings(spec["loadBalancerIP"], "spec.loadBalancerIP")
    for position, network in enumerate(spec.get("loadBalancerSourceRanges", ())):
        yield from cidr_warnings(network, f"spec.loadBalancerSourceRanges[{position}]")


KIND = Kind(
    kind=GroupVersionKind("", "v1", "Service"),
    plural="services",
    namespaced=True,
    names=DNS1123_LABEL_NAMES,
    default=default_service,
    prepare_create=_prepare_create,
    prepare_update=prepare_update,
    validate=validate_service,
    validate_update=validate_service_update,
    warnings=_warnings,
    fields=_fields,
    field_names=frozenset({"spec.clusterIP", "spec.type"}),
    table=TABLE,
    parts={"status": Part(prepare=STATUS.prepare, validate=validate_service_status)},
    creates_on_update=True,
    allocate=allocate,
    release=release,
    returns_deleted=True,
)
"""The kind Service."""
