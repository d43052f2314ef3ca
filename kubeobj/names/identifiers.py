"""Names that programs give: environment variables, keys of ConfigMaps, headers, percentages.

Source: ``k8s.io/apimachinery/pkg/util/validation`` (v1.36).
"""

import re

from kubeobj.errors import ROOT, FieldError, FieldPath
from kubeobj.names.dns import DNS_SUBDOMAIN_MAX_BYTES
from kubeobj.names.syntax import Syntax, invalid

_C_IDENTIFIER = Syntax(
    "format=c-identifier",
    r"[A-Za-z_][A-Za-z0-9_]*+",
    "must be letters, digits and '_', and not begin with a digit, such as 'MY_NAME'",
)
_ENV_VAR_NAME = Syntax(
    "format=env-var-name",
    r"[-._A-Za-z][-._A-Za-z0-9]*+",
    "must be letters, digits, '_', '-' and '.', and not begin with a digit, such as 'MY_NAME'",
)
_CONFIG_MAP_KEY = Syntax(
    "format=config-map-key",
    r"[-._A-Za-z0-9]++",
    "must be letters, digits, '-', '_' and '.', such as 'key.name'",
    DNS_SUBDOMAIN_MAX_BYTES,
)
_HTTP_HEADER_NAME = Syntax(
    "format=http-header-name",
    r"[-A-Za-z0-9]++",
    "must be letters, digits and '-', such as 'X-Header-Name'",
)
_PERCENT = Syntax("format=percent", r"[0-9]++%", "must be a whole number and '%', such as '93%'")


def validate_c_identifier(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no identifier of the C language."""
    return _C_IDENTIFIER.validate(value, path)


def validate_env_var_name(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no name of an environment variable, by the rule of old."""
    return (*_ENV_VAR_NAME.validate(value, path), *_parent_errors(value, path, _ENV_VAR_NAME))


def validate_relaxed_env_var_name(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no name of an environment variable, by the rule of now.

    Anything that ASCII can print will do, but for ``=`` (KEP-4369).
    """
    if re.fullmatch(r"[ -<>-~]++", value):
        return ()
    detail = "must be printable ASCII characters without '=', at least one"
    return (invalid(path, value, detail, "format=relaxed-env-var-name"),)


def validate_config_map_key(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no key of a ConfigMap or Secret, which becomes the name of a file."""
    return (*_CONFIG_MAP_KEY.validate(value, path), *_parent_errors(value, path, _CONFIG_MAP_KEY))


def validate_http_header_name(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no name of an HTTP header, as probes send them."""
    return _HTTP_HEADER_NAME.validate(value, path)


def validate_percent(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* is no percentage, such as ``25%`` of the replicas."""
    return _PERCENT.validate(value, path)


def _parent_errors(value: str, path: FieldPath, rule: Syntax) -> tuple[FieldError, ...]:
    """Return the error that *value* is a directory, or begins as the one above does."""
    if value == "." or value.startswith(".."):
        detail = "must not be '.', nor begin with '..'"
        return (invalid(path, value, detail, rule.origin),)
    return ()
