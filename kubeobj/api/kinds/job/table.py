"""What is printed of Jobs.

Source: ``k8s.io/kubernetes/pkg/printers/internalversion`` printJob (v1.36).
"""

from kubeobj.api.kinds.job.conditions import has_condition
from kubeobj.api.podtemplatecells import (
    CONTAINERS,
    IMAGES,
    SELECTOR,
    container_cells,
    selector_cell,
)
from kubeobj.api.table import (
    AGE,
    NAME,
    Cells,
    Column,
    Table,
    age_of,
    human_duration,
    seconds_of,
    since,
)
from kubeobj.documents import Wire

# The conditions that a Job is called by, most important first.
_STATES = ("Complete", "Failed", "Suspended", "FailureTarget", "SuccessCriteriaMet")


def _state_of(obj: Wire) -> str:
    """Return a Job's state in one word."""
    status = obj["status"]
    met = next((name for name in _STATES if has_condition(status, name)), None)
    if met in _STATES[:2]:
        return str(met)
    if "deletionTimestamp" in obj["metadata"]:
        return "Terminating"
    if met is None:
        return "Running"
    return met


def _completions(spec: Wire, status: Wire) -> str:
    """Return how many pods have succeeded, of how many."""
    succeeded = status.get("succeeded", 0)
    completions = spec.get("completions")
    if completions is not None:
        return f"{succeeded}/{completions}"
    parallelism = spec.get("parallelism", 0)
    return f"{succeeded}/1 of {parallelism}" if parallelism > 1 else f"{succeeded}/1"


def _duration(status: Wire, now: float) -> str:
    """Return how long a Job has run."""
    start, end = status.get("startTime"), status.get("completionTime")
    if start is None:
        return ""
    if end is None:
        return since(start, now)
    return human_duration(seconds_of(end) - seconds_of(start))


def _cells(obj: Wire, now: float) -> Cells:
    spec, status = obj["spec"], obj["status"]
    return [
        obj["metadata"]["name"],
        _state_of(obj),
        _completions(spec, status),
        _duration(status, now),
        age_of(obj, now),
        *container_cells(spec["template"]),
        selector_cell(spec.get("selector")),
    ]


TABLE = Table(
    (
        NAME,
        Column("Status", description="What has become of it."),
        Column("Completions", description="How many pods have succeeded, of how many."),
        Column("Duration", description="How long it has run."),
        AGE,
        CONTAINERS,
        IMAGES,
        SELECTOR,
    ),
    _cells,
)
