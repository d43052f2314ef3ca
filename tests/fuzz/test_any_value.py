"""Any value at all, of whatever type and depth, is dealt with where documents and labels are."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from kubeobj.errors import LabelsTypeError
from kubeobj.labels.index import LabelIndex
from kubeobj.labels.selector import Selector
from kubeobj.labels.selectorindex import SelectorIndex
from tests.fuzz.documents import check_value

DEPTH = 100_000
SELECTORS = ("", "a", "!a", "a=b", "a!=b", "a in (b,c)", "a notin (b,c)", "a>1", "a<5", "a=b,c")


def nested(wrap: Callable[[object], object]) -> object:
    """Return a value that is wrapped many times."""
    value: object = "x"
    for _ in range(DEPTH):
        value = wrap(value)
    return value


def endless() -> dict[str, object]:
    """Return a mapping that holds itself."""
    mapping: dict[str, object] = {}
    mapping["a"] = mapping
    return mapping


VALUES = {
    "deep list": nested(lambda value: [value]),
    "deep mapping": nested(lambda value: {"a": value}),
    "endless": endless(),
    "object": object(),
    "type": dict,
    "nan": float("nan"),
    "long integer": 10**5000,
    "bytes": b"x",
    "integer key": {1: "x"},
    "null key": {None: "x"},
    "set": {"a"},
    "true": True,
    "surrogate": "\ud800",
}

PLACES: dict[str, Callable[[object], object]] = {
    "whole": lambda value: value,
    "name": lambda value: {"name": value},
    "labels": lambda value: {"labels": value},
    "label": lambda value: {"labels": {"a": value}},
    "owners": lambda value: {"ownerReferences": value},
    "owner": lambda value: {"ownerReferences": [value]},
    "owner name": lambda value: {"ownerReferences": [{"name": value}]},
    "managed fields": lambda value: {"managedFields": [{"fieldsV1": value}]},
    "finalizer": lambda value: {"finalizers": [value]},
    "generation": lambda value: {"generation": value},
    "time": lambda value: {"creationTimestamp": value},
    "match labels": lambda value: {"matchLabels": value},
    "match label": lambda value: {"matchLabels": {"a": value}},
    "expressions": lambda value: {"matchExpressions": value},
    "expression": lambda value: {"matchExpressions": [value]},
    "operator": lambda value: {"matchExpressions": [{"key": "a", "operator": value}]},
    "values": lambda value: {"matchExpressions": [{"operator": "In", "values": [value]}]},
}


@pytest.mark.parametrize("place", PLACES)
def test_documents_of_any_values(place: str) -> None:
    """Whatever stands there, the answer is right or an error that can be printed."""
    for value in VALUES.values():
        check_value(PLACES[place](value))


@pytest.mark.parametrize("name", VALUES)
def test_labels_of_any_values(name: str) -> None:
    """As labels, or as the value of one, it is refused or does not match; no more comes out."""
    for labels in (VALUES[name], {"a": VALUES[name]}):
        for text in SELECTORS:
            selector = Selector.parse(text)
            for ask in (selector.matches, selector.explain):
                with suppress(LabelsTypeError):
                    ask(labels)
        with suppress(LabelsTypeError):
            LabelIndex([("it", labels)]).select("a")
        with suppress(LabelsTypeError):
            SelectorIndex([("it", "a")]).match(labels)
