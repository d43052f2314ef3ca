"""When a Job has failed, and when it has succeeded.

Source: ``k8s.io/kubernetes/pkg/apis/batch/validation`` validatePodFailurePolicy and
validateSuccessPolicy (v1.36).
"""

from itertools import pairwise

from kubeobj.api.fielderrors import (
    duplicate,
    invalid,
    not_negative,
    not_supported,
    required,
    too_long,
    too_many,
)
from kubeobj.api.kind import Errors
from kubeobj.api.kinds.job.indexes import IndexesError, count_indexes
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import byte_length, validate_qualified_name

_MAX_RULES = 20
_MAX_EXIT_CODES = 255
_MAX_PATTERNS = 20
_MAX_INDEXES_BYTES = 64 * 1024
_ACTIONS = ("Count", "FailIndex", "FailJob", "Ignore")
_OPERATORS = ("In", "NotIn")
_STATUSES = ("False", "True", "Unknown")


def validate_failure_policy(spec: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with the policy for failures in the spec of a Job."""
    rules, here = spec["podFailurePolicy"].get("rules") or (), path.child("rules")
    if len(rules) > _MAX_RULES:
        yield too_many(here, len(rules), _MAX_RULES)
    pod = spec["template"]["spec"]
    containers = (*(pod["containers"] or ()), *pod.get("initContainers", ()))
    names = {container["name"] for container in containers}
    for position, rule in enumerate(rules):
        yield from _validate_action(rule["action"], spec, here.index(position).child("action"))
        yield from _validate_rule(rule, names, here.index(position))


def _validate_action(action: str, spec: Wire, path: FieldPath) -> Errors:
    if not action:
        yield required(path, "enum")
    elif action not in _ACTIONS:
        yield not_supported(path, action, _ACTIONS)
    elif action == "FailIndex" and "backoffLimitPerIndex" not in spec:
        yield invalid(path, action, "requires the backoffLimitPerIndex to be set", "dependent")


def _validate_rule(rule: Wire, names: set[str], path: FieldPath) -> Errors:
    codes, patterns = rule.get("onExitCodes"), rule.get("onPodConditions")
    if codes is not None:
        yield from _validate_exit_codes(codes, names, path.child("onExitCodes"))
    if patterns:
        yield from _validate_patterns(patterns, path.child("onPodConditions"))
    if (codes is None) != bool(patterns):
        detail = "exactly one of onExitCodes and onPodConditions is required"
        yield invalid(path, None, detail, "one-of")


def _validate_patterns(patterns: list[Wire], path: FieldPath) -> Errors:
    if len(patterns) > _MAX_PATTERNS:
        yield too_many(path, len(patterns), _MAX_PATTERNS)
    for position, pattern in enumerate(patterns):
        here = path.index(position)
        yield from validate_qualified_name(pattern["type"], here.child("type"))
        status = pattern.get("status", "")
        if not status:
            yield required(here.child("status"), "enum")
        elif status not in _STATUSES:
            yield not_supported(here.child("status"), status, _STATUSES)


def _validate_exit_codes(wanted: Wire, names: set[str], path: FieldPath) -> Errors:
    operator, name = wanted["operator"], wanted.get("containerName")
    if not operator:
        yield required(path.child("operator"), "enum")
    elif operator not in _OPERATORS:
        yield not_supported(path.child("operator"), operator, _OPERATORS)
    if name is not None and name not in names:
        detail = "must be the name of a container in the pod template"
        yield invalid(path.child("containerName"), name, detail, "reference")
    values, here = wanted.get("values") or [], path.child("values")
    if not values:
        yield invalid(here, values, "at least one value is required", "minItems")
    elif len(values) > _MAX_EXIT_CODES:
        yield too_many(here, len(values), _MAX_EXIT_CODES)
    yield from _validate_values(values, here, takes_zero=operator != "In")


def _validate_values(values: list[int], path: FieldPath, *, takes_zero: bool) -> Errors:
    seen: set[int] = set()
    for position, value in enumerate(values):
        if not value and not takes_zero:
            yield invalid(path.index(position), value, "must not be 0 for the In operator", "zero")
        if value in seen:
            yield duplicate(path.index(position), value)
        seen.add(value)
    if any(one > other for one, other in pairwise(values)):
        yield invalid(path, values, "must be ordered", "ordered")


def validate_success_policy(policy: Wire, completions: int, path: FieldPath) -> Errors:
    """Find what is wrong with the policy for success of a Job with so many *completions*."""
    rules, here = policy.get("rules") or (), path.child("rules")
    if not rules:
        yield required(here, "minItems")
    elif len(rules) > _MAX_RULES:
        yield too_many(here, len(rules), _MAX_RULES)
    for position, rule in enumerate(rules):
        yield from _validate_success(rule, completions, here.index(position))


def _validate_success(rule: Wire, completions: int, path: FieldPath) -> Errors:
    indexes, count = rule.get("succeededIndexes"), rule.get("succeededCount")
    if indexes is None and count is None:
        yield required(path, "one-of")
    total = 0
    if indexes is not None:
        here = path.child("succeededIndexes")
        if byte_length(indexes) > _MAX_INDEXES_BYTES:
            yield too_long(here, indexes, _MAX_INDEXES_BYTES)
        try:
            total = count_indexes(indexes, completions)
        except IndexesError as error:
            yield invalid(here, indexes, f"error parsing succeededIndexes: {error}", "indexes")
    if count is not None:
        here = path.child("succeededCount")
        yield from not_negative(count, here)
        if count > completions:
            detail = f"must be less than or equal to {completions}, the number of completions"
            yield invalid(here, count, detail, "maximum")
        if indexes is not None and count > total:
            detail = f"must be less than or equal to {total}, the number of succeededIndexes"
            yield invalid(here, count, detail, "maximum")
