"""Label selectors in objects in wire form: what is wrong with them, and what they select.

Most selectors are plain and right, and are told so without a compiled selector.

Source: ``k8s.io/apimachinery/pkg/apis/meta/v1/validation`` ValidateLabelSelector, and
LabelSelectorAsSelector of ``meta/v1`` (v1.36).
"""

from collections.abc import Mapping

from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.labels.labelselector import selector_of
from kubeobj.labels.labelselector import validate_label_selector as _every_error
from kubeobj.names import is_label_key, is_label_value

_NO_LABELS: Mapping[str, str] = {}


def validate_label_selector(
    selector: Wire | None, path: FieldPath, *, lenient: bool = False
) -> Errors:
    """Find what is wrong with a label selector; none is fine.

    Args:
        selector: The selector.
        path: Where it is.
        lenient: Let pass values that are no label values, for one that was stored with them.
    """
    if selector is not None and not is_valid_selector(selector):
        yield from _every_error(selector, path, lenient=lenient)


def is_valid_selector(selector: Wire) -> bool:
    """Return whether nothing is wrong with a label selector."""
    for key, value in selector.get("matchLabels", _NO_LABELS).items():
        if not (is_label_key(key) and is_label_value(value)):
            return False
    return all(map(_is_valid_expression, selector.get("matchExpressions", ())))


def _is_valid_expression(expression: Wire) -> bool:
    operator, values = expression["operator"], expression.get("values", ())
    if operator in {"In", "NotIn"}:
        return bool(values) and is_label_key(expression["key"]) and all(map(is_label_value, values))
    if operator in {"Exists", "DoesNotExist"}:
        return not values and is_label_key(expression["key"])
    return False


def has_invalid_values(selector: Wire | None) -> bool:
    """Return whether an expression of a label selector has a value that is no label value."""
    if selector is None:
        return False
    return not all(
        is_label_value(value)
        for expression in selector.get("matchExpressions", ())
        for value in expression.get("values", ())
    )


def is_empty_selector(selector: Wire) -> bool:
    """Return whether a label selector asks for nothing, and so selects everything."""
    return not selector.get("matchLabels") and not selector.get("matchExpressions")


def selects(selector: Wire | None, labels: Mapping[str, str] | None) -> bool:
    """Return whether a label selector, which is valid, selects *labels*; None selects nothing."""
    if selector is None:
        return False
    labels = labels or _NO_LABELS
    for key, value in selector.get("matchLabels", _NO_LABELS).items():
        if labels.get(key) != value:
            return False
    expressions = selector.get("matchExpressions")
    return not expressions or selector_of({"matchExpressions": expressions}).matches(labels)


def selector_text(selector: Wire | None) -> str:
    """Return a label selector as text, as scales have it; nothing for one that is not valid."""
    if selector is None or not is_valid_selector(selector):
        return ""
    return str(selector_of(selector))


def labels_text(labels: Mapping[str, str] | None) -> str:
    """Return labels as text, as selectors of some kinds are written."""
    return ",".join(f"{key}={value}" for key, value in sorted((labels or _NO_LABELS).items()))
