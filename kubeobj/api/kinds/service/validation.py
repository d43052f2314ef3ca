"""Which Services there may be.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidateService (v1.36).
"""

from kubeobj.api.addresses import (
    is_ip,
    validate_cidr_field,
    validate_ip_field,
    validate_usable_ip,
)
from kubeobj.api.fielderrors import forbidden, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.kinds.service.clusterips import validate_cluster_ips
from kubeobj.api.kinds.service.fields import (
    CLUSTER_IP,
    EXTERNAL_NAME,
    LOAD_BALANCER,
    NODE_PORT,
    is_headless,
    is_reached_from_outside,
    needs_health_check,
)
from kubeobj.api.kinds.service.ports import validate_ports
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.metarules import METADATA, validate_labels
from kubeobj.names import (
    is_label_key,
    is_label_value,
    validate_dns1123_subdomain,
    validate_label_key,
    validate_port_number,
)

SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
"""The annotation that stands for ``loadBalancerSourceRanges``."""

TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints"
TOPOLOGY_MODE = "service.kubernetes.io/topology-mode"

TYPES = (CLUSTER_IP, EXTERNAL_NAME, LOAD_BALANCER, NODE_PORT)
AFFINITIES = ("ClientIP", "None")
TRAFFIC_POLICIES = ("Cluster", "Local")
DISTRIBUTIONS = ("PreferClose", "PreferSameNode", "PreferSameZone")
IP_MODES = ("Proxy", "VIP")

AFFINITY_MOST_SECONDS = 86400
"""The longest that a client stays with an endpoint: a day."""

_SPEC = FieldPath.of("spec")
_BALANCER_ONLY = "may only be used when `type` is 'LoadBalancer'"


def validate_service(obj: Wire) -> Errors:
    """Find what is wrong with a new Service."""
    yield from validate_service_with(obj, {})


def validate_service_with(obj: Wire, before: Wire) -> Errors:
    """Find what is wrong with a Service; the addresses of *before*, its old spec, are right."""
    spec = obj["spec"]
    annotations = obj["metadata"].get("annotations") or {}
    if annotations:
        yield from _topology(annotations)
    if not spec.get("ports") and not is_headless(spec) and spec.get("type") != EXTERNAL_NAME:
        yield required(_SPEC.child("ports"), "required")
    yield from _type(spec)
    yield from validate_ports(spec, _SPEC.child("ports"))
    if selector := spec.get("selector"):
        yield from _selector(selector)
    yield from _affinity(spec)
    yield from validate_cluster_ips(spec, before.get("clusterIPs", ()))
    for position, address in enumerate(spec.get("externalIPs", ())):
        yield from _external_ip(address, position, before)
    yield from _source_ranges(spec, annotations, before)
    yield from _load_balancer(spec)
    yield from _external_traffic(spec)
    yield from _internal_traffic(spec)


def _topology(annotations: Wire) -> Errors:
    hints, mode = annotations.get(TOPOLOGY_HINTS), annotations.get(TOPOLOGY_MODE)
    if hints is not None and mode is not None and hints != mode:
        detail = f"must match annotations[{TOPOLOGY_HINTS}] when both are specified"
        here = METADATA.child("annotations").key(TOPOLOGY_MODE)
        yield invalid(here, mode, detail, "annotations=match")


def _type(spec: Wire) -> Errors:
    kind = spec.get("type", "")
    if kind == CLUSTER_IP:
        return
    if kind not in TYPES:
        yield not_supported(_SPEC.child("type"), kind, TYPES)
    elif kind != EXTERNAL_NAME:
        if is_headless(spec):
            detail = f"may not be set to 'None' for {kind} services"
            here = _SPEC.child("clusterIPs").index(0)
            yield invalid(here, "None", detail, "type=headless")
    else:
        for name in ("clusterIPs", "ipFamilies", "ipFamilyPolicy"):
            if spec.get(name):
                detail = "may not be set for ExternalName services"
                yield forbidden(_SPEC.child(name), detail, "type=external-name")
        host = spec.get("externalName", "").removesuffix(".")
        here = _SPEC.child("externalName")
        if host:
            yield from validate_dns1123_subdomain(host, here)
        else:
            yield required(here, "required")


def _selector(selector: dict[str, str]) -> Errors:
    if not all(is_label_key(key) and is_label_value(selector[key]) for key in selector):
        yield from validate_labels(selector, _SPEC.child("selector"))


def _affinity(spec: Wire) -> Errors:
    affinity = spec.get("sessionAffinity", "")
    config = spec.get("sessionAffinityConfig")
    if affinity == "ClientIP":
        yield from _client_affinity(config or {}, _SPEC.child("sessionAffinityConfig"))
    elif affinity == "None":
        if config is not None:
            detail = "must not be set when session affinity is None"
            yield forbidden(_SPEC.child("sessionAffinityConfig"), detail, "affinity=none")
    else:
        yield not_supported(_SPEC.child("sessionAffinity"), affinity, AFFINITIES)


def _client_affinity(config: Wire, path: FieldPath) -> Errors:
    # The defaults see to it that there is a time.
    seconds = config.get("clientIP", {}).get("timeoutSeconds", 0)
    if not 0 < seconds <= AFFINITY_MOST_SECONDS:
        here = path.child("clientIP", "timeoutSeconds")
        detail = f"must be greater than 0 and less than {AFFINITY_MOST_SECONDS}"
        yield invalid(here, seconds, detail, "range")


def _external_ip(address: str, position: int, before: Wire) -> Errors:
    here = _SPEC.child("externalIPs").index(position)
    wrong = [*validate_ip_field(address, here, before.get("externalIPs", ()))]
    yield from wrong or validate_usable_ip(address, here)


def _source_ranges(spec: Wire, annotations: Wire, before: Wire) -> Errors:
    ranges = spec.get("loadBalancerSourceRanges")
    kept = [one.strip() for one in before.get("loadBalancerSourceRanges", ())]
    if ranges:
        # The name is spelled so in the rule itself.
        here = _SPEC.child("LoadBalancerSourceRanges")
        if spec.get("type") != LOAD_BALANCER:
            yield forbidden(here, _BALANCER_ONLY, "type=load-balancer")
        for position, one in enumerate(ranges):
            yield from validate_cidr_field(one.strip(), here.index(position), kept)
    elif SOURCE_RANGES in annotations:
        here = METADATA.child("annotations").key(SOURCE_RANGES)
        if spec.get("type") != LOAD_BALANCER:
            yield forbidden(here, _BALANCER_ONLY, "type=load-balancer")
        text = annotations[SOURCE_RANGES].strip()
        for one in text.split(",") if text else ():
            yield from validate_cidr_field(one.strip(), here, kept)


def _load_balancer(spec: Wire) -> Errors:
    # The defaults see to it that those of a load balancer say whether it has node ports.
    if "allocateLoadBalancerNodePorts" in spec and spec.get("type") != LOAD_BALANCER:
        here = _SPEC.child("allocateLoadBalancerNodePorts")
        yield forbidden(here, _BALANCER_ONLY, "type=load-balancer")
    yield from validate_balancer_class(spec)


def validate_balancer_class(spec: Wire) -> Errors:
    """Find what is wrong with the class of a load balancer."""
    balancer = spec.get("loadBalancerClass")
    if balancer is None:
        return
    here = _SPEC.child("loadBalancerClass")
    if spec.get("type") == LOAD_BALANCER:
        yield from validate_label_key(balancer, here)
    else:
        yield forbidden(here, _BALANCER_ONLY, "type=load-balancer")


def _external_traffic(spec: Wire) -> Errors:
    policy = spec.get("externalTrafficPolicy", "")
    if is_reached_from_outside(spec):
        if policy not in TRAFFIC_POLICIES:
            here = _SPEC.child("externalTrafficPolicy")
            yield not_supported(here, policy, TRAFFIC_POLICIES)
    elif policy:
        detail = "may only be set for externally-accessible services"
        yield invalid(_SPEC.child("externalTrafficPolicy"), policy, detail, "type=external")
    port = spec.get("healthCheckNodePort", 0)
    if needs_health_check(spec):
        here = _SPEC.child("healthCheckNodePort")
        if port:
            yield from validate_port_number(port, here)
        else:
            yield required(here, "required")
    elif port:
        detail = (
            "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        )
        yield invalid(_SPEC.child("healthCheckNodePort"), port, detail, "type=health-check")


def _internal_traffic(spec: Wire) -> Errors:
    policy = spec.get("internalTrafficPolicy")
    if policy is not None and policy not in TRAFFIC_POLICIES:
        yield not_supported(_SPEC.child("internalTrafficPolicy"), policy, TRAFFIC_POLICIES)
    spread = spec.get("trafficDistribution")
    if spread is not None and spread not in DISTRIBUTIONS:
        yield not_supported(_SPEC.child("trafficDistribution"), spread, DISTRIBUTIONS)


# ---------------------------------------------------------------- status


def validate_service_status(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with the status of *obj*, which is to take the place of *old*."""
    ingresses = obj["status"]["loadBalancer"].get("ingress", ())
    here = FieldPath.of("status", "loadBalancer", "ingress")
    if ingresses and obj["spec"].get("type") != LOAD_BALANCER:
        detail = "may only be used when `spec.type` is 'LoadBalancer'"
        yield forbidden(here, detail, "type=load-balancer")
        return
    kept = [one.get("ip", "") for one in old["status"]["loadBalancer"].get("ingress", ())]
    for position, ingress in enumerate(ingresses):
        path = here.index(position)
        address, mode = ingress.get("ip", ""), ingress.get("ipMode")
        if address:
            yield from validate_ip_field(address, path.child("ip"), kept)
        if mode is None:
            if address:
                yield required(path.child("ipMode"), "required")
        elif not address:
            detail = "may not be specified when `ip` is not set"
            yield forbidden(path.child("ipMode"), detail, "ip=set")
        elif mode not in IP_MODES:
            yield not_supported(path.child("ipMode"), mode, IP_MODES)
        yield from validate_ingress_host(ingress.get("hostname", ""), path.child("hostname"))


def validate_ingress_host(host: str, path: FieldPath) -> Errors:
    """Find what is wrong with the name under which a load balancer is found, if it has one."""
    if not host:
        return
    yield from validate_dns1123_subdomain(host, path)
    if is_ip(host):
        yield invalid(path, host, "must be a DNS name, not an IP address", "format=dns-name")
