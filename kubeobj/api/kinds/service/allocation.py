"""The addresses and ports that the API gives to a Service, before anybody judges it.

Source: ``k8s.io/kubernetes/pkg/registry/core/service/storage`` alloc.go and storage.go (v1.36).
"""

from collections.abc import Callable

from kubeobj.api.allocation.allocators import held_ports
from kubeobj.api.allocation.numberpool import NumberUnavailableError
from kubeobj.api.allocation.operation import Operation
from kubeobj.api.errors import InternalError
from kubeobj.api.errors import invalid as invalid_object
from kubeobj.api.fielderrors import invalid
from kubeobj.api.kind import Context
from kubeobj.api.kinds.service.families import settle_families
from kubeobj.api.kinds.service.fields import (
    EXTERNAL_NAME,
    NONE,
    needs_cluster_ip,
    needs_health_check,
    needs_node_ports,
    node_ports,
    wants_node_ports,
)
from kubeobj.api.kinds.service.keeping import (
    is_settled_dual_stack,
    keep_allocated,
    settle_cluster_ips,
)
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath

_SPEC = FieldPath.of("spec")


def allocate(obj: Wire, old: Wire | None, context: Context) -> Callable[[], None]:
    """Give *obj* the addresses and ports that it needs, and take back those that *old* leaves.

    Returns:
        What undoes that.

    Raises:
        Invalid: If what it asks for cannot be had.
        InternalError: If there is nothing left to be had.
    """
    spec = obj["spec"]
    before = None if old is None else old["spec"]
    if before is not None:
        keep_allocated(spec, before)
    settle_cluster_ips(spec, before)
    settle_families(obj, before, context.allocators.families)
    operation = Operation(context.allocators, context.objects, context.ids, dry_run=context.dry_run)
    try:
        if before is None:
            _take_addresses(obj, operation)
            _take_ports(obj, operation)
        else:
            _change_addresses(obj, before, operation)
            _change_ports(obj, before, operation)
    except BaseException:
        operation.undo()
        raise
    operation.settle()
    return operation.undo


def release(obj: Wire, context: Context) -> None:
    """Take back all that *obj* had, which is gone."""
    spec = obj["spec"]
    addresses = context.allocators.addresses(context.objects)
    for address in spec.get("clusterIPs", ()):
        for allocator in addresses.values():
            allocator.give_back(address)
    ports = context.allocators.ports(context.objects)
    for port in held_ports(spec):
        ports.give_back(port)


# ---------------------------------------------------------------- addresses


def _take_addresses(obj: Wire, operation: Operation) -> None:
    """Give a Service an address of each of its families."""
    spec = obj["spec"]
    addresses = spec.get("clusterIPs") or []
    if not needs_cluster_ip(spec) or addresses[:1] == [NONE]:
        return
    asked = list(addresses)
    for position, family in enumerate(spec.get("ipFamilies", ())):
        wanted = addresses[position] if position < len(addresses) else ""
        taken = _take_address(obj, operation, family, wanted)
        asked[position : position + 1] = [taken]
    if asked:
        spec["clusterIPs"] = asked
        spec["clusterIP"] = asked[0]


def _take_address(obj: Wire, operation: Operation, family: str, wanted: str) -> str:
    try:
        return operation.take_address(family, wanted)
    except NumberUnavailableError as error:
        if not wanted:
            raise InternalError(f"failed to allocate a serviceIP: {error}") from None
        asked = obj["spec"].get("clusterIPs") or []
        detail = f"failed to allocate IP {wanted}: {error}"
        found = invalid(_SPEC.child("clusterIPs"), asked, detail, "allocation")
        raise invalid_object("", "Service", _name(obj), [found]) from None


def _change_addresses(obj: Wire, before: Wire, operation: Operation) -> None:
    """Change the addresses of a Service with its type and its families."""
    spec = obj["spec"]
    if is_settled_dual_stack(spec, before):
        return
    old_addresses, families = before.get("clusterIPs", []), before.get("ipFamilies", [])
    if before.get("type") == EXTERNAL_NAME and needs_cluster_ip(spec):
        _take_addresses(obj, operation)
    elif old_addresses[:1] == [NONE]:
        return
    elif needs_cluster_ip(before) and not needs_cluster_ip(spec):
        for family, address in zip(families, old_addresses, strict=False):
            operation.give_back_address(family, address)
    elif len(families) == 1 and len(spec.get("ipFamilies", ())) == 2:
        addresses = spec.setdefault("clusterIPs", [])
        wanted = addresses[1] if len(addresses) > 1 else ""
        second = _take_address(obj, operation, spec["ipFamilies"][1], wanted)
        addresses[1:2] = [second]
    elif len(families) == 2 and len(spec.get("ipFamilies", ())) == 1:
        operation.give_back_address(families[1], old_addresses[1])


# ---------------------------------------------------------------- ports


def _take_ports(obj: Wire, operation: Operation) -> None:
    """Give a new Service the ports on nodes that it needs."""
    spec = obj["spec"]
    if needs_node_ports(spec):
        _take_node_ports(obj, operation)
    if needs_health_check(spec):
        _take_health_check_port(spec, operation)


def _take_node_ports(obj: Wire, operation: Operation) -> None:
    """Give each port of a new Service a port on nodes; equal ports share one."""
    spec = obj["spec"]
    given: dict[int, int] = {}
    ports = spec.get("ports") or []
    for position, port in enumerate(ports):
        if not port.get("nodePort") and not wants_node_ports(spec):
            continue
        number = port["port"]
        if number not in given:
            asked = next(
                (one["nodePort"] for one in ports[position:] if _asks(one, number)),
                0,
            )
            if asked:
                _take_port(obj, operation, asked, position)
            else:
                asked = _take_any_port(operation)
            given[number] = port["nodePort"] = asked
        elif not port.get("nodePort"):
            port["nodePort"] = given[number]
        elif port["nodePort"] != given[number]:
            _take_port(obj, operation, port["nodePort"], position)


def _asks(port: Wire, number: int) -> bool:
    return port["port"] == number and bool(port.get("nodePort"))


def _take_port(obj: Wire, operation: Operation, port: int, position: int) -> None:
    try:
        operation.take_port(port)
    except NumberUnavailableError as error:
        here = _SPEC.child("ports").index(position).child("nodePort")
        found = invalid(here, port, str(error), "allocation")
        raise invalid_object("", "Service", _name(obj), [found]) from None


def _take_any_port(operation: Operation) -> int:
    try:
        return operation.take_any_port()
    except NumberUnavailableError as error:
        raise InternalError(f"failed to allocate a nodePort: {error}") from None


def _take_health_check_port(spec: Wire, operation: Operation) -> None:
    asked = spec.get("healthCheckNodePort", 0)
    try:
        if asked:
            operation.take_port(asked)
        else:
            spec["healthCheckNodePort"] = operation.take_any_port()
    except NumberUnavailableError as error:
        raise InternalError(f"failed to allocate a HealthCheck NodePort {asked}: {error}") from None


def _change_ports(obj: Wire, before: Wire, operation: Operation) -> None:
    """Change the ports on nodes of a Service with its type and its ports."""
    spec = obj["spec"]
    if needs_node_ports(spec):
        _change_node_ports(obj, before, operation)
    elif needs_node_ports(before):
        for port in node_ports(before):
            operation.give_back_port(port)
    needed, needs = needs_health_check(before), needs_health_check(spec)
    if needs and not needed:
        _take_health_check_port(spec, operation)
    elif needed and not needs and before.get("healthCheckNodePort"):
        operation.give_back_port(before["healthCheckNodePort"])


def _change_node_ports(obj: Wire, before: Wire, operation: Operation) -> None:
    spec = obj["spec"]
    had = set(node_ports(before))
    taken: set[int] = set()
    seen: list[tuple[str, int]] = []
    for position, port in enumerate(spec.get("ports") or ()):
        asked = port.get("nodePort", 0)
        if not asked and not wants_node_ports(spec):
            continue
        if not asked:
            port["nodePort"] = _take_any_port(operation)
        elif asked not in had and asked not in taken:
            _take_port(obj, operation, asked, position)
            taken.add(asked)
        this = (port.get("protocol", ""), port["nodePort"])
        if this in seen:
            raise InternalError(f"duplicate nodePort: {this}")
        seen.append(this)
    for port in had - set(node_ports(spec)):
        operation.give_back_port(port)


def _name(obj: Wire) -> str:
    name: str = obj["metadata"].get("name", "")
    return name
