"""Ports of containers that get in each other's way, or seem to.

Source: ``k8s.io/kubernetes/pkg/api/pod`` warnings.go (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.podspec.visiting import containers_of, containers_with_paths
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath, echo


def warn_of_ports(spec: Wire, path: FieldPath) -> Iterator[str]:
    """Yield what is to be said of the ports of a pod or a template; *path* is that of its spec."""
    ports = [port for container in containers_of(spec) for port in container.get("ports", ())]
    if not ports or (len(ports) == 1 and "hostIP" not in ports[0]):
        return
    seen: dict[tuple[int, str], list[tuple[Wire, FieldPath]]] = {}
    for container, here in containers_with_paths(spec, path):
        for position, port in enumerate(container.get("ports", ())):
            at = here.child("ports").index(position)
            if "hostIP" in port and "hostPort" not in port:
                yield f"{at}: hostIP set without hostPort: {_written(port)}"
            others = seen.setdefault((port["containerPort"], port.get("protocol", "")), [])
            for other, there in others:
                clash = _clash(port, other)
                if clash:
                    yield f"{at}: {clash} port definition with {there}"
            others.append((port, at))
    yield from _warn_of_names(spec, path)


def _written(port: Wire) -> str:
    """Return a port as Go writes it."""
    return (
        f"{{Name:{port.get('name', '')} HostPort:{port.get('hostPort', 0)}"
        f" ContainerPort:{port['containerPort']} Protocol:{port.get('protocol', '')}"
        f" HostIP:{port.get('hostIP', '')}}}"
    )


def _clash(one: Wire, other: Wire) -> str:
    """Return how two ports of the same number get in each other's way; empty if they do not."""
    number, other_number = one.get("hostPort", 0), other.get("hostPort", 0)
    address, other_address = one.get("hostIP", ""), other.get("hostIP", "")
    if number == other_number and address == other_address:
        return "duplicate"
    if not number or not other_number:
        return "overlapping"
    if number == other_number and bool(address) != bool(other_address):
        return "dangerously ambiguous"
    return ""


def _warn_of_names(spec: Wire, path: FieldPath) -> Iterator[str]:
    """Find names of ports that several containers have which run at the same time."""
    seen: dict[str, FieldPath] = {}
    for container, here in containers_with_paths(spec, path):
        if here.parts[-2] == "initContainers" and container.get("restartPolicy") != "Always":
            continue
        for position, port in enumerate(container.get("ports", ())):
            if "name" not in port:
                continue
            name, at = port["name"], here.child("ports").index(position)
            if name in seen:
                yield (
                    f"{at}: duplicate port name {echo(name)} with {seen[name]}, services and probes"
                    f" that select ports by name will use {seen[name]}"
                )
            else:
                seen[name] = at
