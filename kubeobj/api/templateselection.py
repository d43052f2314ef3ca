"""A selector of pods, and the template that they are made from, which it must select.

Source: ``k8s.io/kubernetes/pkg/apis/apps/validation`` ValidateReplicaSetSpec,
ValidatePodTemplateSpecForReplicaSet and their like (v1.36).
"""

from kubeobj.api.fielderrors import forbidden, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.labelselectors import (
    is_empty_selector,
    is_valid_selector,
    selects,
    validate_label_selector,
)
from kubeobj.api.podspec.validation import validate_pod_template_spec
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldPath


def validate_selector(selector: Wire | None, path: FieldPath) -> Errors:
    """Find what is wrong with the selector of a workload, which must ask for something."""
    if selector is None:
        yield required(path, "required")
        return
    yield from validate_label_selector(selector, path)
    if is_empty_selector(selector):
        yield invalid(path, selector, "an empty selector selects every pod", "selector=not-empty")


def validate_selected_template(spec: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with the selector and the template of a workload that never ends."""
    selector, template = spec.get("selector"), spec["template"]
    yield from validate_selector(selector, path.child("selector"))
    if selector is not None and not is_valid_selector(selector):
        detail = "is no selector, so that pods cannot be held against it"
        yield invalid(path.child("selector"), selector, detail, "selector=valid")
        return
    here = path.child("template")
    if selector is None or not is_empty_selector(selector):
        yield from validate_selection(selector, template, here)
    yield from validate_pod_template_spec(template, here)
    yield from validate_endless(template, here)


def validate_selection(selector: Wire | None, template: Wire, path: FieldPath) -> Errors:
    """Find a template whose pods are not selected by *selector*, which is valid or none."""
    labels = template["metadata"].get("labels")
    if not selects(selector, labels):
        yield unselected(labels, path)


def unselected(labels: dict[str, str] | None, path: FieldPath) -> FieldError:
    """Return the error that the pods of the template at *path* are not selected."""
    detail = "`selector` does not match template `labels`"
    return invalid(path.child("metadata", "labels"), labels, detail, "selector=matches")


def validate_endless(template: Wire, path: FieldPath) -> Errors:
    """Find a template whose pods would end."""
    spec = template["spec"]
    policy = spec.get("restartPolicy", "")
    if policy != "Always":
        yield not_supported(path.child("spec", "restartPolicy"), policy, ["Always"])
    if "activeDeadlineSeconds" in spec:
        detail = "pods that are always replaced have no deadline"
        yield forbidden(path.child("spec", "activeDeadlineSeconds"), detail)
