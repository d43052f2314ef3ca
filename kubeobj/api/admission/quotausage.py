"""What an object uses of a quota.

Source: ``k8s.io/kubernetes/pkg/quota/v1/evaluator/core`` (v1.36).
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from kubeobj.api.podspec.podresources import total_of_containers
from kubeobj.api.podspec.qos import qos_class_of
from kubeobj.api.quantities import quantity_of
from kubeobj.documents import Wire
from kubeobj.meta.quantity import Quantity

Usage: TypeAlias = dict[str, Quantity]
"""How much of what."""

ONE = Quantity(1)
"""One object."""

_LEGACY_COUNTS = frozenset(
    {
        "configmaps",
        "persistentvolumeclaims",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "services",
    }
)
_COMPUTE = ("cpu", "memory", "ephemeral-storage")
_LEGACY_CLASS = "volume.beta.kubernetes.io/storage-class"
_CLASS_SUFFIX = ".storageclass.storage.k8s.io/"


def usage_of(resource: str, obj: Wire) -> Usage:
    """Return what *obj* uses.

    Args:
        resource: Its resource with its group.
        obj: The object, as it is stored.
    """
    usage: Usage = {f"count/{resource}": ONE}
    if resource in _LEGACY_COUNTS:
        usage[resource] = ONE
    measure = _MEASURES.get(resource)
    if measure is not None:
        usage.update(measure(obj))
    return usage


def is_over(pod: Wire) -> bool:
    """Return whether a pod has ended, and uses nothing but the place of its object."""
    return pod.get("status", {}).get("phase") in {"Failed", "Succeeded"}


def _of_pod(pod: Wire) -> Usage:
    if is_over(pod):
        return {}
    spec = pod["spec"]
    usage: Usage = {"pods": ONE}
    own = spec.get("resources") or {}
    overhead = spec.get("overhead", {})
    for part in ("requests", "limits"):
        total = total_of_containers(spec, part)
        total.update({name: quantity_of(text) for name, text in own.get(part, {}).items()})
        for name, text in overhead.items():
            if name in total or part == "requests":
                total[name] = total.get(name, Quantity(0)) + quantity_of(text)
        for name, amount in total.items():
            usage.update(_names(part, name, amount))
    return usage


def _names(part: str, name: str, amount: Quantity) -> Usage:
    """Return an amount under every name that a quota may have for it."""
    if part == "limits":
        return {f"limits.{name}": amount} if name in _COMPUTE else {}
    named = {f"requests.{name}": amount}
    if name in _COMPUTE or name.startswith("hugepages-"):
        named[name] = amount
    return named


def _of_service(service: Wire) -> Usage:
    spec = service["spec"]
    kind, ports = spec.get("type", "ClusterIP"), Quantity(len(spec.get("ports") or ()))
    if kind == "NodePort":
        return {"services.nodeports": ports}
    if kind == "LoadBalancer":
        allocates = spec.get("allocateLoadBalancerNodePorts", True)
        given = sum(1 for port in spec.get("ports") or () if port.get("nodePort"))
        return {
            "services.loadbalancers": ONE,
            "services.nodeports": ports if allocates else Quantity(given),
        }
    return {}


def _of_claim(claim: Wire) -> Usage:
    spec = claim["spec"]
    annotations = claim["metadata"].get("annotations", {})
    name = annotations.get(_LEGACY_CLASS) or spec.get("storageClassName", "")
    usage: Usage = {}
    text = (spec.get("resources") or {}).get("requests", {}).get("storage")
    if text is not None:
        usage["requests.storage"] = quantity_of(text)
    if name:
        usage[f"{name}{_CLASS_SUFFIX}persistentvolumeclaims"] = ONE
        if text is not None:
            usage[f"{name}{_CLASS_SUFFIX}requests.storage"] = quantity_of(text)
    return usage


_MEASURES: Mapping[str, Callable[[Wire], Usage]] = {
    "pods": _of_pod,
    "services": _of_service,
    "persistentvolumeclaims": _of_claim,
}


# ---------------------------------------------------------------- scopes


def is_in_scopes(quota: Wire, resource: str, obj: Wire) -> bool:
    """Return whether an object is one that *quota* counts."""
    spec = quota["spec"]
    terms = [
        *({"scopeName": one, "operator": "Exists"} for one in spec.get("scopes", ())),
        *((spec.get("scopeSelector") or {}).get("matchExpressions") or ()),
    ]
    if not terms:
        return True
    return resource == "pods" and all(_is_in_scope(term, obj) for term in terms)


def _is_in_scope(term: Wire, pod: Wire) -> bool:
    spec = pod["spec"]
    is_best_effort = qos_class_of(spec) == "BestEffort"
    scopes = {
        "Terminating": "activeDeadlineSeconds" in spec,
        "NotTerminating": "activeDeadlineSeconds" not in spec,
        "BestEffort": is_best_effort,
        "NotBestEffort": not is_best_effort,
        "PriorityClass": _selects(term, spec.get("priorityClassName", "")),
        "CrossNamespacePodAffinity": _crosses_namespaces(spec.get("affinity") or {}),
    }
    return scopes.get(term["scopeName"], False)


def _selects(term: Wire, name: str) -> bool:
    values = term.get("values", ())
    match term.get("operator"):
        case "In":
            return name in values
        case "NotIn":
            return name not in values
        case "DoesNotExist":
            return not name
        case _:
            return bool(name)


def _crosses_namespaces(affinity: Wire) -> bool:
    for field in ("podAffinity", "podAntiAffinity"):
        part = affinity.get(field) or {}
        terms = list(part.get("requiredDuringSchedulingIgnoredDuringExecution", ()))
        terms += [
            one["podAffinityTerm"]
            for one in part.get("preferredDuringSchedulingIgnoredDuringExecution", ())
        ]
        if any(term.get("namespaces") or "namespaceSelector" in term for term in terms):
            return True
    return False
