"""One selector: read, read again, and asked. The selectors and labels that Go was measured with."""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from kubeobj.labels.parser import parse_requirements
from kubeobj.labels.selector import Selector

SELECTORS = {
    "one": "app=web",
    "two": "app=web,tier!=frontend",
    "four": "app=web,tier!=frontend,environment in (production,qa),!canary",
}
LABELS = {
    "app": "web",
    "tier": "backend",
    "environment": "qa",
    "release": "stable",
    "pod-template-hash": "5d89bd9f8c",
}
sizes = pytest.mark.parametrize("size", SELECTORS)


@sizes
def test_parse_unseen(benchmark: BenchmarkFixture, size: str) -> None:
    """Text that is not in the cache: everything that `Selector.parse` does, but for the cache."""
    text = SELECTORS[size]
    assert benchmark(lambda: Selector(parse_requirements(text))) == Selector.parse(text)


@sizes
def test_parse_seen(benchmark: BenchmarkFixture, size: str) -> None:
    """Text that is in the cache."""
    text = SELECTORS[size]
    selector = Selector.parse(text)
    again = benchmark.pedantic(Selector.parse, (text,), iterations=2000, rounds=300)
    assert again is selector


@sizes
def test_match_1000(benchmark: BenchmarkFixture, size: str) -> None:
    """Labels that match, so that every requirement is looked at; a thousand times in a loop."""
    selector = Selector.parse(SELECTORS[size])

    def match() -> None:
        for _ in range(1000):
            selector.matches(LABELS)

    assert selector.matches(LABELS)
    benchmark.pedantic(match, iterations=5, rounds=200)
