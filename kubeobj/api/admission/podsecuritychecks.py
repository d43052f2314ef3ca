"""The checks of the Pod Security Standards: what each level refuses.

Source: Pod Security Standards (Kubernetes v1.36), and ``k8s.io/pod-security-admission/policy``.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from kubeobj.documents import Wire

Check: TypeAlias = Callable[[Wire, Wire], Iterator[str]]
"""Finds what a pod's metadata and spec do that a level refuses, in words."""

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
_SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    }
)
_SELINUX_TYPES = frozenset(
    {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
)
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
_APPARMOR = "container.apparmor.security.beta.kubernetes.io/"
_SAFE_PROFILES = frozenset({"RuntimeDefault", "Localhost"})


def containers(spec: Wire) -> Iterator[Wire]:
    """Yield every container of a pod."""
    for field in ("initContainers", "containers", "ephemeralContainers"):
        yield from spec.get(field) or ()


def _contexts(spec: Wire) -> Iterator[tuple[str, Wire]]:
    """Yield the security context of the pod and of each container that has one."""
    yield "pod", spec.get("securityContext") or {}
    for container in containers(spec):
        yield f'container "{container["name"]}"', container.get("securityContext") or {}


# ---------------------------------------------------------------- baseline


def _host_namespaces(_meta: Wire, spec: Wire) -> Iterator[str]:
    used = [f"{name}=true" for name in ("hostNetwork", "hostPID", "hostIPC") if spec.get(name)]
    if used:
        yield f"host namespaces ({', '.join(used)})"


def _privileged(_meta: Wire, spec: Wire) -> Iterator[str]:
    for where, context in _contexts(spec):
        if context.get("privileged"):
            yield f"privileged ({where} must not set securityContext.privileged=true)"


def _capabilities_baseline(_meta: Wire, spec: Wire) -> Iterator[str]:
    for where, context in _contexts(spec):
        added = (context.get("capabilities") or {}).get("add", ())
        wrong = sorted(set(added) - _CAPABILITIES)
        if wrong:
            listed = ", ".join(wrong)
            yield f"non-default capabilities ({where} must not include {listed})"


def _host_path(_meta: Wire, spec: Wire) -> Iterator[str]:
    names = [f'"{one["name"]}"' for one in spec.get("volumes", ()) if "hostPath" in one]
    if names:
        yield f"hostPath volumes (volume {', '.join(names)})"


def _host_ports(_meta: Wire, spec: Wire) -> Iterator[str]:
    for container in containers(spec):
        ports = [port["hostPort"] for port in container.get("ports", ()) if port.get("hostPort")]
        if ports:
            listed = ", ".join(map(str, ports))
            yield f'hostPort (container "{container["name"]}" uses hostPort {listed})'


def _apparmor(meta: Wire, spec: Wire) -> Iterator[str]:
    for key, value in meta.get("annotations", {}).items():
        is_profile = value in {"", "runtime/default"} or value.startswith("localhost/")
        if key.startswith(_APPARMOR) and not is_profile:
            yield f'forbidden AppArmor profile ({key}="{value}")'
    for where, context in _contexts(spec):
        kind = (context.get("appArmorProfile") or {}).get("type", "RuntimeDefault")
        if kind not in _SAFE_PROFILES:
            yield f"forbidden AppArmor profile ({where} must not set type {kind})"


def _selinux(_meta: Wire, spec: Wire) -> Iterator[str]:
    for where, context in _contexts(spec):
        options = context.get("seLinuxOptions") or {}
        if (
            options.get("type", "") not in _SELINUX_TYPES
            or options.get("user")
            or options.get("role")
        ):
            yield f"seLinuxOptions ({where} sets forbidden options)"


def _proc_mount(_meta: Wire, spec: Wire) -> Iterator[str]:
    if spec.get("hostUsers") is False:
        return
    for where, context in _contexts(spec):
        if context.get("procMount", "Default") != "Default":
            yield f'procMount ({where} must not set securityContext.procMount to "Unmasked")'


def _seccomp_baseline(_meta: Wire, spec: Wire) -> Iterator[str]:
    for where, context in _contexts(spec):
        kind = (context.get("seccompProfile") or {}).get("type", "RuntimeDefault")
        if kind not in _SAFE_PROFILES:
            yield f"seccompProfile ({where} must not set type {kind})"


def _sysctls(_meta: Wire, spec: Wire) -> Iterator[str]:
    given = (spec.get("securityContext") or {}).get("sysctls", ())
    wrong = sorted({one["name"] for one in given} - _SYSCTLS)
    if wrong:
        yield f"forbidden sysctls ({', '.join(wrong)})"


def _host_process(_meta: Wire, spec: Wire) -> Iterator[str]:
    for where, context in _contexts(spec):
        if (context.get("windowsOptions") or {}).get("hostProcess"):
            yield f"hostProcess ({where} must not set windowsOptions.hostProcess=true)"


def _probe_hosts(_meta: Wire, spec: Wire) -> Iterator[str]:
    for container in containers(spec):
        hooks = container.get("lifecycle") or {}
        handlers = [
            *(container.get(name) for name in ("livenessProbe", "readinessProbe", "startupProbe")),
            hooks.get("postStart"),
            hooks.get("preStop"),
        ]
        for handler in filter(None, handlers):
            actions = (handler.get("httpGet"), handler.get("tcpSocket"))
            if any(action and action.get("host") for action in actions):
                yield f'probe or lifecycle host (container "{container["name"]}" sets a host)'


# ---------------------------------------------------------------- restricted


def _volume_types(_meta: Wire, spec: Wire) -> Iterator[str]:
    wrong = [
        f'"{one["name"]}"' for one in spec.get("volumes", ()) if not _VOLUMES.intersection(one)
    ]
    if wrong:
        yield f"restricted volume types (volumes {', '.join(wrong)})"


def _is_windows(spec: Wire) -> bool:
    return (spec.get("os") or {}).get("name") == "windows"


def _escalation(_meta: Wire, spec: Wire) -> Iterator[str]:
    if _is_windows(spec):
        return
    for container in containers(spec):
        context = container.get("securityContext") or {}
        if context.get("allowPrivilegeEscalation") is not False:
            name = container["name"]
            yield (
                f'allowPrivilegeEscalation != false (container "{name}" must set'
                " securityContext.allowPrivilegeEscalation=false)"
            )


def _capabilities_restricted(_meta: Wire, spec: Wire) -> Iterator[str]:
    if _is_windows(spec):
        return
    for container in containers(spec):
        given = (container.get("securityContext") or {}).get("capabilities") or {}
        name = container["name"]
        if "ALL" not in given.get("drop", ()):
            yield (
                f'unrestricted capabilities (container "{name}" must set'
                ' securityContext.capabilities.drop=["ALL"])'
            )
        elif set(given.get("add", ())) - {"NET_BIND_SERVICE"}:
            yield f'unrestricted capabilities (container "{name}" must not add capabilities)'


def _non_root(_meta: Wire, spec: Wire) -> Iterator[str]:
    of_pod = (spec.get("securityContext") or {}).get("runAsNonRoot")
    if of_pod is False:
        yield "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)"
    if spec.get("hostUsers") is False:
        return
    for container in containers(spec):
        own = (container.get("securityContext") or {}).get("runAsNonRoot")
        if own is False or (own is None and not of_pod):
            name = container["name"]
            yield (
                f'runAsNonRoot != true (pod or container "{name}" must set'
                " securityContext.runAsNonRoot=true)"
            )


def _root_user(_meta: Wire, spec: Wire) -> Iterator[str]:
    if spec.get("hostUsers") is False:
        return
    for where, context in _contexts(spec):
        if context.get("runAsUser") == 0:
            yield f"runAsUser=0 ({where} must not set runAsUser=0)"


def _seccomp_restricted(_meta: Wire, spec: Wire) -> Iterator[str]:
    if _is_windows(spec):
        return
    of_pod = ((spec.get("securityContext") or {}).get("seccompProfile") or {}).get("type")
    for container in containers(spec):
        own = ((container.get("securityContext") or {}).get("seccompProfile") or {}).get("type")
        if (own or of_pod) not in _SAFE_PROFILES:
            name = container["name"]
            yield (
                f'seccompProfile (pod or container "{name}" must set'
                ' securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'
            )


_BASELINE: tuple[Check, ...] = (
    _host_namespaces,
    _privileged,
    _capabilities_baseline,
    _host_path,
    _host_ports,
    _apparmor,
    _selinux,
    _proc_mount,
    _seccomp_baseline,
    _sysctls,
    _host_process,
    _probe_hosts,
)

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "privileged": (),
    "baseline": _BASELINE,
    "restricted": (
        *_BASELINE,
        _volume_types,
        _escalation,
        _capabilities_restricted,
        _non_root,
        _root_user,
        _seccomp_restricted,
    ),
}
"""The checks of each level."""
