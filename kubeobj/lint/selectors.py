"""Rules about a selector alone, wherever it stands: is it one, and can anything match it?

Source: Labels and Selectors.
"""

from collections.abc import Iterator

from kubeobj.errors import FieldErrorType
from kubeobj.lint.finding import Finding, Rule, Severity, report
from kubeobj.lint.sites import Form
from kubeobj.lint.subject import Subject

INVALID_SELECTOR = Rule(
    "invalid-selector",
    "A selector's keys, operators and values are valid",
    Severity.ERROR,
    "Write matchLabels, or matchExpressions with key, operator and values.",
)
UNSATISFIABLE_SELECTOR = Rule(
    "unsatisfiable-selector",
    "A selector can be met by some object",
    Severity.ERROR,
    "Take out one of the requirements that contradict each other; all of them must be met.",
)
RULES = (INVALID_SELECTOR, UNSATISFIABLE_SELECTOR)

_LABELS_ALONE = "Write labels alone, such as app: web; matchLabels has no place here."


def check(subject: Subject) -> Iterator[Finding]:
    """Find selectors in *subject* that are invalid, or that nothing can match."""
    manifest = subject.manifest
    for site in subject.sites:
        for error in site.errors:
            advice = _LABELS_ALONE if site.form is Form.MAP else ""
            quotable = isinstance(error.value, bool | int | float)
            if error.type is FieldErrorType.TYPE_INVALID and quotable:
                advice = "Put the value in quotes; without them YAML reads it as something else."
            yield report(INVALID_SELECTOR, manifest, error.path, str(error), advice=advice)
        if site.selector is not None and not site.selector.is_satisfiable:
            message = f"no object can match {str(site.selector)!r}"
            yield report(UNSATISFIABLE_SELECTOR, manifest, site.path, message)
