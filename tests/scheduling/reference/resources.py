"""What pods ask for, and what nodes have."""

from kubeobj.meta.quantity import Quantity
from tests.scheduling.reference.cluster import (
    UNRESOLVABLE,
    UNSCHEDULABLE,
    Cluster,
    Doc,
    Node,
    is_sidecar,
)
from tests.scheduling.reference.plugin import Filter

Amounts = dict[str, Quantity]

ASSUMED: Amounts = {"cpu": Quantity("100m"), "memory": Quantity("200Mi")}
"""What a container that says nothing is taken to need, for one of the scores."""
SCORED = ("cpu", "memory")


def amounts(document: Doc | None) -> Amounts:
    """Read quantities."""
    return {name: Quantity(text) for name, text in (document or {}).items()}


def plus(one: Amounts, other: Amounts) -> Amounts:
    """Return the sums."""
    return {
        name: one.get(name, Quantity()) + other.get(name, Quantity()) for name in {**one, **other}
    }


def greatest(*many: Amounts) -> Amounts:
    """Return the greatest amount of each resource."""
    result: Amounts = {}
    for some in many:
        for name, amount in some.items():
            result[name] = max(result.get(name, amount), amount)
    return result


def container_request(pod: Doc, container: Doc, assumed: Amounts) -> Amounts:
    """Return what one container asks for, or is still given while it is resized."""
    asked = amounts((container.get("resources") or {}).get("requests"))
    status = pod.get("status", {})
    statuses = [*status.get("containerStatuses", []), *status.get("initContainerStatuses", [])]
    for found in statuses:
        if found["name"] == container["name"] and "resources" in found:
            given = amounts(found["resources"].get("requests"))
            allocated = amounts(found.get("allocatedResources"))
            asked = greatest({} if is_infeasible(pod) else asked, given, allocated)
    return {**assumed, **asked}


def is_infeasible(pod: Doc) -> bool:
    """Return whether the node can never give what the pod's resize asks for."""
    conditions = pod.get("status", {}).get("conditions", [])
    resize = [c for c in conditions if c["type"] == "PodResizePending"]
    return bool(resize) and resize[0].get("reason") == "Infeasible"


def pod_request(pod: Doc, assumed: Amounts | None = None, *, pod_level: bool = True) -> Amounts:
    """Return what a pod needs at most at any time.

    Containers and sidecars run together. Init containers run one after the other, each beside the
    sidecars that were started before it. What is written for the whole pod replaces that. The
    overhead of the runtime comes on top.
    """
    spec = pod["spec"]
    total: Amounts = {}
    for container in spec["containers"]:
        total = plus(total, container_request(pod, container, assumed or {}))
    sidecars: Amounts = {}
    at_start: Amounts = {}
    for container in spec.get("initContainers") or []:
        needed = container_request(pod, container, assumed or {})
        if is_sidecar(container):
            total, sidecars = plus(total, needed), plus(sidecars, needed)
            at_start = greatest(at_start, sidecars)
        else:
            at_start = greatest(at_start, plus(sidecars, needed))
    total = greatest(total, at_start)
    if pod_level:
        total.update(pod_level_request(pod))
    return plus(total, amounts(spec.get("overhead")))


def pod_level_request(pod: Doc) -> Amounts:
    """Return what is asked for the pod as a whole, or is still given while it is resized."""
    asked = amounts((pod["spec"].get("resources") or {}).get("requests"))
    status = pod.get("status", {})
    held = asked
    if "resources" in status:
        given = amounts(status["resources"].get("requests"))
        allocated = amounts(status.get("allocatedResources"))
        held = greatest({} if is_infeasible(pod) else asked, given, allocated)
    names = [name for name in asked if name in SCORED or name.startswith("hugepages-")]
    return {name: held.get(name, asked[name]) for name in names}


def count(name: str, amount: Quantity) -> int:
    """Return the whole number that is compared: thousandths of a CPU, units of all else."""
    return amount.milli_value if name == "cpu" else amount.value


def counts(some: Amounts) -> dict[str, int]:
    """Return the whole numbers."""
    return {name: count(name, amount) for name, amount in some.items()}


def assumed_for(pod: Doc) -> Amounts:
    """Return what containers of a pod on a node are taken to need if they say nothing.

    If anything is written for the whole pod, only what is nowhere written at all is assumed.
    """
    if not pod_level_request(pod):
        return ASSUMED
    asked = pod_request(pod)
    return {name: amount for name, amount in ASSUMED.items() if not asked.get(name)}


def in_use(node: Node, *, assuming: bool = False) -> dict[str, int]:
    """Return what the pods of *node* need together."""
    total: dict[str, int] = {}
    for pod in node.pods:
        for name, number in counts(pod_request(pod, assumed_for(pod) if assuming else {})).items():
            total[name] = total.get(name, 0) + number
    return total


def capacity(node: Node) -> dict[str, int]:
    """Return what *node* has for pods."""
    return counts(amounts(node.document.get("status", {}).get("allocatable")))


class NodeResourcesFit(Filter):
    """There must be room for one more pod, and enough of all that it asks for."""

    name = "NodeResourcesFit"

    def check(self, node: Node) -> str | None:
        asked = counts(pod_request(self.pod))
        has, used = capacity(node), in_use(node)
        if any(number > has.get(name, 0) for name, number in asked.items() if number):
            return UNRESOLVABLE
        if len(node.pods) + 1 > has.get("pods", 0):
            return UNSCHEDULABLE
        for name, number in asked.items():
            if number and number > has.get(name, 0) - used.get(name, 0):
                return UNSCHEDULABLE
        return None


def score_least_allocated(_: Cluster, pod: Doc, nodes: list[Node]) -> dict[str, int]:
    """The more of CPU and memory stays free, the better; the mean of both.

    What is written for the incoming pod as a whole is not looked at.
    """
    asked = counts(pod_request(pod, ASSUMED, pod_level=False))
    scores = {}
    for node in nodes:
        has, used = capacity(node), in_use(node, assuming=True)
        shares = []
        for name in SCORED:
            needed = used.get(name, 0) + asked.get(name, 0)
            if has.get(name, 0):
                free = max(0, has[name] - needed)
                shares.append(quotient(as_int64(free * 100), has[name]))
        scores[node.name] = quotient(sum(shares), len(shares)) if shares else 0
    return scores


def as_int64(number: int) -> int:
    """Return what a signed integer of 64 bits makes of *number*: it wraps around."""
    return (number + 2**63) % 2**64 - 2**63


def quotient(number: int, by: int) -> int:
    """Return the quotient, cut towards zero."""
    return number // by if number >= 0 else -(-number // by)


def score_balanced_allocation(_: Cluster, pod: Doc, nodes: list[Node]) -> dict[str, int] | None:
    """The better the pod evens out the use of CPU and memory, the better.

    50 is no change. Left out if the pod asks for neither.
    """
    asked = counts(pod_request(pod))
    if not any(asked.get(name) for name in SCORED):
        return None
    scores = {}
    for node in nodes:
        has, used = capacity(node), in_use(node)
        with_pod = {name: used.get(name, 0) + asked.get(name, 0) for name in SCORED}
        better = balance(with_pod, has) - balance(used, has)
        scores[node.name] = 50 + (50 + better) // 2
    return scores


def balance(used: dict[str, int], has: dict[str, int]) -> int:
    """Return 100 if equal shares of CPU and memory are used, 50 for all of one and no other."""
    shares = [min(1.0, used.get(name, 0) / has[name]) for name in SCORED if has.get(name)]
    deviation = abs((shares[0] - shares[1]) / 2) if len(shares) == 2 else 0.0
    return int((1 - deviation) * 100.0)
