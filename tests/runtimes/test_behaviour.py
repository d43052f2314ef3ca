"""How containers are told to behave: by rules, and by what pods say of themselves."""

import pytest
from pydantic import ValidationError

from kubeobj.errors import FieldErrors
from kubeobj.labels.selector import Selector
from kubeobj.runtimes.behaviour import ANNOTATION, Behaviour, BehaviourRule, Behaviours, said
from tests.runtimes.pods import Document, pod_of

SLOW, QUICK = Behaviour(start_seconds=9), Behaviour(start_seconds=1)


@pytest.mark.parametrize(
    ("rule", "covers"),
    [
        (BehaviourRule(SLOW), True),
        (BehaviourRule(SLOW, image="shop/*"), True),
        (BehaviourRule(SLOW, image="other/*"), False),
        (BehaviourRule(SLOW, container="w?b"), True),
        (BehaviourRule(SLOW, container="db"), False),
        (BehaviourRule(SLOW, labels=Selector.parse("app=shop")), True),
        (BehaviourRule(SLOW, labels=Selector.parse("app!=shop")), False),
        (BehaviourRule(SLOW, image="shop/*", container="db"), False),
    ],
)
def test_rules_go_by_image_name_and_labels(rule: BehaviourRule, covers: bool) -> None:
    """All that a rule says must be so."""
    container = {"name": "web", "image": "shop/web:1"}
    pod = pod_of(container)
    pod["metadata"]["labels"] = {"app": "shop"}
    assert rule.covers(pod, container) is covers
    found = Behaviours(rule, default=QUICK).of(pod, container)
    assert found is (SLOW if covers else QUICK)


def test_the_first_rule_counts() -> None:
    """And those after it do not."""
    pod = pod_of({"name": "a"})
    rules = Behaviours(BehaviourRule(QUICK), BehaviourRule(SLOW))
    assert rules.of(pod, pod["spec"]["containers"][0]) is QUICK


def test_what_a_pod_says_goes_before_all_rules() -> None:
    """Also for single containers of it."""
    text = '{"startSeconds": 3, "containers": {"b": {"exitCode": 2}}}'
    pod = _saying(text, {"name": "a"}, {"name": "b"})
    first, second = pod["spec"]["containers"]
    behaviours = Behaviours(BehaviourRule(SLOW))
    assert behaviours.of(pod, first) == Behaviour(start_seconds=3)
    assert behaviours.of(pod, second) == Behaviour(start_seconds=3, exit_code=2)


def test_what_a_pod_says_wrongly_is_not_heeded() -> None:
    """The default counts then."""
    pod = _saying("{", {"name": "a"})
    assert Behaviours(default=QUICK).of(pod, pod["spec"]["containers"][0]) is QUICK


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"runSeconds": -1}', "runSeconds"),
        ('{"runSeconds": "soon"}', "runSeconds"),
        ('{"runs": 1.5}', "runs"),
        ('{"sleeps": 1}', "sleeps"),
        ('{"containers": {"a": {"exitCode": -1}}}', "containers.a.exitCode"),
        ("nonsense", ""),
    ],
)
def test_mistakes_in_an_annotation_are_named(text: str, field: str) -> None:
    """By their place."""
    with pytest.raises(FieldErrors) as caught:
        said(text, "a")
    assert str(caught.value.errors[0].path).endswith(f"{ANNOTATION}]{field and '.'}{field}")


def test_a_behaviour_cannot_be_impossible() -> None:
    """Times are not negative."""
    with pytest.raises(ValidationError):
        Behaviour(start_seconds=-1)


def _saying(text: str, *containers: Document) -> Document:
    pod = pod_of(*containers)
    pod["metadata"]["annotations"] = {ANNOTATION: text}
    return pod
