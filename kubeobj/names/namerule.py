"""The rule that a kind has for the names of its objects, whole and as the beginning of one.

Source: Object Names and IDs (Kubernetes v1.36), which has these four.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from kubeobj.errors import FieldError, FieldPath
from kubeobj.names.dns import (
    validate_dns1035_label,
    validate_dns1035_label_prefix,
    validate_dns1123_label,
    validate_dns1123_label_prefix,
    validate_dns1123_subdomain,
    validate_dns1123_subdomain_prefix,
)
from kubeobj.names.paths import validate_path_segment_name, validate_path_segment_prefix


@final
@dataclass(frozen=True, slots=True)
class NameRule:
    """Which names the objects of a kind may have.

    Args:
        validate_name: Finds what is wrong with ``name``.
        validate_prefix: Finds what is wrong with ``generateName``.
    """

    validate_name: Callable[[str, FieldPath], tuple[FieldError, ...]]
    validate_prefix: Callable[[str, FieldPath], tuple[FieldError, ...]]


SUBDOMAIN_NAMES = NameRule(validate_dns1123_subdomain, validate_dns1123_subdomain_prefix)
"""Names of most kinds."""

DNS1123_LABEL_NAMES = NameRule(validate_dns1123_label, validate_dns1123_label_prefix)
"""Names without dots, such as those of Namespaces."""

DNS1035_LABEL_NAMES = NameRule(validate_dns1035_label, validate_dns1035_label_prefix)
"""Names without dots that begin with a letter, such as those of Services."""

PATH_SEGMENT_NAMES = NameRule(validate_path_segment_name, validate_path_segment_prefix)
"""Names that only need to fit into a URL, such as those of Roles."""
