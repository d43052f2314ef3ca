"""Label keys and label values.

A good part of what is drawn comes from a handful of plain words, so that keys and values meet: a
selector and labels that were drawn apart from each other still have something in common.

Source: the rules of `kubeobj.names.labels`.
"""

from string import ascii_letters, digits

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kubeobj.names import LABEL_VALUE_MAX_BYTES
from kubeobj.testing.strategies.dns import dns_subdomains

_COMMON_KEYS = ("a", "b", "app", "in", "example.com/a", "app.kubernetes.io/name")
_COMMON_VALUES = ("", "a", "b", "web", "in", "0", "1", "2", "01")
_ALPHABET = f"{ascii_letters}{digits}-_."


def label_keys() -> SearchStrategy[str]:
    """Draw label keys, with a domain before them or without.

    >>> from hypothesis import find
    >>> find(label_keys(), lambda _: True)
    'a'
    """
    prefixed = st.builds("{}/{}".format, dns_subdomains(), words())
    return st.sampled_from(_COMMON_KEYS) | words() | prefixed


def label_values() -> SearchStrategy[str]:
    """Draw label values: empty, words, and integers in any way to write them.

    >>> from hypothesis import find
    >>> find(label_values(), lambda _: True)
    ''
    """
    return st.sampled_from(_COMMON_VALUES) | words() | integer_values()


def words() -> SearchStrategy[str]:
    """Draw words: what stands behind the domain of a label key, and every value but the empty."""
    # Cutting the ends off cannot fail, so nothing is thrown away.
    return st.text(_ALPHABET, max_size=LABEL_VALUE_MAX_BYTES).map(_word)


def integer_values() -> SearchStrategy[str]:
    """Draw label values that ``>`` and ``<`` read as integers, leading zeros among them."""
    plain = (st.integers(0, 9) | st.integers(0, 2**63 - 1)).map(str)
    return plain | st.builds(str.zfill, plain, st.integers(1, LABEL_VALUE_MAX_BYTES))


def _word(text: str) -> str:
    return text.strip("-_.") or "a"
