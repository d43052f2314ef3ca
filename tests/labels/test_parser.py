"""Text to selector, held against what Kubernetes answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import SelectorError, SelectorInvalidError, SelectorSyntaxError
from kubeobj.labels.parser import TEXT_LIMIT, parse_requirements
from kubeobj.labels.selector import Selector
from tests.golden import golden

# The grammar's own characters, where most mistakes are.
selector_like = st.text(alphabet=st.sampled_from("ain0-_./=!(),<> \t\n\0'é"), max_size=60)


def _answer(text: str) -> dict[str, object]:
    try:
        selector = Selector.parse(text)
    except SelectorError:
        return {"ok": False}
    requirements = [
        {"key": one.key, "operator": one.operator.value, "values": list(one.values)}
        for one in selector.requirements
    ]
    exact = {one.key: selector.requires_exact(one.key) for one in selector.requirements}
    exact = {key: value for key, value in exact.items() if value is not None}
    answer = {"ok": True, "canonical": str(selector), "requirements": requirements}
    return {**answer, "requires_exact": exact} if exact else answer


def test_every_recorded_selector_is_read_as_recorded() -> None:
    """Accepted or refused, the parts, their order and the canonical text are Kubernetes' own."""
    wrong = [
        (line, answer)
        for line in golden("selectors")
        if (answer := _answer(line["input"])) != {k: v for k, v in line.items() if k != "input"}
    ]
    assert wrong == []


def test_every_refusal_points_into_its_text() -> None:
    """Each error's position is inside the text or at its end, and it prints with a caret."""
    refused = [line["input"] for line in golden("selectors") if not line["ok"]]
    for text in refused:
        with pytest.raises(SelectorError) as caught:
            Selector.parse(text)
        assert caught.value.text == text
        assert 0 <= caught.value.position <= len(text)
        assert str(caught.value).encode().count(b"^") >= 1


@pytest.mark.parametrize(
    ("text", "position", "found", "expected"),
    [
        pytest.param("a in b", 5, "b", ("'('",), id="set-without-parentheses"),
        pytest.param("a=b,", 4, "", ("'!'", "a label key"), id="trailing-comma"),
        pytest.param("a=b c", 4, "c", ("','", "the end"), id="missing-comma"),
        pytest.param("a in (b", 7, "", ("')'", "','"), id="open-set"),
        pytest.param("!", 1, "", ("a label key",), id="lonely-negation"),
        pytest.param("a>=5", 2, "=", ("','", "a value", "the end"), id="at-least"),
    ],
)
def test_syntax_error_says_what_was_found_and_what_could_stand_there(
    text: str, position: int, found: str, expected: tuple[str, ...]
) -> None:
    """The four facts of a syntax error are attributes."""
    with pytest.raises(SelectorSyntaxError) as caught:
        Selector.parse(text)
    error = caught.value
    assert (error.position, error.found, error.expected) == (position, found, expected)


def test_all_broken_requirements_are_reported_at_once_each_with_its_place() -> None:
    """Three mistakes in two requirements give three errors at three positions."""
    text = "-a=b,c in (-,b,_),d"
    with pytest.raises(SelectorInvalidError) as caught:
        Selector.parse(text)
    assert [str(error.path) for error in caught.value.errors] == ["key", "values[0]", "values[2]"]
    assert caught.value.positions == (0, text.index("-,b"), text.index("_"))
    assert str(caught.value).count("^") == 3


def test_an_error_in_an_empty_value_points_at_its_key() -> None:
    """What is not written cannot be pointed at: its requirement's key is."""
    with pytest.raises(SelectorInvalidError) as caught:
        Selector.parse("a,b>")
    assert caught.value.positions == (2,)


def test_a_caret_stays_in_place_behind_control_characters_and_long_text() -> None:
    """Escapes and cuts move the caret along with what it points at."""
    with pytest.raises(SelectorSyntaxError) as caught:
        Selector.parse("x" * 200 + "\n\ty (" + "z" * 200)
    shown, caret = str(caught.value).splitlines()[1:3]
    assert shown[caret.index("^")] == "y"


def test_text_beyond_the_limit_is_refused_with_the_limit_named() -> None:
    """Oversized text is not read at all."""
    with pytest.raises(SelectorSyntaxError, match=f"at most {TEXT_LIMIT}"):
        Selector.parse("a" * (TEXT_LIMIT + 1))


def test_long_text_is_read_without_recursion() -> None:
    """As many requirements as one likes: the parser keeps its own stack."""
    text = ",".join(f"k{number} in (a,b)" for number in range(5_000))
    assert len(parse_requirements(text)) == 5_000


def test_text_of_another_type_is_the_callers_mistake() -> None:
    """Only a string is text."""
    with pytest.raises(TypeError, match="must be str, not bytes"):
        Selector.parse(b"a=b")  # type: ignore[arg-type]


@given(st.text() | selector_like)
def test_any_text_is_a_selector_or_one_of_our_errors(text: str) -> None:
    """Nothing else comes out, and the message can always be printed."""
    try:
        selector = Selector.parse(text)
    except SelectorError as error:
        str(error).encode()
    else:
        assert Selector.parse(str(selector)) == selector


def test_what_was_parsed_before_is_the_same_object() -> None:
    """Results are cached, as selectors cannot change."""
    assert Selector.parse("cached=yes,again") is Selector.parse("cached=yes,again")
