"""What a Job leaves open.

Source: ``k8s.io/kubernetes/pkg/apis/batch/v1`` SetDefaults_Job (v1.36).
"""

from kubeobj.api.podspec.defaults import default_pod_template
from kubeobj.documents import Wire

_UNLIMITED = 2**31 - 1


def default_job(obj: Wire) -> None:
    """Fill in what a Job leaves open; its labels are those of its template."""
    spec = obj["spec"]
    default_job_template(spec)
    if "parallelism" not in spec:
        spec.setdefault("completions", 1)
        spec["parallelism"] = 1
    spec.setdefault("backoffLimit", _UNLIMITED if "backoffLimitPerIndex" in spec else 6)
    labels = spec["template"]["metadata"].get("labels")
    if labels and not obj["metadata"].get("labels"):
        # The very same labels: those that a generated selector asks for come into both.
        obj["metadata"]["labels"] = labels
    spec.setdefault("completionMode", "NonIndexed")
    spec.setdefault("suspend", False)
    policy = "Failed" if "podFailurePolicy" in spec else "TerminatingOrFailed"
    spec.setdefault("podReplacementPolicy", policy)
    spec.setdefault("manualSelector", False)


def default_job_template(spec: Wire) -> None:
    """Fill in what the template of a Job's spec leaves open, and its policy for failures."""
    default_pod_template(spec["template"])
    for rule in spec.get("podFailurePolicy", {}).get("rules") or ():
        for pattern in rule.get("onPodConditions") or ():
            pattern["status"] = pattern.get("status") or "True"
