"""What a pod asks of a node, and what a node has to give: whole numbers by resource name.

CPU counts in thousandths, everything else in its own unit. Amounts are added up exactly and rounded
up once, at the end.

Source: ``k8s.io/component-helpers/resource`` PodRequests and ``k8s.io/kubernetes/pkg/scheduler/
framework`` Resource (v1.36).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from kubeobj.api.quantities import add_amounts, quantities_of, quantity_of, raise_to
from kubeobj.api.resourcenames import is_for_pods
from kubeobj.documents import Wire
from kubeobj.errors import QuantityError
from kubeobj.meta.quantity import Quantity

Amounts: TypeAlias = dict[str, int]
"""How much of what: CPU in thousandths, all else in its own unit."""

MISSING: Mapping[str, Quantity] = {"cpu": Quantity("100m"), "memory": Quantity("200Mi")}
"""What a container counts as, for scores alone, that does not say what it asks for."""

_MAX = 2**63 - 1
_Totals: TypeAlias = dict[str, Quantity]
_NONE: Mapping[str, str] = {}


def requests_of(pod: Wire) -> Amounts:
    """Return what a pod asks for, with init containers, sidecars, pod resources and overhead.

    A pod that is being resized counts as the most of what it wants, has been granted and has.

    >>> resources = {"requests": {"cpu": "250m", "memory": "1Gi"}}
    >>> requests_of({"spec": {"containers": [{"name": "a", "resources": resources}]}})
    {'cpu': 250, 'memory': 1073741824}
    """
    return _amounts(_totals(pod, {}))


def scored_requests_of(pod: Wire) -> tuple[int, int]:
    """Return the CPU and memory that a pod counts as where nodes are scored by what is left.

    Containers that do not say what they ask for count as asking for a little.
    """
    missing = dict(MISSING)
    if _says(_pod_requests(pod)):
        said = _totals(pod, {})
        missing = {name: amount for name, amount in missing.items() if name not in said}
    amounts = _amounts(_totals(pod, missing))
    return amounts.get("cpu", 0), amounts.get("memory", 0)


def scored_wishes_of(pod: Wire) -> tuple[int, int]:
    """Return the same for a pod that is to be placed: its containers alone count, and overhead."""
    total = _of_containers(pod, MISSING)
    add_amounts(total, quantities_of(pod["spec"].get("overhead") or _NONE))
    amounts = _amounts(total)
    return amounts.get("cpu", 0), amounts.get("memory", 0)


def allocatable_of(node: Wire) -> Amounts:
    """Return what a node has to give to pods; how many of them is ``pods``."""
    texts: Mapping[str, str] = (node.get("status") or {}).get("allocatable") or {}
    return {name: amount_of(name, text) for name, text in texts.items()}


@lru_cache(maxsize=8192)
def amount_of(name: str, text: str) -> int:
    """Return the amount of a resource that a canonical *text* says.

    >>> amount_of("cpu", "0.5"), amount_of("memory", "1Ki")
    (500, 1024)
    """
    return _amount(name, quantity_of(text))


def _amount(name: str, quantity: Quantity) -> int:
    try:
        return quantity.milli_value if name == "cpu" else quantity.value
    except QuantityError:
        return _MAX if quantity.sign > 0 else -_MAX


def _amounts(totals: Mapping[str, Quantity]) -> Amounts:
    return {name: _amount(name, quantity) for name, quantity in totals.items()}


def _totals(pod: Wire, missing: Mapping[str, Quantity]) -> _Totals:
    spec: Wire = pod["spec"]
    total = _of_containers(pod, missing)
    stated = _pod_requests(pod)
    if _says(stated):
        for name, quantity in _effective(pod, stated).items():
            if is_for_pods(name):
                total[name] = quantity
    add_amounts(total, quantities_of(spec.get("overhead") or _NONE))
    return total


def _pod_requests(pod: Wire) -> Mapping[str, str]:
    found: Mapping[str, str] = (pod["spec"].get("resources") or {}).get("requests") or _NONE
    return found


def _says(stated: Mapping[str, str]) -> bool:
    return any(map(is_for_pods, stated))


def _effective(pod: Wire, stated: Mapping[str, str]) -> _Totals:
    """Return what the pod as a whole asks for, while it is being resized as well."""
    status: Wire = pod.get("status") or {}
    had = (status.get("resources") or {}).get("requests")
    granted = status.get("allocatedResources")
    total = {} if _is_infeasible(status) else quantities_of(stated)
    overhead = quantities_of(pod["spec"].get("overhead") or _NONE)
    for texts in (had, granted):
        if texts:
            amounts = quantities_of(texts)
            for name, amount in overhead.items():
                if name in amounts:
                    amounts[name] -= amount
            raise_to(total, amounts)
    return total


def _of_containers(pod: Wire, missing: Mapping[str, Quantity]) -> _Totals:
    """Return what containers need at the same time; sidecars go on, other init containers end."""
    spec, status = pod["spec"], pod.get("status") or {}
    infeasible = _is_infeasible(status)
    statuses: dict[str, Wire] = {
        one["name"]: one
        for part in ("initContainerStatuses", "containerStatuses")
        for one in status.get(part) or ()
    }
    total: _Totals = {}
    staying: _Totals = {}
    peak: _Totals = {}
    for container in spec["containers"]:
        add_amounts(total, {**missing, **_of_container(container, statuses, infeasible)})
    for container in spec.get("initContainers") or ():
        amounts = {**missing, **_of_container(container, statuses, infeasible)}
        if container.get("restartPolicy") == "Always":
            add_amounts(total, amounts)
            add_amounts(staying, amounts)
            raise_to(peak, staying)
        else:
            add_amounts(amounts, staying)
            raise_to(peak, amounts)
    raise_to(total, peak)
    return total


def _of_container(container: Wire, statuses: Mapping[str, Wire], infeasible: bool) -> _Totals:  # noqa: FBT001 - of the pod
    """Return what one container counts as: the most of what it wants, has been granted and has."""
    wanted: Mapping[str, str] = (container.get("resources") or {}).get("requests") or _NONE
    status = statuses.get(container["name"]) if statuses else None
    if status is None or "resources" not in status:
        return quantities_of(wanted)
    total = {} if infeasible else quantities_of(wanted)
    raise_to(total, quantities_of(status["resources"].get("requests") or _NONE))
    raise_to(total, quantities_of(status.get("allocatedResources") or _NONE))
    return total


def _is_infeasible(status: Wire) -> bool:
    """Return whether the resize that the spec asks for will not come."""
    for condition in status.get("conditions") or ():
        if condition["type"] == "PodResizePending":
            return bool(condition.get("reason") == "Infeasible")
    return False


def insufficient(requests: Amounts, allocatable: Amounts, used: Amounts) -> tuple[str, ...]:
    """Return the resources of which a node has too little left, in the order they are asked for.

    >>> insufficient({"cpu": 500, "memory": 10}, {"cpu": 1000, "memory": 10}, {"cpu": 600})
    ('cpu',)
    """
    return tuple(
        name
        for name, amount in requests.items()
        if amount > 0 and amount > allocatable.get(name, 0) - used.get(name, 0)
    )


__all__ = [
    "MISSING",
    "Amounts",
    "allocatable_of",
    "amount_of",
    "insufficient",
    "requests_of",
    "scored_requests_of",
    "scored_wishes_of",
]
