"""What is wrong with a Job that takes the place of another: most of it never changes.

What is about scheduling and resources may change as long as a Job is suspended and has no pods.

Source: ``k8s.io/kubernetes/pkg/apis/batch/validation`` ValidateJobUpdate and
``pkg/registry/batch/job`` validationOptionsForJob (v1.36).
"""

from kubeobj.api.fielderrors import immutable, invalid
from kubeobj.api.kind import Errors, put_back
from kubeobj.api.kinds.job.conditions import has_condition
from kubeobj.api.kinds.job.selector import CONTROLLER_UID, JOB_NAME
from kubeobj.api.kinds.job.validation import SPEC, validate_job, validate_selected_spec
from kubeobj.api.labelselectors import has_invalid_values
from kubeobj.documents import Wire

_IMMUTABLE = (
    "selector",
    "completionMode",
    "podFailurePolicy",
    "backoffLimitPerIndex",
    "managedBy",
    "successPolicy",
)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a Job that takes the place of another.

    The spec is looked at twice, as the API does.
    """
    spec, before = obj["spec"], old["spec"]
    lenient = has_invalid_values(before.get("selector"))
    labels = before["template"]["metadata"].get("labels", {})
    has_prefixed = JOB_NAME in labels and CONTROLLER_UID in labels
    yield from validate_job(obj, has_prefixed=has_prefixed, lenient=lenient)
    yield from validate_selected_spec(spec, lenient=lenient)
    yield from _validate_completions(spec, before)
    if spec["template"] != before["template"]:
        expected = _as_may_be(before["template"], spec["template"], old)
        yield from immutable(spec["template"], expected, SPEC.child("template"))
    for name in _IMMUTABLE:
        if spec.get(name) != before.get(name):
            yield from immutable(spec.get(name), before.get(name), SPEC.child(name))


def _validate_completions(spec: Wire, before: Wire) -> Errors:
    completions, path = spec.get("completions"), SPEC.child("completions")
    if completions == before.get("completions"):
        return
    if spec.get("completionMode") != "Indexed":
        yield from immutable(completions, before.get("completions"), path)
    elif completions is not None and completions != spec["parallelism"]:
        detail = "can only be modified in tandem with spec.parallelism"
        yield invalid(path, completions, detail, "dependent")


def _as_may_be(template: Wire, wanted: Wire, old: Wire) -> Wire:
    """Return the *template* of a Job, changed to what is *wanted* wherever it may change."""
    spec, status = old["spec"], old["status"]
    if not spec.get("suspend"):
        return template
    is_at_rest = has_condition(status, "Suspended") and not status.get("active")
    metadata, pod = dict(template["metadata"]), dict(template["spec"])
    if is_at_rest or "startTime" not in status:
        put_back(metadata, wanted["metadata"], "labels", "annotations")
        put_back(pod, wanted["spec"], "nodeSelector", "tolerations", "schedulingGates")
        _change_node_affinity(pod, wanted["spec"])
    if is_at_rest:
        for name in ("containers", "initContainers"):
            _change_resources(pod, wanted["spec"], name)
    return {**template, "metadata": metadata, "spec": pod}


def _change_node_affinity(pod: Wire, wanted: Wire) -> None:
    affinity = {**pod.get("affinity", {})}
    put_back(affinity, wanted.get("affinity", {}), "nodeAffinity")
    if affinity or "affinity" in wanted:
        pod["affinity"] = affinity
    else:
        pod.pop("affinity", None)


def _change_resources(pod: Wire, wanted: Wire, name: str) -> None:
    containers, others = pod.get(name) or [], wanted.get(name) or []
    if len(containers) != len(others):
        return
    changed = []
    for container, other in zip(containers, others, strict=True):
        resources = dict(container["resources"])
        put_back(resources, other["resources"], "requests", "limits")
        changed.append({**container, "resources": resources})
    if changed:
        pod[name] = changed
