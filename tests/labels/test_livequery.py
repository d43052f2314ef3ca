"""What has entered and left."""

import gc

import pytest

from kubeobj.errors import SelectorSyntaxError
from kubeobj.labels.index import LabelIndex
from kubeobj.labels.livequery import Changes
from kubeobj.labels.selector import Selector


@pytest.fixture
def index() -> LabelIndex[str]:
    """Two of three are web."""
    return LabelIndex([("a", {"app": "web"}), ("b", {"app": "db"}), ("c", {"app": "web"})])


def test_the_first_poll_delivers_what_is_selected(index: LabelIndex[str]) -> None:
    """Unless that is not wanted; the second delivers nothing new."""
    query = index.follow("app=web")
    assert query.poll() == Changes(("a", "c"), ())
    assert not query.poll()
    assert not index.follow("app=web", initial=False).poll()


def test_changes_are_what_entered_and_left(index: LabelIndex[str]) -> None:
    """By adding, updating and discarding."""
    query = index.follow("app=web", initial=False)
    index.add("d", {"app": "web"})
    index.update("b", {"app": "web", "tier": "x"})
    index.update("a", {"app": "db"})
    index.discard("c")
    assert query.poll() == Changes(("b", "d"), ("a", "c"))


def test_changes_of_one_id_are_told_as_one(index: LabelIndex[str]) -> None:
    """There and back is nothing, however often, so a slow reader keeps no history."""
    query = index.follow("app=web", initial=False)
    for _ in range(3):
        index.discard("a")
        index.add("a", {"app": "web"})
        index.add("x", {"app": "web"})
        index.discard("x")
    index.update("c", {"app": "web", "tier": "other"})
    assert not query.poll()


def test_what_leaves_before_the_first_poll_never_entered(index: LabelIndex[str]) -> None:
    """The first poll is as true as any other."""
    query = index.follow("app=web")
    index.discard("a")
    assert query.poll() == Changes(("c",), ())


@pytest.mark.parametrize(
    ("selector", "entered"),
    [
        pytest.param("", ("n",), id="everything"),
        pytest.param(Selector.nothing(), (), id="nothing"),
        pytest.param("!app", ("n",), id="negative"),
    ],
)
def test_selectors_without_a_key_to_have_are_followed_too(
    index: LabelIndex[str], selector: Selector | str, entered: tuple[str, ...]
) -> None:
    """An object without labels enters those that ask for none."""
    query = index.follow(selector, initial=False)
    index.add("n", None)
    assert query.poll() == Changes(entered, ())
    index.discard("n")
    assert query.poll() == Changes((), entered)


def test_each_query_is_told_for_itself(index: LabelIndex[str]) -> None:
    """Two queries of one selector have two readers."""
    one, other = index.follow("app=db", initial=False), index.follow("app=db", initial=False)
    index.add("d", {"app": "db"})
    assert one.poll() == Changes(("d",), ())
    assert one.selector == other.selector
    assert other.poll() == Changes(("d",), ())


def test_a_query_that_nobody_holds_is_forgotten(index: LabelIndex[str]) -> None:
    """Whether objects change afterwards, or only further queries come."""
    queries = [index.follow("app=web") for _ in range(10)]
    kept = queries[0]
    del queries
    gc.collect()
    index.add("d", {"app": "web"})
    routes = index._live_queries._routes
    assert len(routes) == len(index._live_queries._queries) == 1
    for _ in range(10):
        index.follow("app=web")
    assert len(routes) <= 2
    assert kept.poll() == Changes(("a", "c", "d"), ())


def test_a_query_that_is_dropped_while_a_change_is_told_is_passed_over(
    index: LabelIndex[str],
) -> None:
    """The garbage collector may take a query between finding it and telling it."""
    query = index.follow("app=web", initial=False)
    del index._live_queries._queries[0]
    index.add("d", {"app": "web"})
    assert not query.poll()


def test_a_query_outlives_its_index(index: LabelIndex[str]) -> None:
    """It knows what happened so far."""
    query = index.follow("app=web")
    del index
    assert query.poll() == Changes(("a", "c"), ())


def test_bad_text_is_followed_by_nobody(index: LabelIndex[str]) -> None:
    """The error is that of parsing."""
    with pytest.raises(SelectorSyntaxError):
        index.follow("app=web,")
    assert len(index._live_queries._routes) == 0
