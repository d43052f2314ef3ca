"""Objects in, selectors asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import LabelsTypeError, SelectorSyntaxError, UnknownIdError
from kubeobj.labels.index import LabelIndex
from kubeobj.labels.selector import Selector
from tests.golden import golden
from tests.labels.smallworld import LABEL_SETS, selectors

PODS = {
    "pod-1": {"app": "web", "tier": "front"},
    "pod-2": {"app": "db"},
    "pod-3": {"app": "web", "build": "12"},
    "pod-4": {},
}


@pytest.fixture
def index() -> LabelIndex[str]:
    """The pods, in no order."""
    return LabelIndex(reversed(PODS.items()))


@pytest.mark.parametrize(
    ("selector", "hits"),
    [
        pytest.param("", ["pod-1", "pod-2", "pod-3", "pod-4"], id="everything"),
        pytest.param(Selector.nothing(), [], id="nothing"),
        pytest.param("app=web", ["pod-1", "pod-3"], id="equals"),
        pytest.param("app in (db,web,none)", ["pod-1", "pod-2", "pod-3"], id="in"),
        pytest.param("app!=web", ["pod-2", "pod-4"], id="not equals"),
        pytest.param("app notin (web,db)", ["pod-4"], id="not in"),
        pytest.param("app", ["pod-1", "pod-2", "pod-3"], id="exists"),
        pytest.param("!tier", ["pod-2", "pod-3", "pod-4"], id="does not exist"),
        pytest.param("build>11", ["pod-3"], id="greater"),
        pytest.param("build<12", [], id="less"),
        pytest.param("app=web,!build", ["pod-1"], id="both"),
        pytest.param("app=", [], id="empty is not absent"),
        pytest.param(Selector.parse("tier"), ["pod-1"], id="a selector"),
    ],
)
def test_select_count_and_exists_agree(
    index: LabelIndex[str], selector: Selector | str, hits: list[str]
) -> None:
    """In key order, whatever the operator."""
    assert index.select(selector) == hits
    assert index.count(selector) == len(hits)
    assert index.exists(selector) == bool(hits)


@pytest.mark.parametrize("in_bulk", [True, False])
def test_every_recorded_match_is_selected_and_nothing_else(in_bulk: bool) -> None:
    """Kubernetes' own answers, each from an index of all label sets that were recorded."""
    lines = golden("selector_matches")
    items = [(number, line["labels"]) for number, line in enumerate(lines)]
    index: LabelIndex[int] = LabelIndex(items if in_bulk else ())
    for number, labels in () if in_bulk else items:
        index.add(number, labels)
    wrong = [
        line
        for number, line in enumerate(lines)
        if (number in index.select(line["selector"])) != line["match"]
    ]
    assert wrong == []


@given(st.lists(selectors(), min_size=1, max_size=3))
def test_an_index_selects_what_a_scan_selects(asked: list[Selector]) -> None:
    """Over all label sets that could tell these selectors apart."""
    index = LabelIndex(enumerate(LABEL_SETS))
    for selector in asked:
        scan = [number for number, labels in enumerate(LABEL_SETS) if selector.matches(labels)]
        assert index.select(selector) == scan


def test_the_last_of_repeated_ids_counts() -> None:
    """In bulk as one by one."""
    index = LabelIndex([("b", {"v": "1"}), ("a", {"v": "1"}), ("b", {"v": "2"})])
    assert list(index) == ["a", "b"]
    assert index.select("v=2") == ["b"]
    assert index.values("v") == {"1": 1, "2": 1}


def test_add_replaces_the_labels_of_an_id_that_is_there(index: LabelIndex[str]) -> None:
    """Adding is setting, as in a dictionary."""
    index.add("pod-1", {"app": "db"})
    assert index.select("app=db") == ["pod-1", "pod-2"]
    assert len(index) == len(PODS)


def test_update_asks_for_an_id_that_is_there(index: LabelIndex[str]) -> None:
    """Labels of an unknown id are a mistake, and nothing is kept of them."""
    index.update("pod-4", {"app": "web"})
    assert index.select("app=web") == ["pod-1", "pod-3", "pod-4"]
    with pytest.raises(UnknownIdError):
        index.update("pod-5", {"app": "web"})
    assert "pod-5" not in index


def test_discard_forgets_an_id_once(index: LabelIndex[str]) -> None:
    """A second time there is nothing to forget."""
    index.discard("pod-1")
    index.discard("pod-1")
    assert "pod-1" not in index
    assert index.select("app=web") == ["pod-3"]
    assert index.keys()["tier"] == 0
    with pytest.raises(UnknownIdError):
        index.labels("pod-1")


def test_bad_labels_leave_the_index_as_it_was(index: LabelIndex[str]) -> None:
    """Added, updated or in bulk."""
    bad = {"app": "db", "tier": 1}
    for change in (index.add, index.update):
        with pytest.raises(LabelsTypeError):
            change("pod-1", bad)
    with pytest.raises(LabelsTypeError):
        index.add("pod-9", bad)
    with pytest.raises(LabelsTypeError):
        LabelIndex([("a", bad)])
    assert {id_: index.labels(id_) for id_ in index} == PODS
    assert index.keys() == {"app": 3, "build": 1, "tier": 1}


def test_bad_text_is_our_error(index: LabelIndex[str]) -> None:
    """As in `Selector.parse`."""
    with pytest.raises(SelectorSyntaxError):
        index.select("app=web,")


def test_what_the_caller_does_to_its_mappings_later_changes_nothing() -> None:
    """Those that came in, even one that is used for all, and those that went out."""
    labels = {"app": "web"}

    def items() -> object:
        for number in range(3):
            labels["number"] = str(number)
            yield number, labels

    index = LabelIndex(items())
    index.add(3, labels)
    labels.clear()
    index.labels(0).clear()
    assert index.labels(0) == {"app": "web", "number": "0"}
    assert index.select("app=web") == [0, 1, 2, 3]
    assert index.values("number") == {"0": 1, "1": 1, "2": 2}


def test_facets_are_counted_and_in_order(index: LabelIndex[str]) -> None:
    """Which keys there are, and which values of a key, and how many of each."""
    assert list(index.keys().items()) == [("app", 3), ("build", 1), ("tier", 1)]
    assert list(index.values("app").items()) == [("db", 1), ("web", 2)]
    assert index.values("none") == {}
    assert index.values("app")["cache"] == 0


def test_iteration_is_over_what_was_there_when_it_began(index: LabelIndex[str]) -> None:
    """So an index may be emptied in a loop over itself."""
    for id_ in index:
        index.discard(id_)
    assert list(index) == []


def test_ids_may_be_tuples() -> None:
    """Such as namespace and name."""
    index = LabelIndex([(("b", "x"), {"a": ""}), (("a", "y"), None)])
    assert index.select("") == [("a", "y"), ("b", "x")]
    assert index.labels(("a", "y")) == {}


def test_integers_are_kept_in_order_while_labels_change() -> None:
    """Values that come and go after the first range was asked for."""
    index = LabelIndex([(1, {"build": "7"}), (2, {"build": "x"})])
    assert index.select("build>6") == [1]
    index.add(3, {"build": "007"})
    index.add(4, {"build": "8"})
    index.update(1, {"build": "y"})
    assert index.select("build>6,build<8") == [3]
    for id_ in (1, 2, 3, 4):
        index.discard(id_)
    assert index.select("build>6") == []
    index.add(5, {"build": "9"})
    assert index.select("build>6") == [5]


def test_names_of_arguments_are_part_of_the_promise() -> None:
    """Every argument can be given by name."""
    index: LabelIndex[str] = LabelIndex(items={"a": {"app": "web"}, "ab": None})
    index.add(id="b", labels={"app": "db"})
    index.update(id="b", labels={"app": "web"})
    assert index.labels(id="b") == {"app": "web"}
    assert index.select(selector="app=web") == ["a", "b"]
    assert index.count(selector="!app") == 1
    index.discard(id="b")
    assert "b" not in index


@pytest.mark.parametrize("asked", [None, 5, b"a"], ids=repr)
def test_only_a_selector_or_text_is_asked(asked: object) -> None:
    """Anything else is the caller's mistake."""
    with pytest.raises(TypeError, match="must be str"):
        LabelIndex().select(asked)  # type: ignore[arg-type]


def test_a_copy_and_its_original_change_on_their_own() -> None:
    """Whatever the shape of their postings, and wherever their slots."""
    index = LabelIndex((f"n{n:02}", {"app": "web", "n": str(n % 10)}) for n in range(40))
    index.discard("n05")
    index.select("n>3")
    query = index.follow("app=web", initial=False)
    copy = index.copy()
    copy.add("n0", {"app": "web", "n": "3"})
    copy.discard("n11")
    copy.add("n12", {"app": "db"})
    index.add("n41", {"app": "web", "n": "7"})
    assert (copy.count("app=web"), index.count("app=web")) == (38, 40)
    assert copy.select("n=3") == ["n0", "n03", "n13", "n23", "n33"]
    assert index.select("n=3") == ["n03", "n13", "n23", "n33"]
    assert (copy.count("n>6"), index.count("n>6")) == (12, 13)
    assert query.poll().entered == ("n41",)
