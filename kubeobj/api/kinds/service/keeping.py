"""What a Service keeps of what was given to it, where an update does not say otherwise.

Source: ``k8s.io/kubernetes/pkg/registry/core/service/storage`` storage.go (v1.36).
"""

from kubeobj.api.kinds.service.fields import (
    needs_cluster_ip,
    needs_health_check,
    needs_node_ports,
    node_ports,
)
from kubeobj.documents import Wire


def keep_allocated(spec: Wire, before: Wire) -> None:
    """Put the addresses and ports of *before* where *spec* names none."""
    if needs_cluster_ip(before) and needs_cluster_ip(spec):
        if not spec.get("clusterIP") and before.get("clusterIP"):
            spec["clusterIP"] = before["clusterIP"]
        if not spec.get("clusterIPs") and spec.get("clusterIP") == before.get("clusterIP"):
            _copy(spec, before, "clusterIPs")
    if needs_node_ports(before) and needs_node_ports(spec):
        _keep_node_ports(spec, before)
    both_checked = needs_health_check(before) and needs_health_check(spec)
    if both_checked and not spec.get("healthCheckNodePort"):
        _copy(spec, before, "healthCheckNodePort")


def _keep_node_ports(spec: Wire, before: Wire) -> None:
    """Keep ports on nodes by the names of ports, unless another port has them now."""
    used = set(node_ports(before)) & set(node_ports(spec))
    known = {port.get("name", ""): port.get("nodePort", 0) for port in before.get("ports") or ()}
    for port in spec.get("ports") or ():
        held = known.get(port.get("name", ""), 0)
        if held and not port.get("nodePort") and held not in used:
            port["nodePort"] = held
            used.add(held)


def _copy(spec: Wire, before: Wire, name: str) -> None:
    if name in before:
        held = before[name]
        spec[name] = list(held) if isinstance(held, list) else held


def settle_cluster_ips(spec: Wire, before: Wire | None) -> None:
    """Let ``clusterIP`` and ``clusterIPs`` say the same, where one of them is meant."""
    one, several = spec.get("clusterIP", ""), spec.get("clusterIPs", [])
    if before is None:
        if one and not several:
            spec["clusterIPs"] = [one]
        return
    same_one = one == before.get("clusterIP", "")
    same_several = several == before.get("clusterIPs", [])
    if same_several and not same_one:
        if one:
            spec["clusterIPs"] = [one]
        else:
            spec.pop("clusterIPs", None)
    elif same_one and not same_several:
        if several:
            spec["clusterIP"] = several[0]
        else:
            spec.pop("clusterIP", None)


def is_settled_dual_stack(spec: Wire, before: Wire | None) -> bool:
    """Return whether a Service that likes two families stays as it is.

    It then does not change with the families that the cluster has.
    """
    if before is None or spec.get("type") != before.get("type") or not needs_cluster_ip(spec):
        return False
    if not (spec.get("ipFamilyPolicy") == before.get("ipFamilyPolicy") == "PreferDualStack"):
        return False
    return all(spec.get(name) == before.get(name) for name in ("clusterIPs", "ipFamilies"))
