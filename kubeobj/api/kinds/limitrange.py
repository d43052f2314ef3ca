"""LimitRange: how much each pod, container or claim in a namespace may ask for.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidateLimitRange, and
``pkg/apis/core/v1`` SetDefaults_LimitRangeItem (v1.36).
"""

from collections.abc import Callable, Mapping

from kubeobj.api.fielderrors import duplicate, forbidden, invalid, required
from kubeobj.api.kind import Context, Errors, Kind
from kubeobj.api.metadata import new_errors
from kubeobj.api.podspec.resources import (
    validate_container_resource_name,
    validate_resource_name,
)
from kubeobj.api.quantities import quantity_of, round_up_to_milli
from kubeobj.api.resourcenames import is_overcommit_allowed
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldPath, QuantityError
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.meta.quantity import Quantity
from kubeobj.names import validate_qualified_name

TYPES = frozenset({"Pod", "Container", "PersistentVolumeClaim"})
"""What can be limited."""

_LIMITS = FieldPath.of("spec", "limits")
_MAPS = ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")
_ONE = Quantity(1)


def default(obj: Wire) -> None:
    """Let containers have by default what they may have at most, or what they must have."""
    for limit in obj["spec"]["limits"] or ():
        for name in _MAPS:
            round_up_to_milli(limit.get(name))
        if limit.get("type") == "Container":
            _fill(limit, "default", "max")
            _fill(limit, "defaultRequest", "default")
            _fill(limit, "defaultRequest", "min")


def _fill(limit: Wire, name: str, source: str) -> None:
    if source in limit:
        limit[name] = {**limit[source], **limit.get(name, {})}


def prepare_create(obj: Wire, context: Context) -> None:
    """Name a LimitRange that has no name."""
    if not obj["metadata"].get("name"):
        obj["metadata"]["name"] = context.ids.uid()


def validate(obj: Wire) -> Errors:
    """Find limits that are wrong, or at odds with each other."""
    seen: set[str] = set()
    for position, limit in enumerate(obj["spec"]["limits"] or ()):
        path = _LIMITS.index(position)
        kind = limit.get("type", "")
        yield from _type(kind, path.child("type"))
        if kind in seen:
            yield duplicate(path.child("type"), kind)
        seen.add(kind)
        yield from _names(limit, kind, path)
        yield from _amounts(limit, kind, path)


def _type(kind: str, path: FieldPath) -> Errors:
    wrong = validate_qualified_name(kind, path)
    yield from wrong
    if not wrong and "/" not in kind and kind not in TYPES:
        detail = "must be a standard limit type or fully qualified"
        yield invalid(path, kind, detail, "enum")


def _names(limit: Wire, kind: str, path: FieldPath) -> Errors:
    """Find names of resources that are wrong, and maps that this type has not."""
    of_pods = kind in {"Pod", "Container"}
    validate_name = validate_container_resource_name if of_pods else validate_resource_name
    for name in _MAPS:
        if kind == "Pod" and name in {"default", "defaultRequest"}:
            if limit.get(name):
                detail = "may not be specified when `type` is 'Pod'"
                yield forbidden(path.child(name), detail, "type=pod")
            continue
        for resource in limit.get(name, ()):
            yield from validate_name(resource, path.child(name).key(resource))
    if kind == "PersistentVolumeClaim" and not any(
        "storage" in limit.get(name, ()) for name in ("min", "max")
    ):
        yield required(path.child("limits"), "required-one-of")


_Rule = tuple[str, str, str, Callable[[Quantity, Quantity], bool], str]

_ORDERED: tuple[_Rule, ...] = (
    ("min", "max", "min", Quantity.__gt__, "min value {} is greater than max value {}"),
    (
        "min",
        "defaultRequest",
        "defaultRequest",
        Quantity.__gt__,
        "min value {} is greater than default request value {}",
    ),
    (
        "defaultRequest",
        "max",
        "defaultRequest",
        Quantity.__gt__,
        "default request value {} is greater than max value {}",
    ),
    (
        "defaultRequest",
        "default",
        "defaultRequest",
        Quantity.__gt__,
        "default request value {} is greater than default limit value {}",
    ),
    (
        "min",
        "default",
        "default",
        Quantity.__gt__,
        "min value {} is greater than default value {}",
    ),
    (
        "default",
        "max",
        "default",
        Quantity.__gt__,
        "default value {} is greater than max value {}",
    ),
)
"""Which map may not be above which, and of which field that is said."""


def _amounts(limit: Wire, kind: str, path: FieldPath) -> Errors:
    maps: dict[str, Mapping[str, str]] = {name: limit.get(name, {}) for name in _MAPS}
    if kind == "Pod":
        maps["default"] = maps["defaultRequest"] = {}
    for resource in sorted({resource for amounts in maps.values() for resource in amounts}):
        amounts = {
            name: quantity_of(found[resource]) for name, found in maps.items() if resource in found
        }
        yield from _ordered(amounts, resource, path)
        yield from _ratio(amounts, path.child("maxLimitRequestRatio").key(resource))
        given, asked = amounts.get("default"), amounts.get("defaultRequest")
        if given is None or asked is None or given == asked:
            continue
        if not is_overcommit_allowed(resource):
            here = path.child("defaultRequest").key(resource)
            detail = f"default value {given} must equal to defaultRequest value {asked}"
            yield invalid(here, str(asked), detail, "equal=default")


def _ordered(amounts: Mapping[str, Quantity], resource: str, path: FieldPath) -> Errors:
    for lower, upper, where, is_wrong, detail in _ORDERED:
        one, other = amounts.get(lower), amounts.get(upper)
        if one is not None and other is not None and is_wrong(one, other):
            here = path.child(where).key(resource)
            yield invalid(here, str(amounts[where]), detail.format(one, other), "order")


def _ratio(amounts: Mapping[str, Quantity], path: FieldPath) -> Errors:
    ratio = amounts.get("maxLimitRequestRatio")
    if ratio is None:
        return
    if ratio < _ONE:
        yield _ratio_error(path, ratio, "less than 1")
    least, most = amounts.get("min"), amounts.get("max")
    if least is None or most is None:
        return
    bound = _most_ratio(least, most)
    if bound is not None and _number(ratio) > bound:
        yield _ratio_error(path, ratio, f"greater than max/min = {bound:f}")


def _ratio_error(path: FieldPath, ratio: Quantity, how: str) -> FieldError:
    return invalid(path, str(ratio), f"ratio {ratio} is {how}", "ratio")


def _most_ratio(least: Quantity, most: Quantity) -> float | None:
    """Return how often *least* is in *most*; None where that is no bound."""
    divisor = _number(least)
    if divisor:
        return _number(most) / divisor
    return 0.0 if most.sign < 0 else None


def _number(quantity: Quantity) -> float:
    try:
        return quantity.milli_value / 1000
    except QuantityError:
        return float(quantity.as_decimal())


def validate_update(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with limits that take the place of others."""
    yield from new_errors(obj, KIND)
    yield from validate(obj)


KIND = Kind(
    kind=GroupVersionKind("", "v1", "LimitRange"),
    plural="limitranges",
    namespaced=True,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
    creates_on_update=True,
)
"""What the API knows of LimitRanges."""
