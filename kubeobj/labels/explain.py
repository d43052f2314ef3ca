"""Why labels match a selector, or why not: requirement by requirement, as data that prints well."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import echo
from kubeobj.labels.requirement import Requirement, parse_integer
from kubeobj.labels.selector import Selector

_WIDEST = 60


@final
@dataclass(frozen=True, slots=True)
class ExplainedRequirement:
    """One requirement of a selector, held against labels.

    Args:
        requirement: What is asked.
        is_met: Whether the labels meet it.
        value: The label's value; None where there is no such label.
        reason: What was found, in words.
    """

    requirement: Requirement
    is_met: bool
    value: str | None
    reason: str

    def to_dict(self) -> Document:
        """Return all of it as JSON data."""
        return {
            "key": self.requirement.key,
            "operator": self.requirement.operator.value,
            "values": list(self.requirement.values),
            "requirement": str(self.requirement),
            "met": self.is_met,
            "value": self.value,
            "reason": self.reason,
        }


@final
@dataclass(frozen=True, slots=True)
class Explanation:
    """Why labels match a selector, or why not.

    Args:
        selector: What is asked.
        matches: Whether the labels match it.
        requirements: Each of its requirements with what was found, in the selector's order.
    """

    selector: Selector
    matches: bool
    requirements: tuple[ExplainedRequirement, ...]

    @property
    def verdict(self) -> str:
        """The overall answer, in words."""
        if self.selector.selects_nothing:
            return "does not match: the selector selects nothing"
        count = len(self.requirements)
        if not count:
            return "matches: the selector selects everything"
        unmet = sum(not one.is_met for one in self.requirements)
        requirements = "requirement" if count == 1 else "requirements"
        if unmet:
            return f"does not match: {unmet} of {count} {requirements} not met"
        return f"matches: {count} of {count} {requirements} met"

    def to_dict(self) -> Document:
        """Return all of it as JSON data."""
        requirements: list[JsonValue] = [one.to_dict() for one in self.requirements]
        return {
            "selector": str(self.selector),
            "matches": self.matches,
            "verdict": self.verdict,
            "requirements": requirements,
        }

    def __str__(self) -> str:
        texts = [_cut(str(one.requirement)) for one in self.requirements]
        width = max(map(len, texts), default=0)
        lines = [
            f"{'✓' if one.is_met else '✗'} {text:{width}}  {one.reason}"
            for one, text in zip(self.requirements, texts, strict=True)
        ]
        return "\n".join([*lines, self.verdict])


def explain(selector: Selector, labels: Mapping[str, str] | None) -> Explanation:
    """Return whether *labels* match *selector*, and why; None is no labels.

    Raises:
        LabelsTypeError: If *labels* are no mapping of strings to strings, and it comes to that:
            only the keys asked for are looked at.

    >>> print(explain(Selector.parse("app=web,tier!=frontend"), {"app": "web", "tier": "frontend"}))
    ✓ app=web         app is "web"
    ✗ tier!=frontend  tier is "frontend"
    does not match: 1 of 2 requirements not met
    """
    return Explanation(
        selector,
        selector.matches(labels),
        tuple(_explain(requirement, labels or {}) for requirement in selector.requirements),
    )


def _explain(requirement: Requirement, labels: Mapping[str, str]) -> ExplainedRequirement:
    value = labels.get(requirement.key)
    is_met = requirement.matches(labels)
    return ExplainedRequirement(requirement, is_met, value, _reason(requirement, value))


def _reason(requirement: Requirement, value: str | None) -> str:
    if value is None:
        return f"{requirement.key} is absent"
    reason = f"{requirement.key} is {echo(value)}"
    if requirement.operator.takes_integer and parse_integer(value) is None:
        reason += ", which is no integer of 64 bits"
    return reason


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
