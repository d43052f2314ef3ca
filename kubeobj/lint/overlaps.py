"""Rules about controllers together: no pod may belong to two of them.

Source: ReplicaSet, Non-Template Pod acquisitions; Deployments, Selector (Kubernetes v1.36).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self, final

from kubeobj.labels.labeltext import format_labels
from kubeobj.labels.overlap import find_overlaps
from kubeobj.labels.selector import Selector
from kubeobj.lint.finding import Finding, Rule, Severity, locate, report
from kubeobj.lint.subject import SELECTOR, Subject
from kubeobj.lint.workloads import CONTROLLERS, JOB
from kubeobj.meta.gvk import GroupKind

SELECTOR_OVERLAP = Rule(
    "selector-overlap",
    "The selectors of two controllers in a namespace do not overlap",
    Severity.WARNING,
    "Add a label to both that tells their pods apart, such as app.kubernetes.io/component, to the"
    " selectors and the templates.",
)
SELECTOR_MAY_OVERLAP = Rule(
    "selector-may-overlap",
    "The selectors of two controllers in a namespace have a label in common",
    Severity.NOTE,
    "Give no pod the labels of both; or add a label to both selectors and templates that tells"
    " their pods apart.",
)
RULES = (SELECTOR_OVERLAP, SELECTOR_MAY_OVERLAP)

MAX_PER_CONTROLLER = {SELECTOR_OVERLAP.id: 3, SELECTOR_MAY_OVERLAP.id: 1}
"""How many others are named for one controller, by rule; more would say the same again."""

# Where every pair overlaps there are too many to look at all of them.
_PAIRS_PER_CONTROLLER = 50


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Controller:
    """One that finds its pods by a selector.

    Args:
        subject: The object.
        selector: Which pods it takes for its own.
        identity: What tells it from the others of its namespace.
        keys: The labels that the selector asks for.
        pod_labels: Those of the pods it makes, if known.
    """

    subject: Subject
    selector: Selector
    identity: tuple[GroupKind, str]
    keys: frozenset[str]
    pod_labels: Mapping[str, str] | None

    @classmethod
    def of(cls, subject: Subject, selector: Selector) -> Self:
        """Return *subject*, which finds its pods by *selector*."""
        identity = (subject.group_kind, subject.manifest.name)
        keys = frozenset(requirement.key for requirement in selector.requirements)
        return cls(subject, selector, identity, keys, subject.pod_labels)

    def captures(self, other: Self) -> bool:
        """Return whether it selects the pods that *other* makes."""
        return other.pod_labels is not None and self.selector.matches(other.pod_labels)


def check_all(subjects: Sequence[Subject]) -> Iterator[Finding]:
    """Find the controllers of a namespace whose selectors overlap."""
    namespaces: defaultdict[str, list[_Controller]] = defaultdict(list)
    for subject in subjects:
        selector = _selector(subject)
        if selector is not None:
            controller = _Controller.of(subject, selector)
            namespaces[subject.manifest.namespace].append(controller)
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


def _check_namespace(controllers: Sequence[_Controller]) -> Iterator[Finding]:
    """Find the overlaps among the controllers of one namespace."""
    pairs = find_overlaps((place, one.selector) for place, one in enumerate(controllers))
    reported: Counter[tuple[int, str]] = Counter()
    for place, other_place in islice(pairs, _PAIRS_PER_CONTROLLER * len(controllers)):
        one, other = controllers[place], controllers[other_place]
        if one.identity == other.identity:
            continue
        capture = _capture(one, other)
        # Who asks both times for one label means to tell pods apart by it.
        is_mistake = capture or not one.keys.isdisjoint(other.keys)
        rule = SELECTOR_OVERLAP if is_mistake else SELECTOR_MAY_OVERLAP
        reported[other_place, rule.id] += 1
        if reported[other_place, rule.id] <= MAX_PER_CONTROLLER[rule.id]:
            yield _finding(rule, one, other, capture)


def _capture(one: _Controller, other: _Controller) -> str:
    """Return which of the two selects the pods of the other; empty if neither does."""
    for owner, maker in ((one, other), (other, one)):
        if owner.captures(maker):
            return f"{owner.subject.title} selects the pods of {maker.subject.title} as well"
    return ""


def _finding(rule: Rule, one: _Controller, other: _Controller, capture: str) -> Finding:
    """Return the finding that the selectors of *one* and *other* overlap."""
    message = capture or f"{other.subject.title} and {one.subject.title} could both select one pod"
    labels = (one.selector & other.selector).witness()
    related = [locate(one.subject.manifest, SELECTOR)]
    message += f", such as one with the labels {format_labels(labels)}"
    return report(rule, other.subject.manifest, SELECTOR, message, related=related)
