"""`LabelSelector`: a selector as objects of the API carry it.

The rules, and what it means, are `kubeobj.labels.labelselector`'s, which needs no pydantic.

Source: LabelSelector of the API, ``k8s.io/apimachinery/pkg/apis/meta/v1`` (v1.36).
"""

from typing import Self, final

from pydantic import Field

from kubeobj.errors import ROOT, FieldError, FieldPath
from kubeobj.labels.labelselector import (
    document_of,
    format_label_selector,
    label_selector_of,
    validate_label_selector,
)
from kubeobj.labels.selector import Selector
from kubeobj.meta.frozen import EMPTY
from kubeobj.meta.wire import Map, WireModel, WireText


@final
class LabelSelectorRequirement(WireModel):
    """One expression of a label selector.

    Args:
        key: The label's key.
        operator: ``In``, ``NotIn``, ``Exists`` or ``DoesNotExist``.
        values: One or more for ``In`` and ``NotIn``, none for the others.
    """

    key: str = ""
    operator: str = ""
    values: tuple[WireText, ...] = Field(default=(), strict=False)


@final
class LabelSelector(WireModel):
    """Which objects belong together, in object form. An empty one selects every object.

    Args:
        match_labels: Labels that must be there with these values.
        match_expressions: Further conditions, all of which must be met.

    >>> selector = LabelSelector(match_labels={"app": "web"})
    >>> selector.to_selector().matches({"app": "web", "tier": "db"})
    True
    >>> LabelSelector.from_selector(Selector.parse("!legacy")).to_document()
    {'matchExpressions': [{'key': 'legacy', 'operator': 'DoesNotExist'}]}
    """

    match_labels: Map[WireText] = EMPTY
    match_expressions: tuple[LabelSelectorRequirement, ...] = Field(default=(), strict=False)

    @classmethod
    def from_selector(cls, selector: Selector) -> Self | None:
        """Return the object form of *selector*, or None, its form where it selects nothing.

        Raises:
            SelectorInvalidError: If it uses ``>`` or ``<``, which the object form does not have.
        """
        document = label_selector_of(selector)
        return None if document is None else cls.parse(document)

    def to_selector(self) -> Selector:
        """Return what this means.

        Raises:
            SelectorInvalidError: If a part breaks a rule; with the path of every one that does.
        """
        return Selector.from_label_selector(self)

    def validate_rules(
        self, path: FieldPath = ROOT, *, lenient: bool = False
    ) -> tuple[FieldError, ...]:
        """Return everything that is wrong with it; see `validate_label_selector`."""
        return validate_label_selector(document_of(self), path, lenient=lenient)

    def __str__(self) -> str:
        """Return it as commands print it: ``<none>`` if empty, ``<error>`` if invalid."""
        return format_label_selector(self)
