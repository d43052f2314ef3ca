"""Documents for properties of patches: any JSON, and objects of the made-up type."""

from typing import Any, TypeAlias

from hypothesis import strategies as st

Json: TypeAlias = Any
"""What `json.loads` returns: tests look into it as they please."""

NAMES = ("a", "b", "c")
scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.just(1.5) | st.sampled_from(NAMES)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from(NAMES), values, max_size=3)
"""JSON objects of any shape."""


def has_null(value: Json) -> bool:
    """Whether there is a null anywhere in *value*."""
    if isinstance(value, dict):
        return any(map(has_null, value.values()))
    return value is None or (isinstance(value, list) and any(map(has_null, value)))


def containers(value: Json) -> list[Any]:
    """Return every list and dictionary in *value*, itself included."""
    if not isinstance(value, dict | list):
        return []
    inner = value.values() if isinstance(value, dict) else value
    return [value, *(one for part in inner for one in containers(part))]


_texts = st.sampled_from(("x", "y", "z"))


def _fields(inner: st.SearchStrategy[dict[str, Any]]) -> dict[str, st.SearchStrategy[Any]]:
    named = st.lists(inner, max_size=3, unique_by=lambda item: item["name"])
    return {
        "value": _texts,
        "other": _texts,
        "simpleMap": st.dictionaries(st.sampled_from(NAMES), _texts, max_size=2),
        "mergingIntList": st.lists(st.integers(0, 4), unique=True, max_size=4),
        "mergingList": named,
        "nonMergingList": st.lists(inner, max_size=2),
    }


def _grow(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    shared = _fields(inner)
    own = {
        "nonMergingIntList": st.lists(st.integers(0, 4), max_size=3),
        "mergeItemPtr": inner,
        "retainKeysMap": st.fixed_dictionaries({}, optional=shared),
        "retainKeysMergingList": shared["mergingList"],
    }
    name = {"name": st.sampled_from("pqrs")}
    return st.fixed_dictionaries(name, optional={**shared, **own})


merge_items = _grow(_grow(st.fixed_dictionaries({"name": st.sampled_from("pqrs")})))
"""Objects of the type `MergeItem` without nulls, whose merged lists have no item twice."""

directives = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from("pqrs") | scalars,
        "value": scalars,
        "$patch": st.sampled_from(("delete", "replace", "merge", "x")) | scalars,
        "$retainKeys": st.lists(st.sampled_from(("name", "mergingList", "value"))) | values,
        "mergingList": st.lists(merge_items, max_size=2) | values,
        "mergingIntList": st.lists(st.integers(0, 4), max_size=3) | values,
        "$setElementOrder/mergingList": st.lists(
            st.fixed_dictionaries({"name": st.sampled_from("pqrs")}), max_size=4
        )
        | values,
        "$setElementOrder/mergingIntList": st.lists(st.integers(0, 4)) | values,
        "$deleteFromPrimitiveList/mergingIntList": st.lists(st.integers(0, 4)) | values,
        "retainKeysMap": values,
        "simpleMap": values,
        "unknownField": values,
        "Value": values,
    },
)
"""Strategic merge patches, most of them wrong in some way."""

pointers = st.lists(st.sampled_from((*NAMES, "0", "1", "-1", "-", "x", "")), max_size=3).map(
    lambda steps: "".join(f"/{step}" for step in steps)
)
operations = st.lists(
    st.fixed_dictionaries(
        {"op": st.sampled_from(("add", "remove", "replace", "move", "copy", "test"))},
        optional={"path": pointers | scalars, "from": pointers | scalars, "value": values},
    ),
    max_size=4,
)
"""JSON patches that often apply."""
