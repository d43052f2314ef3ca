"""Names that only need to fit into one segment of a URL path: those of roles, for example.

Source: Object Names and IDs, Path Segment Names (Kubernetes v1.36).
"""

from kubeobj.errors import ROOT, FieldError, FieldPath
from kubeobj.names.syntax import invalid

_ORIGIN = "format=k8s-path-segment-name"


def validate_path_segment_name(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* could not stand in a URL path as it is.

    >>> validate_path_segment_name("system:node")
    ()
    """
    if value in {".", ".."}:
        return (invalid(path, value, f"must not be '{value}'", _ORIGIN),)
    return validate_path_segment_prefix(value, path)


def validate_path_segment_prefix(value: str, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return how *value* could not begin a generated name of that kind."""
    return tuple(
        invalid(path, value, f"must not contain '{char}'", _ORIGIN)
        for char in "/%"
        if char in value
    )
