"""The linter: every rule over every manifest, and the findings in the order of the files."""

from collections.abc import Iterable, Iterator, Mapping

from kubeobj.lint import duplicates, labels, names, overlaps, reach, selectors, workloads
from kubeobj.lint.finding import Finding, Rule
from kubeobj.lint.subject import Subject
from kubeobj.manifests.manifest import Manifest

RULES: Mapping[str, Rule] = {
    rule.id: rule
    for family in (names, labels, duplicates, selectors, workloads, overlaps, reach)
    for rule in family.RULES
}
"""Every rule, by its id."""


def lint(manifests: Iterable[Manifest]) -> tuple[Finding, ...]:
    r"""Return what is wrong with *manifests*, in the order of files and lines.

    Give it together what belongs together: some rules compare the objects with one another.

    >>> from kubeobj.manifests import read_manifests
    >>> text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  labels: {debug: yes}\n"
    >>> for finding in lint(read_manifests(text, source="pod.yaml")):
    ...     print(finding.location, finding.rule.id, finding.message, sep=" | ")
    pod.yaml:5:19 | label-not-string | the label "debug" is the boolean true; labels are strings
    """
    subjects = [Subject.of(manifest) for manifest in manifests]
    return tuple(sorted(_findings(subjects), key=_order))


def _findings(subjects: list[Subject]) -> Iterator[Finding]:
    """Yield what each family of rules finds."""
    for subject in subjects:
        if subject.is_api_object:
            yield from names.check(subject)
            yield from labels.check(subject)
            yield from selectors.check(subject)
            yield from workloads.check(subject)
    yield from duplicates.check_all(subjects)
    yield from overlaps.check_all(subjects)
    yield from reach.check_all(subjects)


def _order(finding: Finding) -> tuple[str, int, int, str]:
    """Return what findings are ordered by."""
    at = finding.location
    return at.source, at.line, at.column, finding.rule.id
