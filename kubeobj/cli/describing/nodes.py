"""Nodes as `kubeobj describe` shows them.

Source: ``k8s.io/kubectl/pkg/describe`` describe.go describeNode (v1.36).
"""

from collections.abc import Iterable, Sequence
from functools import reduce

from kubeobj.api.table import since
from kubeobj.cli.deadlines import CLOCK
from kubeobj.cli.describing.page import Page, date_text, title_text
from kubeobj.documents import Wire
from kubeobj.meta.quantity import Quantity

_ROLE = "node-role.kubernetes.io/"


def describe_node(page: Page, node: Wire, pods: Sequence[Wire], lease: Wire | None) -> None:
    """Describe a node with the pods on it and its lease."""
    metadata, spec, status = node["metadata"], node.get("spec") or {}, node.get("status") or {}
    labels = metadata.get("labels") or {}
    roles = sorted(key.removeprefix(_ROLE) for key in labels if key.startswith(_ROLE))
    page.add(0, f"Name:\t{metadata['name']}")
    page.add(0, f"Roles:\t{','.join(roles) or '<none>'}")
    page.labels("Labels", labels)
    page.annotations("Annotations", metadata.get("annotations"))
    page.add(0, f"CreationTimestamp:\t{date_text(metadata.get('creationTimestamp'))}")
    _taints(page, spec.get("taints") or ())
    page.add(0, f"Unschedulable:\t{str(bool(spec.get('unschedulable'))).lower()}")
    _lease(page, lease)
    _conditions(page, status.get("conditions") or ())
    page.add(0, "Addresses:")
    for one in status.get("addresses") or ():
        page.add(1, f"{one['type']}:\t{one['address']}")
    for title in ("capacity", "allocatable"):
        amounts = status.get(title) or {}
        if amounts:
            page.add(0, f"{title_text(title)}:")
        for name in sorted(amounts):
            page.add(1, f"{name}:\t{amounts[name]}")
    _system(page, status.get("nodeInfo") or {})
    for title, field in (("PodCIDR", "podCIDR"),):
        if spec.get(field):
            page.add(0, f"{title}:\t{spec[field]}")
    if spec.get("podCIDRs"):
        page.add(0, f"PodCIDRs:\t{','.join(spec['podCIDRs'])}")
    if spec.get("providerID"):
        page.add(0, f"ProviderID:\t{spec['providerID']}")
    _pods(page, [one for one in pods if _is_there(one)], status.get("allocatable") or {})


def _is_there(pod: Wire) -> bool:
    return (pod.get("status") or {}).get("phase") not in {"Succeeded", "Failed"}


def _taints(page: Page, taints: Sequence[Wire]) -> None:
    texts = [
        f"{one['key']}={one['value']}:{one['effect']}"
        if one.get("value")
        else f"{one['key']}:{one['effect']}"
        for one in taints
    ]
    for number, text in enumerate(texts or ["<none>"]):
        page.add(0, f"Taints:\t{text}" if not number else f"\t{text}")


def _lease(page: Page, lease: Wire | None) -> None:
    spec = (lease or {}).get("spec") or {}
    page.add(0, "Lease:")
    page.add(1, f"HolderIdentity:\t{spec.get('holderIdentity', '<unset>')}")
    acquired, renewed = spec.get("acquireTime"), spec.get("renewTime")
    page.add(1, f"AcquireTime:\t{date_text(acquired) if acquired else '<unset>'}")
    page.add(1, f"RenewTime:\t{date_text(renewed) if renewed else '<unset>'}")


def _conditions(page: Page, conditions: Sequence[Wire]) -> None:
    if not conditions:
        return
    page.add(0, "Conditions:")
    page.add(1, "Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage")
    page.add(1, "----\t------\t-----------------\t------------------\t------\t-------")
    for one in conditions:
        beat = date_text(one.get("lastHeartbeatTime"))
        changed = date_text(one.get("lastTransitionTime"))
        reason, message = one.get("reason", ""), one.get("message", "")
        page.add(1, f"{one['type']} \t{one['status']} \t{beat} \t{changed} \t{reason} \t{message}")


def _system(page: Page, info: Wire) -> None:
    page.add(0, "System Info:")
    for title, field in (
        ("Machine ID", "machineID"),
        ("System UUID", "systemUUID"),
        ("Boot ID", "bootID"),
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
        ("Kube-Proxy Version", "kubeProxyVersion"),
    ):
        page.add(1, f"{title}:\t{info.get(field, '')}")


def _pods(page: Page, pods: Sequence[Wire], allocatable: Wire) -> None:
    page.add(0, f"Non-terminated Pods:\t({len(pods)} in total)")
    names = (
        *(
            "Namespace",
            "Name",
            "",
            "CPU Requests",
            "CPU Limits",
            "Memory Requests",
            "Memory Limits",
        ),
        "Age",
    )
    page.add(1, "\t".join(names))
    page.add(1, "\t".join("-" * len(name) for name in names))
    for pod in pods:
        asked, limits = pod_amounts(pod, "requests"), pod_amounts(pod, "limits")
        cells = [
            f"{amounts.get(kind, Quantity(0))} ({_share(amounts, allocatable, kind)}%)"
            for kind in ("cpu", "memory")
            for amounts in (asked, limits)
        ]
        metadata = pod["metadata"]
        age = since(metadata.get("creationTimestamp"), CLOCK.now())
        page.add(1, "\t".join([metadata["namespace"], metadata["name"], "", *cells, age]))
    page.add(0, "Allocated resources:")
    page.add(1, "(Total limits may be over 100 percent, i.e., overcommitted.)")
    page.add(1, "Resource\tRequests\tLimits")
    page.add(1, "--------\t--------\t------")
    every_ask = _sum(pod_amounts(pod, "requests") for pod in pods)
    every_limit = _sum(pod_amounts(pod, "limits") for pod in pods)
    for kind in ("cpu", "memory", "ephemeral-storage"):
        cells = [
            f"{amounts.get(kind, Quantity(0))} ({_share(amounts, allocatable, kind)}%)"
            for amounts in (every_ask, every_limit)
        ]
        page.add(1, "\t".join([kind, *cells]))
    others = sorted(one for one in allocatable if one not in {"cpu", "memory", "ephemeral-storage"})
    for kind in others:
        if kind != "pods":
            asked_, limit = every_ask.get(kind, Quantity(0)), every_limit.get(kind, Quantity(0))
            page.add(1, f"{kind}\t{asked_}\t{limit}")


def pod_amounts(pod: Wire, field: str) -> dict[str, Quantity]:
    """Return what the containers of a pod ask for, or are limited to."""
    spec = pod["spec"]

    def of(container: Wire) -> dict[str, Quantity]:
        amounts = (container.get("resources") or {}).get(field) or {}
        return {name: Quantity(text) for name, text in amounts.items()}

    found = _sum(of(one) for one in spec["containers"])
    for one in spec.get("initContainers") or ():
        for name, amount in of(one).items():
            found[name] = max(found.get(name, amount), amount)
    return found


def _sum(parts: Iterable[dict[str, Quantity]]) -> dict[str, Quantity]:
    def add(total: dict[str, Quantity], one: dict[str, Quantity]) -> dict[str, Quantity]:
        names = [*total, *(name for name in one if name not in total)]
        return {
            name: total[name] + one[name]
            if name in total and name in one
            else total.get(name, one.get(name, Quantity(0)))
            for name in names
        }

    start: dict[str, Quantity] = {}
    return reduce(add, parts, start)


def _share(amounts: dict[str, Quantity], allocatable: Wire, name: str) -> int:
    if name not in amounts or name not in allocatable:
        return 0
    whole = Quantity(allocatable[name]).milli_value
    return amounts[name].milli_value * 100 // whole if whole else 0
