"""What a job's policy says of a pod that has failed.

Source: ``k8s.io/kubernetes/pkg/controller/job`` pod_failure_policy.go (v1.36); the concept page
Jobs, Pod failure policy.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import final

from kubeobj.documents import Wire


@final
@dataclass(frozen=True, slots=True)
class Judgement:
    """What a failure means.

    Args:
        action: ``FailJob``, ``FailIndex``, ``Ignore`` or ``Count``; None where no rule matches.
        message: Why the job fails, if it does.
    """

    action: str | None
    message: str = ""

    @property
    def counts(self) -> bool:
        """Whether the failure counts towards the limit."""
        return self.action != "Ignore"


_NO_RULE = Judgement(None)


def judge(policy: Wire | None, pod: Wire) -> Judgement:
    """Return what the first rule that matches says of a pod that has failed.

    Args:
        policy: The policy of the job, or None if it has none.
        pod: The pod.

    >>> rule = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}
    >>> status = {"conditions": [{"type": "DisruptionTarget", "status": "True"}]}
    >>> pod = {"metadata": {"namespace": "shop", "name": "sum-x"}, "status": status}
    >>> judge({"rules": [rule]}, pod).counts
    False
    """
    for position, rule in enumerate((policy or {}).get("rules") or ()):
        why = _match(rule, pod)
        if why is not None:
            message = f"{why} matching {rule['action']} rule at index {position}"
            return Judgement(rule["action"], message if rule["action"] == "FailJob" else "")
    return _NO_RULE


def _match(rule: Wire, pod: Wire) -> str | None:
    """Return why a rule matches, or None if it does not."""
    status: Wire = pod.get("status", {})
    wanted = rule.get("onExitCodes")
    if wanted is not None:
        for lists in ("containerStatuses", "initContainerStatuses"):
            entry = _exited(status.get(lists) or (), wanted)
            if entry is not None:
                code = entry["state"]["terminated"]["exitCode"]
                return (
                    f"Container {entry['name']} for pod {_name(pod)} failed with exit code {code}"
                )
        return None
    condition = _condition(status.get("conditions") or (), rule.get("onPodConditions") or ())
    return None if condition is None else f"Pod {_name(pod)} has condition {condition}"


def _exited(entries: Iterable[Wire], wanted: Wire) -> Wire | None:
    """Return the first container that has failed with an exit code that is asked for."""
    name = wanted.get("containerName")
    for entry in entries:
        terminated = (entry.get("state") or {}).get("terminated")
        if terminated is None or name not in {None, entry["name"]}:
            continue
        code = terminated.get("exitCode", 0)
        if code and (code in wanted["values"]) == (wanted["operator"] == "In"):
            return entry
    return None


def _condition(conditions: Iterable[Wire], patterns: Sequence[Wire]) -> str | None:
    for condition in conditions:
        for pattern in patterns:
            same = condition["type"] == pattern["type"]
            if same and condition["status"] == pattern.get("status", "True"):
                found: str = condition["type"]
                return found
    return None


def _name(pod: Wire) -> str:
    return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
