"""Any text at all gives the right type or one of our errors, wherever text comes in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.fuzz.harness import Target
from tests.fuzz.targets import TARGETS

EXAMPLES = settings().max_examples * 4


@st.composite
def edited(draw: DrawFn, target: Target) -> str:
    """Draw a seed in which up to four spots are cut out or replaced."""
    text = draw(st.sampled_from(target.seeds))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 6)))
        text = f"{text[:start]}{draw(st.text(target.alphabet, max_size=3))}{text[end:]}"
    return text


def texts(target: Target) -> st.SearchStrategy[str]:
    """Draw seeds with mistakes, heaps of what mistakes are made of, and texts of any characters."""
    anything = st.text(st.characters())
    return st.one_of(edited(target), st.text(target.alphabet, max_size=40), anything)


@pytest.mark.parametrize("name", TARGETS)
def test_any_text_is_dealt_with(name: str) -> None:
    """What comes out is of the right type, or an error of ours that can be printed."""
    target = TARGETS[name]

    @settings(max_examples=EXAMPLES)
    @given(texts(target))
    def check(text: str) -> None:
        target.check(text)

    check()


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_is_dealt_with(name: str) -> None:
    """So are the texts that the fuzzers start from."""
    for seed in TARGETS[name].seeds:
        TARGETS[name].check(seed)


@pytest.mark.parametrize("name", TARGETS)
def test_no_nesting_is_too_deep(name: str) -> None:
    """A hundred thousand brackets are too many for some, and never too deep."""
    for opening in ("(", "[", "{", '{"a":', "[{a: ", "- ", "a in ("):
        TARGETS[name].check(opening * 100_000)
