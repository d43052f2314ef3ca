"""Rules about what selects pods of others: does it select any?

Pods are those of all manifests together, and the ones their controllers will make. Where there is
none of them in a namespace, nothing is said about it: whoever checks a Service by itself keeps
the pods elsewhere. Nor is anything said of a selector that asks for the name of an object of a
custom kind: operators label the pods they make with the name of what they make them for.

Source: Service; Specifying a Disruption Budget; Network Policies (Kubernetes v1.36).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from kubeobj.labels.index import LabelIndex
from kubeobj.labels.operator import Operator
from kubeobj.labels.selector import Selector
from kubeobj.lint.finding import Finding, Rule, Severity, report
from kubeobj.lint.sites import Site
from kubeobj.lint.subject import SELECTOR, Subject
from kubeobj.meta.gvk import GroupKind

SERVICE_SELECTS_NOTHING = Rule(
    "service-selects-nothing",
    "A Service selects pods that are there",
    Severity.WARNING,
    "Compare the selector with the labels of the pod template; leave it out if the endpoints come"
    " from elsewhere.",
)
BUDGET_SELECTS_NOTHING = Rule(
    "budget-selects-nothing",
    "A PodDisruptionBudget selects pods that are there",
    Severity.WARNING,
    "Compare the selector with the labels of the pod template.",
)
POLICY_SELECTS_NOTHING = Rule(
    "policy-selects-nothing",
    "A NetworkPolicy selects pods that are there",
    Severity.WARNING,
    "Compare the selector with the labels of the pod template; podSelector: {} selects all pods.",
)
PEER_SELECTS_NOTHING = Rule(
    "policy-peer-selects-nothing",
    "A NetworkPolicy allows traffic with pods that are there",
    Severity.NOTE,
    "Compare the selector with the labels of the pods; those of other namespaces need a"
    " namespaceSelector beside it.",
)
RULES = (
    SERVICE_SELECTS_NOTHING,
    BUDGET_SELECTS_NOTHING,
    POLICY_SELECTS_NOTHING,
    PEER_SELECTS_NOTHING,
)

_POLICY = GroupKind("networking.k8s.io", "NetworkPolicy")
_BUDGET = GroupKind("policy", "PodDisruptionBudget")
_SELECTING = {
    GroupKind("", "Service"): SERVICE_SELECTS_NOTHING,
    _BUDGET: BUDGET_SELECTS_NOTHING,
    _POLICY: POLICY_SELECTS_NOTHING,
}
_NAMING = frozenset({Operator.EQUALS, Operator.DOUBLE_EQUALS, Operator.IN})
GENERATED_LABELS = frozenset(
    {
        "apps.kubernetes.io/pod-index",
        "batch.kubernetes.io/controller-uid",
        "batch.kubernetes.io/job-completion-index",
        "batch.kubernetes.io/job-name",
        "controller-revision-hash",
        "controller-uid",
        "job-name",
        "pod-template-generation",
        "pod-template-hash",
        "statefulset.kubernetes.io/pod-name",
        "topology.kubernetes.io/region",
        "topology.kubernetes.io/zone",
    }
)
"""Labels that Kubernetes itself gives to pods; no template shows whether they will match."""


@final
@dataclass(frozen=True, slots=True)
class _Namespace:
    """What there is to select in one namespace.

    Args:
        pods: The pods that are or will be there.
        custom_names: The names of objects of custom kinds without a template, which may make more.
    """

    pods: LabelIndex[int]
    custom_names: frozenset[str]

    def may_have(self, selector: Selector) -> bool:
        """Return whether *selector* selects a pod, or may select one that an operator makes."""
        asked = _without_generated(selector)
        return self.pods.exists(asked) or any(
            value in self.custom_names
            for requirement in asked.requirements
            if requirement.operator in _NAMING
            for value in requirement.values
        )


def check_all(subjects: Sequence[Subject]) -> Iterator[Finding]:
    """Find Services, budgets and policies that select no pod of *subjects*."""
    namespaces = _namespaces(subjects)
    for subject in subjects:
        namespace = namespaces.get(subject.manifest.namespace)
        if subject.group_kind not in _SELECTING or namespace is None:
            continue
        # It is a name for another host; its selector, if any, means nothing.
        if subject.manifest.at("spec", "type") == "ExternalName":
            continue
        rule = _SELECTING[subject.group_kind]
        if subject.group_kind == _POLICY:
            yield from _check_policy(subject, namespace)
            continue
        site = subject.site(SELECTOR)
        if site is not None:
            yield from _check_site(subject, site, rule, namespace)
        elif subject.group_kind == _BUDGET:
            # To a budget null is no pods, where {} is all of them.
            message = f"{subject.title} has no selector, so it selects no pod"
            yield report(rule, subject.manifest, SELECTOR, message)


def _namespaces(subjects: Sequence[Subject]) -> Mapping[str, _Namespace]:
    """Return each namespace in which there are pods."""
    pods: defaultdict[str, list[tuple[int, Mapping[str, str]]]] = defaultdict(list)
    names: defaultdict[str, set[str]] = defaultdict(set)
    for place, subject in enumerate(subjects):
        if subject.pod is not None:
            # A label that is no string has a finding of its own, and the others still count.
            pods[subject.manifest.namespace].append((place, subject.pod_label_texts))
        elif subject.kind is None and subject.manifest.name:
            names[subject.manifest.namespace].add(subject.manifest.name)
    return {
        namespace: _Namespace(LabelIndex(items), frozenset(names[namespace]))
        for namespace, items in pods.items()
    }


def _check_policy(subject: Subject, namespace: _Namespace) -> Iterator[Finding]:
    """Find what a NetworkPolicy selects in vain, in its own namespace."""
    elsewhere = {
        site.path.parts[:-1] for site in subject.sites if site.path.parts[-1] == "namespaceSelector"
    }
    for site in subject.sites:
        if site.path.parts == ("spec", "podSelector"):
            yield from _check_site(subject, site, POLICY_SELECTS_NOTHING, namespace)
        elif site.path.parts[-1] == "podSelector" and site.path.parts[:-1] not in elsewhere:
            yield from _check_site(subject, site, PEER_SELECTS_NOTHING, namespace)


def _check_site(
    subject: Subject, site: Site, rule: Rule, namespace: _Namespace
) -> Iterator[Finding]:
    """Find that a selector selects none of the pods of *namespace*."""
    selector = site.selector
    # One that nothing could match has a finding of its own, and {} in a Service is no selector.
    if selector is None or selector.selects_everything or not selector.is_satisfiable:
        return
    if not namespace.may_have(selector):
        where = (
            f"namespace {subject.manifest.namespace}"
            if subject.manifest.namespace
            else "these manifests"
        )
        message = f"{subject.title} selects no pod of {where} with {str(selector)!r}"
        yield report(rule, subject.manifest, site.path, message)


def _without_generated(selector: Selector) -> Selector:
    """Return *selector* without what it asks of labels that Kubernetes itself sets."""
    return Selector(one for one in selector.requirements if one.key not in GENERATED_LABELS)
