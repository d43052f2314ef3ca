"""Maps and lists that nobody can change."""

import copy
import pickle
from collections.abc import Callable

import orjson
import pytest

from kubeobj.meta.frozen import FrozenList, FrozenMap, frozen
from kubeobj.meta.objectmeta import ObjectMeta
from kubeobj.models.appsv1 import ControllerRevision
from kubeobj.models.corev1 import ResourceRequirements

MAP_CHANGES: list[Callable[[FrozenMap[str, str]], object]] = [
    lambda one: one.__setitem__("a", "2"),
    lambda one: one.__delitem__("a"),
    lambda one: one.__ior__({"b": "2"}),
    lambda one: one.clear(),
    lambda one: one.pop("a"),
    lambda one: one.popitem(),
    lambda one: one.setdefault("b", "2"),
    lambda one: one.update(b="2"),
]
LIST_CHANGES: list[Callable[[FrozenList[str]], object]] = [
    lambda one: one.__setitem__(0, "2"),
    lambda one: one.__delitem__(0),
    lambda one: one.__iadd__(["2"]),
    lambda one: one.__imul__(2),
    lambda one: one.append("2"),
    lambda one: one.clear(),
    lambda one: one.extend(["2"]),
    lambda one: one.insert(0, "2"),
    lambda one: one.pop(),
    lambda one: one.remove("a"),
    lambda one: one.reverse(),
    lambda one: one.sort(),
]


@pytest.mark.parametrize("change", MAP_CHANGES)
def test_no_method_changes_a_map(change: Callable[[FrozenMap[str, str]], object]) -> None:
    """Whichever way it is tried."""
    one = FrozenMap({"a": "1"})
    with pytest.raises(TypeError, match="a FrozenMap is never changed"):
        change(one)
    assert one == {"a": "1"}


@pytest.mark.parametrize("change", LIST_CHANGES)
def test_no_method_changes_a_list(change: Callable[[FrozenList[str]], object]) -> None:
    """Whichever way it is tried."""
    one = FrozenList(["a"])
    with pytest.raises(TypeError, match="a FrozenList is never changed"):
        change(one)
    assert one == ["a"]


def test_every_method_that_changes_a_plain_one_is_refused() -> None:
    """A later Python may have more of them."""
    names = {*dir(dict), *dir(list)} - {*dir(tuple), *dir(frozenset)}
    reads = {"__reversed__", "copy", "fromkeys", "get", "items", "keys", "values"}
    changes = {name for name in names if name not in reads}
    for kind in (FrozenMap, FrozenList):
        left = {name for name in changes if name in dir(kind) and name not in vars(kind)}
        assert left <= {"__or__", "__ror__"}, kind


def test_a_copy_is_the_same_and_pickle_brings_it_back() -> None:
    """Nothing that cannot change needs copying."""
    one = frozen({"a": [{"b": 1}]})
    assert copy.copy(one) is one
    assert copy.deepcopy(one) is one
    assert copy.copy(one["a"]) is copy.deepcopy(one["a"]) is one["a"]  # type: ignore[call-overload, index]
    again = pickle.loads(pickle.dumps(one))  # noqa: S301 - its own
    assert again == one
    assert isinstance(again["a"], FrozenList)
    assert hash(again) == hash(one)


def test_json_is_written_of_them_as_of_plain_ones() -> None:
    """By orjson and by pydantic."""
    document = {"a": [1, {"b": None}], "c": {}}
    assert orjson.dumps(frozen(document)) == orjson.dumps(document)
    revision = ControllerRevision.parse({"revision": 1, "data": document})
    assert revision.to_document()["data"] == document
    assert type(revision.to_document()["data"]) is dict


def test_the_maps_of_models_are_frozen_whether_given_or_not() -> None:
    """So a model that is handed out twice is safe from both who have it."""
    for meta in (ObjectMeta(), ObjectMeta(labels={"a": "b"}), ObjectMeta.parse({"labels": {}})):
        assert isinstance(meta.labels, FrozenMap)
        assert isinstance(meta.annotations, FrozenMap)
    needs = ResourceRequirements.parse({"requests": {"cpu": "1"}})
    assert isinstance(needs.requests, FrozenMap)
    assert isinstance(needs.limits, FrozenMap)
    data = ControllerRevision.parse({"revision": 1, "data": {"x": [{}]}}).data
    with pytest.raises(TypeError):
        data["x"][0]["y"] = 1  # type: ignore[index, call-overload]


def test_a_model_does_not_keep_the_map_that_it_was_given() -> None:
    """Who gave it may go on changing theirs."""
    labels = {"a": "b"}
    meta = ObjectMeta(labels=labels)
    labels["a"] = "c"
    assert meta.labels == {"a": "b"}


def test_models_with_maps_can_be_hashed() -> None:
    """Equal ones alike."""
    one, other = ObjectMeta(labels={"a": "b"}), ObjectMeta.parse({"labels": {"a": "b"}})
    assert len({one, other}) == 1
