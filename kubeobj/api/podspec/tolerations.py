"""Tolerations, and the taints that they tolerate.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidateTolerations and validateNodeTaints
(v1.36).
"""

from kubeobj.api.fielderrors import duplicate, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import is_label_key, is_label_value, validate_label_key, validate_label_value

EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
"""What a taint can do to pods that do not tolerate it."""

OPERATORS = ("Equal", "Exists")
"""How a toleration compares values."""


def validate_tolerations(tolerations: list[Wire], path: FieldPath) -> Errors:
    """Find what is wrong with the tolerations of a pod."""
    for position, toleration in enumerate(tolerations):
        if not _is_plain(toleration):
            yield from _validate_toleration(toleration, path.index(position))


def _is_plain(toleration: Wire) -> bool:
    """Return whether a toleration is of the kind that nearly all are: of whatever value a key has.

    Such have nothing wrong with them, and every pod has two.
    """
    return (
        toleration.get("operator") == "Exists"
        and "value" not in toleration
        and toleration.get("effect") == "NoExecute"
        and is_label_key(toleration.get("key", ""))
    )


def _validate_toleration(toleration: Wire, path: FieldPath) -> Errors:
    key, operator = toleration.get("key", ""), toleration.get("operator", "")
    effect = toleration.get("effect", "")
    if key:
        yield from validate_label_key(key, path.child("key"))
    elif operator != "Exists":
        detail = "must be Exists when `key` is empty, which means all keys"
        yield invalid(path.child("operator"), operator, detail, "enum")
    if "tolerationSeconds" in toleration and effect != "NoExecute":
        detail = "must be 'NoExecute' when `tolerationSeconds` is set"
        yield invalid(path.child("effect"), effect, detail, "enum")
    yield from _validate_value(operator, toleration.get("value", ""), path)
    if effect:
        yield from validate_effect(effect, path.child("effect"))


def _validate_value(operator: str, value: str, path: FieldPath) -> Errors:
    at = path.child("operator")
    if operator in {"", "Equal"}:
        if not is_label_value(value):
            detail = "; ".join(error.detail for error in validate_label_value(value))
            yield invalid(at, value, detail, "format=k8s-label-value")
    elif operator == "Exists":
        if value:
            detail = "value must be empty when `operator` is 'Exists'"
            yield invalid(at, value, detail, "format=empty")
    else:
        yield not_supported(at, operator, OPERATORS)


def validate_taints(taints: list[Wire], path: FieldPath) -> Errors:
    """Find what is wrong with the taints of a node."""
    seen = set()
    for position, taint in enumerate(taints):
        here = path.index(position)
        key, effect, value = taint["key"], taint["effect"], taint.get("value", "")
        yield from validate_label_key(key, here.child("key"))
        if not is_label_value(value):
            detail = "; ".join(error.detail for error in validate_label_value(value))
            yield invalid(here.child("value"), value, detail, "format=k8s-label-value")
        yield from validate_effect(effect, here.child("effect"))
        if (key, effect) in seen:
            yield duplicate(here, taint)
        seen.add((key, effect))


def validate_effect(effect: str, path: FieldPath) -> Errors:
    """Find an effect that no taint has."""
    if not effect:
        yield required(path, "required")
    elif effect not in EFFECTS:
        yield not_supported(path, effect, EFFECTS)
