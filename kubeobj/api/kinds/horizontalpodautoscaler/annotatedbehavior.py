"""A behavior in the form that ``autoscaling/v1`` writes into an annotation.

It is the API's own struct, whose fields have capitals, and every field is written.

Source: ``k8s.io/kubernetes/pkg/apis/autoscaling`` HorizontalPodAutoscalerBehavior (v1.36).
"""

from collections.abc import Mapping

import orjson

from kubeobj.api.wireform import WireError, read_wire
from kubeobj.documents import JsonValue, Wire

_RULES = ("stabilizationWindowSeconds", "selectPolicy", "policies", "tolerance")
_POLICY = ("type", "value", "periodSeconds")
_DIRECTIONS = ("scaleUp", "scaleDown")
_NAMES = {name.lower(): name for name in (*_DIRECTIONS, *_RULES, *_POLICY)}


def behavior_to_annotation(behavior: Wire) -> dict[str, JsonValue]:
    """Return a stored behavior as the annotation has it."""
    return {_capital(name): _rules(behavior.get(name)) for name in _DIRECTIONS}


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _rules(rules: Wire | None) -> dict[str, JsonValue] | None:
    if rules is None:
        return None
    flat: dict[str, JsonValue] = {_capital(name): rules.get(name) for name in _RULES}
    if rules.get("policies") is not None:
        flat["Policies"] = [
            {_capital(name): policy[name] for name in _POLICY} for policy in rules["policies"]
        ]
    return flat


def behavior_from_annotation(text: str | None) -> Wire | None:
    """Return the behavior that an annotation writes; None if it writes none."""
    if text is None:
        return None
    try:
        found, _ = read_wire("autoscalingv2.HorizontalPodAutoscalerBehavior", _small(text))
    except (ValueError, WireError):
        return None
    return found or None


def _small(text: str) -> JsonValue:
    """Return the JSON of *text* with the names of fields as they are elsewhere."""

    def renamed(value: JsonValue) -> JsonValue:
        if isinstance(value, Mapping):
            return {_NAMES.get(key.lower(), key): renamed(part) for key, part in value.items()}
        if isinstance(value, list):
            return [renamed(part) for part in value]
        return value

    found: JsonValue = orjson.loads(text)
    return renamed(found)
