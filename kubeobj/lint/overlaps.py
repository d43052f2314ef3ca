"""Rules about controllers together: no pod may belong to two of them.

Source: ReplicaSet, Non-Template Pod acquisitions; Deployments, Selector (Kubernetes v1.36).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

from kubeobj.labels.labeltext import format_labels
from kubeobj.labels.overlap import find_overlaps
from kubeobj.labels.selector import Selector
from kubeobj.lint.finding import Finding, Rule, Severity, locate, report
from kubeobj.lint.subject import SELECTOR, Subject
from kubeobj.lint.workloads import CONTROLLERS, JOB

SELECTOR_OVERLAP = Rule(
    "selector-overlap",
    "The selectors of two controllers in a namespace do not overlap",
    Severity.WARNING,
    "Add a label to both that tells their pods apart, such as app.kubernetes.io/component, to the"
    " selectors and the templates.",
)
RULES = (SELECTOR_OVERLAP,)

MAX_PER_CONTROLLER = 3
"""How many others are named for one controller; more would say the same again."""

# Where every pair overlaps there are too many to look at; these are enough to report the cap.
_PAIRS_PER_CONTROLLER = 2 * MAX_PER_CONTROLLER


def check_all(subjects: Sequence[Subject]) -> Iterator[Finding]:
    """Find the controllers of a namespace whose selectors overlap."""
    namespaces: defaultdict[str, list[tuple[Subject, Selector]]] = defaultdict(list)
    for subject in subjects:
        selector = _selector(subject)
        if selector is not None:
            namespaces[subject.manifest.namespace].append((subject, selector))
    for controllers in namespaces.values():
        yield from _check_namespace(controllers)


def _selector(subject: Subject) -> Selector | None:
    """Return the selector by which *subject* finds its pods, if it controls any by one."""
    if subject.group_kind not in CONTROLLERS:
        return None
    manifest = subject.manifest
    # The ReplicaSets of a Deployment have its selector and more.
    if manifest.at("metadata", "ownerReferences"):
        return None
    if subject.group_kind == JOB and manifest.at("spec", "manualSelector") is not True:
        return None
    site = subject.site(SELECTOR)
    if site is None or site.selector is None or site.selector.selects_everything:
        return None
    return site.selector


def _check_namespace(controllers: Sequence[tuple[Subject, Selector]]) -> Iterator[Finding]:
    """Find the overlaps among the controllers of one namespace."""
    pairs = find_overlaps((place, selector) for place, (_, selector) in enumerate(controllers))
    reported: Counter[int] = Counter()
    for one, other in islice(pairs, _PAIRS_PER_CONTROLLER * len(controllers)):
        if reported[other] == MAX_PER_CONTROLLER:
            continue
        if _identity(controllers[one][0]) == _identity(controllers[other][0]):
            continue
        reported[other] += 1
        yield _finding(controllers[one], controllers[other])


def _identity(subject: Subject) -> tuple[str, str]:
    """Return what tells *subject* from the others of its namespace."""
    return str(subject.group_kind), subject.manifest.name


def _finding(one: tuple[Subject, Selector], other: tuple[Subject, Selector]) -> Finding:
    """Return the finding that the selectors of *one* and *other* overlap."""
    message = (
        _capture(one, other)
        or _capture(other, one)
        or f"{other[0].title} and {one[0].title} could both select one pod"
    )
    labels = (one[1] & other[1]).witness()
    related = [locate(one[0].manifest, SELECTOR)]
    message += f", such as one with the labels {format_labels(labels)}"
    return report(SELECTOR_OVERLAP, other[0].manifest, SELECTOR, message, related=related)


def _capture(one: tuple[Subject, Selector], other: tuple[Subject, Selector]) -> str:
    """Return how to say that *one* selects the pods that *other* makes; empty if it does not."""
    labels = other[0].pod_labels
    if labels is None or not one[1].matches(labels):
        return ""
    return f"{one[0].title} selects the pods of {other[0].title} as well"
