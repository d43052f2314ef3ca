"""Selectors as text, drawn from the grammar itself: whatever it allows can come.

The grammar draws the shape of a selector, with marks where words stand. The words are put in
afterwards, because which of them are good depends on the operator before, and that is no syntax.
"""

import re
from functools import cache

from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark
from hypothesis.strategies import DrawFn, SearchStrategy
from lark import Lark

from kubeobj.testing.strategies.labels import integer_values, label_keys, label_values

# A key; what stands behind > and <, where there may be no mark; any other value.
_MARKS = re.compile(r"(?P<key>K)|(?P<comparison>[<>][ \t\r\n]*)V?|V")

_NO_WORD = " \t\r\n\0=!(),<>"


def selector_texts(*, valid: bool = True) -> SearchStrategy[str]:
    """Draw texts that the grammar of selectors derives, with white space wherever it may be.

    Args:
        valid: Whether keys and values are good too, so that the text means a selector. If not,
            they are any words, with NULs where they do no harm: reading the text gives a selector
            or a `SelectorInvalidError`, but never a `SelectorSyntaxError`.

    >>> from hypothesis import find
    >>> find(selector_texts(), lambda _: True)
    ''
    """
    if valid:
        return _filled(label_keys(), label_values(), integer_values())
    word = st.text(st.characters(codec="utf-8", exclude_characters=_NO_WORD), min_size=1)
    # Behind a word one NUL is dropped; behind white space it ends the text.
    word |= word.map("{}\0".format)
    end = st.just("") | st.text().map(" \0{}".format)
    return st.builds(str.__add__, _filled(word, word, word), end)


@st.composite
def _filled(
    draw: DrawFn,
    key: SearchStrategy[str],
    value: SearchStrategy[str],
    integer: SearchStrategy[str],
) -> str:
    """Draw a shape, and for each of its marks a word."""

    def word(mark: re.Match[str]) -> str:
        comparison = mark["comparison"]
        if comparison:
            return f"{comparison}{draw(integer)}"
        return draw(key if mark["key"] else value)

    return _MARKS.sub(word, draw(_shapes()))


@cache
def _shapes() -> SearchStrategy[str]:
    """Draw selectors with K for a key and V for a value; the grammar has no such letters."""
    grammar = Lark.open_from_package(
        "kubeobj.labels",
        "selector.lark",
        start="selector",
        parser="lalr",
        lexer="contextual",
        maybe_placeholders=True,
    )
    terminals = {
        "KEY": st.just("K"),
        "VALUE": st.just("V"),
        # The one place where two words meet.
        "_IN": st.just(" in"),
        "_NOTIN": st.just(" notin"),
        "WHITE_SPACE": st.sampled_from((" ", "\t", "\r\n")),
        # Ignored only where it does not end the text: put in with the words.
        "DROPPED_NUL": st.just(""),
        "END": st.just(""),
    }
    return from_lark(grammar, explicit=terminals)
