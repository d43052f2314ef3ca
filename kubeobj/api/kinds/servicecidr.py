"""ServiceCIDR: a network that the addresses of Services come from.

Source: ``k8s.io/kubernetes/pkg/apis/networking/validation`` ValidateServiceCIDR (v1.36).
"""

from kubeobj.api.addresses import family_of
from kubeobj.api.fielderrors import IMMUTABLE, invalid, required
from kubeobj.api.kind import STATUS, Context, Errors, Kind
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import validate_cidr
from kubeobj.names.addresses import parse_network

_CIDRS = FieldPath.of("spec", "cidrs")


def prepare_create(obj: Wire, _context: Context) -> None:
    """Begin with a status that says nothing."""
    obj["status"] = {}


def validate(obj: Wire) -> Errors:
    """Find networks that are wrong, or too many."""
    networks = obj["spec"].get("cidrs", [])
    if not networks:
        yield required(_CIDRS, "required")
        return
    if len(networks) > 2:
        yield invalid(_CIDRS, networks, "may only hold up to 2 values", "maxItems")
        return
    for position, network in enumerate(networks):
        yield from validate_cidr(network, _CIDRS.index(position))
    known = [family_of(network) for network in networks if parse_network(network)]
    if len(known) == 2 and known[0] == known[1]:
        detail = "may specify no more than one IP for each IP family"
        yield invalid(_CIDRS, networks, detail, "family=one-each")


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find changes other than a second network that is added."""
    new, before = obj["spec"].get("cidrs", []), old["spec"].get("cidrs", [])
    is_extended = len(before) == 1 and len(new) == 2
    if len(new) != len(before) and not is_extended:
        yield invalid(_CIDRS, new, IMMUTABLE, "immutable")
        return
    for position, network in enumerate(before):
        if new[position] != network:
            yield invalid(_CIDRS.index(position), new[position], IMMUTABLE, "immutable")
    if is_extended:
        yield from validate(obj)


def _cells(obj: Wire, now: float) -> Cells:
    networks = ",".join(obj["spec"].get("cidrs", ()))
    return [obj["metadata"].get("name", ""), networks, age_of(obj, now)]


KIND = Kind(
    kind=GroupVersionKind("networking.k8s.io", "v1", "ServiceCIDR"),
    plural="servicecidrs",
    namespaced=False,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
    table=Table((NAME, Column("CIDRs"), AGE), _cells),
    parts={"status": STATUS},
)
"""What the API knows of ServiceCIDRs."""
