"""The error tree, and the parts errors are made of."""

import inspect
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj import errors
from kubeobj.errors import (
    ECHO_LIMIT,
    SHOWN_LIMIT,
    FieldError,
    FieldErrors,
    FieldErrorType,
    FieldPath,
    KubeobjError,
    ManifestError,
    SelectorInvalidError,
    SelectorSyntaxError,
    echo,
    point_at,
)


def _drawn() -> dict[str, tuple[str, str]]:
    """Return the tree at the head of the module: class to parent and built-in base."""
    parents = {0: "KubeobjError"}
    drawn = {}
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^    ((?:│   |    )*)[├└]── (\w+)(?:\((\w+(?:, \w+)*)\))?", line)
        if match:
            depth = len(match[1]) // 4 + 1
            drawn[match[2]] = (parents[depth - 1], match[3] or "")
            parents[depth] = match[2]
    return drawn


def test_the_tree_is_as_drawn() -> None:
    """Every error class is in the drawing, under its parent, with the built-in it also is."""
    real = {}
    for name, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, KubeobjError) and kind is not KubeobjError:
            ours = [base.__name__ for base in kind.__bases__ if issubclass(base, KubeobjError)]
            builtin = [
                base.__name__ for base in kind.__bases__ if not issubclass(base, KubeobjError)
            ]
            real[name] = (ours[0], ", ".join(builtin))
    assert _drawn() == real


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (FieldPath(), ""),
        (FieldPath.of("spec", "containers", 0, "image"), "spec.containers[0].image"),
        (FieldPath.of("metadata").child("labels").key("a.b/c"), "metadata.labels[a.b/c]"),
        (FieldPath().index(2).child("x", "y"), "[2].x.y"),
    ],
)
def test_a_path_prints_as_the_api_writes_it(path: FieldPath, text: str) -> None:
    """Fields by dot, positions and keys in brackets."""
    assert str(path) == text


@pytest.mark.parametrize("type_", list(FieldErrorType))
def test_a_field_error_says_where_what_and_why(type_: FieldErrorType) -> None:
    """The message has the path, the kind, the value where there is one, and the rule."""
    text = str(FieldError(FieldPath.of("spec"), type_, {"a": 1}, "because"))
    assert text.startswith(f"spec: {type_.prose}")
    assert text.endswith(": because")
    valueless = {"Required value", "Forbidden", "Too long", "Internal error"}
    assert ('{"a": 1}' in text) is (type_.prose not in valueless)


def test_several_field_errors_are_one_exception() -> None:
    """All are there, one a line."""
    one = FieldError(FieldPath.of("a"), FieldErrorType.REQUIRED)
    other = FieldError(FieldPath(), FieldErrorType.INVALID, 5, "too odd")
    raised = FieldErrors([one, other])
    assert list(raised) == [one, other]
    assert str(raised) == "a: Required value\nInvalid value: 5: too odd"


@given(st.text() | st.lists(st.text()) | st.binary() | st.floats() | st.integers())
def test_any_value_can_be_echoed_in_bounds(value: object) -> None:
    """A message can always be printed, and never grows with the input."""
    text = echo(value)  # type: ignore[arg-type]
    text.encode()
    assert text.isprintable()
    assert len(text) <= ECHO_LIMIT * len(r"\U0010ffff") + 40


@pytest.mark.parametrize("value", [10**5000, {1: object}, "\x9b31m\x7f"], ids=["big", "odd", "c1"])
def test_what_is_hard_to_print_is_echoed_all_the_same(value: object) -> None:
    """A number too long for Python's printer, what is no JSON, and terminal escapes."""
    assert echo(value).isprintable()  # type: ignore[arg-type]


def test_how_much_was_cut_is_told() -> None:
    """A text is counted in characters of its own, anything else in those of its JSON."""
    assert echo("é\n" * 500).endswith("… (1000 characters)")
    assert echo([0] * 500).endswith("… (1500 characters)")


@given(st.text(), st.data())
def test_a_caret_is_always_below_what_it_points_at(text: str, data: st.DataObject) -> None:
    """Two lines whatever the text, the caret within one column of the shown text."""
    position = data.draw(st.integers(0, len(text)))
    shown, caret = point_at(text, position).split("\n")
    assert caret.strip() == "^"
    assert len(caret) <= len(shown) + 1


def test_a_manifest_error_names_file_line_and_column() -> None:
    """In the form editors jump to."""
    error = ManifestError("bad", source="a.yaml", line=3, column=7)
    assert str(error) == "a.yaml:3:7: bad"


def test_an_invalid_selector_from_parts_prints_without_a_caret() -> None:
    """There is no text to point into."""
    error = FieldError(FieldPath.of("key"), FieldErrorType.INVALID, "-", "bad")
    assert str(SelectorInvalidError([error], hint="try x")) == (
        'key: Invalid value: "-": bad\nhint: try x'
    )


@pytest.mark.parametrize(
    "error",
    [
        FieldErrors([FieldError(FieldPath.of("a"), FieldErrorType.INVALID, 1, "x")]),
        SelectorSyntaxError(text="a b", position=2, found="b", expected=["','"], hint="h"),
        SelectorInvalidError(
            [FieldError(FieldPath(), FieldErrorType.INVALID)], text="a", positions=[0]
        ),
        errors.QuantityError("no", text="x", rule="format"),
        ManifestError("bad", source="-", line=1, column=1),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_cross_process_borders(error: KubeobjError) -> None:
    """Pickled, as by a process pool, they print the same."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert type(again) is type(error)
    assert str(again) == str(error)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(FieldPath.of("\ud800").key("\x1b[2J"), id="path"),
        pytest.param(
            FieldError(FieldPath(), FieldErrorType.FORBIDDEN, None, "not \ud800"), id="detail"
        ),
        pytest.param(ManifestError("x", source="\udc80.yaml", line=1, column=1), id="source"),
    ],
)
def test_names_that_cannot_be_printed_are_escaped(message: object) -> None:
    """Field names, keys and file names of any characters leave a message printable."""
    assert str(message).isprintable()


def test_advice_that_repeats_the_input_can_be_printed() -> None:
    """The hint echoes what is hard to print as the message does."""
    error = SelectorSyntaxError(text="a", position=0, found="a", expected=(), hint="write \ud800")
    assert "hint: write \\ud800" in str(error)


@pytest.mark.parametrize("text", ["", "a" * SHOWN_LIMIT * 2])
def test_a_message_shows_so_many_errors_and_counts_the_rest(text: str) -> None:
    """However much is wrong, what is printed stays short; the errors are all there."""
    count = SHOWN_LIMIT * 2
    found = [FieldError(FieldPath.of(n), FieldErrorType.REQUIRED) for n in range(count)]
    positions = range(count) if text else ()
    for error in (
        SelectorInvalidError(found, text=text, positions=positions),
        FieldErrors(found),
    ):
        assert len(error.errors) == count
        assert str(error).count("Required") == SHOWN_LIMIT
        assert str(error).splitlines()[-1] == f"… and {SHOWN_LIMIT} more"


def test_a_map_key_may_be_no_string() -> None:
    """Mappings from Python may have any keys, even numbers too long to print."""
    assert [str(FieldPath().key(key)) for key in ("a", 1, None, 10**5000)] == [
        "[a]",
        "[1]",
        "[null]",
        "[<int>]",
    ]
