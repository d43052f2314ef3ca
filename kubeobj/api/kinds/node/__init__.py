"""Node: a machine that pods run on.

Whoever makes one says all of it, status included.

Source: ``k8s.io/kubernetes/pkg/registry/core/node`` (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.addresses import cidr_warnings
from kubeobj.api.kind import STATUS, Context, Errors, Kind, Part
from kubeobj.api.kinds.node.table import TABLE
from kubeobj.api.kinds.node.validation import validate, validate_change
from kubeobj.api.quantities import round_up_to_milli
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind


def default(obj: Wire) -> None:
    """Make the two fields of networks agree, and let all there is be for pods."""
    _settle_networks(obj["spec"])
    default_status(obj)


def default_status(obj: Wire) -> None:
    """Let all there is be for pods."""
    status = obj["status"]
    capacity = status.get("capacity")
    if capacity and "allocatable" not in status:
        status["allocatable"] = dict(capacity)
    round_up_to_milli(status.get("capacity"))
    round_up_to_milli(status.get("allocatable"))


def _settle_networks(spec: Wire) -> None:
    """Make the older field, of one network, the first of the newer one's; it goes before."""
    first, networks = spec.get("podCIDR"), spec.get("podCIDRs")
    if first and (not networks or networks[0] != first):
        spec["podCIDRs"] = [first]
    elif networks:
        spec["podCIDR"] = networks[0]
        if not networks[0]:
            del spec["podCIDR"]


def prepare_create(obj: Wire, _context: Context) -> None:
    """Drop the configuration of the kubelet, which nodes no longer hold."""
    obj["spec"].pop("configSource", None)
    obj["status"].pop("config", None)


def prepare_update(obj: Wire, old: Wire, _context: Context) -> None:
    """Drop the configuration of the kubelet, unless it was there before."""
    if "configSource" not in old["spec"]:
        obj["spec"].pop("configSource", None)


def _prepare_status(obj: Wire, old: Wire, context: Context) -> None:
    STATUS.prepare(obj, old, context)
    if "config" not in old["status"]:
        obj["status"].pop("config", None)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a node that is updated; the API asks some of it twice."""
    yield from validate(obj, old)
    yield from validate_change(obj, old)


def warnings(obj: Wire, _old: Wire | None) -> Iterator[str]:
    """Warn of fields that mean nothing any more, and of networks that are written oddly."""
    spec = obj["spec"]
    if "configSource" in spec:
        yield "spec.configSource: the feature is deprecated"
    if spec.get("externalID"):
        yield "spec.externalID: this field is deprecated, and is unused by Kubernetes"
    for position, network in enumerate(spec.get("podCIDRs", ())):
        yield from cidr_warnings(network, f"spec.podCIDRs[{position}]")


def _fields(obj: Wire) -> dict[str, str]:
    return {"spec.unschedulable": "true" if obj["spec"].get("unschedulable") else "false"}


KIND = Kind(
    kind=GroupVersionKind("", "v1", "Node"),
    plural="nodes",
    namespaced=False,
    default=default,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    fields=_fields,
    field_names=frozenset({"spec.unschedulable"}),
    table=TABLE,
    parts={
        "status": Part(prepare=_prepare_status, validate=validate_change, default=default_status)
    },
    resets_on_create=False,
    revalidates_metadata=True,
)
"""What the API knows of Nodes."""
