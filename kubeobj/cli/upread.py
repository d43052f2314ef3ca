"""What `kubeobj up` is given: manifests, every one of them checked before anything is done."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, final

from kubeobj.cli.inputs import Inputs, read_inputs
from kubeobj.cli.progress import Bar
from kubeobj.errors import FieldError, FieldErrorType, FieldPath, KubeobjError

if TYPE_CHECKING:
    from kubeobj.api.client import Client
    from kubeobj.api.verdict import Verdict
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

_NAME: Final = FieldPath.of("metadata", "name")
_NAMESPACE: Final = FieldPath.of("metadata", "namespace")
_KIND: Final = FieldPath.of("kind")


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


def read_all(paths: tuple[str, ...], bar: Bar) -> Inputs:
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
    ordered = sorted(inputs.manifests, key=lambda one: rank.get(str(one.kind), len(rank)))
    return replace(inputs, manifests=tuple(ordered))


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
            verdict = _named(manifest, judge.judge(manifest.document))
            found = verdict_findings(manifest, verdict)
            yield from (one for one in found if one.rule.severity == "error")
        bar.advance()


def _named(manifest: "Manifest", verdict: "Verdict") -> "Verdict":
    """Return what the API would say of applying an object, which takes a name, unlike a create."""
    if manifest.name or any(error.path == _NAME for error in verdict.errors):
        return verdict
    detail = "what is applied is found again by its name, which generateName does not give"
    error = FieldError(_NAME, FieldErrorType.REQUIRED, detail=detail)
    return replace(verdict, errors=(*verdict.errors, error))


# ---------------------------------------------------------------- what is in the cluster


def check_places(client: "Client", inputs: Inputs) -> None:
    """Make sure that the cluster has the kind of each object, and it or the files the namespace.

    Args:
        client: Reads what is in the cluster.
        inputs: The objects.

    Raises:
        Unusable: If one has not.
    """
    findings = list(_lacking(client, inputs.manifests))
    if findings:
        raise Unusable(findings, inputs)


def _lacking(client: "Client", manifests: Sequence["Manifest"]) -> Iterator["Finding"]:
    from kubeobj.lint.finding import Rule, Severity, report
    from kubeobj.reconcile.request import wire_of

    no_kind = Rule(
        id="missing-kind",
        title="Every kind is one that the cluster has",
        severity=Severity.ERROR,
        advice="Write the kind as it is spelled, or leave it out: kinds that are defined by a"
        " CustomResourceDefinition are not served yet.",
    )
    no_namespace = Rule(
        id="missing-namespace",
        title="Every namespace is one that the cluster has, or that the files make",
        severity=Severity.ERROR,
        advice="Add the Namespace to the files, or name one that there is.",
    )
    there = {
        metadata["name"]: "deletionTimestamp" in metadata
        for metadata in (wire_of(one)["metadata"] for one in client.list("namespaces"))
    }
    made = {one.name for one in manifests if (one.api_version, one.kind) == ("v1", "Namespace")}
    for one in manifests:
        is_namespaced = _is_namespaced(client, one)
        place = one.namespace or client.namespace
        if is_namespaced is None:
            text = f"there is no kind {one.kind} in {one.api_version}"
            yield report(no_kind, one, _KIND, text)
        elif is_namespaced and there.get(place):
            text = f'namespace "{place}" is being ended, and takes nothing new'
            yield report(no_namespace, one, _NAMESPACE, text, advice="Wait until it has ended.")
        elif is_namespaced and place not in there and place not in made:
            yield report(no_namespace, one, _NAMESPACE, f'there is no namespace "{place}"')


def _is_namespaced(client: "Client", manifest: "Manifest") -> bool | None:
    """Return whether objects like one are in a namespace; None if there is no such kind."""
    from kubeobj.api.errors import NotFound

    group, _, version = manifest.api_version.rpartition("/")
    try:
        return bool(client.namespace_of(f"{manifest.kind}.{version}.{group}"))
    except NotFound:
        return None
