"""What `kubeobj up` is given: manifests, every one of them checked before anything is done."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, final

from kubeobj.cli.inputs import Inputs, read_inputs
from kubeobj.cli.progress import Bar
from kubeobj.errors import KubeobjError

if TYPE_CHECKING:
    from kubeobj.lint import Finding
    from kubeobj.manifests import Manifest

# What must be there before others are: namespaces, then what pods read, then what makes pods.
_FIRST = (
    "Namespace",
    "CustomResourceDefinition",
    "PriorityClass",
    "StorageClass",
    "ResourceQuota",
    "LimitRange",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Service",
)


@final
class Unusable(KubeobjError):
    """The API would refuse some of the objects, so nothing is done.

    Attributes:
        findings: What is wrong.
        inputs: Where it is.
    """

    def __init__(self, findings: Sequence["Finding"], inputs: Inputs) -> None:
        super().__init__(f"{len(findings)} errors: nothing has been applied")
        self.findings = tuple(findings)
        self.inputs = inputs


def read_all(paths: tuple[str, ...], bar: Bar) -> tuple["Manifest", ...]:
    """Return the objects in *paths*, in the order in which they are to be applied.

    Raises:
        Unusable: If the API would refuse one of them.
        UnreadableError: If a file cannot be read.
    """
    inputs = read_inputs(paths, bar)
    if inputs.unreadable:
        raise inputs.unreadable[0]
    findings = list(_errors(inputs, bar))
    if findings:
        raise Unusable(findings, inputs)
    rank = {kind: place for place, kind in enumerate(_FIRST)}
    return tuple(sorted(inputs.manifests, key=lambda one: rank.get(str(one.kind), len(rank))))


def _errors(inputs: Inputs, bar: Bar) -> Iterator["Finding"]:
    from kubeobj.api.verdict import Judge
    from kubeobj.cli.findings import malformed_finding
    from kubeobj.cli.verdicts import shape_findings, verdict_findings

    yield from map(malformed_finding, inputs.malformed)
    judge = Judge()
    bar.begin("Validating", total=len(inputs.manifests))
    for manifest in inputs.manifests:
        shape = list(shape_findings(manifest))
        yield from shape
        if not shape:
            found = verdict_findings(manifest, judge.judge(manifest.document))
            yield from (one for one in found if one.rule.severity == "error")
        bar.advance()
