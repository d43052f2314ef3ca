"""Labels as text: ``a=b,c=d``, the way commands print them and flags take them.

Source: ``k8s.io/apimachinery/pkg/labels``, ConvertSelectorToLabelsMap and Set (v1.36).
"""

from collections.abc import Mapping

from kubeobj.errors import ROOT, FieldError, FieldErrors, FieldErrorType
from kubeobj.names import validate_label_key, validate_label_value

# What Go takes for white space. Python's own strip() takes more.
_WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


def parse_labels(text: str) -> dict[str, str]:
    """Return the labels that *text* lists; where a key repeats, its last value.

    Raises:
        FieldErrors: If an entry is not ``key=value``, or a key or value breaks a rule; with all.

    >>> parse_labels("app=web, tier=")
    {'app': 'web', 'tier': ''}
    """
    labels: dict[str, str] = {}
    errors: list[FieldError] = []
    for position, entry in enumerate(text.split(",") if text else ()):
        at = ROOT.index(position)
        key, equals, value = entry.partition("=")
        if not equals or "=" in value:
            rule = "write key=value, with one ="
            errors.append(
                FieldError(at, FieldErrorType.INVALID, entry, rule, "format=k8s-label-set")
            )
            continue
        key, value = key.strip(_WHITE_SPACE), value.strip(_WHITE_SPACE)
        errors += validate_label_key(key, at.child("key"))
        errors += validate_label_value(value, at.child("value"))
        labels[key] = value
    if errors:
        raise FieldErrors(errors)
    return labels


def format_labels(labels: Mapping[str, str] | None) -> str:
    """Return *labels* as text in order, or ``<none>``.

    >>> format_labels({"tier": "db", "app": "web"}), format_labels({})
    ('app=web,tier=db', '<none>')
    """
    return join_labels(labels or {}) or "<none>"


def join_labels(labels: Mapping[str, str]) -> str:
    """Return *labels* as text; what `parse_labels` reads back, if they are valid.

    In order of the entries and not the keys, as Kubernetes has it: ``a-b=`` is before ``a=``.
    """
    return ",".join(sorted(f"{key}={value}" for key, value in labels.items()))


def conflict(labels: Mapping[str, str], others: Mapping[str, str]) -> bool:
    """Return whether some key has one value in *labels* and another in *others*."""
    return any(others.get(key, value) != value for key, value in labels.items())
