"""Variables of the environment of containers, and where their values come from.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidateEnv and ValidateEnvFrom (v1.36).
"""

import re
from collections.abc import Callable, Collection, Iterable

from kubeobj.api.fielderrors import invalid, not_found, required
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.fieldreferences import (
    ENVIRONMENT_FIELDS,
    validate_field_reference,
    validate_resource_reference,
)
from kubeobj.api.podspec.localpaths import validate_no_backsteps
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldPath
from kubeobj.names import (
    is_dns1123_subdomain,
    validate_config_map_key,
    validate_dns1123_label,
    validate_dns1123_subdomain,
    validate_dns1123_subdomain_prefix,
    validate_relaxed_env_var_name,
)

_is_name = re.compile(r"[ -<>-~]+").fullmatch
_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")


def validate_env(container: Wire, volumes: Collection[Wire], path: FieldPath) -> Errors:
    """Find what is wrong with the environment of a container.

    Args:
        container: The container.
        volumes: All volumes of the pod.
        path: Where the container is.
    """
    for position, variable in enumerate(container.get("env", ())):
        name = variable["name"]
        if not name:
            yield required(_at(path, position).child("name"), "required")
        elif not _is_name(name):
            yield from validate_relaxed_env_var_name(name, _at(path, position).child("name"))
        if "valueFrom" in variable:
            at = _at(path, position).child("valueFrom")
            yield from _validate_source(variable, at)
            if "fileKeyRef" in variable["valueFrom"]:
                selector = variable["valueFrom"]["fileKeyRef"]
                yield from _validate_volume(selector["volumeName"], volumes, at)
    if "envFrom" in container:
        yield from _validate_env_from(container["envFrom"], path.child("envFrom"))


def _at(path: FieldPath, position: int) -> FieldPath:
    return path.child("env").index(position)


def _validate_source(variable: Wire, path: FieldPath) -> Errors:
    source = variable["valueFrom"]
    if "fieldRef" in source:
        at = path.child("fieldRef")
        yield from validate_field_reference(source["fieldRef"], ENVIRONMENT_FIELDS, at)
    if "resourceFieldRef" in source:
        at = path.child("resourceFieldRef")
        yield from validate_resource_reference(source["resourceFieldRef"], at, in_volume=False)
    for name in ("configMapKeyRef", "secretKeyRef"):
        if name in source:
            yield from _validate_key_of_object(source[name], path.child(name))
    if "fileKeyRef" in source:
        yield from _validate_key_of_file(source["fileKeyRef"], path.child("fileKeyRef"))
    given = sum(name in source for name in _SOURCES)
    if not given:
        yield invalid(path, "", f"must specify one of: {', '.join(_SOURCES)}", "one-of")
    elif variable.get("value"):
        yield invalid(path, "", "may not be specified when `value` is not empty", "one-of")
    elif given > 1:
        yield invalid(path, "", "may not have more than one field specified at a time", "one-of")


def _validate_key_of_object(selector: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a reference to a key of a ConfigMap or Secret."""
    name, key = selector.get("name", ""), selector["key"]
    if not is_dns1123_subdomain(name):
        yield from validate_dns1123_subdomain(name, path.child("name"))
    if key:
        yield from validate_config_map_key(key, path.child("key"))
    else:
        yield required(path.child("key"), "required")


def _validate_key_of_file(selector: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a reference to a line of a file in a volume."""
    rules: dict[str, Callable[[str, FieldPath], Iterable[FieldError]]] = {
        "volumeName": validate_dns1123_label,
        "path": validate_no_backsteps,
        "key": validate_relaxed_env_var_name,
    }
    for name, rule in rules.items():
        if selector[name]:
            yield from rule(selector[name], path.child(name))
        else:
            yield required(path.child(name), "required")


def _validate_volume(name: str, volumes: Collection[Wire], path: FieldPath) -> Errors:
    """Find a volume of which there is none, or that is no scratch space."""
    if not name:
        return
    at = path.child("fileKeyRef", "volumeName")
    volume = next((volume for volume in volumes if volume["name"] == name), None)
    if volume is None:
        yield not_found(at, name)
    elif "emptyDir" not in volume:
        yield invalid(at, name, "referenced volume must be of type emptyDir", "reference")


def _validate_env_from(sources: list[Wire], path: FieldPath) -> Errors:
    """Find what is wrong with the objects whose keys all become variables."""
    for position, source in enumerate(sources):
        here = path.index(position)
        prefix = source.get("prefix")
        if prefix and not _is_name(prefix):
            yield from validate_relaxed_env_var_name(prefix, here.child("prefix"))
        given = [name for name in ("configMapRef", "secretRef") if name in source]
        for name in given:
            yield from _validate_object(source[name], here.child(name, "name"))
        # Of how many there are the whole list is blamed.
        if not given:
            detail = "must specify one of: `configMapRef` or `secretRef`"
            yield invalid(path, "", detail, "one-of")
        elif len(given) > 1:
            detail = "may not have more than one field specified at a time"
            yield invalid(path, "", detail, "one-of")


def _validate_object(reference: Wire, path: FieldPath) -> Errors:
    name = reference.get("name", "")
    if not name:
        yield required(path, "required")
    elif not is_dns1123_subdomain(name):
        yield from validate_dns1123_subdomain_prefix(name, path)
