"""What is only for Windows, and what is not for it.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validateOS, validateLinux, validateWindows,
validateWindowsHostProcessPod and validateWindowsSecurityContextOptions (v1.36).
"""

import re

from kubeobj.api.fielderrors import forbidden, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.visiting import containers_of, containers_with_paths
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import byte_length, validate_dns1123_subdomain

SYSTEMS = ("linux", "windows")
"""The operating systems of nodes."""

_OPTIONS = "windowsOptions"
_NOT_FOR_PODS = (
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "sysctls",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
)
_NOT_FOR_SPECS = ("hostUsers", "hostPID", "hostIPC", "shareProcessNamespace")
_NOT_FOR_CONTAINERS = (
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
)
_FOR_WINDOWS = "cannot be set for a windows pod"
_FOR_LINUX = "windows options cannot be set for a linux pod"

_SPEC_MAX_BYTES = 64 * 1024
_DOMAIN_MAX_BYTES = 256
_USER_MAX_BYTES = 104
_control = re.compile(r"[\x00-\x1f\x7f]")
_is_netbios = re.compile(r'[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}').fullmatch
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_is_domain = re.compile(rf"{_LABEL}(?:\.{_LABEL})*").fullmatch
_not_in_users = re.compile(r'["/\\:;|=,+*?<>@\[\]]')
_is_blank = re.compile(r"[. ]+").fullmatch


def validate_os(spec: Wire, path: FieldPath) -> Errors:
    """Find an operating system that there is not, and fields that are not for the one there is."""
    name = spec["os"]["name"]
    if not name:
        yield required(path.child("os", "name"), "required")
    elif name not in SYSTEMS:
        yield not_supported(path.child("os"), name, SYSTEMS)
    elif name == "linux":
        yield from _validate_linux(spec, path)
    else:
        yield from _validate_windows(spec, path)


def _validate_linux(spec: Wire, path: FieldPath) -> Errors:
    if _OPTIONS in spec["securityContext"]:
        yield forbidden(path.child("securityContext", _OPTIONS), _FOR_LINUX)
    for container, here in containers_with_paths(spec, path):
        if _OPTIONS in container.get("securityContext", {}):
            yield forbidden(here.child("securityContext", _OPTIONS), _FOR_LINUX)


def _validate_windows(spec: Wire, path: FieldPath) -> Errors:
    for name in _NOT_FOR_SPECS:
        if name in spec:
            yield forbidden(path.child(name), _FOR_WINDOWS)
    for name in _NOT_FOR_PODS:
        if name in spec["securityContext"]:
            yield forbidden(path.child("securityContext", name), _FOR_WINDOWS)
    for container, here in containers_with_paths(spec, path):
        context = container.get("securityContext", {})
        for name in _NOT_FOR_CONTAINERS:
            if name in context:
                yield forbidden(here.child("securityContext", name), _FOR_WINDOWS)


def validate_host_processes(spec: Wire, path: FieldPath) -> Errors:
    """Find containers that are processes of the host next to some that are not."""
    of_pod = _host_process(spec["securityContext"])
    count = 0
    containers = list(containers_with_paths(spec, path))
    for container, here in containers:
        own = _host_process(container.get("securityContext", {}))
        if of_pod is not None and own is not None and own != of_pod:
            at = here.child("securityContext", _OPTIONS, "hostProcess")
            detail = f"pod hostProcess value must be identical if both are specified, was {of_pod}"
            yield invalid(at, own, detail, "equal=pod")
        if own or (own is None and of_pod):
            count += 1
    if not count:
        return
    if count != len(containers):
        detail = "if one container is a hostProcess container, all must be"
        yield invalid(path, "", detail, "all-or-none")
    shared = spec.get("hostNetwork", False)
    if not shared:
        detail = "must be true if pod contains any hostProcess containers"
        yield invalid(path.child("hostNetwork"), shared, detail, "equal=true")


def has_windows_options(spec: Wire) -> bool:
    """Return whether the pod, or one of its containers, has options for Windows."""
    if _OPTIONS in spec["securityContext"]:
        return True
    for container in spec["containers"] or ():
        if "securityContext" in container and _OPTIONS in container["securityContext"]:
            return True
    if "initContainers" not in spec and "ephemeralContainers" not in spec:
        return False
    return any(_OPTIONS in one.get("securityContext", ()) for one in containers_of(spec))


def _host_process(context: Wire) -> bool | None:
    found: bool | None = context.get(_OPTIONS, {}).get("hostProcess")
    return found


def validate_windows_options(options: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with the options for Windows of a security context."""
    name = options.get("gmsaCredentialSpecName")
    if name is not None:
        yield from validate_dns1123_subdomain(name, path.child("gmsaCredentialSpecName"))
    spec = options.get("gmsaCredentialSpec")
    if spec is not None and not 0 < byte_length(spec) <= _SPEC_MAX_BYTES:
        detail = "must not be empty, and its size must be under 64 KiB"
        yield invalid(path.child("gmsaCredentialSpec"), spec, detail, "length")
    user = options.get("runAsUserName")
    if user is not None:
        at = path.child("runAsUserName")
        for detail in _faults_of_user(user):
            yield invalid(at, user, detail, "format=windows-user")


def _faults_of_user(text: str) -> list[str]:
    """Return what is wrong with the name of a user, and of its domain before a backslash."""
    if not text:
        return ["runAsUserName cannot be an empty string"]
    if _control.search(text):
        return ["runAsUserName cannot contain control characters"]
    if text.count("\\") > 1:
        return ["runAsUserName cannot contain more than one backslash"]
    domain, backslash, user = text.rpartition("\\")
    faults = {
        f"the domain must be under {_DOMAIN_MAX_BYTES} characters": (
            byte_length(domain) >= _DOMAIN_MAX_BYTES
        ),
        "the domain is neither a NetBIOS nor a DNS name": (
            bool(backslash) and not (_is_netbios(domain) or _is_domain(domain))
        ),
        "the user cannot be empty": not user,
        f"the user must not be longer than {_USER_MAX_BYTES} characters": (
            byte_length(user) > _USER_MAX_BYTES
        ),
        "the user cannot contain only periods or spaces": bool(_is_blank(user)),
        'the user cannot contain any of "/\\:;|=,+*?<>@[]': bool(_not_in_users.search(user)),
    }
    return [fault for fault, is_there in faults.items() if is_there]
