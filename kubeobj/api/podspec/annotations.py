"""Annotations of pods that mean something: what came before fields, and what kubelets write.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidatePodSpecificAnnotations,
validateSeccompAnnotationsAndFields and validateAppArmorAnnotationsAndFieldsMatchOnCreate, and
``pkg/registry/core/pod`` applyAppArmorVersionSkew (v1.36).
"""

import json
import re
from collections.abc import Iterator, Mapping

from kubeobj.api.fielderrors import forbidden, invalid
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.localpaths import validate_descending_path
from kubeobj.api.podspec.profiles import LOCALHOST
from kubeobj.api.podspec.tolerations import validate_tolerations
from kubeobj.api.podspec.visiting import containers_of, containers_with_paths
from kubeobj.api.wireform import WireError, read_wire
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath

MIRROR = "kubernetes.io/config.mirror"
"""Marks the pods that kubelets show of those they run by themselves."""

APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
"""What comes before the name of a container whose profile of AppArmor the annotation gives."""

SECCOMP_OF_POD = "seccomp.security.alpha.kubernetes.io/pod"
"""Gave the profile of seccomp of the pod."""

SECCOMP_OF_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"
"""What came before the name of a container whose profile of seccomp the annotation gave."""

_TOLERATIONS = "scheduler.alpha.kubernetes.io/tolerations"
_DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
_SECCOMP_DEFAULTS = frozenset({"runtime/default", "docker/default"})
# Zeros may lead only after a minus, and a plus never.
_is_integer = re.compile(r"0|[1-9][0-9]*|-[0-9]+").fullmatch


def validate_pod_annotations(annotations: Mapping[str, str], spec: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with the annotations of a pod or a template that mean something.

    Args:
        annotations: All annotations.
        spec: The pod spec.
        path: Where the annotations are.
    """
    if MIRROR in annotations and not spec.get("nodeName"):
        detail = "must set spec.nodeName if mirror pod annotation is set"
        yield invalid(path.key(MIRROR), annotations[MIRROR], detail, "conflict")
    if annotations.get(_TOLERATIONS):
        yield from _validate_tolerations(annotations[_TOLERATIONS], path)
    cost = annotations.get(_DELETION_COST)
    if cost is not None and not _is_deletion_cost(cost):
        yield invalid(path.key(_DELETION_COST), cost, "must be a 32bit integer", "format=int32")
    for name, value in annotations.items():
        if name == SECCOMP_OF_POD or name.startswith(SECCOMP_OF_CONTAINER):
            yield from _validate_seccomp(value, path.child(name))
        elif name.startswith(APP_ARMOR):
            yield from _validate_app_armor(name, value, spec, path)


def _is_deletion_cost(text: str) -> bool:
    # More digits than this are no number of 32 bits, and Python reads them slowly.
    return bool(_is_integer(text)) and len(text) <= 11 and -(2**31) <= int(text) < 2**31


def _validate_tolerations(text: str, path: FieldPath) -> Errors:
    try:
        found = json.loads(text)
        listed = [read_wire("corev1.Toleration", item or {})[0] for item in found or ()]
    except (ValueError, TypeError, RecursionError, WireError) as error:
        yield invalid(path, _TOLERATIONS, f"are no tolerations: {error}", "format=json")
        return
    yield from validate_tolerations(listed, path.child(_TOLERATIONS))


def _validate_seccomp(profile: str, path: FieldPath) -> Errors:
    if profile in _SECCOMP_DEFAULTS or profile == "unconfined":
        return
    if profile.startswith(LOCALHOST):
        yield from validate_descending_path(profile.removeprefix(LOCALHOST), path)
    else:
        yield invalid(path, profile, "must be a valid seccomp profile", "format=seccomp-profile")


def _validate_app_armor(name: str, profile: str, spec: Wire, path: FieldPath) -> Errors:
    container = name.removeprefix(APP_ARMOR)
    if all(one["name"] != container for one in containers_of(spec)):
        yield invalid(path.key(name), container, "container not found", "reference")
    if profile not in {"", "runtime/default", "unconfined"} and not profile.startswith(LOCALHOST):
        detail = f'invalid AppArmor profile name: "{profile}"'
        yield invalid(path.key(name), profile, detail, "format=apparmor-profile")


def validate_profiles_agree(annotations: Mapping[str, str], spec: Wire, path: FieldPath) -> Errors:
    """Find profiles that annotations and fields name differently; *path* is that of the spec."""
    if not any("seccomp.security." in name or "apparmor.security." in name for name in annotations):
        return
    yield from _validate_seccomp_agrees(annotations, spec, path)
    if spec.get("os", {}).get("name") != "windows":
        yield from _validate_app_armor_agrees(annotations, spec, path)


def _validate_seccomp_agrees(annotations: Mapping[str, str], spec: Wire, path: FieldPath) -> Errors:
    of_pod = spec["securityContext"].get("seccompProfile")
    if of_pod and SECCOMP_OF_POD in annotations:
        at = path.child("securityContext", "seccompProfile")
        yield from _validate_same(annotations[SECCOMP_OF_POD], of_pod, _SECCOMP_DEFAULTS, at)
    for container, here in containers_with_paths(spec, path):
        profile = container.get("securityContext", {}).get("seccompProfile")
        name = SECCOMP_OF_CONTAINER + container["name"]
        if profile and name in annotations:
            at = here.child("securityContext", "seccompProfile")
            yield from _validate_same(annotations[name], profile, _SECCOMP_DEFAULTS, at)


def _validate_app_armor_agrees(
    annotations: Mapping[str, str], spec: Wire, path: FieldPath
) -> Errors:
    of_pod = spec["securityContext"].get("appArmorProfile")
    for container, here in containers_with_paths(spec, path):
        profile = container.get("securityContext", {}).get("appArmorProfile") or of_pod
        name = APP_ARMOR + container["name"]
        if profile and name in annotations:
            at = here.child("securityContext", "appArmorProfile")
            yield from _validate_same(annotations[name], profile, {"runtime/default"}, at)


def _validate_same(
    annotation: str, profile: Wire, defaults: frozenset[str] | set[str], path: FieldPath
) -> Errors:
    kind = profile["type"]
    same = {
        "Unconfined": annotation == "unconfined",
        "RuntimeDefault": annotation in defaults,
        "Localhost": annotation.startswith(LOCALHOST),
    }
    if not same.get(kind, True):
        yield forbidden(path.child("type"), "type in annotation and field must match")
    elif kind == "Localhost" and annotation.removeprefix(LOCALHOST) != profile.get(
        "localhostProfile"
    ):
        detail = "profile in annotation and field must match"
        yield forbidden(path.child("localhostProfile"), detail)


def app_armor_of(annotation: str) -> Wire | None:
    """Return the profile that an annotation names, or None if it names none."""
    if annotation == "unconfined":
        return {"type": "Unconfined"}
    if annotation == "runtime/default":
        return {"type": "RuntimeDefault"}
    name = annotation.removeprefix(LOCALHOST)
    # A name with space around it would break the rules of the field.
    if name == annotation or not name or name.strip() != name or len(name.encode()) > 4095:
        return None
    return {"type": "Localhost", "localhostProfile": name}


def write_app_armor_fields(annotations: Mapping[str, str], spec: Wire) -> Iterator[str]:
    """Write the profiles that annotations give to containers into their fields.

    Yields the names of the annotations that do what a field should.
    """
    if spec.get("os", {}).get("name") == "windows":
        return
    of_pod = spec["securityContext"].get("appArmorProfile")
    for container in containers_of(spec):
        name = APP_ARMOR + container["name"]
        if name not in annotations or "appArmorProfile" in container.get("securityContext", {}):
            continue
        profile = app_armor_of(annotations[name])
        if profile is not None and profile == of_pod:
            continue
        if profile is not None:
            container.setdefault("securityContext", {})["appArmorProfile"] = profile
        yield name


def validate_annotations_kept(
    new: Mapping[str, str], old: Mapping[str, str], path: FieldPath
) -> Errors:
    """Find annotations that were there and are changed, or are new, though they never change."""
    for name, value in old.items():
        if new.get(name) == value:
            continue
        if name.startswith(APP_ARMOR):
            yield forbidden(path.key(name), "may not remove or update AppArmor annotations")
        if name == MIRROR:
            yield forbidden(path.key(name), "may not remove or update mirror pod annotation")
    for name in new.keys() - old.keys():
        if name.startswith(APP_ARMOR):
            yield forbidden(path.key(name), "may not add AppArmor annotations")
        if name == MIRROR:
            yield forbidden(path.key(name), "may not add mirror pod annotation")
