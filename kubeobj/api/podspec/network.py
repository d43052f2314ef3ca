"""How pods are known in the network, and how they know others.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validatePodDNSConfig, ValidateHostAliases and
validateHostUsers (v1.36).
"""

from collections.abc import Collection

from kubeobj.api.addresses import validate_ip_field
from kubeobj.api.fielderrors import forbidden, invalid, not_supported, too_long
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldErrorType, FieldPath
from kubeobj.names import (
    byte_length,
    is_dns1123_label,
    validate_dns1123_label,
    validate_dns1123_subdomain,
    validate_dns1123_subdomain_with_underscore,
)

DNS_POLICIES = ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")
"""Whom a pod asks for names."""

_MOST_NAMESERVERS = 3
_MOST_SEARCHES = 32
_SEARCHES_MAX_BYTES = 2048
_HOSTNAME_MAX_BYTES = 64


def validate_network(spec: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with the names of a pod, and of others in it; *path* is of the spec."""
    policy = spec["dnsPolicy"]
    if policy not in DNS_POLICIES:
        yield not_supported(path.child("dnsPolicy"), policy, DNS_POLICIES)
    if "dnsConfig" in spec or policy == "None":
        yield from _validate_dns(spec.get("dnsConfig"), policy, path.child("dnsConfig"))
    for name in ("hostname", "subdomain"):
        if name in spec and not is_dns1123_label(spec[name]):
            yield from validate_dns1123_label(spec[name], path.child(name))
    if "hostnameOverride" in spec:
        yield from _validate_hostname_override(spec, path.child("hostnameOverride"))
    if "hostAliases" in spec:
        yield from _validate_host_aliases(spec["hostAliases"], path.child("hostAliases"))
    if spec.get("hostUsers") is False:
        # Two of these are written with a capital by the API.
        for name, spelled in (
            ("hostNetwork", "hostNetwork"),
            ("hostPID", "HostPID"),
            ("hostIPC", "HostIPC"),
        ):
            if spec.get(name):
                yield forbidden(path.child(spelled), "when `pod.Spec.HostUsers` is false")


def _validate_dns(config: Wire | None, policy: str, path: FieldPath) -> Errors:
    if policy == "None":
        if config is None:
            yield _missing(path, "must provide `dnsConfig` when `dnsPolicy` is None")
            return
        if not config.get("nameservers"):
            yield _missing(path.child("nameservers"), "must provide at least one DNS nameserver")
            return
    if config is None:
        return
    servers = config.get("nameservers", ())
    if len(servers) > _MOST_NAMESERVERS:
        detail = f"must not have more than {_MOST_NAMESERVERS} nameservers"
        yield invalid(path.child("nameservers"), servers, detail, "maxItems")
    for position, server in enumerate(servers):
        yield from validate_ip_field(server, path.child("nameservers").index(position))
    yield from _validate_searches(config.get("searches", ()), path.child("searches"))
    for position, option in enumerate(config.get("options", ())):
        if not option.get("name"):
            yield _missing(path.child("options").index(position), "must not be empty")


def _validate_searches(searches: Collection[str], path: FieldPath) -> Errors:
    if len(searches) > _MOST_SEARCHES:
        detail = f"must not have more than {_MOST_SEARCHES} search paths"
        yield invalid(path, list(searches), detail, "maxItems")
    if byte_length(" ".join(searches)) > _SEARCHES_MAX_BYTES:
        detail = f"must not have more than {_SEARCHES_MAX_BYTES} characters, including spaces"
        yield invalid(path, list(searches), detail, "maxLength")
    for position, search in enumerate(searches):
        if search != ".":
            domain = search.removesuffix(".")
            yield from validate_dns1123_subdomain_with_underscore(domain, path.index(position))


def _validate_hostname_override(spec: Wire, path: FieldPath) -> Errors:
    name = spec["hostnameOverride"]
    yield from validate_dns1123_subdomain(name, path)
    if byte_length(name) > _HOSTNAME_MAX_BYTES:
        yield too_long(path, name, _HOSTNAME_MAX_BYTES)
    for other in ("setHostnameAsFQDN", "hostNetwork"):
        if spec.get(other):
            yield forbidden(path, f"may not be specified when `{other}` is true")


def _validate_host_aliases(aliases: list[Wire], path: FieldPath) -> Errors:
    for position, alias in enumerate(aliases):
        here = path.index(position)
        yield from validate_ip_field(alias.get("ip", ""), here.child("ip"))
        for index, name in enumerate(alias.get("hostnames", ())):
            yield from validate_dns1123_subdomain(name, here.child("hostnames").index(index))


def _missing(path: FieldPath, detail: str) -> FieldError:
    return FieldError(path, FieldErrorType.REQUIRED, "", detail, "required")
