"""`kubeobj validate`: what the API would say of manifests, without a cluster."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, final

import click

from kubeobj.cli.errors import report
from kubeobj.cli.inputs import Inputs, read_inputs
from kubeobj.cli.objects import ObjectId, object_id, object_record
from kubeobj.cli.output import output_option, print_json, print_text
from kubeobj.cli.paths import not_empty, path_options, required
from kubeobj.cli.progress import Bar, progress

if TYPE_CHECKING:
    from kubeobj.api.verdict import Judge
    from kubeobj.lint import Finding
    from kubeobj.manifests import Manifest

SEVERITIES = ("error", "warning")
"""From the worst down."""

_Before: TypeAlias = Mapping[ObjectId, "Manifest"]


@click.command(
    "validate",
    epilog="""\b
Examples:
  kubeobj validate -f manifests/
  kubeobj validate -f new/ --against old/
  kubectl get deploy web -o yaml > live.yaml; kubeobj validate -f web.yaml --against live.yaml
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
    help="What is there now, as files of it or as an export; objects found here are changed, and"
    " not created. May be given more than once.",
)
@output_option("text", "json", "sarif")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="error",
    show_default=True,
    help="Exit with 1 on findings as bad as this, or worse.",
)
def command(
    *,
    filenames: tuple[str, ...],
    paths: tuple[str, ...],
    against: tuple[str, ...],
    output: str,
    fail_on: str,
) -> int:
    """Say what the API would say of manifests.

    Each object goes the way of a request, through every rule of its kind: types, unknown fields,
    names, and rules between fields. With --against it is applied to the object of its name there,
    so that changes of what may not change are found, too. What hangs on a cluster is not asked,
    and nothing is said of kinds that Kubernetes does not have itself.
    """
    with progress() as bar:
        inputs = read_inputs(required(filenames + paths), bar)
        old = read_inputs(not_empty(against), bar) if against else None
        run = _judge(inputs, old, bar)
    unreadable = (*inputs.unreadable, *(old.problems if old else ()))
    _print(run, inputs, unreadable, output)
    if unreadable:
        report(unreadable, as_json=False)
        return 2
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return 1 if any(each.rule.severity in failing for each in run.findings) else 0


@final
@dataclass(slots=True)
class _Run:
    """What was found, and what nothing can be said of."""

    findings: list["Finding"] = field(default_factory=list)
    unchecked: list["Manifest"] = field(default_factory=list)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of a run besides its findings."""
        from kubeobj.cli.findings import counted

        if not self.unchecked:
            return ()
        kinds = ", ".join(sorted({_kind(manifest) for manifest in self.unchecked}))
        objects = counted(len(self.unchecked), "object")
        return (f"Not checked: {objects} of kinds that are not Kubernetes' own ({kinds}).",)


def _kind(manifest: "Manifest") -> str:
    return f"{manifest.kind}.{manifest.api_version.partition('/')[0]}"


def _judge(inputs: Inputs, old: Inputs | None, bar: Bar) -> _Run:
    """Return what is wrong with files that hold no objects, and with objects, by their places."""
    from kubeobj.api.verdict import Judge
    from kubeobj.cli.findings import malformed_finding

    run = _Run(findings=[malformed_finding(error) for error in inputs.malformed])
    judge = Judge()
    before = _by_id(old.manifests if old else ())
    bar.begin("Validating", total=len(inputs.manifests))
    for manifest in inputs.manifests:
        run.findings += _findings(manifest, judge, before, run.unchecked)
        bar.advance()
    run.findings.sort(key=lambda each: (each.location, str(each.path)))
    return run


def _by_id(manifests: Sequence["Manifest"]) -> _Before:
    found = ((object_id(manifest), manifest) for manifest in manifests)
    return {identity: manifest for identity, manifest in found if identity is not None}


def _findings(
    manifest: "Manifest", judge: "Judge", before: _Before, unchecked: list["Manifest"]
) -> Iterator["Finding"]:
    from kubeobj.cli.verdicts import shape_findings, verdict_findings

    shape = list(shape_findings(manifest))
    if shape:
        yield from shape
        return
    identity = object_id(manifest)
    old = None if identity is None else before.get(identity)
    verdict = judge.judge(manifest.document, against=old.document if old else None)
    if not verdict.is_known:
        unchecked.append(manifest)
    yield from verdict_findings(manifest, verdict)


def _print(run: _Run, inputs: Inputs, errors: Sequence[Exception], output: str) -> None:
    from kubeobj.cli.findings import MALFORMED, finding_lines, run_record, sarif_log
    from kubeobj.cli.verdicts import VERDICT_RULES

    match output:
        case "json":
            unchecked = [object_record(manifest) for manifest in run.unchecked]
            print_json(run_record(run.findings, inputs, errors) | {"unchecked": unchecked})
        case "sarif":
            rules = (MALFORMED, *VERDICT_RULES)
            print_json(sarif_log(run.findings, errors, rules=rules, notes=run.notes))
        case _:
            print_text(finding_lines(run.findings, inputs, notes=run.notes))
