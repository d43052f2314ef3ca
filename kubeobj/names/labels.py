"""Keys and values of labels, the keys of annotations, and other names with a domain before them.

A label key is a *qualified name*: up to 63 bytes, with or without a DNS subdomain and ``/`` before
it. A label value may also be empty.

Source: Labels and Selectors, Syntax and character set (Kubernetes v1.36).
"""

import re

from kubeobj.errors import ROOT, FieldError, FieldPath
from kubeobj.names.dns import (
    DNS_SUBDOMAIN_MAX_BYTES,
    SUBDOMAIN_PATTERN,
    validate_dns1123_subdomain,
)
from kubeobj.names.syntax import Syntax, invalid, required

LABEL_VALUE_MAX_BYTES = 63
"""The longest label value, and the longest name part of a label key."""

_KEY_ORIGIN = "format=k8s-label-key"
_FIRST = r"[A-Za-z0-9]"
_REST = r"[-._A-Za-z0-9]"
_ENDS_WELL = r"(?<![-._])"
_QUALIFIED = Syntax(
    _KEY_ORIGIN,
    rf"{_FIRST}{_REST}*+{_ENDS_WELL}",
    "the name must be letters, digits, '-', '_' and '.', and begin and end with a letter or digit,"
    " such as 'app' or 'example.com/app'",
    LABEL_VALUE_MAX_BYTES,
)
_VALUE = Syntax(
    "format=k8s-label-value",
    rf"(?:{_QUALIFIED.pattern})?",
    "must be empty, or letters, digits, '-', '_' and '.', and begin and end with a letter or"
    " digit, such as 'my-value'",
    LABEL_VALUE_MAX_BYTES,
)
_HTTP_PATH = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]++"

# The same rules with the lengths inside: all of these characters are one byte each.
_SHORT = rf"{_FIRST}{_REST}{{0,{LABEL_VALUE_MAX_BYTES - 1}}}+{_ENDS_WELL}"
_PREFIX = rf"(?=[^/]{{1,{DNS_SUBDOMAIN_MAX_BYTES}}}/){SUBDOMAIN_PATTERN}/"
_match_key = re.compile(rf"(?:{_PREFIX})?{_SHORT}").fullmatch
_match_value = re.compile(rf"(?:{_SHORT})?").fullmatch


def is_label_key(text: str) -> bool:
    """Return whether *text* is a valid label key.

    >>> is_label_key("app.kubernetes.io/name"), is_label_key("-name")
    (True, False)
    """
    return _match_key(text) is not None


def is_label_value(text: str) -> bool:
    """Return whether *text* is a valid label value.

    >>> is_label_value("web-1"), is_label_value(""), is_label_value("a b")
    (True, True, False)
    """
    return _match_value(text) is not None


def validate_label_key(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no label key.

    >>> [error.detail for error in validate_label_key("a/b/c")]
    ['must be a name, or a domain and a name with one slash between']
    """
    return () if is_label_key(value) else tuple(_qualified_name_errors(value, path))


def validate_label_value(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no label value.

    >>> len(validate_label_value("-" * 64))
    2
    """
    return () if is_label_value(value) else _VALUE.validate(value, path)


validate_qualified_name = validate_label_key
"""The rule of label keys under its general name: conditions, finalizers and taints keep it too."""


def validate_domain_prefixed_key(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no qualified name with its domain, such as ``example.com/key``."""
    if not value:
        return (required(path, _KEY_ORIGIN),)
    errors = validate_label_key(value, path)
    if errors or "/" in value:
        return errors
    detail = "must have a domain before the name, such as 'example.com/key'"
    return (invalid(path, value, detail, "format=domain-prefixed-key"),)


def validate_domain_prefixed_path(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no domain and path, such as ``example.com/controller/v1``."""
    origin = "format=domain-prefixed-path"
    if not value:
        return (required(path, origin),)
    domain, _, rest = value.partition("/")
    if not domain or not rest:
        detail = "must be a domain, '/' and a path, such as 'example.com/name'"
        return (invalid(path, value, detail, origin),)
    errors = validate_dns1123_subdomain(domain, path)
    if re.fullmatch(_HTTP_PATH, rest):
        return errors
    detail = "the path must be made of the characters of a URL path"
    return (*errors, invalid(path, rest, detail, origin))


def _qualified_name_errors(value: str, path: FieldPath) -> list[FieldError]:
    """Return an error for each part of *value* that breaks a rule."""
    *prefixes, name = value.split("/")
    if len(prefixes) > 1:
        detail = "must be a name, or a domain and a name with one slash between"
        return [invalid(path, value, detail, _KEY_ORIGIN)]
    errors: list[FieldError] = []
    for prefix in prefixes:
        if not prefix:
            errors.append(invalid(path, value, "the domain before '/' is empty", _KEY_ORIGIN))
            continue
        errors += [
            invalid(path, value, f"the domain before '/' {error.detail}", _KEY_ORIGIN)
            for error in validate_dns1123_subdomain(prefix)
        ]
    if not name:
        errors.append(invalid(path, value, "the name is empty", _KEY_ORIGIN))
    return [
        *errors,
        *(invalid(path, value, error.detail, _KEY_ORIGIN) for error in _QUALIFIED.validate(name)),
    ]
