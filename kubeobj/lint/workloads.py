"""Rules about a controller's selector and its pod template: there is one, and it selects its own.

Source: Deployments, StatefulSets, DaemonSets, ReplicaSet, Jobs (Kubernetes v1.36).
"""

from collections.abc import Iterator

from kubeobj.lint.finding import Finding, Rule, Severity, locate, report
from kubeobj.lint.subject import SELECTOR, Subject
from kubeobj.meta.gvk import GroupKind

MISSING_SELECTOR = Rule(
    "missing-selector",
    "A controller has a selector, and not an empty one",
    Severity.ERROR,
    "Write spec.selector.matchLabels with labels that the pod template has.",
)
SELECTOR_TEMPLATE_MISMATCH = Rule(
    "selector-template-mismatch",
    "A controller's selector selects the pods of its own template",
    Severity.ERROR,
    "Give the template's metadata.labels what the selector asks for.",
)
JOB_SELECTOR = Rule(
    "job-selector",
    "A Job leaves its selector to the API",
    Severity.ERROR,
    "Take spec.selector out; the API makes one that no other Job has. To keep it nevertheless,"
    " write manualSelector: true.",
)
RULES = (MISSING_SELECTOR, SELECTOR_TEMPLATE_MISMATCH, JOB_SELECTOR)

JOB = GroupKind("batch", "Job")
NEEDS_SELECTOR = frozenset(
    GroupKind("apps", kind) for kind in ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")
)
"""Controllers that the API does not take without a selector."""

CONTROLLERS = NEEDS_SELECTOR | {JOB, GroupKind("", "ReplicationController")}
"""Kinds whose objects make pods and find them again by their selector."""


def check(subject: Subject) -> Iterator[Finding]:
    """Find what is wrong between the selector and the template of *subject*."""
    if subject.group_kind not in CONTROLLERS:
        return
    site = subject.site(SELECTOR)
    if site is None or site.value == {}:
        if subject.group_kind in NEEDS_SELECTOR:
            what = "has no selector" if site is None else "has an empty selector"
            yield report(MISSING_SELECTOR, subject.manifest, SELECTOR, f"{subject.title} {what}")
        return
    if _should_have_no_selector(subject):
        message = f"{subject.title} has a selector of its own"
        yield report(JOB_SELECTOR, subject.manifest, SELECTOR, message)
        return
    yield from _check_template(subject)


def _should_have_no_selector(subject: Subject) -> bool:
    """Return whether the selector of *subject* is the API's to make, and was not made by it."""
    manifest = subject.manifest
    is_from_cluster = manifest.at("metadata", "uid") is not None
    is_manual = manifest.at("spec", "manualSelector") is True
    return subject.group_kind == JOB and not is_manual and not is_from_cluster


def _check_template(subject: Subject) -> Iterator[Finding]:
    """Find a selector that does not select the pods of its template."""
    site, labels = subject.site(SELECTOR), subject.pod_labels
    if site is None or site.selector is None or labels is None or site.selector.matches(labels):
        return
    unmet = [str(one) for one in site.selector.requirements if not one.matches(labels)]
    path = subject.pod_metadata.child("labels")
    yield report(
        SELECTOR_TEMPLATE_MISMATCH,
        subject.manifest,
        SELECTOR,
        f"{subject.title} does not select its own pods: they do not meet {', '.join(unmet)}",
        related=[locate(subject.manifest, path)],
    )
