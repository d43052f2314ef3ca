"""Rules about what objects say they are: kind, name, namespace, owners, finalizers.

Source: Object Names and IDs; ValidateObjectMeta of ``k8s.io/apimachinery/pkg/api/validation``.
"""

from collections.abc import Iterator

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import FieldError, FieldErrorType, FieldPath, echo
from kubeobj.lint.finding import Finding, Rule, Severity, report
from kubeobj.lint.subject import Subject
from kubeobj.meta.gvk import GroupKind
from kubeobj.meta.metarules import METADATA, validate_object_meta
from kubeobj.names import SUBDOMAIN_NAMES

MISSING_KIND = Rule(
    "missing-kind",
    "An object says its apiVersion and its kind",
    Severity.ERROR,
    "Write both, such as apiVersion: apps/v1 and kind: Deployment.",
)
MISSING_NAME = Rule(
    "missing-name",
    "An object has a name, or a generateName that the API completes",
    Severity.ERROR,
    "Write metadata.name.",
)
INVALID_NAME = Rule(
    "invalid-name",
    "A name follows the rule of its kind",
    Severity.ERROR,
    "Rename the object.",
)
DERIVED_NAME = Rule(
    "derived-name",
    "A name that is made of other fields agrees with them",
    Severity.ERROR,
    "Name a CustomResourceDefinition plural.group, and an APIService version.group.",
)
INVALID_NAMESPACE = Rule(
    "invalid-namespace",
    "A namespace is a DNS label",
    Severity.ERROR,
    "Use lower case letters, digits and '-', at most 63 characters.",
)
USELESS_NAMESPACE = Rule(
    "useless-namespace",
    "An object of the whole cluster names no namespace",
    Severity.WARNING,
    "Take metadata.namespace out; the API ignores it for this kind.",
)
INVALID_OWNER = Rule(
    "invalid-owner-reference",
    "An owner reference says apiVersion, kind, name and uid; one owner at most controls",
    Severity.ERROR,
    "Let the controller that makes the object set its owners; a uid is not known in advance.",
)
INVALID_FINALIZER = Rule(
    "invalid-finalizer",
    "A finalizer is a qualified name",
    Severity.ERROR,
    "Use a name with your domain, such as example.com/cleanup.",
)
INVALID_METADATA = Rule(
    "invalid-metadata",
    "Metadata has the form the API knows",
    Severity.ERROR,
    "Correct the field, or leave it out: much of metadata is set by the API itself.",
)
RULES = (
    MISSING_KIND,
    MISSING_NAME,
    INVALID_NAME,
    DERIVED_NAME,
    INVALID_NAMESPACE,
    USELESS_NAMESPACE,
    INVALID_OWNER,
    INVALID_FINALIZER,
    INVALID_METADATA,
)

_NAME = METADATA.child("name")
_BY_FIELD = {
    "name": INVALID_NAME,
    "generateName": INVALID_NAME,
    "namespace": INVALID_NAMESPACE,
    "ownerReferences": INVALID_OWNER,
    "finalizers": INVALID_FINALIZER,
}
# Other rules say more of these, and at the entry itself.
_ELSEWHERE = frozenset({"labels", "annotations"})


def check(subject: Subject) -> Iterator[Finding]:
    """Find what is wrong with what *subject* says it is."""
    manifest = subject.manifest
    for field in ("apiVersion", "kind"):
        value = manifest.at(field)
        if not isinstance(value, str) or not value:
            what = "there is no" if value is None else f"{echo(value)} is no"
            yield report(MISSING_KIND, manifest, FieldPath.of(field), f"{what} {field}")
            return
    meta = manifest.at("metadata")
    # An unknown kind without metadata is a tool's configuration more often than an object.
    if meta is None and subject.kind is None:
        return
    if not isinstance(meta, dict | None):
        message = f"metadata must be an object, not {echo(meta)}"
        yield report(INVALID_METADATA, manifest, METADATA, message)
        return
    yield from _check_metadata(subject, meta or {})
    yield from _check_derived_name(subject)


def _check_metadata(subject: Subject, meta: Document) -> Iterator[Finding]:
    """Find what breaks the rules of the API for *meta*."""
    manifest = subject.manifest
    namespaced = subject.kind.namespaced if subject.kind else "namespace" in meta
    if namespaced and not meta.get("namespace"):
        # The namespace may come from the command line.
        meta = {**meta, "namespace": "default"}
    names = subject.kind.names if subject.kind else SUBDOMAIN_NAMES
    meta = {field: meta[field] for field in meta if field not in _ELSEWHERE}
    for error in validate_object_meta(meta, namespaced=namespaced, names=names):
        # The API makes the name before it looks for one.
        is_missing = error.path == _NAME and error.type is FieldErrorType.REQUIRED
        if not (is_missing and meta.get("generateName")):
            yield _finding(subject, error)
    name = manifest.name
    limit = subject.kind.name_max if subject.kind else None
    if limit is not None and len(name) > limit:
        message = f"the name of a {manifest.kind} has at most {limit} characters"
        yield report(INVALID_NAME, manifest, _NAME, f"{message}, this one {len(name)}")


def _finding(subject: Subject, error: FieldError) -> Finding:
    """Return the finding that *error* makes."""
    field = error.path.parts[1] if len(error.path.parts) > 1 else ""
    manifest = subject.manifest
    rule = _BY_FIELD.get(str(field), INVALID_METADATA)
    message, advice = str(error), ""
    if error.type is FieldErrorType.TYPE_INVALID:
        rule, advice = INVALID_METADATA, _quoting(error.value)
    elif error.path == _NAME and error.type is FieldErrorType.REQUIRED:
        rule, message = MISSING_NAME, f"this {manifest.kind} has no name"
    elif field == "namespace" and error.type is FieldErrorType.FORBIDDEN:
        rule, message = USELESS_NAMESPACE, f"a {manifest.kind} is in no namespace"
    return report(rule, manifest, error.path, message, advice=advice)


def _quoting(value: JsonValue) -> str:
    """Return the advice for a value that is no string, where quotes would make it one."""
    if isinstance(value, bool | int | float):
        return "Put the value in quotes; without them YAML reads it as something else."
    return ""


def _check_derived_name(subject: Subject) -> Iterator[Finding]:
    """Find a name that does not agree with the fields it is made of."""
    manifest = subject.manifest
    match subject.group_kind:
        case GroupKind(group="apiextensions.k8s.io", kind="CustomResourceDefinition"):
            parts = (manifest.at("spec", "names", "plural"), manifest.at("spec", "group"))
        case GroupKind(group="apiregistration.k8s.io", kind="APIService"):
            parts = (manifest.at("spec", "version"), manifest.at("spec", "group"))
        case _:
            return
    wanted = ".".join(part for part in parts if isinstance(part, str))
    if all(isinstance(part, str) for part in parts) and manifest.name not in {"", wanted}:
        message = f"the name must be {echo(wanted)}, not {echo(manifest.name)}"
        yield report(DERIVED_NAME, manifest, _NAME, message)
