"""What an answer costs, in postings read and label sets matched: never in time."""

import pytest

from kubeobj.labels.index import LabelIndex
from kubeobj.labels.plan import Work

COUNT = 1200


@pytest.fixture
def index() -> LabelIndex[int]:
    """One object in three is web, one in four a canary; builds and owners are unlike."""
    return LabelIndex(
        (
            number,
            {
                "app": ("web", "db", "cache")[number % 3],
                "build": str(number),
                "owner": f"team-{number}",
            }
            | ({"track": "canary"} if number % 4 == 0 else {}),
        )
        for number in range(COUNT)
    )


def _cost(index: LabelIndex[int], selector: str) -> tuple[int, int, int]:
    """Return hits, postings read, and label sets matched."""
    index.work = Work()
    hits = index.count(selector)
    return hits, index.work.postings, index.work.matches


@pytest.mark.parametrize(
    ("selector", "hits", "postings", "matches"),
    [
        pytest.param("", COUNT, 0, 0, id="everything reads nothing"),
        pytest.param("app=web", 400, 1, 0, id="one value"),
        pytest.param("app in (web,db)", 800, 2, 0, id="two values"),
        pytest.param("app in (web,web,none)", 400, 1, 0, id="each value once"),
        pytest.param("track", 300, 1, 0, id="a key"),
        pytest.param("!track", 900, 1, 0, id="not a key"),
        pytest.param("app!=web,app!=none", 800, 1, 0, id="a value nobody has refuses nobody"),
        pytest.param("app=web,track=canary,app!=db", 100, 3, 0, id="large postings are met"),
        pytest.param("app=web,owner=team-0", 1, 1, 1, id="one candidate is matched"),
        pytest.param("owner=team-0,app!=web", 0, 1, 1, id="also if it is refused"),
        pytest.param("app=web,owner=none", 0, 0, 0, id="nobody has it: nothing is read"),
        pytest.param("app=web,nokey", 0, 0, 0, id="nobody has the key: nothing is read"),
        pytest.param("nokey>3", 0, 0, 0, id="nobody has the number's key: nothing is read"),
        pytest.param("app=web,app=db", 0, 2, 0, id="values that exclude each other"),
        pytest.param("app=web,build>1", 399, 1, 400, id="a wide range is matched"),
    ],
)
def test_the_cost_is_that_of_the_plan(
    index: LabelIndex[int], selector: str, hits: int, postings: int, matches: int
) -> None:
    """The smallest first, the refused last, and a few candidates one by one."""
    assert _cost(index, selector) == (hits, postings, matches)


def test_a_range_reads_only_what_is_in_it(index: LabelIndex[int]) -> None:
    """Both ends together, once the values of the key are in order."""
    index.count("build>0")
    assert _cost(index, "build>10,build<14,build<20") == (3, 3, 0)
    assert _cost(index, "build>14,build<14") == (0, 0, 0)
    assert _cost(index, "build>5000") == (0, 0, 0)


def test_the_cost_does_not_grow_with_objects_that_do_not_matter() -> None:
    """Twenty times the objects, the same work."""
    costs = []
    for count in (100, 2000):
        index = LabelIndex((n, {"app": f"app-{n // 10}", "tier": "web"}) for n in range(count))
        costs.append(_cost(index, "app=app-3,tier=web,!legacy"))
    assert costs[0] == costs[1]
