"""Common mistakes, and the advice each gets."""

import pytest

from kubeobj.errors import SelectorError
from kubeobj.labels.selector import Selector


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("a in b", "parentheses: in (b)"),
        ("a notin b,c", "parentheses: notin (b)"),
        ("a in", "parentheses: in (a,b)"),
        ("a = 'b'", "without quotes: b"),
        ('"a"=b', "without quotes: a"),
        ("env IN (x)", "operators are lower case: in"),
        ("env NotIn (x)", "operators are lower case: notin"),
        ("a=b,", "leave out the comma at the end"),
        ("a=b,,c=d", "leave out one comma"),
        (",a", "leave out one comma"),
        ("a=b && c=d", "joined by a comma"),
        ("a=b and c=d", "joined by a comma"),
        ("a=b;c=d", "joined by a comma"),
        ("a=b&c", "joined by commas"),
        ("a=b&c=d", "joined by a comma"),
        ("a in (b;c)", "values of a set, are joined by commas"),
        ("a=b||c=d", "there is no or"),
        ("a=b|c", "there is no or"),
        ("!a in (b)", "key notin (a,b)"),
        ("!a=b", "key!=value"),
        ("a in [b,c]", "parentheses: in (a,b)"),
        ("a in {b}", "parentheses: in (a,b)"),
        ("a in *", "there are no patterns"),
        ("in (a)", "the key comes first: key in (a,b)"),
        ("(a=b)", "no parentheses around"),
        ('a="b c"', "without quotes, and have no spaces"),
        ("a 'b'", "without quotes"),
        ("a=>5", "there is no >="),
        ("a=<5", "there is no <="),
        ("a<>b", "write key!=value"),
        ("a!==b", "write key!=value"),
        ("a!b", "write key!=value"),
        ("a===b", "write key=value"),
        ("a = b = c", "one operator"),
        ("not a", "written !a"),
        ("a nin (b)", "write key notin (a,b)"),
        ("a contains b", "after a key comes"),
        ("a~b", "there are no patterns"),
        ("-l a=b", "leave out the flag"),
        ("a=b || a=c", "there is no or"),
        ("a=b or c", "there is no or"),
        ("a not in (b)", "write key notin (a,b)"),
        ("a>=5", "there is no >="),
        ("a<=5", "there is no <="),
        ("a=(b)", "goes with in"),
        ("a in (b", "close the set"),
        ("!(a)", "only a key can be negated"),
        ("!", "written !key"),
        ("a=~b.*", "there are no patterns"),
        ("a=web*", "there are no patterns"),
        ("app: web", "with = and not :"),
        ("app:web", "with = and not :"),
        ("a exists", "its key alone"),
        ("a is b", "write key=value"),
        ("a ne b", "write key!=value"),
        ("a=b c=d", "put a comma before c"),
        ("a in (b) c", "put a comma before c"),
    ],
)
def test_a_common_mistake_is_met_with_what_to_write_instead(text: str, advice: str) -> None:
    """The hint is an attribute of the error, and the last line of its message."""
    with pytest.raises(SelectorError) as caught:
        Selector.parse(text)
    assert advice in caught.value.hint
    assert str(caught.value).splitlines()[-1] == f"hint: {caught.value.hint}"


@pytest.mark.parametrize("text", [")", "a=b)", "-a", "a=", "a in ((b))"])
def test_other_mistakes_get_no_made_up_advice(text: str) -> None:
    """Silence is better than a guess."""
    error = _error(text)
    assert error is None or not error.hint


def _error(text: str) -> SelectorError | None:
    try:
        Selector.parse(text)
    except SelectorError as error:
        return error
    return None
