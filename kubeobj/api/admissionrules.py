"""Which requests webhooks and admission policies see: rules, selectors and conditions.

Expressions are taken as they are; what they mean is not known here.

Source: ``k8s.io/kubernetes/pkg/apis/admissionregistration/validation`` and
``pkg/apis/admissionregistration/v1`` (v1.36).
"""

import re
from collections.abc import Iterable

from kubeobj.api.fielderrors import (
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
    too_many,
)
from kubeobj.api.kind import Errors
from kubeobj.api.labelselectors import validate_label_selector
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import (
    validate_dns1035_label,
    validate_dns1123_subdomain,
    validate_path_segment_name,
    validate_qualified_name,
)

GROUP = "admissionregistration.k8s.io"
"""The API group of webhooks and admission policies."""

FAILURE_POLICIES = ("Fail", "Ignore")
MATCH_POLICIES = ("Equivalent", "Exact")
OPERATIONS = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
REINVOCATION_POLICIES = ("IfNeeded", "Never")
SCOPES = ("*", "Cluster", "Namespaced")
ON_MISSING_PARAMETERS = ("Deny", "Allow")

MAX_CONDITIONS = 64
"""The most conditions that a request must meet."""

_is_identifier = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*").fullmatch
_RESERVED = frozenset(
    {
        *("true", "false", "null", "in", "as", "break", "const", "continue", "else", "for"),
        *("function", "if", "import", "let", "loop", "package", "namespace", "return", "var"),
        *("void", "while"),
    }
)


# ---------------------------------------------------------------- defaults


def default_rules(rules: Iterable[Wire]) -> None:
    """Let rules be about objects of any scope where nothing is said."""
    for rule in rules:
        rule.setdefault("scope", "*")


def default_match(resources: Wire | None) -> None:
    """Fill in what is open in what a policy or binding is about."""
    if resources is None:
        return
    resources.setdefault("matchPolicy", "Equivalent")
    resources.setdefault("namespaceSelector", {})
    resources.setdefault("objectSelector", {})
    default_rules(resources.get("resourceRules", ()))
    default_rules(resources.get("excludeResourceRules", ()))


# ---------------------------------------------------------------- rules


def validate_rules(rules: Iterable[Wire], path: FieldPath) -> Errors:
    """Find what is wrong with rules that say operations and resources."""
    for position, rule in enumerate(rules):
        here = path.index(position)
        yield from _resource_names(rule.get("resourceNames", ()), here.child("resourceNames"))
        yield from _operations(rule.get("operations", []), here.child("operations"))
        yield from _several(rule.get("apiGroups", []), here.child("apiGroups"), "API groups")
        versions, at = rule.get("apiVersions", []), here.child("apiVersions")
        yield from _several(versions, at, "API versions")
        for number, version in enumerate(versions):
            if not version:
                yield required(at.index(number), "required")
        yield from _resources(rule.get("resources", []), here.child("resources"))
        if "scope" in rule and rule["scope"] not in SCOPES:
            yield not_supported(here.child("scope"), rule["scope"], SCOPES)


def _resource_names(names: Iterable[str], path: FieldPath) -> Errors:
    seen: set[str] = set()
    for position, name in enumerate(names):
        yield from validate_path_segment_name(name, path.index(position))
        if name in seen:
            yield duplicate(path.index(position), name)
        seen.add(name)


def _several(items: list[str], path: FieldPath, what: str) -> Errors:
    """Find that there is nothing, or something beside what stands for everything."""
    if not items:
        yield required(path, "required")
    elif len(items) > 1 and "*" in items:
        detail = f"if '*' is present, must not specify other {what}"
        yield invalid(path, items, detail, "wildcard=alone")


def _operations(operations: list[str], path: FieldPath) -> Errors:
    yield from _several(operations, path, "operations")
    for position, operation in enumerate(operations):
        if operation not in OPERATIONS:
            yield not_supported(path.index(position), operation, OPERATIONS)


def _resources(resources: list[str], path: FieldPath) -> Errors:
    if not resources:
        yield required(path, "required")
    yield from _parts(resources, path)
    if len(resources) > 1 and "*/*" in resources:
        detail = "if '*/*' is present, must not specify other resources"
        yield invalid(path, resources, detail, "wildcard=alone")
    plain = [text for text in resources if text and "/" not in text]
    # The API looks at the last of them only.
    if "*" in plain and plain[-1] != "*":
        detail = "if '*' is present, must not specify other resources without subresources"
        yield invalid(path, resources, detail, "wildcard=alone")


def _parts(resources: list[str], path: FieldPath) -> Errors:
    """Find empty names, and parts of resources that are covered by one before."""
    covered: set[str] = set()
    for position, text in enumerate(resources):
        here = path.index(position)
        if not text:
            yield required(here, "required")
        resource, slash, part = text.partition("/")
        if not slash:
            continue
        for wildcard in (f"{resource}/*", f"*/{part}"):
            if wildcard in covered:
                detail = f"if '{wildcard}' is present, must not specify {text}"
                yield invalid(here, text, detail, "wildcard=alone")
        if "*" in {resource, part}:
            covered.add(text)


def validate_match(resources: Wire | None, path: FieldPath) -> Errors:
    """Find what is wrong with what a policy or binding is about."""
    if resources is None:
        return
    policy = resources["matchPolicy"]
    if policy not in MATCH_POLICIES:
        yield not_supported(path.child("matchPolicy"), policy, MATCH_POLICIES)
    for name in ("namespaceSelector", "objectSelector"):
        yield from validate_label_selector(resources[name], path.child(name))
    for name in ("resourceRules", "excludeResourceRules"):
        yield from validate_rules(resources.get(name, ()), path.child(name))


# ---------------------------------------------------------------- conditions


def validate_conditions(conditions: list[Wire], path: FieldPath) -> Errors:
    """Find what is wrong with the conditions that a request must meet."""
    if len(conditions) > MAX_CONDITIONS:
        yield too_many(path, len(conditions), MAX_CONDITIONS)
    seen: set[str] = set()
    for position, condition in enumerate(conditions):
        here, name = path.index(position), condition["name"]
        if not condition["expression"].strip():
            yield required(here.child("expression"), "required")
        if not name:
            yield required(here.child("name"), "required")
            continue
        yield from validate_qualified_name(name, here.child("name"))
        if name in seen:
            yield duplicate(here.child("name"), name)
        seen.add(name)


def validate_variables(variables: list[Wire], path: FieldPath) -> Errors:
    """Find what is wrong with the variables of a policy."""
    for position, variable in enumerate(variables):
        here, name = path.index(position), variable["name"]
        if not name.strip():
            yield required(here.child("name"), "required")
        elif not _is_identifier(name) or name in _RESERVED:
            detail = "name is not a valid CEL identifier"
            yield invalid(here.child("name"), name, detail, "format=cel-identifier")
        if not variable["expression"].strip():
            yield required(here.child("expression"), "required")


# ---------------------------------------------------------------- parameters


def validate_param_kind(kind: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with the kind of the parameters of a policy."""
    version, here = kind.get("apiVersion", ""), path.child("apiVersion")
    if not version:
        yield required(here, "required")
    elif version.count("/") > 1:
        yield invalid(here, version, "unexpected GroupVersion string", "format=api-version")
    else:
        group, _, number = version.rpartition("/")
        if group and validate_dns1123_subdomain(group):
            yield invalid(here, group, "not a group", "format=k8s-long-name")
        if not number:
            yield invalid(here, version, "version must be specified", "format=api-version")
        elif validate_dns1035_label(number):
            yield invalid(here, number, "not a version", "format=dns-1035-label")
    name, here = kind.get("kind", ""), path.child("kind")
    if not name:
        yield required(here, "required")
    elif validate_dns1035_label(name.lower()):
        detail = "may have mixed case, but should otherwise match a DNS label"
        yield invalid(here, name, detail, "format=dns-1035-label")


def validate_param_ref(reference: Wire | None, path: FieldPath) -> Errors:
    """Find what is wrong with a reference to parameters."""
    if reference is None:
        return
    name, selector = reference.get("name", ""), reference.get("selector")
    both = "name and selector are mutually exclusive"
    if name:
        yield from validate_path_segment_name(name, path.child("name"))
        if selector is not None:
            yield forbidden(path.child("name"), both, "union")
    if selector is not None:
        yield from validate_label_selector(selector, path.child("selector"))
        if name:
            yield forbidden(path.child("selector"), both, "union")
    elif not name:
        yield required(path, "required-one-of")
    action, here = reference.get("parameterNotFoundAction"), path.child("parameterNotFoundAction")
    if not action:
        yield required(here, "required")
    elif action not in ON_MISSING_PARAMETERS:
        yield not_supported(here, action, ON_MISSING_PARAMETERS)


def param_kind_cell(spec: Wire) -> str:
    """Return what is printed of the kind of the parameters of a policy."""
    kind = spec.get("paramKind")
    if kind is None:
        return "<unset>"
    return f"{kind.get('apiVersion', '')}/{kind.get('kind', '')}"


def param_ref_cell(spec: Wire) -> str:
    """Return what is printed of a reference to parameters."""
    reference = spec.get("paramRef")
    if reference is None:
        return "<unset>"
    name: str = reference.get("name", "")
    return f"{reference['namespace']}/{name}" if reference.get("namespace") else name
