"""Both directions of a selector: a million objects asked, a hundred thousand selectors asked.

Each question to an index stands beside the same question to a scan with the compiled matcher.
"""

import subprocess
import sys
from collections.abc import Callable
from itertools import count, cycle

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.datasets import (
    ADVERSARIAL,
    HALF,
    ONE_APP,
    THREE,
    adversarial_selectors,
    distinct_selectors,
    labelled_objects,
)
from kubeobj.labels.index import LabelIndex
from kubeobj.labels.selector import Selector
from kubeobj.labels.selectorindex import SelectorIndex

OBJECTS = 1_000_000
SELECTORS = 100_000

Items = list[tuple[str, dict[str, str]]]


@pytest.fixture(scope="module")
def items() -> Items:
    """A million objects of five labels."""
    return list(labelled_objects(OBJECTS))


@pytest.fixture(scope="module")
def index(items: Items) -> LabelIndex[str]:
    """The same, indexed."""
    return LabelIndex(items)


def _rounds(benchmark: BenchmarkFixture, ask: Callable[[], object], rounds: int) -> None:
    benchmark.pedantic(ask, rounds=rounds, warmup_rounds=1)


# ---------------------------------------------------------------- objects in, selectors asked


def test_build_a_million(benchmark: BenchmarkFixture, items: Items) -> None:
    """In bulk, in key order."""
    assert len(benchmark.pedantic(LabelIndex, (items,), rounds=3)) == OBJECTS


@pytest.mark.parametrize("selector", [ONE_APP, THREE, HALF], ids=["one-app", "three", "half"])
def test_select(benchmark: BenchmarkFixture, index: LabelIndex[str], selector: str) -> None:
    """The ids that are selected, in key order."""
    benchmark.extra_info["hits"] = index.count(selector)
    _rounds(benchmark, lambda: index.select(selector), 5 if selector == HALF else 100)


@pytest.mark.parametrize("selector", [ONE_APP, THREE, HALF], ids=["one-app", "three", "half"])
def test_count(benchmark: BenchmarkFixture, index: LabelIndex[str], selector: str) -> None:
    """How many are selected."""
    _rounds(benchmark, lambda: index.count(selector), 100)


@pytest.mark.parametrize("selector", [ONE_APP, THREE, HALF], ids=["one-app", "three", "half"])
def test_scan(
    benchmark: BenchmarkFixture, index: LabelIndex[str], items: Items, selector: str
) -> None:
    """The same without an index; it agrees."""
    matcher = Selector.parse(selector).matcher

    def scan() -> list[str]:
        return [name for name, labels in items if matcher(labels)]

    assert benchmark.pedantic(scan, rounds=1) == index.select(selector)


@pytest.mark.parametrize(
    "selector",
    [
        pytest.param("pod-template-hash=0000000007", id="one-of-many-values"),
        pytest.param("pod-template-hash>100,pod-template-hash<200", id="range"),
        pytest.param("!app", id="nobody-lacks-it"),
        pytest.param("app notin (app-1,app-2,app-3)", id="negative-only"),
        pytest.param(f"app in ({','.join(f'app-{n}' for n in range(50))})", id="in-50-values"),
    ],
)
def test_count_other_shapes(
    benchmark: BenchmarkFixture, index: LabelIndex[str], selector: str
) -> None:
    """Shapes beside the promised ones; the first question of a range sorts the key's values."""
    benchmark.extra_info["hits"] = index.count(selector)
    _rounds(benchmark, lambda: index.count(selector), 20)


def test_change_one_object(
    benchmark: BenchmarkFixture, index: LabelIndex[str], items: Items
) -> None:
    """Other values for two of five labels, and back again; objects far apart."""
    _change(benchmark, index, items)


def test_change_one_object_with_1000_live_queries(
    benchmark: BenchmarkFixture, index: LabelIndex[str], items: Items
) -> None:
    """The same while a thousand readers follow a selection each."""
    queries = [index.follow(f"app=app-{n},tier", initial=False) for n in range(1000)]
    _change(benchmark, index, items)
    # Every change was taken back: there is nothing to tell.
    assert not any(query.poll() for query in queries)


def _change(benchmark: BenchmarkFixture, index: LabelIndex[str], items: Items) -> None:
    chosen = items[:: OBJECTS // 5000]
    changes = [(name, labels | {"app": "app-1", "tier": "none"}) for name, labels in chosen]
    steps = cycle(changes + chosen)
    benchmark.pedantic(lambda: index.update(*next(steps)), rounds=20, iterations=1000)
    for name, labels in chosen:
        index.update(name, labels)


@pytest.mark.parametrize("per_hash", [1, 2, 3])
def test_memory(benchmark: BenchmarkFixture, per_hash: int) -> None:
    """Bytes an object above its labels, where this many share a template hash; 1 is unique."""
    command = [sys.executable, "-m", "benchmarks.memory", str(OBJECTS), str(per_hash)]
    run = benchmark.pedantic(
        subprocess.run, (command,), {"check": True, "capture_output": True}, rounds=1
    )
    labels, on_top = run.stdout.split()
    benchmark.extra_info[f"label_bytes_per_object[{per_hash}]"] = float(labels)
    benchmark.extra_info[f"index_bytes_per_object[{per_hash}]"] = float(on_top)


# ---------------------------------------------------------------- selectors in, objects asked


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """A hundred thousand distinct selectors."""
    return distinct_selectors(SELECTORS)


@pytest.fixture(scope="module")
def selector_index(texts: list[str]) -> SelectorIndex[int]:
    """The same, indexed."""
    return SelectorIndex(enumerate(texts))


def test_match_selectors(
    benchmark: BenchmarkFixture, selector_index: SelectorIndex[int], items: Items
) -> None:
    """Which selectors select this object?"""
    label_sets = cycle([labels for _, labels in items[:1000]])
    benchmark.pedantic(lambda: selector_index.match(next(label_sets)), rounds=20, iterations=250)


def test_scan_selectors(
    benchmark: BenchmarkFixture,
    selector_index: SelectorIndex[int],
    texts: list[str],
    items: Items,
) -> None:
    """The same without an index; it agrees."""
    labels = items[0][1]
    matchers = [Selector.parse(text).matcher for text in texts]

    def scan() -> list[int]:
        return [number for number, matcher in enumerate(matchers) if matcher(labels)]

    assert benchmark.pedantic(scan, rounds=3) == selector_index.match(labels)


@pytest.mark.parametrize("shape", ["distinct", *ADVERSARIAL])
def test_add_and_discard_a_selector(
    benchmark: BenchmarkFixture, texts: list[str], shape: str
) -> None:
    """One selector in and out again, among a hundred thousand: two changes."""
    chosen = texts if shape == "distinct" else adversarial_selectors(shape, SELECTORS)
    selectors = [Selector.parse(text) for text in chosen]
    index = SelectorIndex(enumerate(selectors))
    numbers = count()

    def replace() -> None:
        number = next(numbers) * 7919 % SELECTORS
        index.discard(number)
        index.add(number, selectors[number])

    benchmark.pedantic(replace, rounds=20, iterations=500)
    assert len(index) == SELECTORS


@pytest.mark.parametrize("shape", ADVERSARIAL)
def test_match_crowded_selectors(benchmark: BenchmarkFixture, shape: str) -> None:
    """Selectors that crowd together, asked by the labels of one; an answer may be long."""
    texts = adversarial_selectors(shape, SELECTORS)
    index = SelectorIndex(enumerate(texts))
    labels = Selector.parse(texts[7]).witness() or {}
    benchmark.extra_info["hits"] = len(index.match(labels))
    _rounds(benchmark, lambda: index.match(labels), 20)
