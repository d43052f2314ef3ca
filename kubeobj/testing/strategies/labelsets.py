"""Label sets: what an object carries."""

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.strategies import SearchStrategy

from kubeobj.testing.strategies.options import check_sizes
from kubeobj.testing.strategies.vocabulary import Vocabulary


def label_sets(
    *,
    min_size: int = 0,
    max_size: int = 4,
    keys: Sequence[str] | None = None,
    values: Sequence[str] | None = None,
) -> SearchStrategy[dict[str, str]]:
    """Draw valid label sets.

    Args:
        min_size: The fewest labels.
        max_size: The most labels.
        keys: The only keys there are; any by default.
        values: The only values there are; any by default.

    Raises:
        InvalidArgument: If the sizes leave nothing, or a key or value is not valid.

    >>> from hypothesis import find
    >>> find(label_sets(keys=["app"], values=["web"], min_size=1), lambda _: True)
    {'app': 'web'}
    """
    check_sizes(min_size, max_size)
    words = Vocabulary(keys, values)
    most = max_size if keys is None else min(max_size, len(set(keys)))
    if min_size > most:
        raise InvalidArgument(f"{min_size=} labels cannot be made of {most} keys")
    return st.dictionaries(words.key, words.value, min_size=min_size, max_size=most)
