"""Node selectors: which nodes a pod or a volume may be on.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidateNodeSelector (v1.36).
"""

from kubeobj.api.fielderrors import forbidden, invalid
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldErrorType, FieldPath
from kubeobj.names import (
    is_label_key,
    validate_dns1123_subdomain,
    validate_label_key,
    validate_label_value,
)

_LISTING = frozenset({"In", "NotIn"})
_ASKING = frozenset({"Exists", "DoesNotExist"})
_COMPARING = frozenset({"Gt", "Lt"})

NODE_NAME = "metadata.name"
"""The one field of a node that it can be selected by."""


def validate_node_selector(selector: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a node selector: terms, of which one must be met."""
    at = path.child("nodeSelectorTerms")
    terms = selector["nodeSelectorTerms"]
    if not terms:
        yield _missing(at, "must have at least one term")
        return
    for position, term in enumerate(terms):
        yield from validate_node_selector_term(term, at.index(position))


def validate_node_selector_term(term: Wire, path: FieldPath, *, lenient: bool = False) -> Errors:
    """Find what is wrong with a term of a node selector.

    Args:
        term: The term.
        path: Where it is.
        lenient: Let pass values that are no label values, as where a term only expresses a wish.
    """
    for position, wanted in enumerate(term.get("matchExpressions", ())):
        here = path.child("matchExpressions").index(position)
        yield from _validate_expression(wanted, here, lenient=lenient)
    for position, wanted in enumerate(term.get("matchFields", ())):
        yield from _validate_field(wanted, path.child("matchFields").index(position))


def _validate_expression(wanted: Wire, path: FieldPath, *, lenient: bool) -> Errors:
    yield from _validate_operator(wanted, path)
    key, values = wanted["key"], wanted.get("values", ())
    if not is_label_key(key):
        yield from validate_label_key(key, path.child("key"))
    if not lenient:
        for position, value in enumerate(values):
            yield from validate_label_value(value, path.child("values").index(position))


def _validate_operator(wanted: Wire, path: FieldPath) -> Errors:
    """Find an operator that nobody knows, and values that do not suit it."""
    operator, values = wanted["operator"], wanted.get("values", ())
    if operator in _LISTING:
        if not values:
            yield _missing(path.child("values"), "In and NotIn take at least one value")
    elif operator in _ASKING:
        if values:
            yield forbidden(path.child("values"), "Exists and DoesNotExist take no values")
    elif operator in _COMPARING:
        if len(values) != 1:
            yield _missing(path.child("values"), "Gt and Lt take exactly one value")
    else:
        yield invalid(path.child("operator"), operator, "not a valid selector operator", "enum")


def _validate_field(wanted: Wire, path: FieldPath) -> Errors:
    operator, values = wanted["operator"], wanted.get("values", ())
    if operator not in _LISTING:
        yield invalid(path.child("operator"), operator, "not a valid selector operator", "enum")
    elif len(values) != 1:
        yield _missing(path.child("values"), "In and NotIn take exactly one value for a field")
    if wanted["key"] != NODE_NAME:
        detail = f"nodes can only be selected by {NODE_NAME}"
        yield invalid(path.child("key"), wanted["key"], detail, "enum")
        return
    for position, value in enumerate(values):
        yield from validate_dns1123_subdomain(value, path.child("values").index(position))


def _missing(path: FieldPath, detail: str) -> FieldError:
    return FieldError(path, FieldErrorType.REQUIRED, "", detail, "required")
