"""When containers are started again, which each may say for itself, and what a resize does.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validateContainerRestartPolicy and
validateResizePolicy (v1.36).
"""

from kubeobj.api.fielderrors import duplicate, invalid, not_supported, required, too_many
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldErrorType, FieldPath

POLICIES = ("Always", "OnFailure", "Never")
"""When a container is started again after it has ended."""

_ACTIONS = ("Restart", "RestartAllContainers")
_OPERATORS = ("In", "NotIn")
_MOST_RULES = 20
_MOST_VALUES = 255
_RESIZABLE = ("cpu", "memory")
_RESIZE_POLICIES = ("NotRequired", "RestartContainer")


def validate_restart_policy(container: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with the restart policy of one container, and its exceptions."""
    policy, rules = container.get("restartPolicy"), container.get("restartPolicyRules", ())
    if policy is None:
        if rules:
            detail = "must specify restartPolicy when restart rules are used"
            at = path.child("restartPolicy")
            yield FieldError(at, FieldErrorType.REQUIRED, "", detail, "required")
    elif policy not in POLICIES:
        yield not_supported(path.child("restartPolicy"), policy, POLICIES)
    here = path.child("restartPolicyRules")
    if len(rules) > _MOST_RULES:
        yield too_many(here, len(rules), _MOST_RULES)
    for position, rule in enumerate(rules):
        yield from _validate_rule(rule, here.index(position))


def _validate_rule(rule: Wire, path: FieldPath) -> Errors:
    action = rule.get("action", "")
    if action not in _ACTIONS:
        yield not_supported(path.child("action"), action, _ACTIONS)
    codes, at = rule.get("exitCodes"), path.child("exitCodes")
    if codes is None:
        yield FieldError(at, FieldErrorType.REQUIRED, "", "must be specified", "required")
        return
    operator = codes.get("operator", "")
    if operator not in _OPERATORS:
        yield not_supported(at.child("operator"), operator, _OPERATORS)
    values = codes.get("values") or ()
    if len(values) > _MOST_VALUES:
        yield too_many(at.child("values"), len(values), _MOST_VALUES)


def validate_resize_policy(policies: list[Wire], path: FieldPath, pod_policy: str) -> Errors:
    """Find what is wrong with what is done when the resources of a container change.

    Args:
        policies: What is done, by resource.
        path: Where they are.
        pod_policy: The restart policy of the pod.
    """
    seen: set[str] = set()
    for position, policy in enumerate(policies):
        name, restart = policy["resourceName"], policy["restartPolicy"]
        if name in seen:
            yield duplicate(path.index(position), name)
        seen.add(name)
        for value, choices in ((name, _RESIZABLE), (restart, _RESIZE_POLICIES)):
            if not value:
                yield required(path, "required")
            elif value not in choices:
                yield not_supported(path, value, choices)
        if pod_policy == "Never" and restart != "NotRequired":
            detail = "must be 'NotRequired' when `restartPolicy` is 'Never'"
            yield invalid(path, restart, detail, "conflict")
