"""DeviceClass: devices of a sort, and what their driver is told.

Source: ``k8s.io/kubernetes/pkg/apis/resource/validation`` ValidateDeviceClass (v1.36).
"""

from kubeobj.api.devices.rules import (
    GROUP,
    validate_configuration,
    validate_items,
    validate_selector,
)
from kubeobj.api.fielderrors import invalid
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.metadata import new_errors
from kubeobj.api.resourcenames import is_extended
from kubeobj.api.table import NAME_AND_AGE
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind

_SPEC = FieldPath.of("spec")


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a class."""
    spec = obj["spec"]
    yield from validate_items(
        spec.get("selectors", []), _SPEC.child("selectors"), validate_selector
    )
    yield from validate_items(spec.get("config", []), _SPEC.child("config"), validate_configuration)
    name = spec.get("extendedResourceName")
    if name is not None and not is_extended(name):
        detail = "must be a valid extended resource name"
        yield invalid(_SPEC.child("extendedResourceName"), name, detail, "format=extended")


def validate_update(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with a class that takes the place of another."""
    yield from new_errors(obj, KIND)
    yield from validate(obj)


KIND = Kind(
    kind=GroupVersionKind(GROUP, "v1", "DeviceClass"),
    plural="deviceclasses",
    namespaced=False,
    validate=validate,
    validate_update=validate_update,
    table=NAME_AND_AGE,
    counts_generations=True,
)
"""What the API knows of DeviceClasses."""
