"""Words: which texts are names, label keys and values, hosts, addresses, and which are not.

`validate_…` returns every broken rule, `is_…` answers yes or no. Lengths are in UTF-8 bytes.
"""

from kubeobj.names.addresses import (
    validate_cidr,
    validate_interface_address,
    validate_ip,
    validate_legacy_cidr,
    validate_legacy_ip,
)
from kubeobj.names.dns import (
    DNS_LABEL_MAX_BYTES,
    DNS_SUBDOMAIN_MAX_BYTES,
    is_dns1123_label,
    is_dns1123_subdomain,
    validate_dns1035_label,
    validate_dns1035_label_prefix,
    validate_dns1123_label,
    validate_dns1123_label_prefix,
    validate_dns1123_subdomain,
    validate_dns1123_subdomain_prefix,
    validate_dns1123_subdomain_with_underscore,
    validate_fully_qualified_domain_name,
    validate_fully_qualified_name,
    validate_wildcard_dns1123_subdomain,
)
from kubeobj.names.generated import SUFFIX_ALPHABET, SUFFIX_LENGTH, SuffixSource, generate_name
from kubeobj.names.identifiers import (
    validate_c_identifier,
    validate_config_map_key,
    validate_env_var_name,
    validate_http_header_name,
    validate_percent,
    validate_relaxed_env_var_name,
)
from kubeobj.names.labels import (
    LABEL_VALUE_MAX_BYTES,
    is_label_key,
    is_label_value,
    validate_domain_prefixed_key,
    validate_domain_prefixed_path,
    validate_label_key,
    validate_label_value,
    validate_qualified_name,
)
from kubeobj.names.namerule import (
    DNS1035_LABEL_NAMES,
    DNS1123_LABEL_NAMES,
    PATH_SEGMENT_NAMES,
    SUBDOMAIN_NAMES,
    NameRule,
)
from kubeobj.names.paths import validate_path_segment_name, validate_path_segment_prefix
from kubeobj.names.ports import PORT_NAME_MAX_BYTES, validate_port_name, validate_port_number
from kubeobj.names.syntax import byte_length
from kubeobj.names.types import UID, LabelKey, LabelValue, Name, Namespace

__all__ = [
    "DNS1035_LABEL_NAMES",
    "DNS1123_LABEL_NAMES",
    "DNS_LABEL_MAX_BYTES",
    "DNS_SUBDOMAIN_MAX_BYTES",
    "LABEL_VALUE_MAX_BYTES",
    "PATH_SEGMENT_NAMES",
    "PORT_NAME_MAX_BYTES",
    "SUBDOMAIN_NAMES",
    "SUFFIX_ALPHABET",
    "SUFFIX_LENGTH",
    "UID",
    "LabelKey",
    "LabelValue",
    "Name",
    "NameRule",
    "Namespace",
    "SuffixSource",
    "byte_length",
    "generate_name",
    "is_dns1123_label",
    "is_dns1123_subdomain",
    "is_label_key",
    "is_label_value",
    "validate_c_identifier",
    "validate_cidr",
    "validate_config_map_key",
    "validate_dns1035_label",
    "validate_dns1035_label_prefix",
    "validate_dns1123_label",
    "validate_dns1123_label_prefix",
    "validate_dns1123_subdomain",
    "validate_dns1123_subdomain_prefix",
    "validate_dns1123_subdomain_with_underscore",
    "validate_domain_prefixed_key",
    "validate_domain_prefixed_path",
    "validate_env_var_name",
    "validate_fully_qualified_domain_name",
    "validate_fully_qualified_name",
    "validate_http_header_name",
    "validate_interface_address",
    "validate_ip",
    "validate_label_key",
    "validate_label_value",
    "validate_legacy_cidr",
    "validate_legacy_ip",
    "validate_path_segment_name",
    "validate_path_segment_prefix",
    "validate_percent",
    "validate_port_name",
    "validate_port_number",
    "validate_qualified_name",
    "validate_relaxed_env_var_name",
    "validate_wildcard_dns1123_subdomain",
]
