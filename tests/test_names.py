"""The syntax rules of names, against what Kubernetes answers."""

from collections.abc import Callable
from typing import Any

import pytest

from kubeobj import names
from kubeobj.errors import FieldError
from tests.golden import golden

Validator = Callable[..., tuple[FieldError, ...]]

VALIDATORS: dict[str, Validator] = {
    "IsCIdentifier": names.validate_c_identifier,
    "IsConfigMapKey": names.validate_config_map_key,
    "IsDNS1035Label": names.validate_dns1035_label,
    "IsDNS1123Label": names.validate_dns1123_label,
    "IsDNS1123Subdomain": names.validate_dns1123_subdomain,
    "IsDNS1123SubdomainWithUnderscore": names.validate_dns1123_subdomain_with_underscore,
    "IsDomainPrefixedKey": names.validate_domain_prefixed_key,
    "IsDomainPrefixedPath": names.validate_domain_prefixed_path,
    "IsEnvVarName": names.validate_env_var_name,
    "IsFullyQualifiedDomainName": names.validate_fully_qualified_domain_name,
    "IsFullyQualifiedName": names.validate_fully_qualified_name,
    "IsHTTPHeaderName": names.validate_http_header_name,
    "IsPathSegmentName": names.validate_path_segment_name,
    "IsPathSegmentPrefix": names.validate_path_segment_prefix,
    "IsQualifiedName": names.validate_qualified_name,
    "IsRelaxedEnvVarName": names.validate_relaxed_env_var_name,
    "IsValidCIDR": names.validate_cidr,
    "IsValidCIDRForLegacyField": names.validate_legacy_cidr,
    "IsValidIP": names.validate_ip,
    "IsValidIPForLegacyField": names.validate_legacy_ip,
    "IsValidInterfaceAddress": names.validate_interface_address,
    "IsValidLabelValue": names.validate_label_value,
    "IsValidPercent": names.validate_percent,
    "IsValidPortName": names.validate_port_name,
    "IsValidPortNum": names.validate_port_number,
    "IsWildcardDNS1123Subdomain": names.validate_wildcard_dns1123_subdomain,
    "NameIsDNS1035Label.prefix": names.validate_dns1035_label_prefix,
    "NameIsDNSLabel.prefix": names.validate_dns1123_label_prefix,
    "NameIsDNSSubdomain.prefix": names.validate_dns1123_subdomain_prefix,
}


def recorded(validator: str) -> list[dict[str, Any]]:
    """Return the recorded lines of one validator."""
    return [line for line in golden("names") if line["validator"] == validator]


def test_every_recorded_validator_is_tested() -> None:
    """No recorded validator is left out, and none is invented."""
    assert {line["validator"] for line in golden("names")} == set(VALIDATORS)


@pytest.mark.parametrize("validator", VALIDATORS)
def test_counts_the_same_errors_as_kubernetes(validator: str) -> None:
    """Each rule finds as many errors as Kubernetes does in every recorded input."""
    validate = VALIDATORS[validator]
    wrong = [
        (line["input"], line["errors"], [str(error) for error in validate(line["input"])])
        for line in recorded(validator)
        if len(validate(line["input"])) != line["errors"]
    ]
    assert not wrong
