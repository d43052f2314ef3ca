"""APIService: which server serves an API group in a version.

Source: ``k8s.io/kube-aggregator/pkg/apis/apiregistration`` and ``pkg/registry/apiservice`` (v1.36).
"""

from kubeobj.api.fielderrors import invalid, not_supported, required
from kubeobj.api.kind import STATUS, Context, Errors, Kind, Part
from kubeobj.api.metadata import new_errors
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.api.webhooks import default_service
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.meta.metarules import METADATA
from kubeobj.names import (
    PATH_SEGMENT_NAMES,
    validate_dns1035_label,
    validate_dns1123_subdomain,
    validate_port_number,
)

MOST_GROUP_PRIORITY = 20000
"""The highest priority of a group."""

MOST_VERSION_PRIORITY = 1000
"""The highest priority of a version in its group."""

_SPEC = FieldPath.of("spec")


def default(obj: Wire) -> None:
    """Let a service listen where servers of HTTPS do."""
    default_service(obj["spec"])


def prepare_create(obj: Wire, context: Context) -> None:
    """Say of what this server serves itself that it is there."""
    obj["status"] = {}
    if "service" not in obj["spec"]:
        condition = {
            "type": "Available",
            "status": "True",
            "lastTransitionTime": context.now,
            "reason": "Local",
            "message": "Local APIServices are always available",
        }
        obj["status"] = {"conditions": [condition]}


def validate(obj: Wire) -> Errors:
    """Find what is wrong with an APIService."""
    spec = obj["spec"]
    group, version = spec.get("group", ""), spec.get("version", "")
    name, meant = obj["metadata"].get("name", ""), f"{version}.{group}"
    if name and name != meant:
        yield invalid(METADATA.child("name"), name, f'must be "{meant}"', "name=version.group")
    if group:
        yield from validate_dns1123_subdomain(group, _SPEC.child("group"))
    elif version != "v1":
        yield required(_SPEC.child("group"), "required")
    yield from validate_dns1035_label(version, _SPEC.child("version"))
    for priority, most in (
        ("groupPriorityMinimum", MOST_GROUP_PRIORITY),
        ("versionPriority", MOST_VERSION_PRIORITY),
    ):
        if not 0 < spec[priority] <= most:
            detail = f"must be positive and less than {most}"
            yield invalid(_SPEC.child(priority), spec[priority], detail, "range")
    yield from _server(spec)


def _server(spec: Wire) -> Errors:
    here, bundle = _SPEC.child("insecureSkipTLSVerify"), spec.get("caBundle")
    skips = spec.get("insecureSkipTLSVerify", False)
    service = spec.get("service")
    if service is None:
        if bundle:
            detail = "local APIServices may not have a caBundle"
            yield invalid(_SPEC.child("caBundle"), f"{len(bundle)} bytes", detail, "local")
        if skips:
            detail = "local APIServices may not have insecureSkipTLSVerify"
            yield invalid(here, skips, detail, "local")
        return
    for name in ("namespace", "name"):
        if not service.get(name):
            yield required(_SPEC.child("service", name), "required")
    yield from validate_port_number(service["port"], _SPEC.child("service", "port"))
    if skips and bundle:
        yield invalid(here, skips, "may not be true if caBundle is present", "union")


def validate_update(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with an APIService that takes the place of another."""
    yield from new_errors(obj, KIND)
    yield from validate(obj)


def validate_status(obj: Wire, _old: Wire) -> Errors:
    """Find conditions of which it cannot be told whether they are met."""
    for position, condition in enumerate(obj["status"].get("conditions", ())):
        if condition["status"] not in {"True", "False", "Unknown"}:
            here = FieldPath.of("status", "conditions", position, "status")
            yield not_supported(here, condition["status"], ("True", "False", "Unknown"))


def _cells(obj: Wire, now: float) -> Cells:
    service = obj["spec"].get("service")
    where = "Local" if service is None else f"{service['namespace']}/{service['name']}"
    available = "Unknown"
    for condition in obj.get("status", {}).get("conditions", ()):
        if condition["type"] == "Available":
            available = condition["status"]
            if available != "True":
                available = f"{available} ({condition.get('reason', '')})"
    return [obj["metadata"].get("name", ""), where, available, age_of(obj, now)]


KIND = Kind(
    kind=GroupVersionKind("apiregistration.k8s.io", "v1", "APIService"),
    plural="apiservices",
    namespaced=False,
    names=PATH_SEGMENT_NAMES,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
    table=Table((NAME, Column("Service"), Column("Available"), AGE), _cells),
    parts={"status": Part(prepare=STATUS.prepare, validate=validate_status)},
    updates_blindly=False,
)
"""What the API knows of APIServices."""
