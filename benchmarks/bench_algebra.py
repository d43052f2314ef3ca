"""Two selectors compared without objects, and ten thousand controllers of one namespace."""

from itertools import islice

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from kubeobj.labels.overlap import find_overlaps
from kubeobj.labels.selector import Selector

PAIRS = {
    "same-keys": (
        "app=web,tier in (api,ui),environment!=dev,canary",
        "app=web,tier notin (ui),environment!=qa,canary=blue",
    ),
    "other-keys": (
        "app=web,tier in (api,ui),environment!=dev,canary",
        "component=web,release in (a,b),zone!=x,!legacy",
    ),
    "integers": (
        "shard>3,shard<9,generation>1,app=web",
        "shard>5,shard notin (7,8),generation<9,app in (web,db)",
    ),
}

COUNT = 10_000
TOP = COUNT - 30


def _typical(number: int) -> str:
    """Nearly all by app; thirty with sets, existence and absence, few of which overlap."""
    if number < TOP:
        return f"app=app-{number}" if number % 3 else f"app=app-{number},tier in (api,ui)"
    if number < TOP + 15:
        return f"app in (app-{number},batch-{number}),environment notin (dev,qa)"
    return f"job=job-{number},!app" if number < TOP + 29 else "app in (app-1,app-2),tier"


CONTROLLERS = {
    "typical": _typical,
    "one-app": lambda n: f"app=web,instance=i-{n}",
    "one-app-and-more": lambda n: f"app=web,tier in (api,ui),release=r-{n % 10},instance=i-{n}",
    "grid": lambda n: f"app=app-{n // 100},component=c-{n % 100}",
    "chain-of-sets": lambda n: f"app in (app-{n},app-{n + 1})",
    "halves-by-third-key": lambda n: f"{'ab'[n % 2]}=v-{n},x={n % 2}",
    "halves-by-not-equal": lambda n: f"a=v-{n},x=1" if n % 2 else f"b=v-{n},x!=1",
}
FOUND = {"typical": 2, "chain-of-sets": COUNT - 1}
CROWDS = {
    "halves": lambda n: f"{'ab'[n % 2]}=v-{n}",
    "all-the-same": lambda n: "app=web",
}


@pytest.mark.parametrize("pair", PAIRS)
def test_overlaps(benchmark: BenchmarkFixture, pair: str) -> None:
    """Two selectors of four requirements that overlap, so that every one is looked at."""
    one, other = map(Selector.parse, PAIRS[pair])
    assert benchmark.pedantic(one.overlaps, (other,), iterations=500, rounds=200)


def test_simplify(benchmark: BenchmarkFixture) -> None:
    """A selector of four requirements, the same-keys pair's first, made canonical."""
    selector = Selector.parse(PAIRS["same-keys"][0])
    assert benchmark(selector.simplify) == selector


@pytest.mark.parametrize("shape", CONTROLLERS)
def test_find_overlaps(benchmark: BenchmarkFixture, shape: str) -> None:
    """All overlapping pairs of ten thousand controllers, where there are few."""
    items = [(n, Selector.parse(CONTROLLERS[shape](n))) for n in range(COUNT)]
    pairs = benchmark.pedantic(lambda: list(find_overlaps(items)), rounds=5)
    assert len(pairs) == FOUND.get(shape, 0)


@pytest.mark.parametrize("shape", CROWDS)
def test_first_overlaps(benchmark: BenchmarkFixture, shape: str) -> None:
    """The first thousand pairs of ten thousand controllers, where there are millions."""
    items = [(n, Selector.parse(CROWDS[shape](n))) for n in range(COUNT)]
    pairs = benchmark.pedantic(lambda: list(islice(find_overlaps(items), 1000)), rounds=5)
    assert len(pairs) == 1000
