"""RuntimeClass: how containers of a pod are run.

Source: ``k8s.io/kubernetes/pkg/apis/node/validation`` and ``pkg/registry/node/runtimeclass``
(v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.fielderrors import duplicate, immutable, required
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.podspec.nodelabels import warn_of_label
from kubeobj.api.podspec.resources import validate_overhead
from kubeobj.api.podspec.tolerations import validate_tolerations
from kubeobj.api.quantities import round_up_to_milli
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.meta.metarules import validate_labels
from kubeobj.names import validate_dns1123_label

_HANDLER = FieldPath.of("handler")
_SCHEDULING = FieldPath.of("scheduling")


def default(obj: Wire) -> None:
    """Round amounts to what the API keeps of them."""
    round_up_to_milli(obj.get("overhead", {}).get("podFixed"))


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a class."""
    if obj["handler"]:
        yield from validate_dns1123_label(obj["handler"], _HANDLER)
    else:
        yield required(_HANDLER, "required")
    if "overhead" in obj:
        yield from validate_overhead(obj["overhead"].get("podFixed", {}), FieldPath.of("overhead"))
    if "scheduling" in obj:
        selector = obj["scheduling"].get("nodeSelector", {})
        yield from validate_labels(selector, _SCHEDULING.child("nodeSelector"))
        yield from _tolerations(obj["scheduling"].get("tolerations", []))


def _tolerations(tolerations: list[Wire]) -> Errors:
    here = _SCHEDULING.child("tolerations")
    yield from validate_tolerations(tolerations, here)
    seen: set[tuple[str, ...]] = set()
    for position, one in enumerate(tolerations):
        key = tuple(one.get(name, "") for name in ("key", "operator", "value", "effect"))
        if key in seen:
            yield duplicate(here.index(position), one)
        seen.add(key)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find a handler that is another than before."""
    return immutable(obj["handler"], old["handler"], _HANDLER)


def warnings(obj: Wire, _old: Wire | None) -> Iterator[str]:
    """Warn of labels of nodes that have better names by now."""
    here = _SCHEDULING.child("nodeSelector")
    for key in obj.get("scheduling", {}).get("nodeSelector", ()):
        yield from warn_of_label(key, here)


def _cells(obj: Wire, now: float) -> Cells:
    return [obj["metadata"].get("name", ""), obj["handler"], age_of(obj, now)]


KIND = Kind(
    kind=GroupVersionKind("node.k8s.io", "v1", "RuntimeClass"),
    plural="runtimeclasses",
    namespaced=False,
    default=default,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    table=Table((NAME, Column("Handler"), AGE), _cells),
    updates_blindly=False,
)
"""What the API knows of RuntimeClasses."""
