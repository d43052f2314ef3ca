"""ValidatingAdmissionPolicy: expressions that requests must meet.

Source: ``k8s.io/kubernetes/pkg/apis/admissionregistration/validation`` (v1.36).
"""

from kubeobj.api.admissionpolicies import SPEC, default_policy, policy_table, validate_policy
from kubeobj.api.admissionrules import GROUP
from kubeobj.api.fielderrors import duplicate, invalid, not_supported, required
from kubeobj.api.kind import STATUS, Context, Errors, Kind, Part
from kubeobj.api.metadata import new_errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.conditionrules import validate_conditions
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import byte_length, validate_qualified_name

REASONS = ("Forbidden", "Invalid", "RequestEntityTooLarge")

MAX_ANNOTATIONS = 20
"""The most annotations that a policy adds to the audit log."""

EXPRESSION_MAX_BYTES = 5 * 1024
"""The longest expression of such an annotation."""


def prepare_create(obj: Wire, _context: Context) -> None:
    """Begin with a status that says nothing."""
    obj["status"] = {}


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a policy."""
    spec = obj["spec"]
    yield from validate_policy(spec)
    validations, annotations = spec.get("validations", ()), spec.get("auditAnnotations", [])
    if not validations and not annotations:
        yield required(SPEC.child("validations"), "required-one-of")
        yield required(SPEC.child("auditAnnotations"), "required-one-of")
    for position, validation in enumerate(validations):
        yield from _validation(validation, SPEC.child("validations").index(position))
    yield from _annotations(annotations, obj["metadata"].get("name", ""))


def _validation(validation: Wire, path: FieldPath) -> Errors:
    if not validation["expression"].strip():
        yield required(path.child("expression"), "required")
    for name in ("messageExpression", "message"):
        text = validation.get(name, "")
        if text and not text.strip():
            yield invalid(path.child(name), text, "must be non-empty if specified", "format=text")
    message = validation.get("message", "").strip()
    if "\n" in message or "\r" in message:
        detail = "message must not contain line breaks"
        yield invalid(path.child("message"), validation["message"], detail, "format=line")
    reason = validation.get("reason")
    if reason is not None and reason not in REASONS:
        yield not_supported(path.child("reason"), reason, REASONS)


def _annotations(annotations: list[Wire], policy: str) -> Errors:
    here = SPEC.child("auditAnnotations")
    if len(annotations) > MAX_ANNOTATIONS:
        detail = f"must not have more than {MAX_ANNOTATIONS} auditAnnotations"
        yield invalid(here, None, detail, "maxItems")
    seen: set[str] = set()
    for position, annotation in enumerate(annotations):
        path, key = here.index(position), annotation["key"]
        yield from validate_qualified_name(f"{policy}/{key}", path.child("key"))
        expression = annotation["valueExpression"].strip()
        if not expression or byte_length(expression) > EXPRESSION_MAX_BYTES:
            yield required(path.child("valueExpression"), "required")
        if key in seen:
            yield duplicate(path.child("key"), key)
        seen.add(key)


def validate_update(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with a policy that takes the place of another."""
    yield from new_errors(obj, KIND)
    yield from validate(obj)


def validate_status(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with what is said of a policy."""
    status, path = obj["status"], FieldPath.of("status")
    warnings = status.get("typeChecking", {}).get("expressionWarnings", ())
    for position, warning in enumerate(warnings):
        here = path.child("typeChecking", "expressionWarnings").index(position)
        for name in ("warning", "fieldRef"):
            if not warning[name].strip():
                yield required(here.child(name), "required")
    yield from validate_conditions(status.get("conditions", []), path.child("conditions"))


KIND = Kind(
    kind=GroupVersionKind(GROUP, "v1", "ValidatingAdmissionPolicy"),
    plural="validatingadmissionpolicies",
    namespaced=False,
    default=default_policy,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
    counts_generations=True,
    table=policy_table("Validations", lambda spec: len(spec.get("validations", ()))),
    parts={"status": Part(prepare=STATUS.prepare, validate=validate_status)},
    updates_blindly=False,
)
"""What the API knows of ValidatingAdmissionPolicies."""
