"""Findings as SARIF 2.1.0, which code hosts show beside the lines.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
"""

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import PurePath
from urllib.parse import quote

from kubeobj.documents import Document, JsonValue
from kubeobj.lint.finding import Finding, Location, Rule
from kubeobj.lint.linter import RULES

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
"""The schema that the output keeps."""

FINGERPRINT = "kubeobj/v1"
"""The name of the fingerprint: same rule, file, field and message, whatever the line."""


def to_sarif(findings: Iterable[Finding], *, rules: Iterable[Rule] = RULES.values()) -> Document:
    """Return *findings* as a SARIF log of one run.

    Args:
        findings: What was found.
        rules: All that could have found any; those of *findings* need not be among them.
    """
    findings = tuple(findings)
    known = {rule.id: rule for rule in (*rules, *(finding.rule for finding in findings))}
    positions = {rule_id: position for position, rule_id in enumerate(known)}
    seen: Counter[str] = Counter()
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "kubeobj",
                        "rules": [_descriptor(rule) for rule in known.values()],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    {"ruleIndex": positions[finding.rule.id], **_result(finding, seen)}
                    for finding in findings
                ],
            }
        ],
    }


def _descriptor(rule: Rule) -> Document:
    """Return *rule* as a reporting descriptor."""
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": f"{rule.title}."},
        "help": {"text": rule.advice},
        "defaultConfiguration": {"level": str(rule.severity)},
    }


def _result(finding: Finding, seen: Counter[str]) -> dict[str, JsonValue]:
    """Return *finding* as a result; *seen* counts the fingerprints so far."""
    where = str(finding.path)
    fingerprint = _fingerprint(finding)
    seen[fingerprint] += 1
    location: Document = {
        **_location(finding.location),
        "logicalLocations": [{"fullyQualifiedName": where or finding.location.source}],
    }
    return {
        "ruleId": finding.rule.id,
        "level": str(finding.rule.severity),
        "message": {"text": f"{finding.message}. {finding.advice}"},
        "locations": [location],
        "relatedLocations": [
            {"id": number, "message": {"text": "see also"}, **_location(related)}
            for number, related in enumerate(finding.related)
        ],
        # The same thing twice in a file gets numbers, as code hosts expect.
        "partialFingerprints": {FINGERPRINT: f"{fingerprint}:{seen[fingerprint]}"},
    }


def _location(location: Location) -> dict[str, Document]:
    """Return where *location* is."""
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(location.source)},
            "region": {"startLine": location.line, "startColumn": location.column},
        }
    }


def _uri(source: str) -> str:
    """Return the file *source* as a URI, relative unless the path is absolute."""
    if source == "-":
        return "stdin"
    path = PurePath(source)
    text = quote(path.as_posix(), errors="surrogateescape")
    return f"file://{text}" if path.is_absolute() else text


def _fingerprint(finding: Finding) -> str:
    """Return what tells *finding* from others, and stays when lines move."""
    parts = (finding.rule.id, finding.location.source, str(finding.path), finding.message)
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
