"""IngressClass: which controller sees to an Ingress.

Source: ``k8s.io/kubernetes/pkg/apis/networking/validation`` ValidateIngressClass (v1.36).
"""

from kubeobj.api.fielderrors import (
    forbidden,
    immutable,
    not_supported,
    required,
    too_long,
)
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.metadata import new_errors
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.api.typedreferences import validate_local_reference
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import byte_length, validate_dns1123_label, validate_domain_prefixed_path

CONTROLLER_MAX_BYTES = 250
"""The longest name of a controller."""

SCOPES = ("Cluster", "Namespace")

_SPEC = FieldPath.of("spec")


def default(obj: Wire) -> None:
    """Let parameters be of the whole cluster where nothing is said."""
    parameters = obj["spec"].get("parameters")
    if parameters is not None and parameters.get("scope") is None:
        parameters["scope"] = "Cluster"


def validate(obj: Wire) -> Errors:
    """Find a controller or parameters that are wrong."""
    spec = obj["spec"]
    controller, here = spec.get("controller", ""), _SPEC.child("controller")
    if controller:
        if byte_length(controller) > CONTROLLER_MAX_BYTES:
            yield too_long(here, controller, CONTROLLER_MAX_BYTES)
        yield from validate_domain_prefixed_path(controller, here)
    else:
        yield required(here, "required")
    if "parameters" in spec:
        yield from _parameters(spec["parameters"], _SPEC.child("parameters"))


def _parameters(parameters: Wire, path: FieldPath) -> Errors:
    yield from validate_local_reference(parameters, path)
    scope, here = parameters["scope"], path.child("namespace")
    if scope not in SCOPES:
        yield not_supported(path.child("scope"), scope, SCOPES)
    elif scope == "Cluster":
        if "namespace" in parameters:
            yield forbidden(here, "`parameters.scope` is set to 'Cluster'", "scope=cluster")
    elif "namespace" not in parameters:
        yield required(here, "scope=namespace")
    else:
        yield from validate_dns1123_label(parameters["namespace"], here)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a class that takes the place of another."""
    new, before = obj["spec"].get("controller", ""), old["spec"].get("controller", "")
    yield from immutable(new, before, _SPEC.child("controller"))
    yield from new_errors(obj, KIND)
    yield from validate(obj)


def _cells(obj: Wire, now: float) -> Cells:
    spec = obj["spec"]
    named = "<none>"
    if "parameters" in spec:
        parameters = spec["parameters"]
        group = f".{parameters['apiGroup']}" if "apiGroup" in parameters else ""
        named = f"{parameters['kind']}{group}/{parameters['name']}"
    return [
        obj["metadata"].get("name", ""),
        spec.get("controller", ""),
        named,
        age_of(obj, now),
    ]


KIND = Kind(
    kind=GroupVersionKind("networking.k8s.io", "v1", "IngressClass"),
    plural="ingressclasses",
    namespaced=False,
    default=default,
    validate=validate,
    validate_update=validate_update,
    counts_generations=True,
    table=Table((NAME, Column("Controller"), Column("Parameters"), AGE), _cells),
)
"""What the API knows of IngressClasses."""
