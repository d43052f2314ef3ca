"""What containers and pods may do on their nodes, and as whom.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidateSecurityContext,
validatePodSpecSecurityContext and validateSysctls (v1.36); the API allows privileged containers.
"""

import re
from collections.abc import Mapping

from kubeobj.api.fielderrors import duplicate, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.profiles import validate_profiles
from kubeobj.api.podspec.windows import validate_windows_options
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath

MAX_ID = 2**31 - 1
"""The greatest number of a user or a group."""

_SYSCTL_MAX_BYTES = 253
_SEGMENT = r"[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?"
_is_sysctl = re.compile(rf"(?:{_SEGMENT}[./])*{_SEGMENT}").fullmatch
_separator = re.compile(r"[./]")
_OF_IPC = re.compile(r"kernel\.shm|kernel\.msg|kernel\.sem\Z|fs\.mqueue\.")

# SELinuxMount is off in v1.36: of volumes that are mounted with their label nothing may be said.
_POD_CHOICES: Mapping[str, tuple[str, ...]] = {
    "fsGroupChangePolicy": ("Always", "OnRootMismatch"),
    "supplementalGroupsPolicy": ("Merge", "Strict"),
    "seLinuxChangePolicy": ("Recursive",),
}


def validate_id(number: int | None, path: FieldPath) -> Errors:
    """Find a number that is none of a user or a group; None is none."""
    if number is not None and not 0 <= number <= MAX_ID:
        yield invalid(path, number, f"must be between 0 and {MAX_ID}, inclusive", "range")


def validate_security_context(context: Wire, path: FieldPath, *, host_users: bool) -> Errors:
    """Find what is wrong with the security context of a container.

    Args:
        context: It.
        path: Where it is.
        host_users: Whether the pod has the users of the node.
    """
    for name in ("runAsUser", "runAsGroup"):
        if name in context:
            yield from validate_id(context[name], path.child(name))
    if "procMount" in context:
        at, mount = path.child("procMount"), context["procMount"]
        if mount not in {"Default", "Unmasked"}:
            yield not_supported(at, mount, ("Default", "Unmasked"))
        elif mount == "Unmasked" and host_users:
            yield invalid(at, mount, "`hostUsers` must be false to use `Unmasked`", "conflict")
    if context.get("allowPrivilegeEscalation") is False:
        yield from _validate_no_escalation(context, path)
    yield from validate_profiles(context, path)
    if "windowsOptions" in context:
        yield from validate_windows_options(context["windowsOptions"], path.child("windowsOptions"))


def _validate_no_escalation(context: Wire, path: FieldPath) -> Errors:
    if context.get("privileged"):
        detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
        yield invalid(path, context, detail, "conflict")
    for capability in context.get("capabilities", {}).get("add", ()):
        if capability == "CAP_SYS_ADMIN":
            detail = "cannot set `allowPrivilegeEscalation` to false and add CAP_SYS_ADMIN"
            yield invalid(path, context, detail, "conflict")


def validate_pod_security_context(spec: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with the security context of a pod; *path* is that of its spec."""
    context = spec["securityContext"]
    here = path.child("securityContext")
    if spec.get("shareProcessNamespace") and spec.get("hostPID"):
        detail = "ShareProcessNamespace and HostPID cannot both be enabled"
        shared = spec["shareProcessNamespace"]
        yield invalid(here.child("shareProcessNamespace"), shared, detail, "conflict")
    if not context:
        return
    for name in ("fsGroup", "runAsUser", "runAsGroup"):
        if name in context:
            yield from validate_id(context[name], here.child(name))
    for position, group in enumerate(context.get("supplementalGroups", ())):
        yield from validate_id(group, here.child("supplementalGroups").index(position))
    for name, choices in _POD_CHOICES.items():
        if name in context and context[name] not in choices:
            yield not_supported(here.child(name), context[name], choices)
    if "sysctls" in context:
        yield from _validate_sysctls(context["sysctls"], spec, here.child("sysctls"))
    yield from validate_profiles(context, here)
    if "windowsOptions" in context:
        yield from validate_windows_options(context["windowsOptions"], here.child("windowsOptions"))


def _validate_sysctls(sysctls: list[Wire], spec: Wire, path: FieldPath) -> Errors:
    seen: set[str] = set()
    for position, sysctl in enumerate(sysctls):
        name, at = sysctl["name"], path.index(position).child("name")
        if not name:
            yield required(at, "required")
        elif len(name) > _SYSCTL_MAX_BYTES or not _is_sysctl(name):
            detail = f"must have at most {_SYSCTL_MAX_BYTES} characters, and be segments of lower"
            yield invalid(
                at, name, f"{detail} case letters, digits, '-' and '_'", "format=sysctl-name"
            )
        elif name in seen:
            yield duplicate(at, name)
        seen.add(name)
        for field in ("hostNetwork", "hostIPC"):
            if spec.get(field) and _namespace_of(name) == field:
                detail = f"may not be specified when '{field}' is true"
                yield invalid(at, name, detail, "conflict")


def _namespace_of(sysctl: str) -> str:
    """Return which field takes away the namespace that a sysctl is set in; empty for none."""
    separator = _separator.search(sysctl)
    if separator and separator[0] == "/":
        # Dots and slashes have changed places if a slash comes first.
        sysctl = sysctl.translate({ord("."): "/", ord("/"): "."})
    if sysctl.startswith("net."):
        return "hostNetwork"
    return "hostIPC" if _OF_IPC.match(sysctl) else ""
