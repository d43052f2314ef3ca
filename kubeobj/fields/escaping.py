r"""How a field selector writes a value: ``\``, ``,`` and ``=`` with a backslash before each.

Only values are escaped, never fields.

Source: EscapeValue and UnescapeValue of ``k8s.io/apimachinery/pkg/fields`` (v1.36).
"""

import re

from kubeobj.errors import SelectorSyntaxError

_SPECIAL = re.compile(r"[\\,=]")
_ESCAPED = re.compile(r"\\([\\,=])")
_UNESCAPED_RUN = re.compile(r"(?:[^\\,=]|\\[\\,=])*+")


def escape_value(value: str) -> str:
    r"""Return *value* as a field selector writes it.

    >>> print(escape_value("a=b,c"))
    a\=b\,c
    """
    return _SPECIAL.sub(r"\\\g<0>", value)


def unescape_value(text: str) -> str:
    r"""Return the value that *text* writes; the inverse of `escape_value`.

    Raises:
        SelectorSyntaxError: If a special character has no backslash before it, or another one has.

    >>> print(unescape_value(r"a\=b\,c"))
    a=b,c
    """
    return unescape_part(text, 0, len(text))


def unescape_part(text: str, start: int, end: int) -> str:
    """Return the value that *text* writes from *start* to *end*; errors point into all of it."""
    run = _UNESCAPED_RUN.match(text, start, end)
    position = run.end() if run else start
    if position < end:
        raise _wrong_character(text, position, end)
    return _ESCAPED.sub(r"\1", text[start:end])


def _wrong_character(text: str, position: int, end: int) -> SelectorSyntaxError:
    character = text[position]
    if character == "\\":
        found, hint = text[position : min(position + 2, end)], r"a backslash is written \\"
    else:
        found, hint = character, rf"in a value, {character} is written \{character}"
    return SelectorSyntaxError(
        text=text, position=position, found=found, expected=(r"'\\'", r"'\,'", r"'\='"), hint=hint
    )
