"""What the linter says: rules, and the findings they make."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import final

from kubeobj.errors import ROOT, FieldPath
from kubeobj.manifests.manifest import Manifest


class Severity(StrEnum):
    """How bad a finding is; the values are the levels of SARIF.

    An *error* is refused by the API server or cannot work; a *warning* is taken, and most likely
    is not what was meant; a *note* may be on purpose.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@final
@dataclass(frozen=True, slots=True)
class Rule:
    """One thing the linter looks for.

    Args:
        id: Its stable name, such as ``invalid-label-value``.
        title: The rule as one sentence without a full stop.
        severity: How bad it is to break it.
        advice: What to do, for anyone who broke it.
    """

    id: str
    title: str
    severity: Severity
    advice: str


@final
@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file; line and column from 1."""

    source: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}"


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """One value in one file that breaks one rule.

    Args:
        rule: The rule it breaks.
        location: Where the value is; its nearest ancestor where it is missing.
        path: Where it is in the object.
        message: What is wrong, without the place.
        advice: What to do about this one.
        related: Other places it has to do with, such as the first of two duplicates.
    """

    rule: Rule
    location: Location
    path: FieldPath
    message: str
    advice: str
    related: tuple[Location, ...] = ()

    def __str__(self) -> str:
        return f"{self.location}: {self.rule.severity}: {self.message} [{self.rule.id}]"


def locate(manifest: Manifest, path: FieldPath = ROOT) -> Location:
    """Return where the value at *path* of *manifest* stands."""
    position = manifest.position(path)
    return Location(manifest.source, position.line, position.column)


def report(
    rule: Rule,
    manifest: Manifest,
    path: FieldPath,
    message: str,
    *,
    advice: str = "",
    related: Iterable[Location] = (),
) -> Finding:
    """Return the finding that *manifest* breaks *rule* at *path*.

    Args:
        rule: The rule.
        manifest: The object.
        path: Where in it.
        message: What is wrong.
        advice: What to do, if there is more to say than the rule's own advice.
        related: Other places it has to do with.
    """
    return Finding(
        rule, locate(manifest, path), path, message, advice or rule.advice, tuple(related)
    )
