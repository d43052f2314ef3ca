"""Rules about labels and annotations, of objects and of the pods they make.

Source: Labels and Selectors; Annotations.
"""

from collections.abc import Iterator, Mapping

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import FieldError, FieldPath, echo
from kubeobj.lint.finding import Finding, Rule, Severity, report
from kubeobj.lint.sites import EACH, Pattern, expand
from kubeobj.lint.subject import Subject
from kubeobj.manifests.manifest import Manifest
from kubeobj.meta.annotations import (
    ANNOTATIONS_MAX_BYTES,
    annotations_size_bytes,
    validate_annotations,
)
from kubeobj.meta.gvk import GroupKind
from kubeobj.names import (
    is_label_key,
    is_label_value,
    validate_label_key,
    validate_label_value,
)

INVALID_LABEL_KEY = Rule(
    "invalid-label-key",
    "A label key is a name of at most 63 characters, with a DNS prefix or none",
    Severity.ERROR,
    "Use letters, digits, '-', '_' and '.', as in app or example.com/app.",
)
INVALID_LABEL_VALUE = Rule(
    "invalid-label-value",
    "A label value is empty, or at most 63 letters, digits, '-', '_' and '.'",
    Severity.ERROR,
    "Begin and end with a letter or digit; put anything else into an annotation.",
)
LABEL_NOT_STRING = Rule(
    "label-not-string",
    "A label value is a string",
    Severity.ERROR,
    "Put the value in quotes: yes, no, on, off, true, 1.0 and 007 are no strings to YAML.",
)
INVALID_ANNOTATION_KEY = Rule(
    "invalid-annotation-key",
    "An annotation key is a name of at most 63 characters, with a DNS prefix or none",
    Severity.ERROR,
    "Use letters, digits, '-', '_' and '.', as in example.com/note.",
)
ANNOTATION_NOT_STRING = Rule(
    "annotation-not-string",
    "An annotation value is a string",
    Severity.ERROR,
    "Put the value in quotes; for anything structured write JSON as a string.",
)
ANNOTATIONS_TOO_LONG = Rule(
    "annotations-too-long",
    "The annotations of an object take at most 256 KiB",
    Severity.ERROR,
    "Move the data to a ConfigMap, or apply on the server's side (kubectl apply --server-side).",
)
RULES = (
    INVALID_LABEL_KEY,
    INVALID_LABEL_VALUE,
    LABEL_NOT_STRING,
    INVALID_ANNOTATION_KEY,
    ANNOTATION_NOT_STRING,
    ANNOTATIONS_TOO_LONG,
)

_METADATA: Pattern = ("metadata",)
# The metadata of what an object makes besides pods.
_EMBEDDED: Mapping[GroupKind, Pattern] = {
    GroupKind("apps", "StatefulSet"): ("spec", "volumeClaimTemplates", EACH, "metadata"),
    GroupKind("batch", "CronJob"): ("spec", "jobTemplate", "metadata"),
    GroupKind("resource.k8s.io", "ResourceClaimTemplate"): ("spec", "metadata"),
}
_POD_CLAIMS: Pattern = ("spec", "volumes", EACH, "ephemeral", "volumeClaimTemplate", "metadata")


def check(subject: Subject) -> Iterator[Finding]:
    """Find bad labels and annotations of *subject*, of its pods, and of what else it makes."""
    for pattern in _metadata_patterns(subject):
        for path, metadata in expand(subject.manifest.document, pattern):
            if isinstance(metadata, dict):
                yield from _check_metadata(subject.manifest, path, metadata)


def _metadata_patterns(subject: Subject) -> Iterator[Pattern]:
    """Yield where metadata is in *subject*."""
    yield _METADATA
    if subject.group_kind in _EMBEDDED:
        yield _EMBEDDED[subject.group_kind]
    if subject.pod is not None:
        if subject.pod:
            yield (*subject.pod, *_METADATA)
        yield (*subject.pod, *_POD_CLAIMS)


def _check_metadata(manifest: Manifest, path: FieldPath, metadata: Document) -> Iterator[Finding]:
    """Find bad labels and annotations in *metadata*, which is at *path*."""
    labels, at = metadata.get("labels"), path.child("labels")
    if isinstance(labels, dict):
        for key, value in labels.items():
            yield from _check_label(manifest, at, key, value)
    elif labels is not None:
        message = f"labels are a mapping, not {echo(labels)}"
        advice = "Write each as a key and a value, such as app: web."
        yield report(LABEL_NOT_STRING, manifest, at, message, advice=advice)
    notes, at = metadata.get("annotations"), path.child("annotations")
    if isinstance(notes, dict):
        yield from _check_annotations(manifest, at, notes)
    elif notes is not None:
        message = f"annotations are a mapping, not {echo(notes)}"
        advice = "Write each as a key and a value, such as example.com/note: text."
        yield report(ANNOTATION_NOT_STRING, manifest, at, message, advice=advice)


def _check_label(
    manifest: Manifest, path: FieldPath, key: str, value: JsonValue
) -> Iterator[Finding]:
    """Find what is wrong with one label of those at *path*."""
    at = path.key(key)
    if not is_label_key(key):
        for error in validate_label_key(key, at):
            yield _bad(INVALID_LABEL_KEY, manifest, f"the label key {echo(key)}", error)
    if not isinstance(value, str):
        message = f"the label {echo(key)} is {describe(value)}; labels are strings"
        yield report(LABEL_NOT_STRING, manifest, at, message)
    elif not is_label_value(value):
        for error in validate_label_value(value, at):
            what = f"the value {echo(value)} of the label {echo(key)}"
            yield _bad(INVALID_LABEL_VALUE, manifest, what, error)


def _check_annotations(
    manifest: Manifest, path: FieldPath, annotations: dict[str, JsonValue]
) -> Iterator[Finding]:
    """Find what is wrong with the annotations at *path*."""
    texts: dict[str, str] = {}
    for key, value in annotations.items():
        at = path.key(key)
        for error in validate_annotations({key: ""}, at):
            yield _bad(INVALID_ANNOTATION_KEY, manifest, f"the annotation key {echo(key)}", error)
        if isinstance(value, str):
            texts[key] = value
        else:
            message = f"the annotation {echo(key)} is {describe(value)}; annotations are strings"
            yield report(ANNOTATION_NOT_STRING, manifest, at, message)
    size = annotations_size_bytes(texts)
    if size > ANNOTATIONS_MAX_BYTES:
        message = f"the annotations take {size} bytes, and may take {ANNOTATIONS_MAX_BYTES}"
        yield report(ANNOTATIONS_TOO_LONG, manifest, path, message)


def describe(value: JsonValue) -> str:
    """Return what *value*, which is no string, is to somebody who wrote it without quotes."""
    match value:
        case None:
            return "null: the API creates it empty, and removes it when applied"
        case bool():
            return f"the boolean {echo(value)}"
        case int() | float():
            return f"the number {echo(value)}"
        case _:
            return f"{echo(value)}, not text"


def _bad(rule: Rule, manifest: Manifest, what: str, error: FieldError) -> Finding:
    """Return the finding that *what* breaks *rule*, as *error* says."""
    return report(rule, manifest, error.path, f"{what} is invalid: {error.detail}")
