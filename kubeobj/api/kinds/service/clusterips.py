"""How the addresses of a Service and their families go together.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidateServiceClusterIPsRelatedFields and
those for updates beside it (v1.36).
"""

from collections.abc import Collection

from kubeobj.api.addresses import family_of, is_ipv6, validate_ip_field
from kubeobj.api.fielderrors import duplicate, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.kinds.service.fields import EXTERNAL_NAME, NONE, SINGLE_STACK, is_headless
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath

FAMILIES = ("IPv4", "IPv6")
POLICIES = ("PreferDualStack", "RequireDualStack", "SingleStack")

_SPEC = FieldPath.of("spec")
_ADDRESSES = _SPEC.child("clusterIPs")
_FAMILIES = _SPEC.child("ipFamilies")
_POLICY = _SPEC.child("ipFamilyPolicy")


def validate_cluster_ips(spec: Wire, kept: Collection[str] = ()) -> Errors:
    """Find addresses and families that are wrong, or do not go together.

    Args:
        spec: What is wanted.
        kept: The addresses that the Service had before.
    """
    if spec.get("type") == EXTERNAL_NAME:
        return
    addresses: list[str] = spec.get("clusterIPs", [])
    families: list[str] = spec.get("ipFamilies", [])
    yield from _both_ways(spec.get("clusterIP", ""), addresses)
    yield from _known_families(families)
    policy = spec.get("ipFamilyPolicy")
    if policy is not None and policy not in POLICIES:
        yield not_supported(_POLICY, policy, POLICIES)
    wrong = list(_wrong_addresses(addresses, kept))
    yield from wrong
    if len(addresses) > 2:
        yield invalid(_ADDRESSES, addresses, "may only hold up to 2 values", "maxItems")
    if not wrong:
        yield from _of_families(addresses, families)


def _both_ways(one: str, several: list[str]) -> Errors:
    """Find ``clusterIP`` and ``clusterIPs`` that say different things."""
    if not one:
        if several:
            detail = "must be empty when `clusterIP` is not specified"
            yield invalid(_ADDRESSES, several, detail, "same-as=clusterIP")
    elif not several:
        yield required(_ADDRESSES, "same-as=clusterIP")
    elif several[0] != one:
        yield invalid(
            _ADDRESSES, several, "first value must match `clusterIP`", "same-as=clusterIP"
        )


def _known_families(families: list[str]) -> Errors:
    for position, family in enumerate(families):
        if family not in FAMILIES:
            yield not_supported(_FAMILIES.index(position), family, FAMILIES)
        if family in families[:position]:
            yield duplicate(_FAMILIES.index(position), family)


def _wrong_addresses(addresses: list[str], kept: Collection[str]) -> Errors:
    for position, address in enumerate(addresses):
        if not position and address == NONE:
            if len(addresses) > 1:
                detail = "'None' must be the first and only value"
                yield invalid(_ADDRESSES, addresses, detail, "headless=alone")
            continue
        yield from validate_ip_field(address, _ADDRESSES.index(position), kept)


def _of_families(addresses: list[str], families: list[str]) -> Errors:
    if len(addresses) > 1 and len({*map(family_of, addresses)}) < len(addresses):
        detail = "may specify no more than one IP for each IP family"
        yield invalid(_ADDRESSES, addresses, detail, "family=one-each")
    if addresses == [NONE]:
        return
    for position, (address, family) in enumerate(zip(addresses, families, strict=False)):
        if family in FAMILIES and (family == "IPv6") != is_ipv6(address):
            detail = f"expected an {family} value as indicated by `ipFamilies[{position}]`"
            yield invalid(_ADDRESSES.index(position), address, detail, "family=match")


# ---------------------------------------------------------------- updates


def validate_cluster_ips_update(spec: Wire, before: Wire) -> Errors:
    """Find changes of the addresses other than a second one that comes or goes."""
    if EXTERNAL_NAME in {spec.get("type"), before.get("type")}:
        return
    if is_headless(spec) and is_headless(before):
        return
    new: list[str] = spec.get("clusterIPs", [])
    old: list[str] = before.get("clusterIPs", [])
    changed = "may not change once set"
    if len(new) == len(old):
        for position, (one, other) in enumerate(zip(new, old, strict=True)):
            if one != other:
                yield invalid(_ADDRESSES.index(position), new, changed, "immutable")
        return
    if not new:
        detail = "primary clusterIP can not be unset"
        yield invalid(_ADDRESSES.index(0), new, detail, "immutable")
    elif old and new[0] != old[0]:
        yield invalid(_ADDRESSES.index(0), new, changed, "immutable")
    if len(new) == 1 < len(old):
        yield from _not_single(spec, "clusterIP")


def validate_families_update(spec: Wire, before: Wire) -> Errors:
    """Find changes of the families other than a second one that comes or goes."""
    if EXTERNAL_NAME in {spec.get("type"), before.get("type")}:
        return
    if is_headless(spec) or is_headless(before):
        return
    new: list[str] = spec.get("ipFamilies", [])
    old: list[str] = before.get("ipFamilies", [])
    first, changed = _FAMILIES.index(0), "may not change once set"
    if len(new) == len(old):
        for one, other in zip(new, old, strict=True):
            if one != other:
                yield invalid(first, new, changed, "immutable")
        return
    if len(new) < len(old) and not spec.get("clusterIPs"):
        yield invalid(first, new, "primary ipFamily can not be unset", "immutable")
    if new and old and new[0] != old[0]:
        yield invalid(first, new, changed, "immutable")
    if len(new) == 1 < len(old):
        yield from _not_single(spec, "ipFamily")


def _not_single(spec: Wire, what: str) -> Errors:
    policy = spec.get("ipFamilyPolicy")
    if policy != SINGLE_STACK:
        detail = f"must be set to 'SingleStack' when releasing the secondary {what}"
        yield invalid(_POLICY, policy, detail, "policy=single")
