"""The store: what a write, a question, a watch and a fork cost.

13,380 pods in one namespace, as the reference server had, and 100,000 in twenty.
"""

import subprocess
import sys
from dataclasses import replace
from itertools import count, cycle

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.datasets import pod_drafts
from kubeobj.labels.selector import Selector
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.memory import MemoryStore
from kubeobj.store.record import Draft

PODS = 13_380
MANY = 100_000
WATCHES = 1000


def _filled(pods: int, namespaces: int) -> MemoryStore:
    store = MemoryStore()
    for draft in pod_drafts(pods, namespaces=namespaces):
        store.put(draft)
    return store


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    """As many pods as the reference server had."""
    return _filled(PODS, 1)


@pytest.fixture(scope="module")
def many() -> MemoryStore:
    """A hundred thousand pods, indexed by label."""
    store = _filled(MANY, 20)
    store.list("pods", selector=Selector.parse("app=app-7"))
    return store


def _touched(draft: Draft, number: int) -> Draft:
    """Return *draft* with another body, as a status update is."""
    body = draft.body[:-1] + b',"touched":%d}' % number
    return replace(draft, body=body)


# ---------------------------------------------------------------- writing


@pytest.mark.parametrize("is_indexed", [False, True], ids=["plain", "indexed"])
def test_put_a_new_object(benchmark: BenchmarkFixture, is_indexed: bool) -> None:  # noqa: FBT001 - a case
    """With a label index to keep, and without."""
    store = _filled(1000, 1)
    if is_indexed:
        store.list("pods", selector=Selector.parse("app"))
    drafts = pod_drafts(20_000, namespaces=1, first=1000)

    def arguments() -> tuple[tuple[Draft], dict[str, object]]:
        return (next(drafts),), {"expected_revision": 0}

    benchmark.pedantic(store.put, setup=arguments, rounds=10_000)


def test_put_a_change(benchmark: BenchmarkFixture, store: MemoryStore) -> None:
    """Another body, the same labels."""
    drafts = cycle([record.draft for record in store.list("pods", limit=1000).records])
    numbers = count()

    def arguments() -> tuple[tuple[Draft], dict[str, object]]:
        return (_touched(next(drafts), next(numbers)),), {}

    benchmark.pedantic(store.put, setup=arguments, rounds=5000)


def test_delete(benchmark: BenchmarkFixture) -> None:
    """An object of many, with a label index to keep."""
    store = _filled(PODS, 1)
    store.list("pods", selector=Selector.parse("app"))
    keys = iter([record.key for record in store.list("pods").records])
    benchmark.pedantic(store.delete, setup=lambda: ((next(keys),), {}), rounds=5000)


# ---------------------------------------------------------------- reading


def test_get(benchmark: BenchmarkFixture, store: MemoryStore) -> None:
    """One record."""
    key = ObjectKey("pods", "ns-0", "web-007000")
    assert benchmark(store.get, key)


def test_list_everything(benchmark: BenchmarkFixture, store: MemoryStore) -> None:
    """All 13,380."""
    assert len(benchmark(store.list, "pods").records) == PODS


def test_list_by_label(benchmark: BenchmarkFixture, store: MemoryStore) -> None:
    """134 of 13,380."""
    selector = Selector.parse("app=app-7")
    page = benchmark(store.list, "pods", namespace="ns-0", selector=selector)
    assert len(page.records) == 134


def test_list_a_page(benchmark: BenchmarkFixture, many: MemoryStore) -> None:
    """500 of 100,000, from the middle, as they were 1,000 changes ago."""
    after = many.list("pods", limit=MANY // 2).resume_after
    revision = many.revision - 1000
    page = benchmark(many.list, "pods", limit=500, after=after, revision=revision)
    assert len(page.records) == 500


# ---------------------------------------------------------------- watching


@pytest.mark.parametrize("by", ["nobody", "label", "term"])
def test_put_with_watches(benchmark: BenchmarkFixture, by: str) -> None:
    """A change that concerns one of a thousand watches with distinct selections, or nobody."""
    store = _filled(1000, 1)
    drafts = [record.draft for record in store.list("pods").records]
    held = []
    for number in range(WATCHES if by != "nobody" else 0):
        text, term = f"app=app-{number},tier=web", f"spec.nodeName=node-{number}"
        selector = Selector.parse(text if by == "label" else "")
        held.append(store.watch("pods", selector=selector, term=term if by == "term" else ""))
    turn, numbers = cycle(drafts), count()

    def arguments() -> tuple[tuple[Draft], dict[str, object]]:
        return (_touched(next(turn), next(numbers)),), {}

    benchmark.pedantic(store.put, setup=arguments, rounds=5000)
    assert sum(watch.pending for watch in held) == (5000 if held else 0)


# ---------------------------------------------------------------- forking


def test_fork(benchmark: BenchmarkFixture, many: MemoryStore) -> None:
    """A store with 100,000 objects and 10,000 changes."""
    benchmark.pedantic(many.fork, rounds=20)


def test_first_write_to_a_fork(benchmark: BenchmarkFixture, many: MemoryStore) -> None:
    """It pays for the copy of the one collection that it touches."""
    (draft,) = pod_drafts(1, namespaces=1, first=MANY)
    benchmark.pedantic(lambda fork: fork.put(draft), setup=lambda: ((many.fork(),), {}), rounds=20)


# ---------------------------------------------------------------- memory


def test_memory_of_a_store(benchmark: BenchmarkFixture) -> None:
    """Resident megabytes of a process with 100,000 pods, an index and 10,000 changes."""
    command = [sys.executable, "-m", "benchmarks.store_memory", str(MANY)]

    def measure() -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    total, body = map(float, benchmark.pedantic(measure, rounds=1).split())
    benchmark.extra_info["store_megabytes"] = total
    benchmark.extra_info["store_body_bytes"] = body
