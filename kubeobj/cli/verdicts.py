"""Verdicts of the API as findings: a rule for each reason that the API has for refusing a field."""

from collections.abc import Iterator

from kubeobj.api.verdict import Verdict
from kubeobj.errors import ROOT, FieldError, FieldErrorType
from kubeobj.lint.finding import Finding, Rule, Severity, report
from kubeobj.manifests.manifest import Manifest


def _rule(name: str, title: str, advice: str, severity: Severity = Severity.ERROR) -> Rule:
    return Rule(id=name, title=title, severity=severity, advice=advice)


UNKNOWN = _rule(
    "unknown-field",
    "Every field is one that the kind has",
    "Look for a misspelled name, or a field at the wrong depth; kubeobj explain lists the fields.",
)
"""Broken by a field that the kind does not have."""

WARNED = _rule(
    "api-warning",
    "The API takes the object without a warning",
    "The API takes it, and warns whoever applies it.",
    Severity.WARNING,
)
"""Broken by what the API takes and warns of."""

NO_OBJECT = _rule(
    "no-object",
    "Every document says what it is, and has a name",
    "Give apiVersion, kind and metadata.name.",
)
"""Broken by a document that is no object of any API."""

_RULES = {
    FieldErrorType.REQUIRED: _rule(
        "required-field", "Every required field is there", "Give the field a value."
    ),
    FieldErrorType.DUPLICATE: _rule(
        "duplicate-value", "What must be unique is there once", "Remove or rename one of the two."
    ),
    FieldErrorType.NOT_SUPPORTED: _rule(
        "unsupported-value", "Every value is one of those allowed", "Use one of the values listed."
    ),
    FieldErrorType.FORBIDDEN: _rule(
        "forbidden-field",
        "No field is there that may not be",
        "Remove the field, or leave it as it was.",
    ),
    FieldErrorType.TOO_LONG: _rule(
        "too-long", "No value is longer than it may be", "Shorten the value."
    ),
    FieldErrorType.TOO_MANY: _rule(
        "too-many", "No list is longer than it may be", "Remove what is too many."
    ),
    FieldErrorType.NOT_FOUND: _rule(
        "missing-reference",
        "What is named within the object is there",
        "Name something that the object has.",
    ),
    FieldErrorType.TYPE_INVALID: _rule(
        "wrong-type",
        "Every value has the type of its field",
        'Write a value of this type; mind that YAML takes 3, yes and 1.5 for no strings: "3".',
    ),
    FieldErrorType.INVALID: _rule(
        "invalid-value",
        "Every value keeps the rules of its field",
        "Change the value as described.",
    ),
    FieldErrorType.INTERNAL: _rule(
        "not-checked", "Every value can be checked", "Simplify the value."
    ),
}

VERDICT_RULES = (UNKNOWN, WARNED, NO_OBJECT, *_RULES.values())
"""Every rule that verdicts break."""


def shape_findings(manifest: Manifest) -> Iterator[Finding]:
    """Find what keeps a document from being an object at all."""
    for name in ("apiVersion", "kind"):
        value = manifest.at(name)
        if not isinstance(value, str) or not value:
            yield report(NO_OBJECT, manifest, ROOT.child(name), f"{name} must be a text")
    metadata = manifest.at("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        yield report(NO_OBJECT, manifest, ROOT.child("metadata"), "metadata must be an object")


def verdict_findings(manifest: Manifest, verdict: Verdict) -> Iterator[Finding]:
    """Find what the API would say of an object."""
    for error in verdict.errors:
        yield _finding(manifest, error)
    for warning in verdict.warnings:
        yield report(WARNED, manifest, ROOT, warning)


def _finding(manifest: Manifest, error: FieldError) -> Finding:
    if error.origin == "unknown":
        return report(UNKNOWN, manifest, error.path, error.detail)
    return report(_RULES[error.type], manifest, error.path, str(error))
