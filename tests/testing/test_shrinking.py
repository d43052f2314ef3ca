"""What fails shrinks to something plain: what people read is short, and says why it fails."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import Phase, find, settings
from hypothesis.strategies import SearchStrategy

from kubeobj.labels.selector import Selector
from kubeobj.testing import strategies as kst

T = TypeVar("T")

POD = {"containers": [{"name": "a", "image": "web"}], "restartPolicy": "Always"}

# Shrinking alone; what an earlier run found does not help.
QUIET = settings(
    max_examples=2000,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
)


def plainest(strategy: SearchStrategy[T], condition: Callable[[T], bool]) -> T:
    """Return the plainest of what *strategy* draws that meets *condition*."""
    return find(strategy, condition, settings=QUIET)


def anything(_: object) -> bool:
    """Return true."""
    return True


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        pytest.param(kst.label_keys(), "a", id="label_keys"),
        pytest.param(kst.label_values(), "", id="label_values"),
        pytest.param(kst.label_sets(), {}, id="label_sets"),
        pytest.param(kst.selectors(), Selector.everything(), id="selectors"),
        pytest.param(kst.selectors(min_size=1), Selector.parse("a"), id="a requirement"),
        pytest.param(kst.selector_texts(), "", id="selector_texts"),
        pytest.param(kst.selector_texts(valid=False), "", id="texts of any words"),
        pytest.param(kst.label_selector_documents(), {}, id="label_selector_documents"),
        pytest.param(kst.dns_labels(), "a", id="dns_labels"),
        pytest.param(kst.dns_subdomains(), "a", id="dns_subdomains"),
        pytest.param(kst.object_names(), "a", id="object_names"),
        pytest.param(kst.namespaces(), "default", id="namespaces"),
        pytest.param(kst.quantity_texts(), "0", id="quantity_texts"),
        pytest.param(
            kst.object_meta_documents(),
            {"name": "a", "namespace": "default"},
            id="object_meta_documents",
        ),
    ],
)
def test_the_plainest_of_all(strategy: SearchStrategy[object], expected: object) -> None:
    """What shrinks without a reason to stop ends at what says least."""
    assert plainest(strategy, anything) == expected


@pytest.mark.parametrize(
    ("strategy", "kind", "spec"),
    [
        pytest.param(kst.pods(), "Pod", POD, id="pods"),
        pytest.param(
            kst.replica_sets(),
            "ReplicaSet",
            {
                "selector": {"matchLabels": {"a": ""}},
                "template": {"metadata": {"labels": {"a": ""}}, "spec": POD},
            },
            id="replica_sets",
        ),
        pytest.param(
            kst.services(),
            "Service",
            {"ports": [{"port": 1, "name": "p-0"}], "selector": {}},
            id="services",
        ),
    ],
)
def test_objects_shrink_to_what_they_must_have(
    strategy: SearchStrategy[Any], kind: str, spec: object
) -> None:
    """One container, one label, one port, and no option."""
    drawn = plainest(strategy, anything)
    assert drawn["kind"] == kind
    assert drawn["metadata"] == {"name": "a", "namespace": "default"}
    assert drawn["spec"] == spec


def test_a_mistake_shrinks_to_a_plain_object_with_it() -> None:
    """The mistake stays, and nothing else does."""
    broken = plainest(kst.broken_workloads(), lambda drawn: "spec" in drawn.field)
    assert (broken.document["kind"], broken.field) == ("Pod", "spec.containers")
    assert broken.document["spec"] == {**POD, "containers": []}


def test_calls_shrink_to_those_that_matter() -> None:
    """To delete an object, somebody must have made it: two calls are left."""

    def deletes_what_is_there(calls: Sequence[kst.ApiCall]) -> bool:
        there: set[str] = set()
        for call in calls:
            if call.verb is kst.Verb.CREATE:
                there.add(call.name)
            if call.verb is kst.Verb.DELETE and call.name in there:
                return True
        return False

    assert plainest(kst.api_calls(), deletes_what_is_there) == [
        kst.ApiCall(kst.Verb.CREATE, "a"),
        kst.ApiCall(kst.Verb.DELETE, "a"),
    ]


def test_long_values_shrink_to_one_character_repeated() -> None:
    """Nothing is left in a value that does not have to be there."""
    value = plainest(kst.label_values(), lambda value: len(value) > 4)
    assert len(value) == 5
    assert len(set(value)) <= 2


def test_an_unsatisfiable_selector_shrinks_to_two_requirements() -> None:
    """The contradiction alone is left."""
    selector = plainest(kst.selectors(keys=["a"]), lambda drawn: not drawn.is_satisfiable)
    assert str(selector) in {"a,!a", "!a,a", "a<0"}


def test_a_selector_of_an_operator_shrinks_to_it() -> None:
    """Other requirements go, and the values become plain."""
    text = plainest(kst.selector_texts(), lambda drawn: "notin" in drawn)
    assert text in {"a notin()", "a notin(a)"}


def test_disjoint_selectors_shrink_to_one_contradiction() -> None:
    """A pair is as plain as what keeps it apart."""
    pair = plainest(kst.disjoint_selectors(), anything)
    assert pair == (Selector.parse("a"), Selector.parse("!a"))


def test_overlapping_selectors_shrink_to_what_they_share() -> None:
    """Two selectors with requirements keep one each, and the labels those ask for."""
    drawn = plainest(
        kst.overlapping_selectors(), lambda drawn: drawn.one != drawn.other and drawn.labels
    )
    assert len(drawn.one.requirements) + len(drawn.other.requirements) == 1
    assert len(drawn.labels) == 1


def test_a_case_shrinks_to_one_label_set_on_each_side() -> None:
    """One requirement, and a label set each that differ in one label."""
    selector, matching, not_matching = plainest(kst.selectors_with_labels(), anything)
    assert len(selector.requirements) == len(matching) == len(not_matching) == 1
    assert abs(len(matching[0]) - len(not_matching[0])) == 1
