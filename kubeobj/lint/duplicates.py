"""The rule that no object is written down twice: the second would replace the first."""

from collections.abc import Iterator, Sequence

from kubeobj.lint.finding import Finding, Rule, Severity, locate, report
from kubeobj.lint.subject import Subject
from kubeobj.meta.gvk import GroupKind
from kubeobj.meta.metarules import METADATA

DUPLICATE_OBJECT = Rule(
    "duplicate-object",
    "An object of one kind, namespace and name is written once",
    Severity.WARNING,
    "Remove or rename one; applied together, the later replaces the earlier.",
)
RULES = (DUPLICATE_OBJECT,)

_NAME = METADATA.child("name")


def check_all(subjects: Sequence[Subject]) -> Iterator[Finding]:
    """Find the objects that are there already."""
    first: dict[tuple[GroupKind, str, str], Subject] = {}
    for subject in subjects:
        manifest = subject.manifest
        if not manifest.name or not manifest.kind or not subject.is_api_object:
            continue
        key = (subject.group_kind, manifest.namespace, manifest.name)
        earlier = first.setdefault(key, subject)
        if earlier is not subject:
            at = locate(earlier.manifest, _NAME)
            message = f"{subject.title} is there already, at {at}"
            yield report(DUPLICATE_OBJECT, manifest, _NAME, message, related=[at])
