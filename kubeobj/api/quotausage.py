"""What an object uses of a quota.

Source: ``k8s.io/kubernetes/pkg/quota/v1/evaluator/core`` (v1.36).
"""

from collections.abc import Callable, Container, Mapping
from typing import TypeAlias

from kubeobj.api.podspec.podresources import total_of_pod
from kubeobj.api.podspec.qos import qos_class_of
from kubeobj.api.quantities import ZERO, quantity_of, raise_to
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
_DEVICES = ".deviceclass.resource.k8s.io/devices"
# How many devices at most a request for all of them gets.
_ALL_DEVICES = Quantity(32)


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


def may_use(resource: str, names: Container[str]) -> bool:
    """Return whether objects of a resource may use something that a quota has one of *names* for.

    >>> may_use("secrets", {"secrets": "3"}), may_use("secrets", {"pods": "3"})
    (True, False)
    """
    return resource in _MEASURES or f"count/{resource}" in names or resource in names


def is_measured(name: str, resources: Container[str]) -> bool:
    """Return whether something uses, or could use, what a quota calls *name*.

    Args:
        name: What a quota bounds: ``pods``, ``requests.cpu``, ``count/jobs.batch``.
        resources: The resources whose objects are stored, with their groups.

    >>> is_measured("count/jobs.batch", {"jobs.batch"}), is_measured("count/jobs.batch", ())
    (True, False)
    """
    kind, slash, resource = name.partition("/")
    if not slash or name.startswith("requests."):
        return True
    if kind == "count":
        return resource in resources
    return _CLASS_SUFFIX in name or name.endswith(_DEVICES)


def is_over(pod: Wire) -> bool:
    """Return whether a pod has ended, and uses nothing but the place of its object."""
    return pod.get("status", {}).get("phase") in {"Failed", "Succeeded"}


def _of_pod(pod: Wire) -> Usage:
    if is_over(pod):
        return {}
    spec = pod["spec"]
    usage: Usage = {"pods": ONE}
    overhead = spec.get("overhead", {})
    for part in ("requests", "limits"):
        total = total_of_pod(spec, part)
        for name, text in overhead.items():
            if part == "requests" or total.get(name):
                total[name] = total.get(name, ZERO) + quantity_of(text)
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


def _of_device_claim(claim: Wire) -> Usage:
    usage: Usage = {}
    for request in claim["spec"].get("devices", {}).get("requests") or ():
        # Any alternative may be the one: of each class, the most that one of them takes counts.
        most: Usage = {}
        for one in request.get("firstAvailable") or (request.get("exactly") or {},):
            if one.get("deviceClassName"):
                raise_to(most, {f"{one['deviceClassName']}{_DEVICES}": _devices(one)})
        for name, amount in most.items():
            usage[name] = usage.get(name, ZERO) + amount
    return usage


def _devices(request: Wire) -> Quantity:
    if request.get("allocationMode") == "All":
        return _ALL_DEVICES
    return Quantity(request.get("count", 1))


_MEASURES: Mapping[str, Callable[[Wire], Usage]] = {
    "pods": _of_pod,
    "services": _of_service,
    "persistentvolumeclaims": _of_claim,
    "resourceclaims.resource.k8s.io": _of_device_claim,
}


# ---------------------------------------------------------------- scopes


def is_in_scopes(quota: Wire, resource: str, obj: Wire) -> bool:
    """Return whether an object is one that *quota* counts."""
    spec = quota["spec"]
    terms = [
        *({"scopeName": one, "operator": "Exists"} for one in spec.get("scopes", ())),
        *((spec.get("scopeSelector") or {}).get("matchExpressions") or ()),
    ]
    is_in_scope = _SCOPES.get(resource, _is_in_none)
    return all(is_in_scope(term, obj) for term in terms)


def _is_in_none(_term: Wire, _obj: Wire) -> bool:
    return False


def _is_pod_in_scope(term: Wire, pod: Wire) -> bool:
    is_so = _POD_SCOPES.get(term["scopeName"])
    return is_so is not None and is_so(term, pod["spec"])


def _is_best_effort(spec: Wire) -> bool:
    return qos_class_of(spec) == "BestEffort"


_POD_SCOPES: Mapping[str, Callable[[Wire, Wire], bool]] = {
    "Terminating": lambda _term, spec: "activeDeadlineSeconds" in spec,
    "NotTerminating": lambda _term, spec: "activeDeadlineSeconds" not in spec,
    "BestEffort": lambda _term, spec: _is_best_effort(spec),
    "NotBestEffort": lambda _term, spec: not _is_best_effort(spec),
    "PriorityClass": lambda term, spec: _selects(term, spec.get("priorityClassName", "")),
    "CrossNamespacePodAffinity": lambda _term, spec: _crosses_namespaces(
        spec.get("affinity") or {}
    ),
}


def _is_claim_in_scope(term: Wire, claim: Wire) -> bool:
    if term["scopeName"] != "VolumeAttributesClass":
        return False
    status = claim.get("status", {})
    names = {
        claim["spec"].get("volumeAttributesClassName", ""),
        status.get("currentVolumeAttributesClassName", ""),
        (status.get("modifyVolumeStatus") or {}).get("targetVolumeAttributesClassName", ""),
    } - {""}
    return any(_selects(term, name) for name in names or {""})


_SCOPES: Mapping[str, Callable[[Wire, Wire], bool]] = {
    "pods": _is_pod_in_scope,
    "persistentvolumeclaims": _is_claim_in_scope,
}


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
