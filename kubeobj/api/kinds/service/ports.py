"""Which ports a Service may have.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validateServicePort (v1.36).
"""

from kubeobj.api.fielderrors import duplicate, forbidden, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.kinds.service.fields import CLUSTER_IP
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import (
    validate_dns1123_label,
    validate_label_key,
    validate_port_name,
    validate_port_number,
)

PROTOCOLS = ("SCTP", "TCP", "UDP")
"""The protocols that ports have."""


def validate_ports(spec: Wire, path: FieldPath) -> Errors:
    """Find ports that are wrong, or that are there twice."""
    ports = spec.get("ports") or ()
    names: set[str] = set()
    taken: set[tuple[str, int]] = set()
    node_taken: set[tuple[str, int]] = set()
    inside_only = spec.get("type") == CLUSTER_IP
    for position, port in enumerate(ports):
        here = path.index(position)
        yield from _name(port.get("name", ""), here, names, needed=len(ports) > 1)
        yield from _port(port, here)
        protocol = port.get("protocol", "")
        node_port = port.get("nodePort", 0)
        if node_port:
            if inside_only:
                detail = "may not be used when `type` is 'ClusterIP'"
                yield forbidden(here.child("nodePort"), detail, "type=node-port")
            if (protocol, node_port) in node_taken:
                yield duplicate(here.child("nodePort"), node_port)
            node_taken.add((protocol, node_port))
        if (protocol, port["port"]) in taken:
            yield duplicate(here, {"protocol": protocol, "port": port["port"]})
        taken.add((protocol, port["port"]))


def _name(name: str, path: FieldPath, names: set[str], *, needed: bool) -> Errors:
    if not name:
        if needed:
            yield required(path.child("name"), "required")
        return
    yield from validate_dns1123_label(name, path.child("name"))
    if name in names:
        yield duplicate(path.child("name"), name)
    names.add(name)


def _port(port: Wire, path: FieldPath) -> Errors:
    if not 0 < port["port"] < 65536:
        yield from validate_port_number(port["port"], path.child("port"))
    if port.get("protocol") not in PROTOCOLS:
        yield not_supported(path.child("protocol"), port.get("protocol", ""), PROTOCOLS)
    yield from validate_port_or_name(port["targetPort"], path.child("targetPort"))
    if "appProtocol" in port:
        yield from validate_label_key(port["appProtocol"], path.child("appProtocol"))


def validate_port_or_name(port: int | str, path: FieldPath) -> Errors:
    """Find what is wrong with a port that is named or numbered."""
    if isinstance(port, str):
        yield from validate_port_name(port, path)
    elif not 0 < port < 65536:
        yield invalid(path, port, "must be between 1 and 65535, inclusive", "format=port-number")
