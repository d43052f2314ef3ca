"""Verdicts of the API as findings: a rule for each reason that the API has for refusing a field."""

import re
from collections.abc import Iterator

from kubeobj.api.verdict import Verdict
from kubeobj.documents import Document, JsonValue
from kubeobj.errors import ROOT, FieldError, FieldErrorType, FieldPath
from kubeobj.lint.finding import Finding, Rule, Severity, locate, report
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
    "The API takes it all the same; change what it warns of, or leave it on purpose.",
    Severity.WARNING,
)
"""Broken by what the API takes and warns of."""

NO_OBJECT = _rule(
    "no-object",
    "Every document says what it is",
    "Give apiVersion and kind, and metadata with a name.",
)
"""Broken by a document that is no object of any API."""

UNSERVED = _rule(
    "unserved-kind",
    "Every kind is one that Kubernetes 1.36 serves",
    "Write the version that is served, or the kind as it is spelled.",
)
"""Broken by a kind that could only be Kubernetes' own, and is not."""

IMMUTABLE = _rule(
    "immutable-field",
    "No field is changed that never changes",
    "Leave the field as it was, or delete the object and create it anew.",
)
"""Broken by a change of what is there."""

_BY_ORIGIN = {"unknown": UNKNOWN, "served": UNSERVED, "immutable": IMMUTABLE}

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
        'Write a value of this type; to YAML 3, yes and 1.5 are no strings, and "3" is one.',
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

VERDICT_RULES = (NO_OBJECT, UNSERVED, UNKNOWN, IMMUTABLE, *_RULES.values(), WARNED)
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
        path = as_written(manifest.document, _path_of(warning))
        yield report(WARNED, manifest, path, warning)


def message_of(error: FieldError) -> str:
    """Return what is wrong, and where in the object, without saying anything twice."""
    match error.origin:
        case "unknown":
            return error.detail
        case "type" | "served" | "request":
            return f"{error.path}: {error.detail}" if error.path.parts else error.detail
        case _:
            return str(error)


def _finding(manifest: Manifest, error: FieldError) -> Finding:
    rule = _BY_ORIGIN.get(error.origin) or _RULES[error.type]
    location = locate(manifest, as_written(manifest.document, error.path))
    return Finding(rule, location, error.path, message_of(error), rule.advice)


def as_written(document: Document, path: FieldPath) -> FieldPath:
    """Return the path at which *document* has what the API calls *path*.

    The API leaves ``metadata`` out of some paths, and names the list where a single value is
    given, as in ``clusterIPs[0]``.

    >>> spec = {"clusterIP": "10.0.0.1", "template": {"metadata": {"labels": {"a": "?"}}}}
    >>> str(as_written({"spec": spec}, FieldPath.of("spec", "template", "labels")))
    'spec.template.metadata.labels'
    >>> str(as_written({"spec": spec}, FieldPath.of("spec", "clusterIPs", 0)))
    'spec.clusterIP[0]'
    """
    here: JsonValue = document
    found: list[str | int] = []
    for part in path.parts:
        if isinstance(here, dict) and isinstance(part, str) and part not in here:
            metadata, single = here.get("metadata"), part.removesuffix("s")
            if isinstance(metadata, dict) and part in metadata:
                here = metadata
                found.append("metadata")
            elif single in here:
                part = single  # noqa: PLW2901
        found.append(part)
        here = _inside(here, part)
    return FieldPath(tuple(found))


def _inside(value: JsonValue, part: str | int) -> JsonValue:
    if isinstance(value, dict):
        return value.get(str(part))
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        found: JsonValue = value[part]
        return found
    return None


# Most warnings begin with the field that they are about.
_FIELD = re.compile(r"[a-z]\w*(?:\.\w+|\[[^]]*\])+(?=[: ])", re.ASCII)
_STEP = re.compile(r"\.?(\w+)|\[([^]]*)\]", re.ASCII)


def _path_of(warning: str) -> FieldPath:
    """Return the field that a warning begins with, if it does."""
    path = ROOT
    found = _FIELD.match(warning)
    for name, key in _STEP.findall(found.group() if found else ""):
        if name:
            path = path.child(name)
        else:
            path = path.index(int(key)) if key.isdecimal() else path.key(key)
    return path
