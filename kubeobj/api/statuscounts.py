"""The counters in the status of workloads: none below zero, none above the one that holds them.

Source: ``k8s.io/kubernetes/pkg/apis/apps/validation`` ValidateDeploymentStatus and
its like (v1.36).
"""

from collections.abc import Iterable

from kubeobj.api.fielderrors import invalid, not_negative
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath

STATUS = FieldPath.of("status")
"""Where a status is."""


def validate_counts(status: Wire, names: Iterable[str]) -> Errors:
    """Find counters below zero."""
    for name in names:
        if status.get(name, 0) < 0:
            yield from not_negative(status[name], STATUS.child(name))


def validate_within(status: Wire, names: Iterable[str], whole: str) -> Errors:
    """Find counters that are greater than the one called *whole*."""
    most = status.get(whole, 0)
    for name in names:
        count = status.get(name, 0)
        if count > most:
            detail = f"cannot be greater than status.{whole}"
            yield invalid(STATUS.child(name), count, detail, "maximum")


def validate_collisions(status: Wire, old: Wire) -> Errors:
    """Find a number of collisions that is smaller than it was."""
    before, count = old.get("collisionCount"), status.get("collisionCount")
    if before is not None and (count is None or count < before):
        path = STATUS.child("collisionCount")
        yield invalid(path, count or 0, "cannot be decremented", "monotonic")
