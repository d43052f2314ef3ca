"""`kubeobj lint`: what is wrong with manifests, where, and what to do about it."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from kubeobj.cli.errors import report
from kubeobj.cli.inputs import Inputs, read_inputs
from kubeobj.cli.output import columns, output_option, print_json, print_text
from kubeobj.cli.paths import path_options, required
from kubeobj.cli.progress import progress

if TYPE_CHECKING:
    from kubeobj.lint import Finding, Rule

SEVERITIES = ("error", "warning", "note")
"""From the worst down."""


def _complete_rule(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [rule.id for rule in _rules() if rule.id.startswith(incomplete)]


@click.command(
    "lint",
    epilog="""\b
Examples:
  kubeobj lint -f manifests/
  helm template . | kubeobj lint -f -
  kubeobj lint -f manifests/ -o sarif > kubeobj.sarif
  kubeobj lint --list-rules
""",
)
@path_options
@output_option("text", "json", "sarif")
@click.option(
    "--rule",
    "only",
    metavar="ID",
    multiple=True,
    shell_complete=_complete_rule,
    help="Report this rule alone. May be given more than once.",
)
@click.option(
    "--ignore",
    "ignored",
    metavar="ID",
    multiple=True,
    shell_complete=_complete_rule,
    help="Do not report this rule. May be given more than once.",
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="warning",
    show_default=True,
    help="Exit with 1 on findings as bad as this, or worse.",
)
@click.option("--list-rules", is_flag=True, help="Print the rules and do nothing else.")
def command(  # noqa: PLR0913 - the toolkit passes each option by name
    *,
    filenames: tuple[str, ...],
    paths: tuple[str, ...],
    output: str,
    only: tuple[str, ...],
    ignored: tuple[str, ...],
    fail_on: str,
    list_rules: bool,
) -> int:
    """Find mistakes in manifests.

    Files that belong together should be checked together: some rules compare the objects of all
    of them. A file that is no manifest is a finding, and the others are still checked; one that
    cannot be read at all is an error.
    """
    if list_rules:
        return _print_rules(output)
    reported = _reported_rules(only, ignored)
    with progress() as bar:
        inputs = read_inputs(required(filenames + paths), bar)
        bar.begin("Checking")
        findings = [each for each in _findings(inputs) if each.rule.id in reported]
    _print(findings, inputs, output)
    if inputs.unreadable:
        report(inputs.unreadable, as_json=False)
        return 2
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return 1 if any(each.rule.severity in failing for each in findings) else 0


def _findings(inputs: Inputs) -> list["Finding"]:
    """Return what is wrong with objects, and with files that hold none, in the order of places."""
    from kubeobj.cli.findings import malformed_finding
    from kubeobj.lint import lint

    findings = [*lint(inputs.manifests), *map(malformed_finding, inputs.malformed)]
    return sorted(findings, key=lambda each: (each.location, each.rule.id))


def _print(findings: Sequence["Finding"], inputs: Inputs, output: str) -> None:
    from kubeobj.cli.findings import finding_lines, run_record, sarif_log

    match output:
        case "json":
            print_json(run_record(findings, inputs, inputs.unreadable))
        case "sarif":
            print_json(sarif_log(findings, inputs.unreadable))
        case _:
            print_text(finding_lines(findings, inputs))


def _rules() -> list["Rule"]:
    from kubeobj.cli.findings import MALFORMED
    from kubeobj.lint import RULES

    return [MALFORMED, *RULES.values()]


def _reported_rules(only: Sequence[str], ignored: Sequence[str]) -> set[str]:
    """Return the rules that are wanted, by their identifiers."""
    known = {rule.id for rule in _rules()}
    for name in (*only, *ignored):
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else "--list-rules prints them all"
            raise click.UsageError(f"No rule is called {name}: {hint}")
    return (set(only) or known) - set(ignored)


def _print_rules(output: str) -> int:
    from kubeobj.cli.findings import rule_record

    if output == "sarif":
        raise click.UsageError("--list-rules prints text or json, not sarif.")
    rules = _rules()
    if output == "json":
        print_json({"rules": [rule_record(rule) for rule in rules]})
    else:
        rows = [(rule.id, str(rule.severity), rule.title) for rule in rules]
        print_text(columns([("RULE", "SEVERITY", "TITLE"), *rows]))
    return 0
