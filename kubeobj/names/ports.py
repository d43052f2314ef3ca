"""Numbers and names of ports.

Source: RFC 6335 section 5.1, as ``k8s.io/apimachinery/pkg/util/validation`` (v1.36) reads it.
"""

import re

from kubeobj.errors import ROOT, FieldError, FieldPath
from kubeobj.names.syntax import byte_length, invalid

PORT_NAME_MAX_BYTES = 15
"""The longest name of a port."""

_NUMBER_ORIGIN = "format=port-number"
_NAME_ORIGIN = "format=port-name"


def validate_port_number(value: int, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no number of a port."""
    if 1 <= value <= 65535:
        return ()
    return (invalid(path, value, "must be between 1 and 65535", _NUMBER_ORIGIN),)


def validate_port_name(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no name of a port, as those of containers are.

    >>> validate_port_name("https")
    ()
    """
    rules = (
        (byte_length(value) <= PORT_NAME_MAX_BYTES, f"must be at most {PORT_NAME_MAX_BYTES} bytes"),
        (re.fullmatch(r"[-a-z0-9]++", value), "must be lower case letters, digits and '-'"),
        (re.search(r"[a-z]", value), "must contain a letter"),
        ("--" not in value, "must not contain '--'"),
        (not value.startswith("-") and not value.endswith("-"), "must not begin or end with '-'"),
    )
    return tuple(invalid(path, value, detail, _NAME_ORIGIN) for kept, detail in rules if not kept)
