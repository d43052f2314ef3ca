"""What lint or validate found: text for people, JSON for programs, SARIF for code hosts."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import click

from kubeobj.cli.errors import error_record
from kubeobj.cli.inputs import Inputs
from kubeobj.cli.output import printable
from kubeobj.documents import Document, JsonValue
from kubeobj.errors import ROOT, ManifestError, point_at
from kubeobj.lint import RULES, Finding, Location, Rule, Severity, to_sarif

MALFORMED = Rule(
    id="malformed-manifest",
    title="A file is YAML or JSON, and holds objects",
    severity=Severity.ERROR,
    advice="Nothing of this file was checked; mend this place and check again.",
)
"""Broken by a file that the reader refuses, so that no other rule can see it."""

_DOCUMENT_START = re.compile(r"\n(?=---(?:\s|$))", re.MULTILINE)
_SECRET = re.compile(r"""\bkind["']?\s*:\s*["']?Secret(?:List)?\b""")

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def malformed_finding(error: ManifestError) -> Finding:
    """Return the finding that a file is no manifest."""
    location = Location(error.source, error.line, error.column)
    return Finding(MALFORMED, location, ROOT, error.reason, MALFORMED.advice)


def finding_lines(
    findings: Sequence[Finding], inputs: Inputs, *, notes: Iterable[str] = ()
) -> list[str]:
    """Return *findings* with the lines they are about, a summary, and *notes* below it."""
    sources: dict[str, list[str]] = {}
    lines: list[str] = []
    for finding in findings:
        source = finding.location.source
        if source not in sources:
            sources[source] = _shown_lines(inputs, source)
        lines += [*_finding_lines(finding, sources[source]), ""]
    return [*lines, _summary(findings, inputs), *map(printable, notes)]


def _shown_lines(inputs: Inputs, source: str) -> list[str]:
    """Return the lines of a file; those of documents with a Secret in them are empty."""
    text = inputs.contents[source].decode("utf-8", "replace").removeprefix("\ufeff")
    secrets = {
        one.start.line
        for one in inputs.manifests
        if one.source == source and one.kind.startswith("Secret")
    }
    shown: list[str] = []
    for document in _DOCUMENT_START.split(text):
        lines = document.split("\n")
        here = range(len(shown) + 1, len(shown) + len(lines) + 1)
        # What is no manifest has only its text to say what it was to be.
        is_secret = _SECRET.search(document) or not secrets.isdisjoint(here)
        shown += [""] * len(lines) if is_secret else lines
    return shown


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
    found = [counted(counts[severity], severity) for severity in Severity if counts[severity]]
    objects = counted(len(inputs.manifests), "object")
    files = counted(len(inputs.contents), "file")
    return f"{', '.join(found) or 'Nothing found'} in {objects} of {files}."


def counted(number: int, noun: str) -> str:
    """Return a number of things, such as ``2 objects``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def run_record(
    findings: Sequence[Finding], inputs: Inputs, errors: Iterable[Exception]
) -> dict[str, JsonValue]:
    """Return the JSON form of a run, with *errors* for what could not be read."""
    counts = Counter(finding.rule.severity for finding in findings)
    return {
        "findings": [_finding_record(finding) for finding in findings],
        "errors": [error_record(error) for error in errors],
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


def sarif_log(
    findings: Sequence[Finding],
    errors: Iterable[Exception],
    *,
    rules: Iterable[Rule] = RULES.values(),
    notes: Iterable[str] = (),
) -> Document:
    """Return the SARIF form of a run.

    Args:
        findings: What was found.
        errors: What could not be read; then the run has failed.
        rules: Every rule that there is.
        notes: What else is to be said of the run.
    """
    log = to_sarif(findings, rules=rules)
    runs = log["runs"]
    failures = [_notification("error", str(error)) for error in errors]
    notifications = [*failures, *(_notification("note", note) for note in notes)]
    if not notifications or not isinstance(runs, list):
        return log
    invocation: Document = {
        "executionSuccessful": not failures,
        "toolExecutionNotifications": notifications,
    }
    return {**log, "runs": [{**run, "invocations": [invocation]} for run in runs]}


def _notification(level: str, text: str) -> Document:
    return {"level": level, "message": {"text": text}}
