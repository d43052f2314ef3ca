"""The rules of nodes.

Taints are told of as if they were metadata: so the API does it.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidateNode and ValidateNodeUpdate (v1.36).
"""

import json
from collections.abc import Mapping

from kubeobj.api.addresses import family_of, validate_cidr_field
from kubeobj.api.fielderrors import duplicate, forbidden, invalid, required
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.tolerations import validate_taints
from kubeobj.api.quantities import is_whole
from kubeobj.api.resourcenames import is_integer
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldErrorType, FieldPath
from kubeobj.meta.metarules import METADATA
from kubeobj.names import (
    validate_config_map_key,
    validate_dns1123_label,
    validate_dns1123_subdomain,
)
from kubeobj.names.addresses import parse_network

AVOID_ANNOTATION = "scheduler.alpha.kubernetes.io/preferAvoidPods"
"""The annotation that keeps the pods of some controllers away."""

TAINTS_ANNOTATION = "scheduler.alpha.kubernetes.io/taints"
"""The annotation that held taints before there was a field."""

_ONCE = "may not be changed once it is set"


def validate(obj: Wire, old: Wire | None = None) -> Errors:
    """Find what is wrong with a node, which may take the place of an *old* one."""
    yield from _validate_annotations(obj)
    yield from validate_taints(obj["spec"].get("taints", ()), METADATA.child("taints"))
    yield from _validate_resources(obj)
    networks = obj["spec"].get("podCIDRs", ())
    if networks:
        kept = old["spec"].get("podCIDRs", []) if old else []
        yield from _validate_networks(networks, kept, FieldPath.of("spec", "podCIDRs"))


def validate_change(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with what has changed of a node."""
    yield from _validate_annotations(obj)
    yield from _validate_resources(obj)
    yield from _validate_addresses(obj["status"].get("addresses", ()))
    yield from _validate_kept(obj["spec"], old["spec"])
    source = obj["spec"].get("configSource")
    if source is not None:
        yield from _validate_config(source, FieldPath.of("spec", "configSource"), in_spec=True)
    for name in ("assigned", "active", "lastKnownGood"):
        source = obj["status"].get("config", {}).get(name)
        if source is not None:
            here = FieldPath.of("status", "config", name)
            yield from _validate_config(source, here, in_spec=False)
    yield from validate_taints(obj["spec"].get("taints", ()), METADATA.child("taints"))


def _validate_kept(spec: Wire, old: Wire) -> Errors:
    """Find what was set once and has changed."""
    networks, before = spec.get("podCIDRs", ()), old.get("podCIDRs", ())
    here = FieldPath.of("spec", "podCIDRs")
    if before and len(networks) != len(before):
        yield forbidden(here, _ONCE, "immutable")
    elif before:
        for network, was in zip(networks, before, strict=True):
            if network != was:
                yield forbidden(here, _ONCE, "immutable")
    provider = old.get("providerID")
    if provider and spec.get("providerID") != provider:
        yield forbidden(FieldPath.of("spec", "providerID"), _ONCE, "immutable")
    if spec.get("externalID") != old.get("externalID"):
        yield forbidden(FieldPath.of("spec", "externalID"), "may not be updated", "immutable")


def _validate_annotations(obj: Wire) -> Errors:
    annotations = obj["metadata"].get("annotations", {})
    at = METADATA.child("annotations")
    taints, avoided = annotations.get(TAINTS_ANNOTATION), annotations.get(AVOID_ANNOTATION)
    if taints:
        yield from _validate_old_taints(taints, at)
    if avoided:
        yield from _validate_avoided(avoided, at)


def _validate_old_taints(text: str, path: FieldPath) -> Errors:
    """Find what is wrong with taints in an annotation."""
    taints = _read(text)
    if not isinstance(taints, list | None) or not all(
        isinstance(taint, dict) and all(isinstance(part, str) for part in taint.values())
        for taint in taints or ()
    ):
        yield invalid(path, TAINTS_ANNOTATION, "must be a JSON list of taints", "format=json")
        return
    whole = [{"key": "", "effect": "", **taint} for taint in taints or ()]
    yield from validate_taints(whole, path.child(TAINTS_ANNOTATION))


def _validate_avoided(text: str, path: FieldPath) -> Errors:
    """Find what is wrong with the controllers whose pods are kept away."""
    avoided = _read(text)
    entries = avoided.get("preferAvoidPods") if isinstance(avoided, dict) else None
    if not isinstance(avoided, dict) or not isinstance(entries, list | None):
        detail = "must be a JSON object with the controllers whose pods are avoided"
        yield invalid(path.child("AvoidPods"), AVOID_ANNOTATION, detail, "format=json")
        return
    for position, entry in enumerate(entries or ()):
        here = path.child(AVOID_ANNOTATION).index(position).child("PodSignature")
        signature = entry.get("podSignature") if isinstance(entry, dict) else None
        owner = signature.get("podController") if isinstance(signature, dict) else None
        if not isinstance(owner, dict):
            yield required(here, "required")
        elif not owner.get("controller"):
            at = here.child("PodController", "Controller")
            yield invalid(at, owner, "must point to a controller", "enum")


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return ""


def _validate_resources(obj: Wire) -> Errors:
    status = obj["status"]
    for name in ("capacity", "allocatable"):
        amounts: Mapping[str, str] = status.get(name, {})
        for resource, amount in amounts.items():
            here = FieldPath.of("status", name, resource)
            if amount[0] == "-":
                yield invalid(here, amount, "must be greater than or equal to 0", "minimum")
            if is_integer(resource) and not is_whole(amount):
                yield invalid(here, amount, "must be an integer", "format=integer")


def _validate_addresses(addresses: list[Wire]) -> Errors:
    for position, address in enumerate(addresses):
        if address in addresses[:position]:
            yield duplicate(FieldPath.of("status", "addresses", position), address)


def _validate_networks(networks: list[str], kept: list[str], path: FieldPath) -> Errors:
    """Find networks that are none, are there twice, or are not one of each family."""
    for position, network in enumerate(networks):
        yield from validate_cidr_field(network, path.index(position), kept)
    if len(networks) < 2:
        return
    malformed = any(parse_network(network) is None for network in networks)
    if malformed:
        detail = "the networks cannot be told apart, as one of them is none"
        yield FieldError(path, FieldErrorType.INTERNAL, None, detail, "format=cidr")
    families = {family_of(network) for network in networks}
    if malformed or len(families) != 2 or len(networks) > 2:
        detail = "may specify no more than one CIDR for each IP family"
        yield invalid(path, networks, detail, "dual-stack")
    for position, network in enumerate(networks):
        if network in networks[:position]:
            yield duplicate(path.index(position), network)


def _validate_config(source: Wire, path: FieldPath, *, in_spec: bool) -> Errors:
    """Find what is wrong with where the kubelet's configuration is."""
    ref = source.get("configMap")
    if ref is None:
        detail = "exactly one reference subfield must be non-nil"
        yield invalid(path, source, detail, "one-of")
        return
    at = path.child("configMap")
    for name in ("uid", "resourceVersion"):
        if in_spec and ref.get(name):
            yield forbidden(at.child(name), "must not be set in spec")
        if not in_spec and not ref.get(name):
            yield required(at.child(name), "required")
    for name, rule in _CONFIG_RULES.items():
        if ref.get(name):
            yield from rule(ref[name], at.child(name))
        else:
            yield required(at.child(name), "required")


_CONFIG_RULES = {
    "namespace": validate_dns1123_label,
    "name": validate_dns1123_subdomain,
    "kubeletConfigKey": validate_config_map_key,
}
