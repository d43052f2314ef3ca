"""The object form of a selector: ``matchLabels`` and ``matchExpressions``.

Works on mappings and on any model with such attributes, and needs no pydantic; the typed model is
`kubeobj.meta.labelselector.LabelSelector`.

Source: LabelSelector of the API (v1.36), LabelSelectorAsSelector and ValidateLabelSelector of
``k8s.io/apimachinery/pkg/apis/meta/v1``.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, cast, runtime_checkable

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import (
    ROOT,
    FieldError,
    FieldErrorType,
    FieldPath,
    SelectorInvalidError,
    mistyped,
)
from kubeobj.labels.operator import Operator
from kubeobj.labels.requirement import Requirement
from kubeobj.labels.selector import Selector
from kubeobj.names import validate_label_key, validate_label_value

OPERATORS: Mapping[str, Operator] = {
    "In": Operator.IN,
    "NotIn": Operator.NOT_IN,
    "Exists": Operator.EXISTS,
    "DoesNotExist": Operator.DOES_NOT_EXIST,
}
"""The operators of the object form, by the name they have there."""

_EQUALITY = frozenset({Operator.EQUALS, Operator.DOUBLE_EQUALS})
_EQUALITY = frozenset({Operator.EQUALS, Operator.DOUBLE_EQUALS})
# Of every operator that the object form can say, equality as a set of one.
_NAMES = {
    **{operator: name for name, operator in OPERATORS.items()},
    **dict.fromkeys(_EQUALITY, "In"),
    Operator.NOT_EQUALS: "NotIn",
}


class LabelSelectorRequirementLike(Protocol):
    """One expression of a label selector, as a model has it."""

    @property
    def key(self) -> str:
        """The label's key."""
        ...

    @property
    def operator(self) -> str:
        """One of `OPERATORS`."""
        ...

    @property
    def values(self) -> Sequence[str] | None:
        """What ``In`` and ``NotIn`` take; None or empty for the others."""
        ...


@runtime_checkable
class LabelSelectorLike(Protocol):
    """A label selector as a model: kubeobj's own, or the official client's."""

    @property
    def match_labels(self) -> Mapping[str, str] | None:
        """Labels that must be there with these values."""
        ...

    @property
    def match_expressions(self) -> Sequence[LabelSelectorRequirementLike] | None:
        """Further conditions, all of which must be met."""
        ...


def selector_of(source: LabelSelectorLike | Document | None) -> Selector:
    """Return the selector that *source* means: nothing for None, everything for an empty one.

    Raises:
        SelectorInvalidError: If a part breaks a rule; with the path of every one that does.
    """
    if source is None:
        return Selector.nothing()
    document = source if isinstance(source, Mapping) else document_of(source)
    errors = validate_label_selector(document)
    if errors:
        raise SelectorInvalidError(errors)
    labels = _mapping(document.get("matchLabels"))
    requirements = [Requirement(key, Operator.EQUALS, (_text(labels[key]),)) for key in labels]
    for expression in map(_mapping, _items(document.get("matchExpressions"))):
        operator = OPERATORS[str(expression["operator"])]
        values = map(_text, _items(expression.get("values")))
        requirements.append(Requirement(str(expression["key"]), operator, values))
    return Selector(requirements)


def document_of(model: LabelSelectorLike) -> Document:
    """Return *model* as the document that the wire would carry.

    Raises:
        TypeError: If it is no label selector.
    """
    if not isinstance(model, LabelSelectorLike):
        raise TypeError(f"a label selector is a mapping or a model, not {type(model).__name__}")
    expressions: list[Document] = [
        {"key": one.key, "operator": one.operator, "values": list(one.values or ())}
        for one in model.match_expressions or ()
    ]
    return {"matchLabels": dict(model.match_labels or {}), "matchExpressions": expressions}


def label_selector_of(selector: Selector) -> Document | None:
    """Return the object form of *selector*, or None where it selects nothing.

    Raises:
        SelectorInvalidError: If it uses ``>`` or ``<``, which the object form does not have.
    """
    if selector.selects_nothing:
        return None
    labels: dict[str, str] = {}
    expressions: list[Document] = []
    errors: list[FieldError] = []
    for one in selector.requirements:
        if one.operator.takes_integer:
            rule = f"supported values: {', '.join(OPERATORS)}"
            at = ROOT.key(one.key).child("operator")
            errors.append(FieldError(at, FieldErrorType.NOT_SUPPORTED, one.operator.value, rule))
        elif one.operator in _EQUALITY and one.key not in labels:
            labels[one.key] = one.values[0]
        else:
            expressions.append(expression_of(one))
    if errors:
        raise SelectorInvalidError(errors)
    document: dict[str, JsonValue] = {}
    if labels:
        document["matchLabels"] = labels
    if expressions:
        document["matchExpressions"] = expressions
    return document


def expression_of(requirement: Requirement) -> Document:
    """Return *requirement*, which is no comparison of integers, as one of ``matchExpressions``."""
    values: Document = {"values": list(requirement.values)} if requirement.values else {}
    return {"key": requirement.key, "operator": _NAMES[requirement.operator], **values}


def format_label_selector(source: LabelSelectorLike | Document | None) -> str:
    """Return *source* as commands print it: ``<none>`` if empty or null, ``<error>`` if invalid."""
    try:
        return str(selector_of(source)) or "<none>"
    except SelectorInvalidError:
        return "<error>"


def validate_label_selector(
    document: JsonValue, path: FieldPath = ROOT, *, lenient: bool = False
) -> tuple[FieldError, ...]:
    """Return everything that is wrong with a label selector in object form; null is fine.

    Args:
        document: The selector, as JSON.
        path: Where it is.
        lenient: Let pass values that are no label values and operators that nobody knows, as the
            API does for objects that were stored with them.
    """
    if document is None:
        return ()
    if not isinstance(document, Mapping):
        return (mistyped(path, document, "an object"),)
    errors = _unknown_fields(document, path, ("matchLabels", "matchExpressions"))
    errors += _validate_match_labels(document.get("matchLabels"), path.child("matchLabels"))
    expressions, at = document.get("matchExpressions"), path.child("matchExpressions")
    if not _is_list(expressions):
        return (*errors, mistyped(at, expressions, "a list"))
    for position, expression in enumerate(_items(expressions)):
        errors += _validate_expression(expression, at.index(position), lenient=lenient)
    return tuple(errors)


def _unknown_fields(
    names: Iterable[object], path: FieldPath, known: tuple[str, ...]
) -> list[FieldError]:
    rule = f"the only fields here are {', '.join(known[:-1])} and {known[-1]}"
    return [
        FieldError(
            path.child(name) if isinstance(name, str) else path.key(name),
            FieldErrorType.INVALID,
            cast(JsonValue, name),
            rule,
            "known-field",
        )
        for name in names
        if name not in known
    ]


def _validate_match_labels(labels: JsonValue, path: FieldPath) -> list[FieldError]:
    if not isinstance(labels, Mapping | None):
        return [mistyped(path, labels, "an object")]
    errors: list[FieldError] = []
    for key, value in _mapping(labels).items():
        errors += _validate_key(key, path)
        if isinstance(value, str | None):
            errors += validate_label_value(_text(value), path)
        else:
            errors.append(mistyped(path.key(key), value, "a string"))
    return errors


def _validate_key(key: object, path: FieldPath) -> tuple[FieldError, ...]:
    """Return what is wrong with a key of ``matchLabels``; mappings from Python may have any."""
    if isinstance(key, str):
        return validate_label_key(key, path)
    return (mistyped(path, key, "a string"),)


def _validate_expression(
    expression: JsonValue, path: FieldPath, *, lenient: bool
) -> list[FieldError]:
    if not isinstance(expression, Mapping):
        return [mistyped(path, expression, "an object")]
    key, operator = expression.get("key"), expression.get("operator")
    values, at = expression.get("values"), path.child("values")
    errors = _unknown_fields(expression, path, ("key", "operator", "values"))
    if not isinstance(key, str | None):
        errors.append(mistyped(path.child("key"), key, "a string"))
    if not isinstance(operator, str | None):
        errors.append(mistyped(path.child("operator"), operator, "a string"))
    if not _is_list(values):
        errors.append(mistyped(at, values, "a list"))
    errors += (
        mistyped(at.index(position), value, "a string")
        for position, value in enumerate(_items(values))
        if not isinstance(value, str | None)
    )
    if errors:
        return errors
    errors += _validate_operator(_text(operator), _items(values), path, lenient=lenient)
    errors += validate_label_key(_text(key), path.child("key"))
    if not lenient:
        for position, value in enumerate(_items(values)):
            errors += validate_label_value(_text(value), at.index(position))
    return errors


def _validate_operator(
    operator: str, values: Sequence[JsonValue], path: FieldPath, *, lenient: bool
) -> tuple[FieldError, ...]:
    at = path.child("values")
    match OPERATORS.get(operator):
        case Operator.IN | Operator.NOT_IN if not values:
            rule = "In and NotIn take at least one value"
            return (FieldError(at, FieldErrorType.REQUIRED, None, rule),)
        case Operator.EXISTS | Operator.DOES_NOT_EXIST if values:
            rule = "Exists and DoesNotExist take no values"
            return (FieldError(at, FieldErrorType.FORBIDDEN, None, rule),)
        case None if not lenient:
            rule = f"must be one of {', '.join(OPERATORS)}"
            at = path.child("operator")
            return (FieldError(at, FieldErrorType.INVALID, operator, rule, "enum=operator"),)
        case _:
            return ()


def _text(value: JsonValue) -> str:
    """Return a text; null is the empty one, as wherever the API reads text."""
    return "" if value is None else str(value)


def _is_list(value: JsonValue) -> bool:
    return value is None or (isinstance(value, Sequence) and not isinstance(value, str))


def _items(value: JsonValue) -> Sequence[JsonValue]:
    """Return the items of a list, of which null has none."""
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _mapping(value: JsonValue) -> Mapping[str, JsonValue]:
    """Return the entries of an object, of which null has none."""
    return value if isinstance(value, Mapping) else {}
