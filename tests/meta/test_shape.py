"""Reading fields of documents by type."""

import pytest

from kubeobj.documents import JsonValue
from kubeobj.meta import shape
from kubeobj.meta.timestamps import Time


@pytest.mark.parametrize("value", [None, 1.5, True, "x", [], {}])
def test_readers_fall_back_to_the_zero_value(value: JsonValue) -> None:
    """A field of another type reads as if it were not set."""
    document: dict[str, JsonValue] = {"field": value}
    assert shape.text_of(document, "field") == ("x" if value == "x" else "")
    assert shape.integer_of(document, "field") == 0
    assert shape.texts_of(document, "field") == ()
    assert shape.objects_of(document, "field") == ()
    assert shape.text_map_of(document, "field") == {}
    assert shape.object_of(document, "field") == {}
    assert shape.time_of(document, "field") is None


def test_readers_return_what_is_there() -> None:
    """A field of the right type is returned; parts of another type read as not set."""
    document: dict[str, JsonValue] = {
        "integer": 7,
        "list": ["a", None, {"b": 1}],
        "map": {"a": "x", "b": None},
        "time": "1970-01-01T00:00:01Z",
    }
    assert shape.integer_of(document, "integer") == 7
    assert shape.texts_of(document, "list") == ("a", "", "")
    assert shape.objects_of(document, "list") == ({}, {}, {"b": 1})
    assert shape.text_map_of(document, "map") == {"a": "x", "b": ""}
    assert shape.object_of(document, "map") == document["map"]
    assert shape.time_of(document, "time") == Time(1)
