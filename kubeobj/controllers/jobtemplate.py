"""The pods that a job makes.

Source: ``k8s.io/kubernetes/pkg/controller/job`` job_controller.go manageJob and
indexed_job_utils.go (v1.36).
"""

from kubeobj.controllers.jobfailurepolicy import judge
from kubeobj.controllers.jobpods import (
    FAILURES,
    IGNORED_FAILURES,
    INDEX,
    TRACKING,
    failures_before,
    ignored_failures_before,
)
from kubeobj.controllers.podfromtemplate import pod_from_template
from kubeobj.documents import Wire

INDEX_VARIABLE = "JOB_COMPLETION_INDEX"
"""The environment variable with the index of a container's pod."""

_LONGEST_PREFIX = 58  # what the API appends to it makes 63


def job_pod(job: Wire, index: int | None, before: Wire | None) -> Wire:
    """Return a pod of a job.

    Args:
        job: The job, which controls it.
        index: Its index; None if the job is not indexed.
        before: The failed pod of the index that it takes the place of, if there is one.
    """
    pod = pod_from_template(job["spec"]["template"], job)
    metadata: Wire = pod["metadata"]
    finalizers = metadata.get("finalizers") or []
    if TRACKING not in finalizers:
        metadata["finalizers"] = [*finalizers, TRACKING]
    if index is None:
        return pod
    name = job["metadata"]["name"]
    metadata["generateName"] = generate_name(name, index)
    metadata["labels"] = {**(metadata.get("labels") or {}), INDEX: str(index)}
    annotations = {**(metadata.get("annotations") or {}), INDEX: str(index)}
    if job["spec"].get("backoffLimitPerIndex") is not None:
        annotations.update(_failures(job, before))
    metadata["annotations"] = annotations
    pod["spec"] = {**_with_index_variable(pod["spec"]), "hostname": f"{name}-{index}"}
    return pod


def generate_name(job: str, index: int) -> str:
    """Return what the names of the pods of an index begin with; long names of jobs are cut.

    >>> generate_name("sum", 3)
    'sum-3-'
    """
    suffix = f"-{index}-"
    whole = job + suffix
    return whole if len(whole) <= _LONGEST_PREFIX else job[: _LONGEST_PREFIX - len(suffix)] + suffix


def _failures(job: Wire, before: Wire | None) -> dict[str, str]:
    """Return the annotations with how often the index has failed."""
    if before is None:
        return {FAILURES: "0"}
    counts = judge(job["spec"].get("podFailurePolicy"), before).counts
    ignored = ignored_failures_before(before) + (not counts)
    annotations = {FAILURES: str(failures_before(before) + counts)}
    return {**annotations, IGNORED_FAILURES: str(ignored)} if ignored else annotations


def _with_index_variable(spec: Wire) -> Wire:
    """Return a pod's spec whose containers are told the index."""
    lists = ("initContainers", "containers")
    changed = {
        name: [_told_index(container) for container in spec[name]]
        for name in lists
        if spec.get(name)
    }
    return {**spec, **changed}


def _told_index(container: Wire) -> Wire:
    variables = container.get("env") or []
    if any(variable["name"] == INDEX_VARIABLE for variable in variables):
        return container
    source = {"fieldRef": {"fieldPath": f"metadata.labels['{INDEX}']"}}
    return {**container, "env": [*variables, {"name": INDEX_VARIABLE, "valueFrom": source}]}
