"""Ingress: how requests from outside reach Services by host and path.

Source: ``k8s.io/kubernetes/pkg/apis/networking/validation`` and
``pkg/registry/networking/ingress`` (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.addresses import is_ip, validate_ip_field
from kubeobj.api.fielderrors import invalid, not_supported, required
from kubeobj.api.kind import STATUS, Context, Errors, Kind, Part
from kubeobj.api.kinds.service.table import balancer_addresses
from kubeobj.api.kinds.service.validation import validate_ingress_host
from kubeobj.api.metadata import new_errors
from kubeobj.api.shortlists import SHOWN
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.api.typedreferences import validate_local_reference
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import (
    validate_dns1123_label,
    validate_dns1123_subdomain,
    validate_port_name,
    validate_port_number,
    validate_wildcard_dns1123_subdomain,
)

CLASS_ANNOTATION = "kubernetes.io/ingress.class"
"""The annotation that was there before ``ingressClassName``."""

PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")

_SPEC = FieldPath.of("spec")
_BAD_PARTS = ("//", "/./", "/../", "%2f", "%2F")
_BAD_ENDS = ("/..", "/.")


def prepare_create(obj: Wire, _context: Context) -> None:
    """Begin with a status that says nothing."""
    obj["status"] = {"loadBalancer": {}}


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a new Ingress."""
    yield from _spec(obj["spec"], {})
    given = obj["metadata"].get("annotations", {}).get(CLASS_ANNOTATION)
    name = obj["spec"].get("ingressClassName")
    if given is not None and name is not None and given != name:
        # The API writes the annotation as a field, and the metadata not at all.
        here = FieldPath.of("annotations", CLASS_ANNOTATION)
        detail = "must match `ingressClassName` when both are specified"
        yield invalid(here, given, detail, "annotation=match")


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with an Ingress that takes the place of another."""
    yield from new_errors(obj, KIND)
    yield from _spec(obj["spec"], old["spec"])


def _spec(spec: Wire, before: Wire) -> Errors:
    rules = spec.get("rules", ())
    if not rules and "defaultBackend" not in spec:
        detail = "either `defaultBackend` or `rules` must be specified"
        yield invalid(_SPEC, None, detail, "required-one-of")
    if "defaultBackend" in spec:
        yield from _backend(spec["defaultBackend"], _SPEC.child("defaultBackend"))
    passes_wildcards = any(map(_is_wrong_wildcard, before.get("rules", ())))
    for position, rule in enumerate(rules):
        path = _SPEC.child("rules").index(position)
        host = rule.get("host", "")
        yield from _host(host, path.child("host"))
        if not (passes_wildcards and "*" in host):
            yield from _rule(rule, path)
    passes_secrets = any(map(_has_wrong_secret, before.get("tls", ())))
    for position, tls in enumerate(spec.get("tls", ())):
        path = _SPEC.child("tls").index(position)
        for number, host in enumerate(tls.get("hosts", ())):
            yield from _dns_host(host, path.child("hosts").index(number))
        if not passes_secrets and tls.get("secretName"):
            yield from validate_dns1123_subdomain(tls["secretName"], path.child("secretName"))
    if "ingressClassName" in spec:
        here = _SPEC.child("ingressClassName")
        yield from validate_dns1123_subdomain(spec["ingressClassName"], here)


def _is_wrong_wildcard(rule: Wire) -> bool:
    return "*" in rule.get("host", "") and any(_rule(rule, _SPEC))


def _has_wrong_secret(tls: Wire) -> bool:
    name = tls.get("secretName", "")
    return bool(name) and bool(validate_dns1123_subdomain(name))


def _host(host: str, path: FieldPath) -> Errors:
    if host:
        if is_ip(host):
            yield invalid(path, host, "must be a DNS name, not an IP address", "format=dns-name")
        yield from _dns_host(host, path)


def _dns_host(host: str, path: FieldPath) -> Errors:
    if "*" in host:
        yield from validate_wildcard_dns1123_subdomain(host, path)
    else:
        yield from validate_dns1123_subdomain(host, path)


def _rule(rule: Wire, path: FieldPath) -> Errors:
    if "http" not in rule:
        return
    here = path.child("http", "paths")
    paths = rule["http"]["paths"]
    if not paths:
        yield required(here, "required")
    for position, one in enumerate(paths or ()):
        yield from _path(one, here.index(position))


def _path(one: Wire, path: FieldPath) -> Errors:
    kind, text = one["pathType"], one.get("path", "")
    if kind is None:
        yield required(path.child("pathType"), "required")
        return
    here = path.child("path")
    if kind in {"Exact", "Prefix"}:
        yield from _strict_path(text, here)
    elif kind == "ImplementationSpecific":
        if text and not text.startswith("/"):
            yield invalid(here, text, "must be an absolute path", "format=absolute-path")
    else:
        yield not_supported(path.child("pathType"), kind, PATH_TYPES)
    yield from _backend(one["backend"], path.child("backend"))


def _strict_path(text: str, path: FieldPath) -> Errors:
    if not text.startswith("/"):
        yield invalid(path, text, "must be an absolute path", "format=absolute-path")
    for part in _BAD_PARTS:
        if part in text:
            yield invalid(path, text, f"must not contain '{part}'", "format=path")
    for end in _BAD_ENDS:
        if text.endswith(end):
            yield invalid(path, text, f"cannot end with '{end}'", "format=path")


def _backend(backend: Wire, path: FieldPath) -> Errors:
    resource, service = backend.get("resource"), backend.get("service")
    if resource is not None and service is not None:
        yield invalid(path, "", "cannot set both resource and service backends", "union")
    elif resource is not None:
        yield from validate_local_reference(resource, path.child("resource"))
    elif service is not None:
        here = path.child("service")
        if service["name"]:
            yield from validate_dns1123_label(service["name"], here.child("name"))
        else:
            yield required(here.child("name"), "required")
        yield from _port(service["port"], path)
    else:
        yield invalid(path, "", "resource or service backend is required", "union")


def _port(port: Wire, path: FieldPath) -> Errors:
    name, number = port.get("name"), port.get("number")
    here = path.child("service", "port")
    if name and number:
        yield invalid(path, "", "cannot set both port name & port number", "union")
    elif name:
        yield from validate_port_name(name, here.child("name"))
    elif number:
        yield from validate_port_number(number, here.child("number"))
    else:
        yield required(path, "required-one-of")


def validate_status(obj: Wire, old: Wire) -> Errors:
    """Find addresses and names of load balancers that are wrong."""
    kept = [one.get("ip", "") for one in old["status"]["loadBalancer"].get("ingress", ())]
    here = FieldPath.of("status", "loadBalancer", "ingress")
    for position, ingress in enumerate(obj["status"]["loadBalancer"].get("ingress", ())):
        path = here.index(position)
        if "ip" in ingress:
            yield from validate_ip_field(ingress["ip"], path.child("ip"), kept)
        yield from validate_ingress_host(ingress.get("hostname", ""), path.child("hostname"))


def warnings(obj: Wire, old: Wire | None) -> Iterator[str]:
    """Warn of an annotation in place of the field."""
    annotations = obj["metadata"].get("annotations", {})
    if old is None and CLASS_ANNOTATION in annotations and "ingressClassName" not in obj["spec"]:
        yield (
            f'annotation "{CLASS_ANNOTATION}" is deprecated, please use'
            " 'spec.ingressClassName' instead"
        )


def _hosts(rules: list[Wire]) -> str:
    listed: list[str] = []
    for rule in rules:
        if len(listed) == SHOWN:
            return f"{','.join(listed)} + {len(rules) - SHOWN} more..."
        if rule.get("host"):
            listed.append(rule["host"])
    return ",".join(listed) or "*"


def _cells(obj: Wire, now: float) -> Cells:
    spec = obj["spec"]
    return [
        obj["metadata"].get("name", ""),
        spec.get("ingressClassName", "<none>"),
        _hosts(spec.get("rules", ())),
        ",".join(balancer_addresses(obj.get("status", {}))),
        "80, 443" if spec.get("tls") else "80",
        age_of(obj, now),
    ]


KIND = Kind(
    kind=GroupVersionKind("networking.k8s.io", "v1", "Ingress"),
    plural="ingresses",
    namespaced=True,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    counts_generations=True,
    table=Table(
        (NAME, Column("Class"), Column("Hosts"), Column("Address"), Column("Ports"), AGE), _cells
    ),
    parts={"status": Part(prepare=STATUS.prepare, validate=validate_status)},
)
"""What the API knows of Ingresses."""
