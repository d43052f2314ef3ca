"""Containers as `kubeobj describe` shows them. Values of secrets never are.

Source: ``k8s.io/kubectl/pkg/describe`` describe.go DescribeContainers (v1.36).
"""

from collections.abc import Sequence

from kubeobj.cli.describing.page import Page, date_text
from kubeobj.documents import Wire
from kubeobj.meta.quantity import Quantity


def add_containers(
    page: Page, title: str, containers: Sequence[Wire], statuses: Sequence[Wire] | None, level: int
) -> None:
    """Add containers to a page.

    Args:
        page: The page.
        title: What they are.
        containers: What is wanted of them.
        statuses: How they are; None where there is none, as in a template.
        level: How far they are indented.
    """
    page.add(level, f"{title}:\t<none>" if not containers else f"{title}:")
    by_name = {one["name"]: one for one in statuses or ()}
    for one in containers:
        # In a template the names stand a blank further in, and what is below them does not.
        page.add(1, f"{' ' * bool(level)}{one['name']}:")
        status = by_name.get(one["name"])
        inner = 2
        if status is not None:
            page.add(inner, f"Container ID:\t{status.get('containerID', '')}")
        page.add(inner, f"Image:\t{one.get('image', '')}")
        if status is not None:
            page.add(inner, f"Image ID:\t{status.get('imageID', '')}")
        _ports(page, one.get("ports") or (), inner)
        _words(page, "Command", one.get("command"), inner)
        _words(page, "Args", one.get("args"), inner)
        if status is not None:
            _state(page, status, inner)
        _resources(page, one.get("resources") or {}, inner)
        _probes(page, one, inner)
        _environment(page, one, inner)
        _mounts(page, one, inner)


def _ports(page: Page, ports: Sequence[Wire], level: int) -> None:
    def said(port: Wire, field: str) -> str:
        return f"{port.get(field, 0)}/{port.get('protocol', '')}"

    many = "s" if len(ports) > 1 else ""
    for title, field in (("Port", "containerPort"), ("Host Port", "hostPort")):
        texts = ", ".join(said(port, field) for port in ports) or "<none>"
        page.add(level, f"{title}{many}:\t{texts}")


def _words(page: Page, title: str, words: Sequence[str] | None, level: int) -> None:
    if not words:
        return
    page.add(level, f"{title}:")
    for word in words:
        for line in word.split("\n"):
            page.add(level + 1, line)


def _state(page: Page, status: Wire, level: int) -> None:
    _one_state(page, "State", status.get("state") or {}, level)
    last = status.get("lastState") or {}
    if last.get("terminated"):
        _one_state(page, "Last State", last, level)
    page.add(level, f"Ready:\t{'True' if status.get('ready') else 'False'}")
    page.add(level, f"Restart Count:\t{status.get('restartCount', 0)}")


def _one_state(page: Page, title: str, state: Wire, level: int) -> None:
    if "running" in state:
        page.add(level, f"{title}:\tRunning")
        page.add(level + 1, f"Started:\t{date_text(state['running'].get('startedAt'))}")
    elif "terminated" in state:
        ended = state["terminated"]
        page.add(level, f"{title}:\tTerminated")
        for name, field in (("Reason", "reason"), ("Message", "message")):
            if ended.get(field):
                page.add(level + 1, f"{name}:\t{ended[field]}")
        page.add(level + 1, f"Exit Code:\t{ended.get('exitCode', 0)}")
        if ended.get("signal"):
            page.add(level + 1, f"Signal:\t{ended['signal']}")
        page.add(level + 1, f"Started:\t{date_text(ended.get('startedAt'))}")
        page.add(level + 1, f"Finished:\t{date_text(ended.get('finishedAt'))}")
    else:
        page.add(level, f"{title}:\tWaiting")
        reason = (state.get("waiting") or {}).get("reason")
        if reason:
            page.add(level + 1, f"Reason:\t{reason}")


def _resources(page: Page, resources: Wire, level: int) -> None:
    for title, field in (("Limits", "limits"), ("Requests", "requests")):
        amounts = resources.get(field) or {}
        if amounts:
            page.add(level, f"{title}:")
        for name in sorted(amounts):
            page.add(level + 1, f"{name}:\t{amounts[name]}")


def _probes(page: Page, container: Wire, level: int) -> None:
    for title, field in (
        ("Liveness", "livenessProbe"),
        ("Readiness", "readinessProbe"),
        ("Startup", "startupProbe"),
    ):
        if container.get(field):
            page.add(level, f"{title}:\t{probe_text(container[field])}")


def probe_text(probe: Wire) -> str:
    """Return a probe in a line."""
    times = (
        f"delay={probe.get('initialDelaySeconds', 0)}s timeout={probe.get('timeoutSeconds', 0)}s"
        f" period={probe.get('periodSeconds', 0)}s #success={probe.get('successThreshold', 0)}"
        f" #failure={probe.get('failureThreshold', 0)}"
    )
    if "exec" in probe:
        return f"exec [{' '.join(probe['exec'].get('command') or ())}] {times}"
    if "httpGet" in probe:
        asked = probe["httpGet"]
        scheme = asked.get("scheme", "HTTP").lower()
        path = asked.get("path", "")
        path = path if path.startswith("/") or not path else f"/{path}"
        return f"http-get {scheme}://{asked.get('host', '')}:{asked.get('port', '')}{path} {times}"
    if "tcpSocket" in probe:
        asked = probe["tcpSocket"]
        return f"tcp-socket {asked.get('host', '')}:{asked.get('port', '')} {times}"
    if "grpc" in probe:
        asked = probe["grpc"]
        return f"grpc <pod>:{asked.get('port', 0)} {asked.get('service', '')} {times}"
    return f"unknown {times}"


def _environment(page: Page, container: Wire, level: int) -> None:
    sources = container.get("envFrom") or ()
    if sources:
        page.add(level, "Environment Variables from:")
        for one in sources:
            kind = "ConfigMap" if "configMapRef" in one else "Secret"
            ref = one.get("configMapRef") or one.get("secretRef") or {}
            prefix = f" with prefix '{one['prefix']}'" if one.get("prefix") else ""
            optional = str(bool(ref.get("optional"))).lower()
            page.add(level + 1, f"{ref.get('name', '')}\t{kind}{prefix}\tOptional: {optional}")
    variables = container.get("env") or ()
    page.add(level, "Environment:" if variables else "Environment:\t<none>")
    for one in variables:
        for number, line in enumerate(_variable(one, container).split("\n")):
            page.add(level + 1, f"{one['name']}:\t{line}" if not number else f"\t{line}")


def _variable(variable: Wire, container: Wire) -> str:
    source = variable.get("valueFrom")
    if source is None:
        return str(variable.get("value", ""))
    if "fieldRef" in source:
        ref = source["fieldRef"]
        return f" ({ref.get('apiVersion', '')}:{ref.get('fieldPath', '')})"
    if "resourceFieldRef" in source:
        ref = source["resourceFieldRef"]
        value = _amount_of(ref, container)
        return f"{value} ({ref.get('resource', '')})"
    for field, kind in (("secretKeyRef", "in secret"), ("configMapKeyRef", "of config map")):
        if field in source:
            ref = source[field]
            optional = str(bool(ref.get("optional"))).lower()
            name, key = ref.get("name", ""), ref.get("key", "")
            return f"<set to the key '{key}' {kind} '{name}'>\tOptional: {optional}"
    return ""


def _amount_of(ref: Wire, container: Wire) -> str:
    part, _, name = str(ref.get("resource", "")).partition(".")
    amounts = (container.get("resources") or {}).get(part) or {}
    if name not in amounts:
        return "node allocatable" if part == "limits" else "0"
    amount, divisor = Quantity(amounts[name]), Quantity(ref.get("divisor") or "0")
    unit = divisor.milli_value or 1000
    return str(-(-amount.milli_value // unit))


def _mounts(page: Page, container: Wire, level: int) -> None:
    mounts = container.get("volumeMounts") or ()
    page.add(level, "Mounts:" if mounts else "Mounts:\t<none>")
    for one in sorted(mounts, key=lambda mount: str(mount.get("mountPath", ""))):
        flags = ["ro" if one.get("readOnly") else "rw"]
        if one.get("subPath"):
            flags.append(f'path="{one["subPath"]}"')
        page.add(level + 1, f"{one['mountPath']} from {one['name']} ({','.join(flags)})")
    devices = container.get("volumeDevices") or ()
    if devices:
        page.add(level, "Devices:")
        for one in devices:
            page.add(level + 1, f"{one['devicePath']} from {one['name']}")
