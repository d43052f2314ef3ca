"""What is wrong with a Job to be created, or with the spec of one in a template.

Source: ``k8s.io/kubernetes/pkg/apis/batch/validation`` ValidateJob and validateJobSpec (v1.36).
"""

from kubeobj.api.fielderrors import (
    invalid,
    not_negative,
    not_supported,
    required,
    too_long,
)
from kubeobj.api.kind import Errors
from kubeobj.api.kinds.job.policies import validate_failure_policy, validate_success_policy
from kubeobj.api.kinds.job.selector import validate_generated
from kubeobj.api.labelselectors import is_valid_selector, validate_label_selector
from kubeobj.api.podspec.validation import validate_pod_template_spec
from kubeobj.api.templateselection import validate_selection
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.metarules import METADATA
from kubeobj.names import (
    byte_length,
    validate_dns1123_label,
    validate_domain_prefixed_path,
)

SPEC = FieldPath.of("spec")

_MANY = 100_000
_FEW = 10_000
_MANAGER_MAX_BYTES = 63
_MODES = ("NonIndexed", "Indexed")
_REPLACEMENTS = ("Failed", "TerminatingOrFailed")
_COUNTS = (
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
)


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a Job to be created."""
    yield from validate_job(obj, has_prefixed=True, lenient=False)


def validate_job(obj: Wire, *, has_prefixed: bool, lenient: bool) -> Errors:
    """Find what is wrong with a Job.

    Args:
        obj: The Job.
        has_prefixed: Whether its pods need labels with a domain.
        lenient: Whether its selector may have values that are no label values.
    """
    yield from validate_generated(obj, has_prefixed=has_prefixed)
    spec = obj["spec"]
    yield from validate_selected_spec(spec, lenient=lenient)
    completions = spec.get("completions", 0)
    if spec.get("completionMode") == "Indexed" and completions > 0:
        name = obj["metadata"].get("name", "")
        hostname = f"{name}-{completions - 1}"
        if validate_dns1123_label(hostname):
            detail = f"will not be able to create a pod called {hostname}"
            yield invalid(METADATA.child("name"), name, detail, "format=k8s-short-name")


def validate_selected_spec(spec: Wire, *, lenient: bool) -> Errors:
    """Find what is wrong with the spec of a Job, and with its selector."""
    yield from validate_spec(spec, SPEC)
    selector, path = spec.get("selector"), SPEC.child("selector")
    if selector is None:
        yield required(path, "required")
    yield from validate_label_selector(selector, path, lenient=lenient)
    if selector is None or is_valid_selector(selector):
        yield from validate_selection(selector, spec["template"], SPEC.child("template"))


def validate_spec(spec: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with the spec of a Job, but for its selector."""
    for name in _COUNTS:
        if spec.get(name, 0) < 0:
            yield from not_negative(spec[name], path.child(name))
    if "maxFailedIndexes" in spec and "backoffLimitPerIndex" not in spec:
        yield required(path.child("backoffLimitPerIndex"), "dependent")
    manager = spec.get("managedBy")
    if manager is not None:
        here = path.child("managedBy")
        yield from validate_domain_prefixed_path(manager, here)
        if byte_length(manager) > _MANAGER_MAX_BYTES:
            yield too_long(here, manager, _MANAGER_MAX_BYTES)
    yield from _validate_mode(spec, path)
    yield from _validate_policies(spec, path)
    yield from validate_pod_template_spec(spec["template"], path.child("template"))
    yield from _validate_restarts(spec, path.child("template", "spec", "restartPolicy"))


def _validate_mode(spec: Wire, path: FieldPath) -> Errors:
    mode = spec.get("completionMode", "NonIndexed")
    if mode == "Indexed":
        yield from _validate_indexed(spec, path)
    elif mode == "NonIndexed":
        for name in ("backoffLimitPerIndex", "maxFailedIndexes"):
            if name in spec:
                detail = "requires indexed completion mode"
                yield invalid(path.child(name), spec[name], detail, "dependent")
    else:
        yield not_supported(path.child("completionMode"), mode, _MODES)


def _validate_indexed(spec: Wire, path: FieldPath) -> Errors:
    parallelism, completions = spec.get("parallelism", 0), spec.get("completions")
    failures = spec.get("maxFailedIndexes")
    if completions is None:
        yield required(path.child("completions"), "dependent")
    yield from _at_most(parallelism, _MANY, path, "parallelism")
    if failures is not None:
        if completions is not None:
            yield from _at_most(failures, completions, path, "maxFailedIndexes")
        yield from _at_most(failures, _MANY, path, "maxFailedIndexes")
    if (completions or 0) > _MANY and "backoffLimitPerIndex" in spec:
        if failures is None:
            yield required(path.child("maxFailedIndexes"), "dependent")
        yield from _at_most(parallelism, _FEW, path, "parallelism")
        yield from _at_most(failures or 0, _FEW, path, "maxFailedIndexes")


def _at_most(count: int, most: int, path: FieldPath, name: str) -> Errors:
    if count > most:
        yield invalid(path.child(name), count, f"must be less than or equal to {most}", "maximum")


def _validate_policies(spec: Wire, path: FieldPath) -> Errors:
    has_failure_policy = "podFailurePolicy" in spec
    if has_failure_policy:
        yield from validate_failure_policy(spec, path.child("podFailurePolicy"))
    success = spec.get("successPolicy")
    if success is not None:
        here = path.child("successPolicy")
        if spec.get("completionMode", "NonIndexed") == "Indexed":
            yield from validate_success_policy(success, spec.get("completions", 0), here)
        else:
            yield invalid(here, success, "requires indexed completion mode", "dependent")
    replacement = spec.get("podReplacementPolicy")
    allowed = _REPLACEMENTS[:1] if has_failure_policy else _REPLACEMENTS
    if replacement is not None and replacement not in allowed:
        yield not_supported(path.child("podReplacementPolicy"), replacement, allowed)


def _validate_restarts(spec: Wire, path: FieldPath) -> Errors:
    policy = spec["template"]["spec"].get("restartPolicy", "")
    if policy in {"", "Always"}:
        yield required(path, "enum")
    elif policy not in {"OnFailure", "Never"}:
        yield not_supported(path, policy, ["OnFailure", "Never"])
    elif policy != "Never" and "podFailurePolicy" in spec:
        detail = "must be 'Never' when podFailurePolicy is specified"
        yield invalid(path, policy, detail, "dependent")
