"""Quantities: how long reading, comparing, adding and writing one takes."""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from kubeobj.meta.quantity import Quantity

TEXTS = [
    pytest.param("250m", id="milli"),
    pytest.param("1Gi", id="binary"),
    pytest.param("1.5Gi", id="binary_fraction"),
    pytest.param("12345678901234567890", id="beyond_64_bits"),
]


@pytest.mark.parametrize("text", TEXTS)
def test_read(benchmark: BenchmarkFixture, text: str) -> None:
    """Text in, quantity out; at most 2 µs for the ones in every manifest."""
    assert benchmark(Quantity, text) > Quantity()


@pytest.mark.parametrize("text", TEXTS)
def test_write(benchmark: BenchmarkFixture, text: str) -> None:
    """The canonical text of a sum, which has none at hand."""
    quantity = Quantity(text) + Quantity()
    assert benchmark(str, quantity)


def test_compare(benchmark: BenchmarkFixture) -> None:
    """One comparison of two formats; at most 0.3 µs."""
    request, limit = Quantity("1500Mi"), Quantity("2e9")
    assert benchmark(request.__lt__, limit)


def test_sum_of_a_thousand(benchmark: BenchmarkFixture) -> None:
    """What the requests on a large node come to."""
    requests = [Quantity(f"{100 + i}m") for i in range(1000)]
    assert benchmark(sum, requests) == Quantity("599500m")
