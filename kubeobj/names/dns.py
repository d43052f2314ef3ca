"""Names that follow the rules of DNS: those of most objects, namespaces, hosts and API groups.

Source: RFC 1035 and RFC 1123 as Kubernetes reads them (Object Names and IDs), v1.36.
"""

import re
from dataclasses import replace

from kubeobj.errors import ROOT, FieldError, FieldPath
from kubeobj.names.syntax import Syntax, byte_length, invalid, required

DNS_LABEL_MAX_BYTES = 63
"""The longest DNS label."""

DNS_SUBDOMAIN_MAX_BYTES = 253
"""The longest DNS name of several labels."""

# A run never gives back, so a text is read once, from left to right.
_LABEL = r"[a-z0-9][-a-z0-9]*+(?<!-)"
_SUBDOMAIN = rf"{_LABEL}(?:\.{_LABEL})*+"
_UNDERSCORED = r"_?[a-z0-9][-_a-z0-9]*+(?<![-_])"

SUBDOMAIN_PATTERN = _SUBDOMAIN
"""The pattern of an RFC 1123 subdomain, without its length."""

_DNS1123_LABEL = Syntax(
    "format=k8s-short-name",
    _LABEL,
    "must be lower case letters, digits and '-', and begin and end with a letter or digit,"
    " such as 'my-name'",
    DNS_LABEL_MAX_BYTES,
)
_DNS1123_SUBDOMAIN = Syntax(
    "format=k8s-long-name",
    _SUBDOMAIN,
    "must be lower case letters, digits, '-' and '.', and each part between dots must begin and"
    " end with a letter or digit, such as 'example.com'",
    DNS_SUBDOMAIN_MAX_BYTES,
)
_DNS1123_SUBDOMAIN_WITH_UNDERSCORE = Syntax(
    "format=dns-1123-subdomain-with-underscore",
    rf"{_UNDERSCORED}(?:\.{_UNDERSCORED})*+",
    "must be lower case letters, digits, '-', '_' and '.', and each part between dots must begin"
    " and end with a letter or digit, after a first '_' if any, such as '_example.com'",
    DNS_SUBDOMAIN_MAX_BYTES,
)
_WILDCARD_DNS1123_SUBDOMAIN = Syntax(
    "format=wildcard-dns-1123-subdomain",
    rf"\*\.{_SUBDOMAIN}",
    "must be '*.' followed by lower case letters, digits, '-' and '.', and each part between dots"
    " must begin and end with a letter or digit, such as '*.example.com'",
    DNS_SUBDOMAIN_MAX_BYTES,
)
_DNS1035_LABEL = Syntax(
    "format=dns-1035-label",
    r"[a-z][-a-z0-9]*+(?<!-)",
    "must be lower case letters, digits and '-', begin with a letter, and end with a letter or"
    " digit, such as 'my-name'",
    DNS_LABEL_MAX_BYTES,
)

# The same rules with the lengths inside: all of these characters are one byte each.
_match_label = re.compile(
    rf"[a-z0-9](?:[-a-z0-9]{{0,{DNS_LABEL_MAX_BYTES - 2}}}[a-z0-9])?"
).fullmatch
_match_subdomain = re.compile(_SUBDOMAIN).fullmatch


def is_dns1123_label(text: str) -> bool:
    """Return whether *text* is a valid RFC 1123 label.

    >>> is_dns1123_label("my-name"), is_dns1123_label("a.b"), is_dns1123_label("")
    (True, False, False)
    """
    return _match_label(text) is not None


def is_dns1123_subdomain(text: str) -> bool:
    """Return whether *text* is a valid RFC 1123 subdomain.

    >>> is_dns1123_subdomain("a.b"), is_dns1123_subdomain("a..b")
    (True, False)
    """
    return len(text) <= DNS_SUBDOMAIN_MAX_BYTES and _match_subdomain(text) is not None


def validate_dns1123_label(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no RFC 1123 label: the names of namespaces and ports, for example.

    >>> [str(error) for error in validate_dns1123_label("my-name")]
    []
    """
    return _DNS1123_LABEL.validate(value, path)


def validate_dns1123_subdomain(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no RFC 1123 subdomain: the names of most objects.

    >>> [error.origin for error in validate_dns1123_subdomain("My.Name")]
    ['format=k8s-long-name']
    """
    return _DNS1123_SUBDOMAIN.validate(value, path)


def validate_dns1123_subdomain_with_underscore(
    value: str, path: FieldPath = ROOT
) -> tuple[FieldError, ...]:
    """Return how *value* is no subdomain that may also hold ``_``, as service records do."""
    return _DNS1123_SUBDOMAIN_WITH_UNDERSCORE.validate(value, path)


def validate_wildcard_dns1123_subdomain(
    value: str, path: FieldPath = ROOT
) -> tuple[FieldError, ...]:
    """Return how *value* is no ``*.`` and a subdomain, as the hosts of an Ingress may be."""
    return _WILDCARD_DNS1123_SUBDOMAIN.validate(value, path)


def validate_dns1035_label(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no RFC 1035 label: those of Services, which begin with a letter."""
    return _DNS1035_LABEL.validate(value, path)


def validate_fully_qualified_name(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no subdomain of three parts or more, such as ``a.example.com``."""
    origin = "format=fully-qualified-name"
    if not value:
        return (required(path, origin),)
    if not _DNS1123_SUBDOMAIN.is_met(value):
        return (invalid(path, value, _DNS1123_SUBDOMAIN.detail, origin),)
    if value.count(".") < 2:
        detail = "must have at least three parts between dots, such as 'a.example.com'"
        return (invalid(path, value, detail, origin),)
    return ()


def validate_fully_qualified_domain_name(
    value: str, path: FieldPath = ROOT
) -> tuple[FieldError, ...]:
    """Return how *value* is no domain name of two DNS labels or more; one dot may end it."""
    origin = "format=fully-qualified-domain-name"
    if not value:
        return (required(path, origin),)
    domain = value.removesuffix(".")
    if not _DNS1123_SUBDOMAIN.is_met(domain):
        return (invalid(path, value, _DNS1123_SUBDOMAIN.detail, origin),)
    labels = domain.split(".")
    if len(labels) < 2:
        detail = "must have at least two parts between dots, such as 'example.com'"
        return (invalid(path, value, detail, origin),)
    if not all(_DNS1123_LABEL.is_met(label) for label in labels):
        detail = f"each part between dots must be no longer than {DNS_LABEL_MAX_BYTES} bytes"
        return (invalid(path, value, detail, origin),)
    return ()


def validate_dns1123_label_prefix(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* cannot begin a generated RFC 1123 label."""
    return _validate_prefix(_DNS1123_LABEL, value, path)


def validate_dns1123_subdomain_prefix(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* cannot begin a generated RFC 1123 subdomain.

    >>> validate_dns1123_subdomain_prefix("web-")
    ()
    """
    return _validate_prefix(_DNS1123_SUBDOMAIN, value, path)


def validate_dns1035_label_prefix(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* cannot begin a generated RFC 1035 label."""
    return _validate_prefix(_DNS1035_LABEL, value, path)


def _validate_prefix(rule: Syntax, value: str, path: FieldPath) -> tuple[FieldError, ...]:
    """Return how *value* breaks *rule* even if a generated part stood in place of a last dash."""
    completed = value
    if len(value) > 1 and value.endswith("-"):
        # Two bytes give way to one letter: so the API does it, and accepts `a--` by it.
        # Of a longer character before the dash its first bytes stay, which no name may hold.
        completed = f"{value[:-2]}{'?' * (byte_length(value[-2]) - 1)}a"
    return tuple(replace(error, value=value) for error in rule.validate(completed, path))
