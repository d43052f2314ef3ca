"""Resource quantities, and the many ways to write them.

All are below 1000E, beyond which Kubernetes itself does not write what it reads.
"""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kubeobj.meta.quantity import Quantity

_DECIMAL_SUFFIXES = {"": 0, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18} | {
    "n": -9,
    "u": -6,
}
_EXPONENTS = {f"{letter}{exponent}": exponent for letter in "eE" for exponent in range(-9, 19)}
_BINARY_SUFFIXES = {"Ki": 3, "Mi": 6, "Gi": 9, "Ti": 12, "Pi": 15, "Ei": 18}

# By suffix, how many digits may stand before it, so that the amount stays below 1000E.
_DIGITS = {
    suffix: min(18, 21 - exponent)
    for suffix, exponent in (_DECIMAL_SUFFIXES | _BINARY_SUFFIXES | _EXPONENTS).items()
}


def quantities(*, allow_negative: bool = True) -> SearchStrategy[Quantity]:
    """Draw quantities of every format and size.

    Args:
        allow_negative: Whether some are below zero; no resource of an object is.

    >>> from hypothesis import find
    >>> find(quantities(), lambda _: True)
    Quantity('0')
    """
    return quantity_texts(allow_negative=allow_negative).map(Quantity)


def quantity_texts(*, canonical: bool = False, allow_negative: bool = True) -> SearchStrategy[str]:
    """Draw texts of quantities, in canonical form or in any that is read.

    Args:
        canonical: Whether each is the text that Kubernetes writes. If not, they may have leading
            zeros, signs, no digits on one side of the point, or more digits than are kept.
        allow_negative: Whether some are below zero.

    >>> from hypothesis import find
    >>> find(quantity_texts(), lambda _: True)
    '0'
    """
    signs = ("", "+", "-") if allow_negative else ("", "+")
    texts = st.sampled_from(tuple(_DIGITS)).flatmap(
        lambda suffix: st.builds(
            "{}{}{}".format, st.sampled_from(signs), _numbers(_DIGITS[suffix]), st.just(suffix)
        )
    )
    return texts.map(lambda text: str(Quantity(text))) if canonical else texts


def _numbers(max_digits: int) -> SearchStrategy[str]:
    """Draw numbers of up to *max_digits* before the point, and of any zeros before those."""
    whole = st.integers(0, 10**max_digits - 1).map(str)
    padded = st.builds("{}{}".format, st.sampled_from(("", "0", "000")), whole)
    fraction = st.text("0123456789", min_size=1, max_size=12).map(".{}".format)
    return st.one_of(
        whole,
        padded,
        whole.map("{}.".format),
        fraction,
        st.builds("{}{}".format, padded, fraction),
    )
