"""Field selectors: which objects to list, by the values of their fields.

The API lets a client select by few fields of a kind, such as ``metadata.name`` or ``status.phase``.
What is here knows no kinds and looks at any field; an API says itself which ones it supports.

Source: Field Selectors (Kubernetes v1.36); ``k8s.io/apimachinery/pkg/fields``.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NoReturn, final

from kubeobj.documents import Document, JsonValue
from kubeobj.fields.parser import parse_field_requirements
from kubeobj.fields.requirement import FieldRequirement
from kubeobj.labels.operator import Operator

_INTEGER_BITS = 63


@final
class FieldSelector:
    """Which objects to list: those whose fields meet every requirement.

    Args:
        requirements: In any order; one field may have several. The order is kept.

    Immutable and hashable. Equal are selectors of the same requirements, whatever their order.

    >>> running = FieldSelector.parse("status.phase=Running,metadata.namespace!=kube-system")
    >>> running.matches({"status.phase": "Running", "metadata.namespace": "default"})
    True
    """

    __slots__ = ("requirements",)

    requirements: tuple[FieldRequirement, ...]

    def __init__(self, requirements: Iterable[FieldRequirement] = ()) -> None:
        """Keep *requirements*."""
        object.__setattr__(self, "requirements", tuple(requirements))

    @staticmethod
    def parse(text: str) -> "FieldSelector":
        r"""Return the selector that *text* writes, such as ``metadata.name=x,spec.nodeName!=``.

        White space counts. In values, ``\``, ``,`` and ``=`` have a backslash before them. Terms
        without a field and a value say nothing and are left out; empty text selects everything.

        Raises:
            SelectorSyntaxError: If it is no field selector; with position, caret and advice.
            TypeError: If *text* is no string.
        """
        return FieldSelector(parse_field_requirements(text))

    @staticmethod
    def everything() -> "FieldSelector":
        """Return the selector without requirements, which every object matches."""
        return _EVERYTHING

    @property
    def is_empty(self) -> bool:
        """Whether there is no requirement to meet."""
        return not self.requirements

    def matches(self, fields: Document | Mapping[str, str] | None) -> bool:
        """Return whether the object with *fields* is selected; None is no fields.

        A field that is absent, null, a list or an object counts as empty; numbers and booleans
        have their JSON text.

        Args:
            fields: A document, whose fields are where the dotted names lead, or its fields by
                these names. A key further in with a dot in it cannot be named.

        Raises:
            TypeError: If *fields* are no mapping.

        >>> selector = FieldSelector.parse("spec.unschedulable=true")
        >>> selector.matches({"spec": {"unschedulable": True}})
        True
        >>> selector.matches({"spec.unschedulable": "true"})
        True
        """
        if not isinstance(fields, Mapping | None):
            raise TypeError(f"fields must be a mapping, not {type(fields).__name__}")
        return all(
            requirement.is_met_by(_text_at(fields or {}, requirement.field))
            for requirement in self.requirements
        )

    def requires_exact(self, field: str) -> str | None:
        """Return the one value that *field* must have, or None if others would do."""
        for requirement in self.requirements:
            if requirement.field == field and requirement.operator is Operator.EQUALS:
                return requirement.value
        return None

    def __and__(self, other: "FieldSelector") -> "FieldSelector":
        """Return the selector of the objects that both select."""
        if not isinstance(other, FieldSelector):
            return NotImplemented
        return FieldSelector((*self.requirements, *other.requirements))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a FieldSelector is immutable: cannot set {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a FieldSelector is immutable: cannot delete {name}")

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return FieldSelector, (self.requirements,)

    def __iter__(self) -> Iterator[FieldRequirement]:
        return iter(self.requirements)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FieldSelector):
            return NotImplemented
        return frozenset(self.requirements) == frozenset(other.requirements)

    def __hash__(self) -> int:
        return hash(frozenset(self.requirements))

    def __str__(self) -> str:
        return ",".join(map(str, self.requirements))

    def __repr__(self) -> str:
        return f"FieldSelector.parse({str(self)!r})"


_EVERYTHING = FieldSelector()


def _text_at(document: Document, field: str) -> str:
    if field in document:
        return _text(document[field])
    value: JsonValue = document
    for name in field.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return _text(value)


def _text(value: JsonValue) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            # Nothing longer is an integer to the API, and Python prints it in quadratic time.
            return str(value) if value.bit_length() <= _INTEGER_BITS else ""
        case float():
            return repr(value).removesuffix(".0")
        case _:
            return ""
