"""Selectors in, label sets asked."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.datasets import ADVERSARIAL, adversarial_selectors
from kubeobj.errors import LabelsTypeError, SelectorSyntaxError, UnknownIdError
from kubeobj.labels.selector import Selector
from kubeobj.labels.selectorindex import SelectorIndex
from tests.golden import golden
from tests.labels.smallworld import LABEL_SETS, selectors

SELECTORS = {
    "web": "app=web",
    "web or db": "app in (web,db)",
    "web only": "app in (web,db),app!=db",
    "any app": "app",
    "no app": "!app",
    "new": "build>10",
    "newish": "build>10,build>3,build<20,build<99",
    "not prod": "env notin (prod,live),env!=",
    "never": "app=web,app=db",
    "all": "",
}


@pytest.fixture
def index() -> SelectorIndex[str]:
    """The selectors by name, and one that selects nothing."""
    index = SelectorIndex(SELECTORS.items())
    index.add("nothing", Selector.nothing())
    return index


@pytest.mark.parametrize(
    ("labels", "hits"),
    [
        pytest.param(None, ["all", "no app", "not prod"], id="no labels"),
        pytest.param(
            {"app": "web"},
            ["all", "any app", "not prod", "web", "web only", "web or db"],
            id="web",
        ),
        pytest.param({"app": "db", "env": "prod"}, ["all", "any app", "web or db"], id="db"),
        pytest.param({"app": "other", "env": ""}, ["all", "any app"], id="other"),
        pytest.param({"build": "15"}, ["all", "new", "newish", "no app", "not prod"], id="15"),
        pytest.param({"build": "+20"}, ["all", "new", "no app", "not prod"], id="20"),
        pytest.param({"build": "10"}, ["all", "no app", "not prod"], id="10"),
        pytest.param({"build": "x", "env": "live"}, ["all", "no app"], id="no integer"),
    ],
)
def test_match_names_those_that_select(
    index: SelectorIndex[str], labels: dict[str, str] | None, hits: list[str]
) -> None:
    """In order of ids, whatever the operators."""
    assert index.match(labels) == hits


def test_every_recorded_match_is_found_and_nothing_else() -> None:
    """Kubernetes' own answers, each from an index of all selectors that were recorded."""
    lines = golden("selector_matches")
    index = SelectorIndex((number, line["selector"]) for number, line in enumerate(lines))
    wrong = [
        line
        for number, line in enumerate(lines)
        if (number in index.match(line["labels"])) != line["match"]
    ]
    assert wrong == []


@given(st.lists(selectors(), max_size=30))
def test_an_index_finds_what_a_scan_finds(held: list[Selector]) -> None:
    """For all label sets that could tell these selectors apart."""
    index = SelectorIndex(enumerate(held))
    for labels in LABEL_SETS:
        scan = [number for number, selector in enumerate(held) if selector.matches(labels)]
        assert index.match(labels) == scan


@pytest.mark.parametrize("count", [1, 7, 8, 9, 12])
def test_a_selector_may_need_any_number_of_keys(count: int) -> None:
    """Also more than are counted."""
    labels = {f"key-{number}": "x" for number in range(count)}
    index = SelectorIndex([("all", Selector.from_labels(labels)), ("one", "key-0")])
    assert index.match(labels) == ["all", "one"]
    assert index.match(labels | {"another": "x"}) == ["all", "one"]
    assert index.match(labels | {"key-0": "y"}) == ["one"]
    del labels[f"key-{count - 1}"]
    assert "all" not in index.match(labels)
    index.discard("all")
    assert index.match({}) == []


@pytest.mark.parametrize("shape", ADVERSARIAL)
def test_crowded_selectors_are_told_apart(shape: str) -> None:
    """Each label set of one of them, and of two of them mixed."""
    texts = adversarial_selectors(shape, 120)
    held = [Selector.parse(text) for text in texts]
    index = SelectorIndex(enumerate(texts))
    witnesses = [selector.witness() or {} for selector in held[::9]]
    for labels in [*witnesses, *(a | b for a, b in pairwise(witnesses))]:
        scan = [number for number, selector in enumerate(held) if selector.matches(labels)]
        assert index.match(labels) == scan
    for number in range(0, 120, 2):
        index.discard(number)
    for labels in witnesses:
        assert index.match(labels) == [n for n in range(1, 120, 2) if held[n].matches(labels)]


def test_add_replaces_the_selector_of_an_id_that_is_there(index: SelectorIndex[str]) -> None:
    """Adding is setting, as in a dictionary."""
    index.add("web", "app=other")
    assert "web" not in index.match({"app": "web"})
    assert "web" in index.match({"app": "other"})
    assert index.selector("web") == Selector.parse("app=other")
    assert len(index) == len(SELECTORS) + 1


def test_an_index_that_is_emptied_keeps_nothing(index: SelectorIndex[str]) -> None:
    """Every posting goes with its last selector; a second discard finds nothing to forget."""
    for id_ in list(index) * 2:
        assert id_ not in index or index.selector(id_) is not None
        index.discard(id_)
    assert len(index) == 0
    kept = ("_accepted", "_present", "_refused", "_absent", "_above", "_below", "_needs")
    assert [name for name in kept if getattr(index, name)] == []
    assert index.match({"app": "web", "build": "15"}) == []


def test_a_selector_that_contradicts_itself_comes_and_goes_without_a_trace() -> None:
    """Also when it is the last to ask for its key."""
    index = SelectorIndex([("plain", "a="), ("never", "a=,a=x")])
    index.discard("plain")
    assert index.match({"a": ""}) == []
    index.discard("never")
    assert len(index) == 0


def test_bad_text_leaves_the_index_as_it_was(index: SelectorIndex[str]) -> None:
    """The old selector stays."""
    with pytest.raises(SelectorSyntaxError):
        index.add("web", "app=web,")
    assert index.selector("web") == Selector.parse("app=web")


def test_bad_labels_and_unknown_ids_are_our_errors(index: SelectorIndex[str]) -> None:
    """Each is the builtin one expects, too."""
    with pytest.raises(LabelsTypeError):
        index.match({"app": 1})
    with pytest.raises(UnknownIdError):
        index.selector("unknown")


def test_names_of_arguments_are_part_of_the_promise() -> None:
    """Every argument can be given by name, and what is no selector changes nothing."""
    index: SelectorIndex[str] = SelectorIndex(items=[("a", "app=web")])
    index.add(id="b", selector=Selector.parse("app"))
    assert index.match(labels={"app": "web"}) == ["a", "b"]
    assert str(index.selector(id="b")) == "app"
    index.discard(id="b")
    with pytest.raises(TypeError, match="must be str"):
        index.add("a", None)  # type: ignore[arg-type]
    assert list(index) == ["a"]
