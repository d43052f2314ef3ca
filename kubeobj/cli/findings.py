"""What lint found, as text for people, as JSON for programs and as SARIF for code hosts."""

from collections import Counter
from collections.abc import Sequence

import click

from kubeobj.cli.errors import error_record
from kubeobj.cli.inputs import Inputs
from kubeobj.cli.output import printable
from kubeobj.documents import Document, JsonValue
from kubeobj.errors import ROOT, ManifestError, point_at
from kubeobj.lint import Finding, Location, Rule, Severity, to_sarif

MALFORMED = Rule(
    id="malformed-manifest",
    title="A file is YAML or JSON, and holds objects",
    severity=Severity.ERROR,
    advice="Nothing of this file was checked; mend this place and check again.",
)
"""Broken by a file that the reader refuses, so that no other rule can see it."""

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def malformed_finding(error: ManifestError) -> Finding:
    """Return the finding that a file is no manifest."""
    location = Location(error.source, error.line, error.column)
    return Finding(MALFORMED, location, ROOT, error.reason, MALFORMED.advice)


def finding_lines(findings: Sequence[Finding], inputs: Inputs) -> list[str]:
    """Return *findings* with the lines they are about, and a summary."""
    sources: dict[str, list[str]] = {}
    lines: list[str] = []
    for finding in findings:
        source = finding.location.source
        if source not in sources:
            text = inputs.contents[source].decode("utf-8", "replace").removeprefix("\ufeff")
            sources[source] = text.split("\n")
        lines += [*_finding_lines(finding, sources[source]), ""]
    return [*lines, _summary(findings, inputs)]


def _finding_lines(finding: Finding, source: Sequence[str]) -> list[str]:
    """Return one finding: what and where, the line with a caret, and what to do."""
    rule, at = finding.rule, finding.location
    where = click.style(f"{printable(str(at))}:", bold=True)
    severity = click.style(f"{rule.severity}:", fg=_COLOURS[rule.severity], bold=True)
    lines = [f"{where} {severity} {printable(finding.message)} [{rule.id}]"]
    if at.line <= len(source) and (line := source[at.line - 1].removesuffix("\r")):
        lines.append(point_at(line, at.column - 1))
    lines.append(f"  hint: {printable(finding.advice)}")
    lines += [f"  see also: {printable(str(related))}" for related in finding.related]
    return lines


def _summary(findings: Sequence[Finding], inputs: Inputs) -> str:
    counts = Counter(finding.rule.severity for finding in findings)
    found = [_count(counts[severity], severity) for severity in Severity if counts[severity]]
    objects = _count(len(inputs.manifests), "object")
    files = _count(len(inputs.contents), "file")
    return f"{', '.join(found) or 'Nothing found'} in {objects} of {files}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def run_record(findings: Sequence[Finding], inputs: Inputs) -> Document:
    """Return the JSON form of a run."""
    counts = Counter(finding.rule.severity for finding in findings)
    return {
        "findings": [_finding_record(finding) for finding in findings],
        "errors": [error_record(error) for error in inputs.unreadable],
        "summary": {
            "files": len(inputs.contents),
            "objects": len(inputs.manifests),
            **{str(severity): counts[severity] for severity in Severity},
        },
    }


def _finding_record(finding: Finding) -> Document:
    return {
        "rule": finding.rule.id,
        "severity": str(finding.rule.severity),
        **_location_record(finding.location),
        "path": str(finding.path),
        "message": finding.message,
        "advice": finding.advice,
        "related": [_location_record(location) for location in finding.related],
    }


def _location_record(location: Location) -> dict[str, JsonValue]:
    return {"file": location.source, "line": location.line, "column": location.column}


def rule_record(rule: Rule) -> Document:
    """Return the JSON form of *rule*."""
    return {
        "id": rule.id,
        "severity": str(rule.severity),
        "title": rule.title,
        "advice": rule.advice,
    }


def sarif_log(findings: Sequence[Finding], inputs: Inputs) -> Document:
    """Return the SARIF form of a run, which failed if there is a file it could not read."""
    log = to_sarif(findings)
    runs = log["runs"]
    if not inputs.unreadable or not isinstance(runs, list):
        return log
    invocation: Document = {
        "executionSuccessful": False,
        "toolExecutionNotifications": [
            {"level": "error", "message": {"text": str(error)}} for error in inputs.unreadable
        ],
    }
    return {**log, "runs": [{**run, "invocations": [invocation]} for run in runs]}
