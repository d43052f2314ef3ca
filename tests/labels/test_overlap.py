"""Which of many selectors overlap, against comparing all pairs."""

from collections.abc import Callable
from itertools import combinations, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.labels import overlap
from kubeobj.labels.algebra import overlaps
from kubeobj.labels.overlap import find_overlaps
from kubeobj.labels.selector import Selector
from kubeobj.labels.valueset import ValueSet
from tests.labels.smallworld import selectors

_KEYS = ("a", "b", "c")
_TRACKS = st.sampled_from(
    ["track=canary", "track!=canary", "track", "!track", "track in (x,canary)"]
)
_APPS = st.sampled_from(
    ["app=1", "app=2", "app in (1,2,3)", "app in (2,3)", "!app", "app", "zone=1"]
)
_TYPICAL = st.builds(lambda app, track: Selector.parse(f"{app},{track}"), _APPS, _TRACKS)


def _all_pairs(items: list[tuple[int, Selector]]) -> list[tuple[int, int]]:
    return [
        (one, other)
        for (one, left), (other, right) in combinations(items, 2)
        if overlaps(left, right)
    ]


@given(st.lists(selectors(_KEYS) | _TYPICAL, max_size=40))
def test_found_are_all_overlapping_pairs_once(many: list[Selector]) -> None:
    """The pairs found are those that comparing all would find, each once, the earlier first."""
    items = list(enumerate(many))
    assert sorted(find_overlaps(items)) == _all_pairs(items)


@given(st.lists(_TYPICAL, min_size=40, max_size=60))
def test_dividing_loses_and_repeats_no_pair(many: list[Selector]) -> None:
    """Where dividing pays, with lists, exceptions and absence, the answer is the same."""
    distinct = [
        selector & Selector.parse(f"name in (n{position},n{position + 1})")
        for position, selector in enumerate(many)
    ]
    items = list(enumerate([*distinct, *many[:20]]))
    assert sorted(find_overlaps(items)) == _all_pairs(items)


def test_those_without_the_first_key_are_divided_by_the_next() -> None:
    """Most ask for an app, some for a role: those are told apart by zone, one or several each."""
    zones = ("zone=z0", "zone in (z0,z1)", "zone=z1", "zone in (z1,z2)", "zone=z2", "zone!=z1")
    texts = [f"app=a{n},{zones[n % 6]}" for n in range(180)]
    texts += [f"role=r{n},{zones[n % 5]}" for n in range(30)]
    items = [(n, Selector.parse(text)) for n, text in enumerate(texts)]
    assert sorted(find_overlaps(items)) == _all_pairs(items)


def test_unsatisfiable_selectors_overlap_with_none() -> None:
    """What selects nothing is in no pair, even with itself."""
    items = [(0, Selector.nothing()), (1, Selector.parse("a=1,a=2")), (2, Selector.everything())]
    assert list(find_overlaps([*items, *items[:2]])) == []


def test_pairs_come_as_they_are_found() -> None:
    """Millions of pairs need not be waited for."""
    halves = [f"app=a{n}" if n % 2 else f"other=b{n}" for n in range(4000)]
    found = find_overlaps((n, Selector.parse(text)) for n, text in enumerate(halves))
    pairs = list(islice(found, 100))
    assert len(set(pairs)) == 100
    assert all((one + other) % 2 == 1 and one < other for one, other in pairs)


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(lambda n: f"app=app-{n}", id="one app each"),
        pytest.param(lambda n: f"app=web,tier in (a,b),instance=i{n}", id="all one app"),
        pytest.param(lambda n: f"app=a{n // 30},component=c{n % 30}", id="apps of components"),
        pytest.param(lambda n: f"app in (a{n},b{n})", id="lists"),
        pytest.param(lambda n: f"{'ab'[n % 2]}=v{n},x={n % 2}", id="halves by a third key"),
        pytest.param(
            lambda n: f"app=a{n},tier=x" if n % 2 else f"other=b{n},tier!=x", id="halves by !="
        ),
        pytest.param(
            lambda n: f"app=a{n},canary" if n % 2 else f"other=b{n},!canary", id="halves by !"
        ),
    ],
)
def test_few_are_compared_where_none_overlap(
    shape: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 900 selectors that differ in some label, hardly any two are compared."""
    comparisons = 0

    def intersects(one: ValueSet, other: ValueSet) -> bool:
        nonlocal comparisons
        comparisons += 1
        return overlap_intersects(one, other)

    overlap_intersects = overlap.intersects
    monkeypatch.setattr(overlap, "intersects", intersects)
    assert list(find_overlaps((n, Selector.parse(shape(n))) for n in range(900))) == []
    assert comparisons <= 900
