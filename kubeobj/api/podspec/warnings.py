"""What is odd about pods and pod templates, though it is taken.

Source: ``k8s.io/kubernetes/pkg/api/pod`` warnings.go (v1.36).
"""

from collections.abc import Iterator, Mapping

from kubeobj.api.addresses import ip_warnings
from kubeobj.api.podspec.annotations import APP_ARMOR, SECCOMP_OF_CONTAINER, SECCOMP_OF_POD
from kubeobj.api.podspec.defaults import CONTAINER_LISTS
from kubeobj.api.podspec.nodelabels import warn_of_label, warn_of_term
from kubeobj.api.podspec.portwarnings import warn_of_ports
from kubeobj.api.podspec.visiting import containers_of
from kubeobj.api.podspec.volumewarnings import warn_of_volumes
from kubeobj.api.quantities import is_whole
from kubeobj.documents import Wire
from kubeobj.errors import ROOT, FieldPath, echo
from kubeobj.names import is_label_value

_OLD_ANNOTATIONS: Mapping[str, str] = {
    "scheduler.alpha.kubernetes.io/critical-pod": (
        'non-functional in v1.16+; use the "priorityClassName" field instead'
    ),
    "security.alpha.kubernetes.io/sysctls": (
        'non-functional in v1.11+; use the "sysctls" field instead'
    ),
    "security.alpha.kubernetes.io/unsafe-sysctls": (
        'non-functional in v1.11+; use the "sysctls" field instead'
    ),
}
_SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead'
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_NO_SELECTOR = "a null labelSelector results in matching no pod"
_SPEC = FieldPath.of("spec")
_OF_NODES = frozenset({"nodeSelector", "affinity", "topologySpreadConstraints"})
_IN_BYTES = ("memory", "ephemeral-storage")


def pod_warnings(pod: Wire) -> Iterator[str]:
    """Yield what is to be said of a pod that is created."""
    return _warnings(pod["metadata"], pod["spec"], ROOT)


def pod_template_warnings(
    template: Wire, path: FieldPath, _old: Wire | None = None
) -> Iterator[str]:
    """Yield what is to be said of a pod template.

    Args:
        template: The template.
        path: Where it is.
    """
    return _warnings(template.get("metadata") or {}, template["spec"], path)


def _warnings(metadata: Wire, spec: Wire, path: FieldPath) -> Iterator[str]:
    at = path.child("spec") if path.parts else _SPEC
    if _OF_NODES & spec.keys():
        yield from _of_nodes(spec, at)
    if "annotations" in metadata:
        here = path.child("metadata", "annotations")
        yield from _of_annotations(metadata["annotations"], spec, here, of_template=path != ROOT)
    if "volumes" in spec:
        yield from warn_of_volumes(spec["volumes"], at.child("volumes"))
    for name, key in (("hostAliases", "ip"), ("imagePullSecrets", "name")):
        if name in spec:
            yield from _of_repeats(spec[name], key, at.child(name))
    for name in _fractions(spec["overhead"]) if "overhead" in spec else ():
        yield _fractional(spec["overhead"][name], at.child("overhead").key(name))
    yield from _of_containers(spec, at)
    yield from warn_of_ports(spec, at)
    if spec.get("terminationGracePeriodSeconds", 0) < 0:
        yield (
            f"{at.child('terminationGracePeriodSeconds')}: must be >= 0; negative values are"
            " invalid and will be treated as 1"
        )
    if "affinity" in spec:
        yield from _of_pod_affinity(spec["affinity"], at.child("affinity"))
    if "dnsConfig" in spec or "hostAliases" in spec:
        yield from _of_addresses(spec, at)


def _of_nodes(spec: Wire, path: FieldPath) -> Iterator[str]:
    """Find labels of nodes that have better names, and constraints that select no pod."""
    for key in spec.get("nodeSelector", ()):
        yield from warn_of_label(key, path.child("nodeSelector").key(key))
    nodes = spec.get("affinity", {}).get("nodeAffinity", {})
    if nodes:
        yield from _of_node_affinity(nodes, path.child("affinity", "nodeAffinity"))
    for position, constraint in enumerate(spec.get("topologySpreadConstraints", ())):
        here = path.child("topologySpreadConstraints").index(position)
        yield from warn_of_label(constraint["topologyKey"], here.child("topologyKey"))
        if "labelSelector" not in constraint:
            yield f"{here.child('labelSelector')}: {_NO_SELECTOR}"


def _of_node_affinity(nodes: Wire, path: FieldPath) -> Iterator[str]:
    for position, term in enumerate(nodes.get(_REQUIRED, {}).get("nodeSelectorTerms") or ()):
        at = path.child(_REQUIRED, "nodeSelectorTerms").index(position)
        yield from warn_of_term(term, at)
    for position, wish in enumerate(nodes.get(_PREFERRED, ())):
        at = path.child(_PREFERRED).index(position).child("preference")
        yield from warn_of_term(wish["preference"], at)
        for index, wanted in enumerate(wish["preference"].get("matchExpressions", ())):
            for number, value in enumerate(wanted.get("values", ())):
                if not is_label_value(value):
                    here = at.child("matchExpressions").index(index).child("values").index(number)
                    yield f"{here}: {echo(value)} is invalid, it is no label value"


def _of_annotations(
    annotations: Mapping[str, str], spec: Wire, path: FieldPath, *, of_template: bool
) -> Iterator[str]:
    for name, message in _OLD_ANNOTATIONS.items():
        if name in annotations:
            yield f"{path.key(name)}: {message}"
    of_pod = spec["securityContext"]
    if SECCOMP_OF_POD in annotations and "seccompProfile" not in of_pod:
        yield f"{path.key(SECCOMP_OF_POD)}: {_SECCOMP}"
    for container in containers_of(spec):
        context = container.get("securityContext", {})
        name = SECCOMP_OF_CONTAINER + container["name"]
        if name in annotations and "seccompProfile" not in context:
            yield f"{path.key(name)}: {_SECCOMP}"
        # Of a pod it is told when the field is filled in.
        name = APP_ARMOR + container["name"]
        has_field = "appArmorProfile" in context or "appArmorProfile" in of_pod
        if of_template and name in annotations and not has_field:
            detail = 'deprecated since v1.30; use the "appArmorProfile" field instead'
            yield f"{path.key(name)}: {detail}"


def _of_repeats(items: list[Wire], key: str, path: FieldPath) -> Iterator[str]:
    """Find items that are there twice, and secrets without a name."""
    seen: set[str] = set()
    for position, item in enumerate(items):
        value = item.get(key, "")
        if value in seen:
            yield f"{path.index(position).child(key)}: duplicate {key} {echo(value)}"
        seen.add(value)
        if not value and key == "name":
            yield f'{path.index(position).child(key)}: invalid empty name ""'


def _of_containers(spec: Wire, path: FieldPath) -> Iterator[str]:
    for name in CONTAINER_LISTS:
        for position, container in enumerate(spec.get(name) or ()):
            for part, amounts in container["resources"].items():
                for resource in _fractions(amounts) if part != "claims" else ():
                    at = path.child(name).index(position).child("resources", part).key(resource)
                    yield _fractional(amounts[resource], at)
            if len(container.get("env", ())) > 1:
                at = path.child(name).index(position).child("env")
                yield from _of_env(container["env"], at)


def _fractions(amounts: Mapping[str, str]) -> list[str]:
    """Return the names of resources that are counted in bytes, but are not whole."""
    return [name for name in _IN_BYTES if name in amounts and not is_whole(amounts[name])]


def _fractional(amount: str, path: FieldPath) -> str:
    return f"{path}: fractional byte value {echo(amount)} is invalid, must be an integer"


def _of_env(variables: list[Wire], path: FieldPath) -> Iterator[str]:
    """Find variables that hide one of the same name, unless they are made from it."""
    seen: set[str] = set()
    for position, variable in enumerate(variables):
        name, value = variable["name"], variable.get("value", "")
        if name not in seen:
            seen.add(name)
            continue
        reference = f"$({name})"
        if "valueFrom" in variable or value == reference or reference not in value:
            yield (
                f"{path.index(position)}: hides previous definition of {echo(name)}, which may be"
                " dropped when using apply"
            )


def _of_pod_affinity(affinity: Wire, path: FieldPath) -> Iterator[str]:
    for name in ("podAffinity", "podAntiAffinity"):
        pods = affinity.get(name, {})
        for position, term in enumerate(pods.get(_REQUIRED, ())):
            if "labelSelector" not in term:
                at = path.child(name, _REQUIRED).index(position).child("labelSelector")
                yield f"{at}: {_NO_SELECTOR}"
        for position, wish in enumerate(pods.get(_PREFERRED, ())):
            if "labelSelector" not in wish["podAffinityTerm"]:
                here = path.child(name, _PREFERRED).index(position)
                yield f"{here.child('podAffinityTerm', 'labelSelector')}: {_NO_SELECTOR}"


def _of_addresses(spec: Wire, path: FieldPath) -> Iterator[str]:
    for position, server in enumerate(spec.get("dnsConfig", {}).get("nameservers", ())):
        yield from ip_warnings(server, str(path.child("dnsConfig", "nameservers").index(position)))
    for position, alias in enumerate(spec.get("hostAliases", ())):
        at = path.child("hostAliases").index(position).child("ip")
        yield from ip_warnings(alias.get("ip", ""), str(at))
