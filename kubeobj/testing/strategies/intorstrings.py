"""Values that are a number or a text: ports, and shares of a whole."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kubeobj.meta.intorstring import IntOrString


def int_or_strings() -> SearchStrategy[IntOrString]:
    """Draw integers of 32 bits, percentages, and other texts.

    >>> from hypothesis import find
    >>> find(int_or_strings(), lambda _: True)
    IntOrString(value=0)
    """
    integers = st.integers(-(2**31), 2**31 - 1)
    percentages = st.integers(0, 100).map("{}%".format)
    return (integers | percentages | st.text()).map(IntOrString)
