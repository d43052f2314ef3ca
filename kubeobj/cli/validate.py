"""`kubeobj validate`: what the API would say of manifests, without a cluster."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import click

from kubeobj.cli.errors import report
from kubeobj.cli.inputs import Inputs, read_inputs
from kubeobj.cli.output import output_option, print_json, print_text
from kubeobj.cli.paths import not_empty, path_options, required
from kubeobj.cli.progress import progress

if TYPE_CHECKING:
    from kubeobj.api.verdict import Judge
    from kubeobj.lint import Finding
    from kubeobj.manifests import Manifest

_Key: TypeAlias = tuple[str, str, str, str]


@click.command(
    "validate",
    epilog="""\b
Examples:
  kubeobj validate -f manifests/
  kubeobj validate -f new/ --against old/
  helm template . | kubeobj validate -f - -o sarif
""",
)
@path_options
@click.option(
    "--against",
    "against",
    metavar="PATH",
    multiple=True,
    type=click.Path(),
    help="What is there now: objects found here are updated, which may be forbidden."
    " May be given more than once.",
)
@output_option("text", "json", "sarif")
def command(
    *, filenames: tuple[str, ...], paths: tuple[str, ...], against: tuple[str, ...], output: str
) -> int:
    """Say what the API would say of manifests.

    Each object goes the way of a request, through every rule of its kind: types, unknown fields,
    names, and rules between fields. What hangs on other objects of a cluster is not asked, and
    nothing is said of kinds that Kubernetes does not have.
    """
    with progress() as bar:
        inputs = read_inputs(required(filenames + paths), bar)
        old = read_inputs(not_empty(against), bar) if against else None
        bar.begin("Validating", total=len(inputs.manifests))
        findings = []
        for found in _findings(inputs, old):
            findings += found
            bar.advance()
    findings.sort(key=lambda each: (each.location, str(each.path)))
    _print(findings, inputs, output)
    unreadable = (*inputs.unreadable, *(old.problems if old else ()))
    if unreadable:
        report(unreadable, as_json=False)
        return 2
    return 1 if any(each.rule.severity == "error" for each in findings) else 0


def _findings(inputs: Inputs, old: Inputs | None) -> Iterator[list["Finding"]]:
    """Yield what is wrong with each file that holds no objects, and with each object."""
    from kubeobj.api.verdict import Judge
    from kubeobj.cli.findings import malformed_finding

    yield [malformed_finding(error) for error in inputs.malformed]
    judge = Judge()
    before = {_key(manifest): manifest for manifest in (old.manifests if old else ())}
    for manifest in inputs.manifests:
        yield list(_of_object(manifest, judge, before))


def _of_object(
    manifest: "Manifest", judge: "Judge", before: Mapping[_Key, "Manifest"]
) -> Iterator["Finding"]:
    from kubeobj.cli.verdicts import shape_findings, verdict_findings

    shape = list(shape_findings(manifest))
    if shape:
        yield from shape
        return
    old = before.get(_key(manifest))
    verdict = judge.judge(manifest.document, against=old.document if old else None)
    yield from verdict_findings(manifest, verdict)


def _key(manifest: "Manifest") -> _Key:
    group = manifest.api_version.rpartition("/")[0]
    return group, manifest.kind, manifest.namespace or "default", manifest.name


def _print(findings: Sequence["Finding"], inputs: Inputs, output: str) -> None:
    from kubeobj.cli.findings import finding_lines, run_record, sarif_log

    match output:
        case "json":
            print_json(run_record(findings, inputs))
        case "sarif":
            print_json(sarif_log(findings, inputs))
        case _:
            print_text(finding_lines(findings, inputs))
