"""The rules of pod specs, in pods and in templates.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidatePodSpec and ValidatePodTemplateSpec
(v1.36).
"""

from kubeobj.api.fielderrors import duplicate, forbidden, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.affinity import validate_affinity
from kubeobj.api.podspec.annotations import validate_pod_annotations, validate_profiles_agree
from kubeobj.api.podspec.claims import validate_pod_claims
from kubeobj.api.podspec.containers import (
    Surroundings,
    validate_containers,
    validate_ephemeral_containers,
    validate_init_containers,
)
from kubeobj.api.podspec.network import validate_network
from kubeobj.api.podspec.podresources import validate_pod_resources
from kubeobj.api.podspec.ports import validate_host_network_ports
from kubeobj.api.podspec.resources import validate_overhead
from kubeobj.api.podspec.restartrules import POLICIES
from kubeobj.api.podspec.securitycontext import validate_pod_security_context
from kubeobj.api.podspec.tolerations import validate_tolerations
from kubeobj.api.podspec.topologyspread import validate_topology_spread
from kubeobj.api.podspec.volumes import validate_volumes
from kubeobj.api.podspec.windows import has_windows_options, validate_host_processes, validate_os
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.annotations import validate_annotations
from kubeobj.meta.metarules import validate_labels
from kubeobj.names import (
    is_dns1123_subdomain,
    is_label_key,
    validate_dns1123_subdomain,
    validate_qualified_name,
)

_MOST_SECONDS = 2**31 - 1
_NAMES = ("serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName")
_PREEMPTION_POLICIES = ("PreemptLowerPriority", "Never")


def validate_pod_template_spec(template: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a pod template."""
    metadata, spec = template.get("metadata") or {}, template["spec"]
    here = path.child("spec")
    if "labels" in metadata:
        yield from validate_labels(metadata["labels"], path.child("labels"))
    annotations = metadata.get("annotations")
    if annotations:
        at = path.child("annotations")
        yield from validate_annotations(annotations, at)
        yield from validate_pod_annotations(annotations, spec, at)
        yield from validate_profiles_agree(annotations, spec, here)
    yield from validate_pod_spec(spec, here)
    if "ephemeralContainers" in spec:
        detail = "ephemeral containers not allowed in pod template"
        yield forbidden(here.child("ephemeralContainers"), detail)


def validate_pod_spec(spec: Wire, path: FieldPath, *, meta: Wire | None = None) -> Errors:
    """Find what is wrong with a pod spec.

    Args:
        spec: The spec.
        path: Where it is.
        meta: The metadata of the pod; None if it is the spec of a template.
    """
    yield from _validate_inside(spec, path, meta)
    if spec["restartPolicy"] not in POLICIES:
        yield not_supported(path.child("restartPolicy"), spec["restartPolicy"], POLICIES)
    yield from validate_network(spec, path)
    if spec.get("hostNetwork"):
        yield from validate_host_network_ports(spec, path, is_pod=meta is not None)
    yield from validate_pod_security_context(spec, path)
    yield from _validate_placement(spec, path)
    for name in _NAMES:
        if name in spec and not is_dns1123_subdomain(spec[name]):
            yield from validate_dns1123_subdomain(spec[name], path.child(name))
    yield from _validate_rest(spec, path)
    if has_windows_options(spec):
        yield from validate_host_processes(spec, path)
    if "os" in spec:
        yield from validate_os(spec, path)


def _validate_inside(spec: Wire, path: FieldPath, meta: Wire | None) -> Errors:
    """Find what is wrong with the containers of a pod and what they share."""
    volumes: dict[str, Wire] = {}
    if "volumes" in spec:
        name = None if meta is None else meta.get("name", "")
        at = path.child("volumes")
        yield from validate_volumes(spec["volumes"], at, pod_name=name, usable=volumes)
    claims: frozenset[str] = frozenset()
    if "resourceClaims" in spec:
        claims = frozenset(claim["name"] for claim in spec["resourceClaims"] if claim["name"])
        yield from validate_pod_claims(spec["resourceClaims"], path.child("resourceClaims"))
    pod = Surroundings(
        every_volume=spec.get("volumes", ()),
        volumes=volumes,
        claims=claims,
        restart_policy=spec["restartPolicy"],
        grace=spec.get("terminationGracePeriodSeconds"),
        host_users=spec.get("hostUsers", True),
    )
    yield from validate_containers(spec["containers"], pod, path.child("containers"))
    if "initContainers" in spec:
        yield from validate_init_containers(spec, pod, path.child("initContainers"))
    if "ephemeralContainers" in spec:
        yield from validate_ephemeral_containers(spec, pod, path.child("ephemeralContainers"))
    if "resources" in spec:
        yield from validate_pod_resources(spec, claims, path)


def _validate_placement(spec: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with what decides on the node of a pod."""
    if "nodeSelector" in spec:
        yield from validate_labels(spec["nodeSelector"], path.child("nodeSelector"))
    if "affinity" in spec:
        yield from validate_affinity(spec["affinity"], path.child("affinity"))
    if "topologySpreadConstraints" in spec:
        constraints, at = spec["topologySpreadConstraints"], path.child("topologySpreadConstraints")
        yield from validate_topology_spread(constraints, at)
    if "tolerations" in spec:
        yield from validate_tolerations(spec["tolerations"], path.child("tolerations"))
    if "schedulingGates" in spec:
        yield from _validate_gates(spec["schedulingGates"], path.child("schedulingGates"))
    for position, gate in enumerate(spec.get("readinessGates", ())):
        if not is_label_key(gate["conditionType"]):
            at = path.child("readinessGates").index(position).child("conditionType")
            yield from validate_qualified_name(gate["conditionType"], at)


def _validate_gates(gates: list[Wire], path: FieldPath) -> Errors:
    seen: set[str] = set()
    for position, gate in enumerate(gates):
        name = gate["name"]
        if not is_label_key(name):
            yield from validate_qualified_name(name, path.index(position))
        if name in seen:
            yield duplicate(path.index(position), name)
        seen.add(name)


def _validate_rest(spec: Wire, path: FieldPath) -> Errors:
    if "terminationGracePeriodSeconds" not in spec:
        yield required(path.child("terminationGracePeriodSeconds"), "required")
    seconds = spec.get("activeDeadlineSeconds")
    if seconds is not None and not 1 <= seconds <= _MOST_SECONDS:
        detail = f"must be between 1 and {_MOST_SECONDS}, inclusive"
        yield invalid(path.child("activeDeadlineSeconds"), seconds, detail, "range")
    policy = spec.get("preemptionPolicy")
    if policy is not None and policy not in _PREEMPTION_POLICIES:
        at = path.child("preemptionPolicy")
        yield (
            not_supported(at, policy, _PREEMPTION_POLICIES) if policy else required(at, "required")
        )
    if "overhead" in spec:
        yield from validate_overhead(spec["overhead"], path.child("overhead"))
