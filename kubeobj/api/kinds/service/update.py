"""What an update clears in a Service whose type no longer has it, and what it may not change.

Source: ``k8s.io/kubernetes/pkg/registry/core/service`` strategy.go, dropTypeDependentFields, and
``pkg/apis/core/validation`` ValidateServiceUpdate (v1.36).
"""

from collections.abc import Callable

from kubeobj.api.fielderrors import forbidden, invalid
from kubeobj.api.kind import Context, Errors
from kubeobj.api.kinds.service.clusterips import (
    validate_cluster_ips_update,
    validate_families_update,
)
from kubeobj.api.kinds.service.fields import (
    LOAD_BALANCER,
    needs_cluster_ip,
    needs_health_check,
    needs_node_ports,
    node_ports,
)
from kubeobj.api.kinds.service.validation import validate_balancer_class, validate_service_with
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath

_SPEC = FieldPath.of("spec")


def _is_load_balancer(spec: Wire) -> bool:
    return bool(spec.get("type") == LOAD_BALANCER)


_DROPPED: tuple[tuple[str, Callable[[Wire], bool]], ...] = (
    ("ipFamilies", needs_cluster_ip),
    ("ipFamilyPolicy", needs_cluster_ip),
    ("internalTrafficPolicy", needs_cluster_ip),
    ("healthCheckNodePort", needs_health_check),
    ("allocateLoadBalancerNodePorts", _is_load_balancer),
    ("loadBalancerClass", _is_load_balancer),
    ("externalTrafficPolicy", needs_node_ports),
)
"""Fields that go when a Service no longer needs them, unless they are changed as well."""


def prepare_update(obj: Wire, old: Wire, _context: Context) -> None:
    """Clear what the type that *obj* has now does not have."""
    spec, before = obj["spec"], old["spec"]
    addresses = ("clusterIP", "clusterIPs")
    same_addresses = all(spec.get(name) == before.get(name) for name in addresses)
    if needs_cluster_ip(before) and not needs_cluster_ip(spec) and same_addresses:
        spec.pop("clusterIP", None)
        spec.pop("clusterIPs", None)
    no_new_ports = set(node_ports(spec)) <= set(node_ports(before))
    if needs_node_ports(before) and not needs_node_ports(spec) and no_new_ports:
        for port in spec.get("ports") or ():
            port.pop("nodePort", None)
    for name, needs in _DROPPED:
        if needs(before) and not needs(spec) and spec.get(name) == before.get(name):
            spec.pop(name, None)
    if spec.get("type") != LOAD_BALANCER:
        obj["status"] = {**obj["status"], "loadBalancer": {}}


def validate_service_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with *obj*, which is to take the place of *old*."""
    spec, before = obj["spec"], old["spec"]
    yield from validate_cluster_ips_update(spec, before)
    yield from validate_families_update(spec, before)
    balancer = spec.get("loadBalancerClass")
    both_balanced = _is_load_balancer(spec) and _is_load_balancer(before)
    if both_balanced and balancer != before.get("loadBalancerClass"):
        detail = "may not change once set"
        yield invalid(_SPEC.child("loadBalancerClass"), balancer, detail, "immutable")
    # The rule of updates asks for that of creations by itself, and all rules do so below.
    yield from validate_balancer_class(spec)
    both_checked = needs_health_check(spec) and needs_health_check(before)
    if both_checked and spec.get("healthCheckNodePort") != before.get("healthCheckNodePort"):
        yield forbidden(_SPEC.child("healthCheckNodePort"), "field is immutable", "immutable")
    yield from validate_service_with(obj, before)
