"""Rules that classes, claims and slices of devices have in common.

Expressions are taken as they are; what they mean is not known here.

Source: ``k8s.io/kubernetes/pkg/apis/resource/validation`` (v1.36).
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence

from kubeobj.api.fielderrors import (
    duplicate,
    invalid,
    not_supported,
    required,
    too_long,
    too_many,
)
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.volumesources import validate_csi_driver_name
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import (
    byte_length,
    is_label_value,
    validate_c_identifier,
    validate_dns1123_subdomain,
    validate_label_key,
    validate_label_value,
)

GROUP = "resource.k8s.io"
"""The API group of devices."""

MAX_ITEMS = 32
"""The most requests, constraints, configurations, selectors and results."""

EXPRESSION_MAX_BYTES = 10 * 1024
"""The longest expression, and the longest parameters of a driver."""

IDENTIFIER_MAX_BYTES = 32
"""The longest name of an attribute, its domain apart."""

POOL_MAX_BYTES = 253
"""The longest name of a pool."""

OPERATORS = ("Equal", "Exists")
EFFECTS = ("NoExecute", "NoSchedule", "None")

validate_driver = validate_csi_driver_name
"""Drivers of devices are named as those of volumes are."""


def validate_items(
    items: Sequence[Wire],
    path: FieldPath,
    validate: Callable[[Wire, FieldPath], Errors],
    *,
    most: int = MAX_ITEMS,
    key: Callable[[Wire], object] | None = None,
) -> Errors:
    """Find too many items, those that are wrong, and those that are there before.

    Args:
        items: Them.
        path: Where they are.
        validate: Finds what is wrong with one.
        most: How many there may be.
        key: What no two have in common; None for nothing.
    """
    if len(items) > most:
        yield too_many(path, len(items), most)
        return
    seen: set[object] = set()
    for position, item in enumerate(items):
        yield from validate(item, path.index(position))
    for position, item in enumerate(items if key else ()):
        found = key(item) if key else None
        if found in seen:
            yield duplicate(path.index(position), str(found))
        seen.add(found)


def validate_pool(name: str, path: FieldPath) -> Errors:
    """Find what is wrong with the name of a pool."""
    if not name:
        yield required(path, "required")
        return
    if byte_length(name) > POOL_MAX_BYTES:
        yield too_long(path, name, POOL_MAX_BYTES)
    for part in name.split("/"):
        yield from validate_dns1123_subdomain(part, path)


def validate_class_name(name: str, path: FieldPath) -> Errors:
    """Find what is wrong with the name of a class."""
    if name:
        yield from validate_dns1123_subdomain(name, path)
    else:
        yield required(path, "required")


def validate_selector(selector: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with an expression that selects devices."""
    if "cel" not in selector:
        yield required(path.child("cel"), "required")
    elif byte_length(selector["cel"]["expression"]) > EXPRESSION_MAX_BYTES:
        here = path.child("cel", "expression")
        yield too_long(here, selector["cel"]["expression"], EXPRESSION_MAX_BYTES)


def validate_configuration(config: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with what a driver is told of devices."""
    if "opaque" not in config:
        yield required(path.child("opaque"), "required")
        return
    opaque, here = config["opaque"], path.child("opaque")
    yield from validate_driver(opaque["driver"], here.child("driver"))
    yield from validate_raw(opaque["parameters"], here.child("parameters"))


def validate_raw(value: object, path: FieldPath) -> Errors:
    """Find what is no JSON object, or too long."""
    if value is None:
        yield required(path, "required")
    elif not isinstance(value, dict):
        yield invalid(path, "<value omitted>", "must be a JSON object", "format=json-object")
    elif byte_length(json.dumps(value)) > EXPRESSION_MAX_BYTES:
        yield too_long(path, None, EXPRESSION_MAX_BYTES)


def validate_qualified(name: str, path: FieldPath, *, fully: bool = False) -> Errors:
    """Find what is wrong with the name of an attribute or a capacity.

    Args:
        name: The name, with a domain or without.
        path: Where it is.
        fully: Whether it needs a domain.
    """
    domain, slash, rest = name.rpartition("/")
    if "/" in domain:
        yield invalid(path, name, "must not contain more than one slash", "format=qualified")
        return
    if slash:
        if domain:
            yield from validate_driver(domain, path)
        else:
            yield invalid(path, "", "the domain must not be empty", "format=qualified")
    if slash and not rest:
        yield invalid(path, "", "the name must not be empty", "format=qualified")
    else:
        if byte_length(rest) > IDENTIFIER_MAX_BYTES:
            yield too_long(path, rest, IDENTIFIER_MAX_BYTES)
        yield from validate_c_identifier(rest, path)
    if fully and not slash:
        detail = "a fully qualified name must be a domain and a name separated by a slash"
        yield invalid(path, name, detail, "format=fully-qualified")


# ---------------------------------------------------------------- taints


def validate_toleration(toleration: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a toleration of tainted devices."""
    key, operator = toleration.get("key", ""), toleration.get("operator", "")
    if key:
        yield from validate_label_key(key, path.child("key"))
    elif operator != "Exists":
        detail = "must be Exists when `key` is empty, which means all keys"
        yield invalid(path.child("operator"), operator, detail, "enum")
    value = toleration.get("value", "")
    if operator == "Exists":
        if value:
            detail = "must be empty for operator `Exists`"
            yield invalid(path.child("value"), value, detail, "format=empty")
    elif operator == "Equal":
        if not is_label_value(value):
            yield from validate_label_value(value, path.child("value"))
    elif not operator:
        yield required(path.child("operator"), "required")
    else:
        yield not_supported(path.child("operator"), operator, OPERATORS)
    effect = toleration.get("effect", "")
    if effect and effect not in EFFECTS:
        yield not_supported(path.child("effect"), effect, EFFECTS)


def validate_taint(taint: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a taint of a device."""
    yield from validate_label_key(taint["key"], path.child("key"))
    if not is_label_value(taint.get("value", "")):
        yield from validate_label_value(taint["value"], path.child("value"))
    effect = taint["effect"]
    if not effect:
        yield required(path.child("effect"), "required")
    elif effect not in EFFECTS:
        yield not_supported(path.child("effect"), effect, EFFECTS)


def default_tolerations(tolerations: Iterable[Wire]) -> None:
    """Let tolerations compare values where nothing is said."""
    for toleration in tolerations:
        toleration.setdefault("operator", "Equal")


def validate_binding_conditions(
    conditions: Collection[str], failures: Collection[str], path: FieldPath
) -> Errors:
    """Find conditions of a device that a pod waits for, without such as end the wait."""
    for name, items in (("bindingConditions", conditions), ("bindingFailureConditions", failures)):
        here = path.child(name)
        for position, item in enumerate(items):
            yield from validate_label_key(item, here.index(position))
    if conditions and not failures:
        detail = "bindingFailureConditions are required to use bindingConditions"
        yield invalid(path.child("bindingFailureConditions"), [], detail, "together")
    if failures and not conditions:
        detail = "bindingConditions are required to use bindingFailureConditions"
        yield invalid(path.child("bindingConditions"), [], detail, "together")
