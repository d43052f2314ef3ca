"""The selector of a Job, which the API makes of its uid, and the labels that go with it.

Source: ``k8s.io/kubernetes/pkg/registry/batch/job`` generateSelector and
``pkg/apis/batch/validation`` validateGeneratedSelector (v1.36).
"""

from kubeobj.api.fielderrors import invalid, required
from kubeobj.api.kind import Errors
from kubeobj.api.labelselectors import is_valid_selector, selects
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath

CONTROLLER_UID = "batch.kubernetes.io/controller-uid"
"""The label that says whose a pod is."""

JOB_NAME = "batch.kubernetes.io/job-name"
"""The label that says so by name."""

_LEGACY = ("controller-uid", "job-name")


def _labels_of(obj: Wire) -> dict[str, str]:
    """Return the labels that all pods of a Job have."""
    metadata = obj["metadata"]
    uid, name = metadata.get("uid", ""), metadata.get("name", "")
    return {"job-name": name, JOB_NAME: name, "controller-uid": uid, CONTROLLER_UID: uid}


def generate_selector(obj: Wire) -> None:
    """Give a Job a selector, and its template the labels that it selects by.

    What is there stays; validation tells whether it is right.
    """
    spec = obj["spec"]
    labels = spec["template"]["metadata"].setdefault("labels", {})
    for key, value in _labels_of(obj).items():
        labels.setdefault(key, value)
    if spec.get("selector") is None:
        spec["selector"] = {}
    wanted = spec["selector"].setdefault("matchLabels", {})
    wanted.setdefault(CONTROLLER_UID, obj["metadata"].get("uid", ""))


def validate_generated(obj: Wire, *, has_prefixed: bool = True) -> Errors:
    """Find what is wrong with a selector that should be as the API makes it.

    Args:
        obj: The Job.
        has_prefixed: Whether labels with a domain are asked for; older Jobs have none.
    """
    spec = obj["spec"]
    selector = spec.get("selector")
    if spec.get("manualSelector") or selector is None:
        return
    expected = _labels_of(obj)
    if not has_prefixed:
        expected = {key: expected[key] for key in _LEGACY}
    labels = spec["template"]["metadata"].get("labels", {})
    for key, value in expected.items():
        if labels.get(key) == value:
            continue
        path = FieldPath.of("spec", "template", "metadata", "labels").key(key)
        if key in labels:
            yield invalid(path, labels, f"must be '{value}'", "label=generated")
        else:
            yield required(path, "label=generated")
    if is_valid_selector(selector) and not selects(selector, expected):
        path = FieldPath.of("spec", "selector")
        yield invalid(path, selector, "`selector` not auto-generated", "selector=generated")
