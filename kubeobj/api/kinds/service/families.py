"""Which families of addresses a Service has, by what it says and what the cluster has.

Source: ``k8s.io/kubernetes/pkg/registry/core/service/storage`` initIPFamilyFields (v1.36).
"""

from kubeobj.api.addresses import family_of
from kubeobj.api.errors import invalid as invalid_object
from kubeobj.api.fielderrors import invalid
from kubeobj.api.kind import Errors
from kubeobj.api.kinds.service.clusterips import validate_cluster_ips
from kubeobj.api.kinds.service.fields import EXTERNAL_NAME, NONE, SINGLE_STACK
from kubeobj.api.kinds.service.keeping import is_settled_dual_stack
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldPath

_SPEC = FieldPath.of("spec")
_POLICY = _SPEC.child("ipFamilyPolicy")
_OTHER = {"IPv4": "IPv6", "IPv6": "IPv4"}


def settle_families(obj: Wire, before: Wire | None, families: tuple[str, ...]) -> None:
    """Say which families *obj* has, and by which policy.

    Args:
        obj: The Service.
        before: What was wanted before, or None.
        families: The families that the cluster has, the usual one first.

    Raises:
        Invalid: If it wants what does not go together, or what the cluster has not.
    """
    spec = obj["spec"]
    if spec.get("type") == EXTERNAL_NAME or is_settled_dual_stack(spec, before):
        return
    is_open = spec.get("clusterIP") == NONE and not spec.get("selector")
    if "ipFamilyPolicy" not in spec:
        spec["ipFamilyPolicy"] = _policy(before, is_open=is_open)
    kept = before.get("clusterIPs", ()) if before else ()
    _refuse_if(obj, [*validate_cluster_ips(spec, kept)])
    found = [*_update_errors(spec, before)] if before else []
    found += _single_errors(spec)
    found += _infer(spec, families)
    _refuse_if(obj, found)
    if is_open:
        _add_other(spec, families[0])
        return
    _refuse_if(obj, [*_cluster_errors(spec, families)])
    if not spec.get("ipFamilies"):
        spec["ipFamilies"] = [families[0]]
    if len(families) == 2:
        _add_other(spec, families[0])


def _policy(before: Wire | None, *, is_open: bool) -> str:
    """Return the policy of a Service that names none."""
    if before and "ipFamilyPolicy" in before:
        policy: str = before["ipFamilyPolicy"]
        return policy
    # One without address and selector can have endpoints of either family.
    return "RequireDualStack" if is_open else SINGLE_STACK


def _add_other(spec: Wire, usual: str) -> None:
    """Add the second family to a Service that is to have both."""
    families = spec.setdefault("ipFamilies", [usual])
    if len(families) < 2 and spec["ipFamilyPolicy"] != SINGLE_STACK:
        families.append(_OTHER[families[0]])


def _update_errors(spec: Wire, before: Wire) -> Errors:
    """Drop what a Service that is to have one family has of a second, or find that it may not."""
    for name, what in (("clusterIPs", "cluster IP"), ("ipFamilies", "IP family")):
        new, old = spec.get(name, []), before.get(name, [])
        if spec["ipFamilyPolicy"] == SINGLE_STACK:
            if new == old and len(new) > 1:
                del new[1:]
        elif new and len(new) < len(old):
            detail = f"must be 'SingleStack' to release the secondary {what}"
            yield invalid(_POLICY, spec["ipFamilyPolicy"], detail, "policy=single")


def _single_errors(spec: Wire) -> Errors:
    if spec["ipFamilyPolicy"] != SINGLE_STACK:
        return
    for name, what in (("clusterIPs", "cluster IPs"), ("ipFamilies", "IP families")):
        if len(spec.get(name, ())) == 2:
            detail = f"must be 'RequireDualStack' or 'PreferDualStack' with multiple {what}"
            yield invalid(_POLICY, SINGLE_STACK, detail, "policy=dual")


def _infer(spec: Wire, families: tuple[str, ...]) -> list[FieldError]:
    """Take the families of a Service from its addresses where it names none."""
    addresses = spec.get("clusterIPs", [])
    found: list[FieldError] = []
    for position, address in enumerate(addresses):
        if address == NONE:
            break
        if position < len(spec.get("ipFamilies", ())):
            continue
        family = family_of(address)
        if family in families:
            spec.setdefault("ipFamilies", []).append(family)
        else:
            here = _SPEC.child("clusterIPs").index(position)
            detail = f"{family} is not configured on this cluster"
            found.append(invalid(here, addresses, detail, "family=configured"))
    return found


def _cluster_errors(spec: Wire, families: tuple[str, ...]) -> Errors:
    policy = spec["ipFamilyPolicy"]
    if policy == "RequireDualStack" and len(families) < 2:
        detail = "this cluster is not configured for dual-stack services"
        yield invalid(_POLICY, policy, detail, "family=configured")
    for position, family in enumerate(spec.get("ipFamilies", ())):
        if family not in families:
            here = _SPEC.child("ipFamilies").index(position)
            yield invalid(here, family, "not configured on this cluster", "family=configured")


def _refuse_if(obj: Wire, found: list[FieldError]) -> None:
    if found:
        raise invalid_object("", "Service", obj["metadata"].get("name", ""), found)
