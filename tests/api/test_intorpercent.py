"""Numbers of pods, in numbers or percent."""

import pytest

from kubeobj.api.intorpercent import amount_of, validate_at_most_all, validate_int_or_percent
from kubeobj.errors import ROOT


@pytest.mark.parametrize(
    ("value", "amount", "count"),
    [(3, 3, 0), (-1, -1, 1), ("30%", 30, 0), ("101%", 101, 1), ("3", 3, 1), ("x%", 0, 1)],
)
def test_what_counts_and_what_is_wrong(value: int | str, amount: int, count: int) -> None:
    """A text that is no percentage may still count, though it is refused."""
    assert amount_of(value) == amount
    errors = [*validate_int_or_percent(value, ROOT), *validate_at_most_all(value, ROOT)]
    assert len(errors) == count
