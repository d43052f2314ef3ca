"""What whoever makes a Job should know.

Source: ``k8s.io/kubernetes/pkg/api/job`` WarningsForJobSpec (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.podnames import pod_name_warnings
from kubeobj.api.podspec.warnings import pod_template_warnings
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath

SPEC = FieldPath.of("spec")

_MANY_COMPLETIONS = 100_000
_HIGH_PARALLELISM = 10_000


def warnings(obj: Wire, old: Wire | None) -> Iterator[str]:
    """Warn of what can become of a Job."""
    if old is None:
        yield from pod_name_warnings(obj)
    elif obj["metadata"].get("generation") == old["metadata"].get("generation"):
        return
    yield from job_spec_warnings(obj["spec"], SPEC, None if old is None else old["spec"])


def job_spec_warnings(spec: Wire, path: FieldPath, old: Wire | None) -> Iterator[str]:
    """Warn of what can become of a Job with this *spec*, which takes the place of *old*."""
    if (
        spec.get("completionMode") == "Indexed"
        and spec.get("completions", 0) > _MANY_COMPLETIONS
        and spec.get("parallelism", 0) > _HIGH_PARALLELISM
    ):
        yield (
            f"{path}: with more than 10^5 completions and a parallelism above 10^4, the indexes"
            " that are completed may not be known when many fail"
        )
    before = None if old is None else old["template"]
    yield from pod_template_warnings(spec["template"], path.child("template"), before)
