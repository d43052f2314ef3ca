"""Jobs.

Source: ``k8s.io/kubernetes/pkg/apis/batch`` v1/defaults.go and validation, and
``pkg/registry/batch/job`` (v1.36).
"""

from collections.abc import Mapping

from kubeobj.api.kind import Context, Kind, Part, nothing_open, put_back
from kubeobj.api.kinds.job.defaults import default_job
from kubeobj.api.kinds.job.selector import generate_selector
from kubeobj.api.kinds.job.status import validate_status
from kubeobj.api.kinds.job.table import TABLE
from kubeobj.api.kinds.job.update import validate_update
from kubeobj.api.kinds.job.validation import validate
from kubeobj.api.kinds.job.warnings import warnings
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind


def prepare_create(obj: Wire, _context: Context) -> None:
    """Give a Job its selector, unless whoever made it takes care of that."""
    if not obj["spec"]["manualSelector"]:
        generate_selector(obj)


def complete(obj: Wire) -> bool:
    """Give a Job without labels those of its template, as they have become."""
    labels = obj["spec"]["template"]["metadata"].get("labels")
    if not labels or obj["metadata"].get("labels"):
        return False
    obj["metadata"]["labels"] = dict(labels)
    return True


def prepare_status(obj: Wire, old: Wire, _context: Context) -> None:
    """Keep the spec."""
    put_back(obj, old, "spec")


def _fields(obj: Wire) -> Mapping[str, str]:
    return {"status.successful": str(obj["status"].get("succeeded", 0))}


KIND = Kind(
    kind=GroupVersionKind("batch", "v1", "Job"),
    plural="jobs",
    namespaced=True,
    default=default_job,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    counts_generations=True,
    complete=complete,
    fields=_fields,
    field_names=frozenset({"status.successful"}),
    table=TABLE,
    parts={"status": Part(prepare=prepare_status, validate=validate_status, default=nothing_open)},
    orphans_by_default=True,
    delete_warning=(
        "child pods are preserved by default when jobs are deleted; set"
        " propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress"
        " this warning"
    ),
)
