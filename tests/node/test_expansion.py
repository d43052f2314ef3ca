"""References to variables are replaced as Kubernetes does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.node.expansion import expand, expand_strictly, mapping

KNOWN = {"VAR_A": "A", "VAR_B": "B", "VAR_C": "C", "VAR_REF": "$(VAR_A)", "VAR_EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$(VAR_A)", "A"),
        ("___$(VAR_B)___", "___B___"),
        ("___$(VAR_C)", "___C"),
        ("$(VAR_A)-1", "A-1"),
        ("$(VAR_A)_$(VAR_B)_$(VAR_C)", "A_B_C"),
        ("$$(VAR_B)_$(VAR_A)", "$(VAR_B)_A"),
        ("$$(VAR_A)_$$(VAR_B)", "$(VAR_A)_$(VAR_B)"),
        ("f000-$$VAR_A", "f000-$VAR_A"),
        ("foo\\$(VAR_C)bar", "foo\\Cbar"),
        ("foo\\\\$(VAR_C)bar", "foo\\\\Cbar"),
        ("foo$(VAR_EMPTY)bar", "foobar"),
        ("$(VAR_REF)", "$(VAR_A)"),
        ("%%$(VAR_REF)--$(VAR_REF)%%", "%%$(VAR_A)--$(VAR_A)%%"),
        ("$$$$$$$(BAD_VAR)", "$$$$(BAD_VAR)"),
        ("$$$$$$(VAR_A)", "$$$(VAR_A)"),
        ("$$$$$$$(VAR_A)", "$$$A"),
        ("$VAR_A)", "$VAR_A)"),
        ("${VAR_A}", "${VAR_A}"),
        ("$(VAR_B", "$(VAR_B"),
        ("$()", "$()"),
        ("$$()", "$()"),
        ("$(VAR_BLAH", "$(VAR_BLAH"),
        ("$(VAR_A)_$(UNKNOWN)", "A_$(UNKNOWN)"),
        ("$(VAR_A$(VAR_B)", "$(VAR_A$(VAR_B)"),
        ("$(VAR_A))", "A)"),
        ("trailing$", "trailing$"),
        ("$", "$"),
        ("$$", "$"),
        ("$$$", "$$"),
        ("$5$(VAR_A)", "$5A"),
        ("$($(VAR_A))", "$($(VAR_A))"),
        ("", ""),
    ],
)
def test_expansion(text: str, expected: str) -> None:
    """What is known is put in, two dollars are one, all else stays."""
    assert expand(text, mapping(KNOWN)) == expected


def reference(text: str, known: dict[str, str]) -> str:
    """Expand one character after the other, as the specification tells it."""
    out, at = "", 0
    while at < len(text):
        if text[at] != "$" or at + 1 == len(text):
            out, at = out + text[at], at + 1
        elif text[at + 1] == "$":
            out, at = out + "$", at + 2
        elif text[at + 1] == "(" and ")" in text[at + 2 :]:
            end = text.index(")", at + 2)
            name = text[at + 2 : end]
            out, at = out + known.get(name, f"$({name})"), end + 1
        else:
            out, at = out + text[at : at + 2], at + 2
    return out


@given(st.text(alphabet="$()AB x", max_size=30))
def test_any_text_is_expanded_as_told(text: str) -> None:
    """Faster than one character after the other, and the same."""
    known = {"A": "$(B)", "B": "b", "AB": ""}
    assert expand(text, mapping(known)) == reference(text, known)


@given(st.text(alphabet="$()A", max_size=20))
def test_an_escaped_text_comes_back(text: str) -> None:
    """Doubling every dollar sign keeps everything from being replaced."""
    assert expand(text.replace("$", "$$"), mapping({"A": "a", "": "b"})) == text


def test_the_first_who_knows_a_name_is_heard() -> None:
    """What is told first hides what is told later."""
    assert expand("$(A)$(B)", mapping({"A": "1"}, {"A": "2", "B": "3"})) == "13"


def test_very_many_references_take_no_time() -> None:
    """Time grows with the text and not faster, even if nothing is ever closed."""
    assert expand("$(" * 200_000, mapping({})) == "$(" * 200_000


def test_strict_references_must_lead_somewhere() -> None:
    """Which do not, is told in order; what is empty counts as nothing."""
    assert expand_strictly("a/$(A)", {"A": "x"}) == "a/x"
    with pytest.raises(LookupError, match="missing value for A, B"):
        expand_strictly("$(B)$(A)$(B)", {"A": ""})
