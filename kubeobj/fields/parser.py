"""Text to requirements of a field selector, by one scan from left to right.

The syntax is not that of label selectors: terms end at commas, a backslash takes the meaning from
what follows, the first operator in a term divides it, and white space is part of what it stands in.

Source: ParseSelector of ``k8s.io/apimachinery/pkg/fields`` (v1.36).
"""

import re
from collections.abc import Iterator

from kubeobj.errors import SelectorSyntaxError
from kubeobj.fields.escaping import unescape_part
from kubeobj.fields.requirement import FieldRequirement
from kubeobj.labels.parser import check_text

_TERM = re.compile(r"(?:[^\\,]|\\.)*+\\?", re.DOTALL)
_OPERATOR = re.compile(r"!=|==?")

_ONLY = "field selectors know only =, == and !="
_HINTS = {
    "in": f"{_ONLY}; there is no or, so ask once for each value",
    "notin": f"{_ONLY}; for a notin (x,y) write a!=x,a!=y",
    ">": f"{_ONLY}; they compare text and know no order",
    "<": f"{_ONLY}; they compare text and know no order",
    "!": f"{_ONLY}; a field that is absent or empty is field=",
    "": f"{_ONLY}; a field that has any value is field!=",
}
_FOREIGN = re.compile(r"\s(?P<word>in|notin)(?=[\s(])|(?P<sign>[<>])|^(?P<not>!)")


def parse_field_requirements(text: str) -> tuple[FieldRequirement, ...]:
    """Return the requirements that *text* writes, in the order of Kubernetes: as written, sorted.

    Raises:
        SelectorSyntaxError: If *text* is no field selector, or is too long.
        TypeError: If *text* is no string.
    """
    check_text(text)
    terms = sorted(_terms(text), key=lambda term: term[0])
    return tuple(requirement for _, requirement in terms)


def _terms(text: str) -> Iterator[tuple[str, FieldRequirement]]:
    """Yield each term that says anything, as it is written, with what it requires."""
    start = 0
    while start < len(text):
        match = _TERM.match(text, start)
        end = match.end() if match else start
        if end > start:
            term = _term(text, start, end)
            if term is not None:
                yield text[start:end], term
        start = end + 1


def _term(text: str, start: int, end: int) -> FieldRequirement | None:
    operator = _OPERATOR.search(text, start, end)
    if operator is None:
        raise _no_operator(text, start, end)
    field = text[start : operator.start()]
    value = unescape_part(text, operator.end(), end)
    return FieldRequirement(field, operator[0], value) if field or value else None


def _no_operator(text: str, start: int, end: int) -> SelectorSyntaxError:
    foreign = _FOREIGN.search(text[start:end])
    if foreign is None:
        position, found, hint = end, text[end : end + 1], _HINTS[""]
    else:
        group = str(foreign.lastgroup)
        position, found = start + foreign.start(group), foreign[group]
        hint = _HINTS[found]
    return SelectorSyntaxError(
        text=text, position=position, found=found, expected=("'='", "'=='", "'!='"), hint=hint
    )
