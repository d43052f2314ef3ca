"""Ports of containers, and those that probes and hooks connect to.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validateContainerPorts,
AccumulateUniqueHostPorts and validatePodHostNetworkDeps (v1.36).
"""

import re
from collections.abc import Iterable

from kubeobj.api.fielderrors import duplicate, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import validate_port_name, validate_port_number

PROTOCOLS = ("SCTP", "TCP", "UDP")
"""The protocols of ports."""

_is_plain_name = re.compile(r"(?=.{1,15}\Z)[a-z][a-z0-9]*(?:-[a-z0-9]+)*").fullmatch


def validate_container_ports(ports: list[Wire], path: FieldPath) -> Errors:
    """Find what is wrong with the ports of a container; *path* is that of the container."""
    names: set[str] = set()
    for position, port in enumerate(ports):
        if "name" in port:
            yield from _validate_name(port["name"], names, path, position)
        number = port["containerPort"]
        if not 0 < number <= 65535:
            at = _at(path, position, "containerPort")
            yield from validate_port_number(number, at) if number else (required(at, "required"),)
        if "hostPort" in port and not 0 < port["hostPort"] <= 65535:
            yield from validate_port_number(port["hostPort"], _at(path, position, "hostPort"))
        protocol = port.get("protocol")
        if protocol not in PROTOCOLS:
            at = _at(path, position, "protocol")
            yield not_supported(at, protocol, PROTOCOLS) if protocol else required(at, "required")


def _at(path: FieldPath, position: int, name: str) -> FieldPath:
    return path.child("ports").index(position).child(name)


def _validate_name(name: str, names: set[str], path: FieldPath, position: int) -> Errors:
    wrong = () if _is_plain_name(name) else validate_port_name(name)
    if not wrong and name not in names:
        names.add(name)
    elif wrong:
        yield from validate_port_name(name, _at(path, position, "name"))
    else:
        yield duplicate(_at(path, position, "name"), name)


def is_port_reference(port: int | str) -> bool:
    """Return whether *port* is the number or the name of a port."""
    if isinstance(port, int):
        return 0 < port <= 65535
    return bool(_is_plain_name(port)) or not validate_port_name(port)


def validate_port_reference(port: int | str, path: FieldPath) -> Errors:
    """Find what is wrong with a port that is given by its number or its name."""
    if isinstance(port, int):
        yield from validate_port_number(port, path)
    else:
        yield from validate_port_name(port, path)


def validate_host_ports(containers: Iterable[tuple[int, Wire]], path: FieldPath) -> Errors:
    """Find ports of the host that containers, each with its position, have in common."""
    seen: set[tuple[str, str, int]] = set()
    for index, container in containers:
        for position, port in enumerate(container.get("ports", ())):
            if "hostPort" not in port:
                continue
            key = (port.get("protocol", ""), port.get("hostIP", ""), port["hostPort"])
            if key in seen:
                at = path.index(index).child("ports").index(position).child("hostPort")
                yield duplicate(at, "/".join(map(str, key)))
            seen.add(key)


def validate_host_network_ports(spec: Wire, path: FieldPath, *, is_pod: bool) -> Errors:
    """Find ports that differ from the host's though the pod has no network of its own.

    A template may leave the host's open, for they are filled in when pods are made from it.
    """
    for index, container in enumerate(spec["containers"] or ()):
        for position, port in enumerate(container.get("ports", ())):
            host_port = port.get("hostPort", 0)
            if host_port != port["containerPort"] and (is_pod or host_port):
                here = path.child("containers").index(index).child("ports").index(position)
                detail = "must match `containerPort` when `hostNetwork` is true"
                yield invalid(here.child("hostPort"), host_port, detail, "equal=containerPort")
