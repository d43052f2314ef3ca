"""The checks of the Pod Security Standards: what each level refuses, in each version.

Source: Pod Security Standards (Kubernetes v1.36), and ``k8s.io/pod-security-admission/policy``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple, TypeAlias, final

from kubeobj.api.podspec.visiting import containers_of
from kubeobj.documents import Wire

Finder: TypeAlias = Callable[[Wire, Wire], str]
"""Finds what a pod's metadata and spec do that a level refuses, in words; empty for nothing."""

PRIVILEGED = "privileged"
BASELINE = "baseline"
RESTRICTED = "restricted"

LEVELS = (PRIVILEGED, BASELINE, RESTRICTED)
"""The levels, the strictest last."""

LATEST = 1_000_000
"""The minor version that is newer than any."""


@final
class Check(NamedTuple):
    """One check.

    Args:
        name: What it is called.
        level: From which level on it is made.
        reason: What it refuses, in short.
        versions: What finds it, from each minor version on, the oldest first.
        replaces: The check that need not be made where this one is.
    """

    name: str
    level: str
    reason: str
    versions: tuple[tuple[int, Finder], ...]
    replaces: str = ""


class Fault(NamedTuple):
    """What a pod does that its level refuses.

    Args:
        reason: What is refused, in short.
        detail: Where.
    """

    reason: str
    detail: str

    def __str__(self) -> str:
        return f"{self.reason} ({self.detail})" if self.detail else self.reason


def faults(metadata: Wire, spec: Wire, level: str, minor: int) -> Iterator[Fault]:
    """Find what a pod does that a level refuses.

    Args:
        metadata: Its metadata.
        spec: Its spec.
        level: The level.
        minor: The minor version of the level, or `LATEST`.
    """
    for reason, find in _finders(level, minor):
        detail = find(metadata, spec)
        if detail:
            yield Fault(reason, detail)


@lru_cache(maxsize=64)
def _finders(level: str, minor: int) -> tuple[tuple[str, Finder], ...]:
    """Return the reason and the finder of each check that a level makes in a version."""
    strictness = LEVELS.index(level)
    made = {
        check.name: (check, find)
        for check in CHECKS
        if LEVELS.index(check.level) <= strictness
        and (find := _version_of(check, minor)) is not None
    }
    for check, _ in list(made.values()):
        made.pop(check.replaces, None)
    return tuple((check.reason, find) for check, find in made.values())


def _version_of(check: Check, minor: int) -> Finder | None:
    return next((find for since, find in reversed(check.versions) if since <= minor), None)


# ---------------------------------------------------------------- words


def _names(containers: Iterable[Wire]) -> str:
    """Return containers as messages name them; empty for none."""
    return _listed("container", [one["name"] for one in containers])


def _listed(what: str, names: Iterable[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    if not quoted:
        return ""
    return f"{what if len(quoted) == 1 else f'{what}s'} {', '.join(quoted)}"


def _setters(spec: Wire, is_bad: Callable[[Wire], bool]) -> str:
    """Return who has a security context that is bad: the pod, or containers; empty for nobody."""
    own = "pod" if is_bad(spec.get("securityContext") or {}) else ""
    bad = [one for one in containers_of(spec) if is_bad(one.get("securityContext") or {})]
    return " and ".join(filter(None, (own, _names(bad))))


def _bad_containers(spec: Wire, is_bad: Callable[[Wire], bool]) -> str:
    return _names(one for one in containers_of(spec) if is_bad(one.get("securityContext") or {}))


# ---------------------------------------------------------------- baseline

_CAPABILITIES = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)
# The sysctls that are safe, by the minor version since which they are.
_SYSCTLS: Mapping[int, frozenset[str]] = {
    0: frozenset(
        {
            "kernel.shm_rmid_forced",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.ping_group_range",
            "net.ipv4.tcp_syncookies",
        }
    ),
    27: frozenset({"net.ipv4.ip_local_reserved_ports"}),
    29: frozenset(
        {
            "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes",
            "net.ipv4.tcp_keepalive_time",
        }
    ),
    32: frozenset({"net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"}),
}
_SELINUX_TYPES = frozenset({"", "container_t", "container_init_t", "container_kvm_t"})
_APPARMOR = "container.apparmor.security.beta.kubernetes.io/"
_SECCOMP_OF_POD = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP = "container.seccomp.security.alpha.kubernetes.io/"
_SAFE_PROFILES = frozenset({"RuntimeDefault", "Localhost"})


def _host_namespaces(_meta: Wire, spec: Wire) -> str:
    used = (f"{name}=true" for name in ("hostNetwork", "hostPID", "hostIPC") if spec.get(name))
    return ", ".join(used)


def _privileged(_meta: Wire, spec: Wire) -> str:
    bad = _bad_containers(spec, lambda context: bool(context.get("privileged")))
    return f"{bad} must not set securityContext.privileged=true" if bad else ""


def _added(context: Wire) -> set[str]:
    return set((context.get("capabilities") or {}).get("add") or ())


def _capabilities_baseline(_meta: Wire, spec: Wire) -> str:
    bad = _bad_containers(spec, lambda context: bool(_added(context) - _CAPABILITIES))
    return f"{bad} must not add capabilities that are none of the default ones" if bad else ""


def _host_path(_meta: Wire, spec: Wire) -> str:
    return _listed("volume", (one["name"] for one in spec.get("volumes", ()) if "hostPath" in one))


def _host_ports(_meta: Wire, spec: Wire) -> str:
    bad = [
        one
        for one in containers_of(spec)
        if any(port.get("hostPort") for port in one.get("ports", ()))
    ]
    return f"{_names(bad)} must not use hostPort" if bad else ""


def _apparmor(meta: Wire, spec: Wire) -> str:
    by_annotation = [
        f'{key}="{value}"'
        for key, value in sorted(meta.get("annotations", {}).items())
        if key.startswith(_APPARMOR)
        and value not in {"", "runtime/default"}
        and not value.startswith("localhost/")
    ]
    bad = _setters(spec, lambda context: _has_unsafe(context, "appArmorProfile"))
    told = [f"{bad} must not set another type than those of the runtime"] if bad else []
    return "; ".join([*told, *by_annotation])


def _has_unsafe(context: Wire, field: str) -> bool:
    """Return whether a context sets a profile that is neither the runtime's nor the node's."""
    profile = context.get(field)
    return profile is not None and profile.get("type") not in _SAFE_PROFILES


def _selinux(types: frozenset[str]) -> Finder:
    def is_bad(context: Wire) -> bool:
        options = context.get("seLinuxOptions") or {}
        is_other = options.get("type", "") not in types
        return bool(is_other or options.get("user") or options.get("role"))

    def find(_meta: Wire, spec: Wire) -> str:
        bad = _setters(spec, is_bad)
        return f"{bad} set forbidden securityContext.seLinuxOptions" if bad else ""

    return find


def _proc_mount(_meta: Wire, spec: Wire) -> str:
    bad = _bad_containers(spec, lambda one: one.get("procMount", "Default") != "Default")
    return f'{bad} must not set securityContext.procMount to "Unmasked"' if bad else ""


def _seccomp_by_annotation(meta: Wire, spec: Wire) -> str:
    keys = (_SECCOMP_OF_POD, *(f"{_SECCOMP}{one['name']}" for one in containers_of(spec)))
    given = meta.get("annotations", {})
    bad = sorted(f'{key}="{given[key]}"' for key in keys if key in given and _is_unsafe(given[key]))
    return f"forbidden annotations {', '.join(bad)}" if bad else ""


def _is_unsafe(profile: str) -> bool:
    return profile not in {"runtime/default", "docker/default"} and not profile.startswith(
        "localhost/"
    )


def _seccomp_baseline(_meta: Wire, spec: Wire) -> str:
    bad = _setters(spec, lambda context: _has_unsafe(context, "seccompProfile"))
    return f'{bad} must not set securityContext.seccompProfile.type to "Unconfined"' if bad else ""


def _sysctls(minor: int) -> Finder:
    safe = frozenset().union(*(names for since, names in _SYSCTLS.items() if since <= minor))

    def find(_meta: Wire, spec: Wire) -> str:
        given = (spec.get("securityContext") or {}).get("sysctls") or ()
        return ", ".join(one["name"] for one in given if one["name"] not in safe)

    return find


def _host_process(_meta: Wire, spec: Wire) -> str:
    bad = _setters(spec, lambda one: bool((one.get("windowsOptions") or {}).get("hostProcess")))
    return f"{bad} must not set securityContext.windowsOptions.hostProcess=true" if bad else ""


def _asked_hosts(_meta: Wire, spec: Wire) -> str:
    bad = _names(one for one in containers_of(spec) if any(map(_has_host, _handlers(one))))
    return f"{bad} must not set the host of a probe or lifecycle hook" if bad else ""


def _handlers(container: Wire) -> Iterator[Wire]:
    """Yield what a container is probed with, and what is called when it starts and stops."""
    hooks = container.get("lifecycle") or {}
    for holder, name in (
        (container, "livenessProbe"),
        (container, "readinessProbe"),
        (container, "startupProbe"),
        (hooks, "postStart"),
        (hooks, "preStop"),
    ):
        yield holder.get(name) or {}


def _has_host(handler: Wire) -> bool:
    return any((handler.get(name) or {}).get("host") for name in ("httpGet", "tcpSocket"))


# ---------------------------------------------------------------- restricted

_VOLUMES = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)


def _unless(is_exempt: Callable[[Wire], bool], find: Finder) -> Finder:
    """Return what finds the same, but nothing in some pods."""

    def find_unless(meta: Wire, spec: Wire) -> str:
        return "" if is_exempt(spec) else find(meta, spec)

    return find_unless


def _is_windows(spec: Wire) -> bool:
    return (spec.get("os") or {}).get("name") == "windows"


def _has_own_users(spec: Wire) -> bool:
    return spec.get("hostUsers") is False


def _volume_types(_meta: Wire, spec: Wire) -> str:
    bad = _listed(
        "volume",
        (one["name"] for one in spec.get("volumes", ()) if not _VOLUMES.intersection(one)),
    )
    return f"{bad} of restricted types" if bad else ""


def _escalation(_meta: Wire, spec: Wire) -> str:
    bad = _bad_containers(spec, lambda one: one.get("allowPrivilegeEscalation") is not False)
    return f"{bad} must set securityContext.allowPrivilegeEscalation=false" if bad else ""


def _capabilities_restricted(_meta: Wire, spec: Wire) -> str:
    keeping = _bad_containers(spec, lambda context: "ALL" not in _dropped(context))
    adding = _bad_containers(spec, lambda context: bool(_added(context) - {"NET_BIND_SERVICE"}))
    told = []
    if keeping:
        told.append(f'{keeping} must set securityContext.capabilities.drop=["ALL"]')
    if adding:
        told.append(f"{adding} must not add capabilities other than NET_BIND_SERVICE")
    return "; ".join(told)


def _dropped(context: Wire) -> Iterable[str]:
    return (context.get("capabilities") or {}).get("drop") or ()


def _non_root(_meta: Wire, spec: Wire) -> str:
    bad = _setters(spec, lambda context: context.get("runAsNonRoot") is False)
    if bad:
        return f"{bad} must not set securityContext.runAsNonRoot=false"
    if (spec.get("securityContext") or {}).get("runAsNonRoot"):
        return ""
    silent = _bad_containers(spec, lambda context: not context.get("runAsNonRoot"))
    return f"pod or {silent} must set securityContext.runAsNonRoot=true" if silent else ""


def _root_user(_meta: Wire, spec: Wire) -> str:
    bad = _setters(spec, lambda context: context.get("runAsUser") == 0)
    return f"{bad} must not set runAsUser=0" if bad else ""


def _seccomp_restricted(meta: Wire, spec: Wire) -> str:
    bad = _seccomp_baseline(meta, spec)
    if bad or (spec.get("securityContext") or {}).get("seccompProfile") is not None:
        return bad
    silent = _bad_containers(spec, lambda context: context.get("seccompProfile") is None)
    wanted = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
    return f"pod or {silent} {wanted}" if silent else ""


CHECKS: tuple[Check, ...] = (
    Check("appArmorProfile", BASELINE, "forbidden AppArmor profile", ((0, _apparmor),)),
    Check(
        "capabilities_baseline",
        BASELINE,
        "non-default capabilities",
        ((0, _capabilities_baseline),),
    ),
    Check("hostNamespaces", BASELINE, "host namespaces", ((0, _host_namespaces),)),
    Check("hostPathVolumes", BASELINE, "hostPath volumes", ((0, _host_path),)),
    Check("hostPorts", BASELINE, "hostPort", ((0, _host_ports),)),
    Check("hostProbesAndHostLifecycle", BASELINE, "probe or lifecycle host", ((34, _asked_hosts),)),
    Check("privileged", BASELINE, "privileged", ((0, _privileged),)),
    Check(
        "procMount",
        BASELINE,
        "procMount",
        ((0, _proc_mount), (35, _unless(_has_own_users, _proc_mount))),
    ),
    Check(
        "seLinuxOptions",
        BASELINE,
        "seLinuxOptions",
        ((0, _selinux(_SELINUX_TYPES)), (31, _selinux(_SELINUX_TYPES | {"container_engine_t"}))),
    ),
    Check(
        "seccompProfile_baseline",
        BASELINE,
        "seccompProfile",
        ((0, _seccomp_by_annotation), (19, _seccomp_baseline)),
    ),
    Check(
        "sysctls",
        BASELINE,
        "forbidden sysctls",
        tuple((since, _sysctls(since)) for since in _SYSCTLS),
    ),
    Check("windowsHostProcess", BASELINE, "hostProcess", ((0, _host_process),)),
    Check(
        "allowPrivilegeEscalation",
        RESTRICTED,
        "allowPrivilegeEscalation != false",
        ((8, _escalation), (25, _unless(_is_windows, _escalation))),
    ),
    Check(
        "capabilities_restricted",
        RESTRICTED,
        "unrestricted capabilities",
        (
            (22, _capabilities_restricted),
            (25, _unless(_is_windows, _capabilities_restricted)),
        ),
        replaces="capabilities_baseline",
    ),
    Check(
        "procMount_restricted", RESTRICTED, "procMount", ((35, _proc_mount),), replaces="procMount"
    ),
    Check(
        "restrictedVolumes",
        RESTRICTED,
        "restricted volume types",
        ((0, _volume_types),),
        replaces="hostPathVolumes",
    ),
    Check(
        "runAsNonRoot",
        RESTRICTED,
        "runAsNonRoot != true",
        ((0, _non_root), (35, _unless(_has_own_users, _non_root))),
    ),
    Check(
        "runAsUser",
        RESTRICTED,
        "runAsUser=0",
        ((23, _root_user), (35, _unless(_has_own_users, _root_user))),
    ),
    Check(
        "seccompProfile_restricted",
        RESTRICTED,
        "seccompProfile",
        ((19, _seccomp_restricted), (25, _unless(_is_windows, _seccomp_restricted))),
        replaces="seccompProfile_baseline",
    ),
)
"""Every check."""
