"""What is not shown when it is wrong: what a Secret holds."""

from typing import Final

REDACTED: Final = "<secret contents redacted>"
"""What stands where it would be shown."""

_TYPES: Final = frozenset({"corev1.Secret", "corev1.SecretList"})
_FIELDS: Final = frozenset({"data", "stringData"})


def is_confidential(type_name: str, *way: str | int) -> bool:
    """Return whether what is at the end of a *way* into an object of a type is not to be shown.

    >>> is_confidential("corev1.Secret", "data", "password")
    True
    >>> is_confidential("corev1.Secret", "type"), is_confidential("corev1.ConfigMap", "data")
    (False, False)
    """
    return type_name in _TYPES and not _FIELDS.isdisjoint(way)
