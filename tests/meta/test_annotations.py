"""Annotations: their rules, and values with a type."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import FieldErrors, FieldErrorType
from kubeobj.meta.annotations import (
    ANNOTATIONS_MAX_BYTES,
    BOOLEAN,
    INTEGER,
    JSON,
    TEXT,
    AnnotationKey,
    Codec,
    validate_annotations,
)

INT64 = st.integers(-(2**63), 2**63 - 1)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | INT64 | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=8,
)


@pytest.mark.parametrize("key", ["a", "A", "Example.COM/Note", "İ", "K"])
def test_keys_may_have_capitals(key: str) -> None:
    """A key is judged in small letters, as Go makes them."""
    assert not validate_annotations({key: "any\ntext \ud800"})


@pytest.mark.parametrize("key", ["", "a b", "a/b/c", "É", "-a"])
def test_keys_are_label_keys_otherwise(key: str) -> None:
    """What no label key is in small letters is no annotation key."""
    errors = validate_annotations({key: ""})
    assert errors
    assert {error.origin for error in errors} == {"format=annotation-key"}
    with pytest.raises(FieldErrors):
        AnnotationKey(key, TEXT)


@pytest.mark.parametrize("char", ["x", "é", "\ud800", "😀"])
def test_the_total_size_counts_bytes_of_keys_and_values(char: str) -> None:
    """The limit is met to the byte, whatever the characters are."""
    width = len(char.encode("utf-8", "surrogatepass"))
    count, rest = divmod(ANNOTATIONS_MAX_BYTES - 2, width)
    fits = {"a": char * count, "b": "x" * rest}
    assert not validate_annotations(fits)
    (error,) = validate_annotations({**fits, "b": "x" * (rest + 1)})
    assert (error.type, error.origin) == (FieldErrorType.TOO_LONG, "maxBytes")


@pytest.mark.parametrize(
    ("codec", "text", "value"),
    [
        (TEXT, " a ", " a "),
        (BOOLEAN, "true", True),
        (BOOLEAN, "T", True),
        (BOOLEAN, "0", False),
        (INTEGER, "-007", -7),
        (INTEGER, "+9223372036854775807", 2**63 - 1),
        (JSON, '{"a": [1, null]}', {"a": [1, None]}),
        (Codec(float, repr), "1.5", 1.5),
    ],
)
def test_values_are_read(codec: Codec[Any], text: str, value: object) -> None:
    """A codec reads the value that a text stands for."""
    assert AnnotationKey("a/b", codec).get({"a/b": text}) == value


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        (BOOLEAN, "yes"),
        (BOOLEAN, ""),
        (INTEGER, "1.0"),
        (INTEGER, "1_000"),
        (INTEGER, "٣"),
        (INTEGER, "9223372036854775808"),
        pytest.param(INTEGER, "9" * 100_000, id="long-integer"),
        (JSON, "{"),
        (JSON, "NaN"),
        pytest.param(JSON, "[" * 100_000, id="deep-json"),
        (JSON, '"\ud800"'),
    ],
)
def test_what_is_no_value_is_a_field_error(codec: Codec[Any], text: str) -> None:
    """A text that means nothing says so, with the annotation's path."""
    with pytest.raises(FieldErrors) as caught:
        AnnotationKey("a/b", codec).get({"a/b": text})
    assert [(str(error.path), error.origin) for error in caught.value] == [
        ("metadata.annotations[a/b]", "annotation=codec")
    ]
    assert str(caught.value)


@pytest.mark.parametrize(
    ("codec", "value"),
    [
        (INTEGER, 2**63),
        pytest.param(INTEGER, 10**5000, id="long-integer"),
        (JSON, object()),
        (JSON, {"a": "\ud800"}),
    ],
)
def test_what_cannot_be_written_is_a_field_error(codec: Codec[Any], value: object) -> None:
    """A value without a text says so."""
    with pytest.raises(FieldErrors, match=r"metadata\.annotations"):
        AnnotationKey("a/b", codec).set({}, value)


def test_setting_leaves_the_others_and_the_original() -> None:
    """The mapping itself is never changed."""
    key, annotations = AnnotationKey("a/b", TEXT), {"c": "d"}
    changed = key.set(annotations, "x")
    assert changed == {"c": "d", "a/b": "x"}
    assert key.unset(changed) == annotations == {"c": "d"}
    assert key.get(annotations) is None


@given(st.booleans(), INT64, st.text(), JSON_VALUES)
def test_what_is_written_reads_back(boolean: bool, integer: int, text: str, json: Any) -> None:
    """Reading what a codec wrote gives the value."""
    for codec, value in ((BOOLEAN, boolean), (INTEGER, integer), (TEXT, text), (JSON, json)):
        key: AnnotationKey[Any] = AnnotationKey("a/b", codec)
        assert key.get(key.set({}, value)) == value
