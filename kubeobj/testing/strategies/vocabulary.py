"""Which keys and values there are to draw from, and the members of a `ValueSet` among them."""

from collections.abc import Sequence
from itertools import chain, count
from typing import final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from kubeobj.labels.valueset import (
    Cofinite,
    Finite,
    Integers,
    Value,
    ValueSet,
    intersects,
    is_empty,
)
from kubeobj.names import LABEL_VALUE_MAX_BYTES, is_label_key, is_label_value
from kubeobj.testing.strategies.labels import label_keys, label_values
from kubeobj.testing.strategies.options import check_words


@final
class Vocabulary:
    """The keys and values that labels and requirements are made of.

    Args:
        keys: The only keys there are; any label key if None.
        values: The only values there are; any label value if None.

    Raises:
        InvalidArgument: If one of these is empty, or holds what is not valid.
    """

    __slots__ = ("few_values", "key", "value", "values")

    def __init__(
        self, keys: Sequence[str] | None = None, values: Sequence[str] | None = None
    ) -> None:
        check_words("keys", keys, is_label_key, "label key")
        check_words("values", values, is_label_value, "label value")
        self.values = values
        self.key = label_keys() if keys is None else st.sampled_from(keys)
        self.value = label_values() if values is None else st.sampled_from(values)
        self.few_values = st.lists(self.value, max_size=2)

    def has_any(self, *sets: ValueSet) -> bool:
        """Return whether there is a text in one of *sets*."""
        return any(map(self._has_one, sets))

    def draw_from(self, draw: DrawFn, *sets: ValueSet) -> str:
        """Draw a text that is in one of *sets*, of which there is one."""
        values = draw(st.sampled_from([one for one in sets if self._has_one(one)]))
        if self.values is not None:
            return draw(st.sampled_from([one for one in self.values if is_in(one, values)]))
        if isinstance(values, Finite):
            return draw(st.sampled_from(_texts(values.values)))
        if isinstance(values, Cofinite):
            return _other_than(values.excluded, draw(self.value))
        return _draw_form(draw, values)

    def _has_one(self, values: ValueSet) -> bool:
        if self.values is not None:
            return any(is_in(value, values) for value in self.values)
        return bool(_texts(values.values)) if isinstance(values, Finite) else not is_empty(values)


def is_in(value: Value, values: ValueSet) -> bool:
    """Return whether *value* is one of *values*."""
    return intersects(Finite(frozenset({value})), values)


def _texts(members: frozenset[Value]) -> list[str]:
    return sorted(value for value in members if value is not None)


def _other_than(excluded: frozenset[Value], value: str) -> str:
    """Return *value*, or where it is excluded one that is not."""
    others = (f"x{number}" for number in count())
    return next(text for text in chain((value,), others) if text not in excluded)


def _draw_form(draw: DrawFn, values: Integers) -> str:
    """Draw a way to write an integer of a range, which is not empty."""
    first = draw(st.integers(values.low, values.high))
    shortest = draw(st.integers(1, LABEL_VALUE_MAX_BYTES))
    # From the one that was drawn on, and around: at most the excluded are passed over.
    numbers = chain(range(first, values.high + 1), range(values.low, first))
    widths = (*range(shortest, LABEL_VALUE_MAX_BYTES + 1), *range(1, shortest))
    texts = (str(number).zfill(width) for number in numbers for width in widths)
    return next(text for text in texts if text not in values.excluded)
