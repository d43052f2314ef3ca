"""Label sets as an index keeps them."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import pytest

from kubeobj.errors import LabelsTypeError
from kubeobj.labels import labelsets
from kubeobj.labels.labelsets import LabelSets, as_mapping, read_labels


class _Color(StrEnum):
    RED = "red"


class _Sly(str):
    """A string that is equal to all others."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param({}, id="none"),
        pytest.param({"app": "web"}, id="one"),
        pytest.param(MappingProxyType({"app": "web", "": "no / valid \x00 label"}), id="proxy"),
        pytest.param({"\ud800": "\udfff"}, id="surrogates"),
    ],
)
def test_labels_are_read_as_they_are(labels: Mapping[str, str]) -> None:
    """Valid or not: an index finds what is there."""
    assert as_mapping(read_labels(labels)) == labels


def test_no_labels_are_empty_labels() -> None:
    """As for a selector, None is an object without labels."""
    assert read_labels(None) == ((), ())


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param([("a", "b")], id="list"),
        pytest.param("a=b", id="text"),
        pytest.param(1, id="number"),
        pytest.param({"a": 1}, id="number for a value"),
        pytest.param({"a": None}, id="none for a value"),
        pytest.param({1: "a"}, id="number for a key"),
        pytest.param({b"a": "a"}, id="bytes for a key"),
        pytest.param({_Color.RED: []}, id="list for a value"),
    ],
)
def test_what_maps_no_strings_to_strings_is_refused(labels: object) -> None:
    """With our error, which is a TypeError too."""
    with pytest.raises(LabelsTypeError):
        read_labels(labels)


def test_strings_of_a_subclass_are_read_as_plain_strings() -> None:
    """An enumeration's member is its value; a string's own equality does not count."""
    keys, values = read_labels({_Sly("a"): _Color.RED})
    assert (keys, values) == (("a",), ("red",))
    assert type(keys[0]) is type(values[0]) is str


def test_equal_label_sets_share_their_parts() -> None:
    """A million objects of one shape have one tuple of keys, and each value once."""
    sets = LabelSets()
    one_keys, one_values = sets.read({"app": "".join(("we", "b"))})
    keys, values = sets.read({"app": "".join(("w", "eb"))})
    assert keys is one_keys
    assert values[0] is one_values[0]


def test_what_is_remembered_to_share_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels that never repeat must not pile up."""
    monkeypatch.setattr(labelsets, "_KNOWN_LIMIT", 10)
    sets = LabelSets()
    for number in range(100):
        assert as_mapping(sets.read({"id": str(number)})) == {"id": str(number)}
        assert as_mapping(sets.read({str(number): ""})) == {str(number): ""}
        assert len(sets._known_values) <= 10
        assert len(sets._known_keys) <= 10
