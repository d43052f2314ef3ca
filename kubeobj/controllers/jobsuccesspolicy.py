"""Whether enough indexes of a job have succeeded for the job to have.

Source: ``k8s.io/kubernetes/pkg/controller/job`` success_policy.go (v1.36); KEP-3998.
"""

from kubeobj.controllers.jobindexes import Intervals, count, count_common, parse_indexes
from kubeobj.documents import Wire


def match_success(policy: Wire | None, completions: int, succeeded: Intervals) -> str | None:
    """Return which rule is met, in a sentence; None if none is.

    Args:
        policy: The policy of the job, or None if it has none.
        completions: How many indexes the job has.
        succeeded: Those that have succeeded.

    >>> match_success({"rules": [{"succeededIndexes": "0,2-3", "succeededCount": 2}]}, 4, ((2, 3),))
    'Matched rules at index 0'
    """
    if not succeeded:
        return None
    for position, rule in enumerate((policy or {}).get("rules") or ()):
        if _is_met(rule, completions, succeeded):
            return f"Matched rules at index {position}"
    return None


def _is_met(rule: Wire, completions: int, succeeded: Intervals) -> bool:
    text, enough = rule.get("succeededIndexes"), rule.get("succeededCount")
    if text is None:
        return enough is not None and count(succeeded) >= int(enough)
    wanted = parse_indexes(text, completions)
    common = count_common(wanted, succeeded)
    if not wanted:
        return False
    return common == count(wanted) or (enough is not None and common >= int(enough))
