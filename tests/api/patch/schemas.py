"""The types that the recorded patches are about: Kubernetes' published ones, and `MergeItem`."""

import json
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

_FOLDER = files("kubernetes_validate") / "kubernetes-json-schema" / "v1.36.0-local"
_PREFIX = "_definitions.json#/$defs/"
_SCALARS = {"IntOrString", "Quantity", "Time", "MicroTime", "Duration"}
_VERSIONS = {"HorizontalPodAutoscaler": "v2"}


@cache
def _definitions() -> dict[str, Any]:
    return json.loads((_FOLDER / "_definitions.json").read_text(encoding="utf-8"))["$defs"]


@dataclass(frozen=True)
class PublishedType:
    """A patch schema read from the published JSON schema of a field."""

    facts: dict[str, Any]

    @cached_property
    def _shape(self) -> dict[str, Any]:
        shape = self.facts
        while reference := shape.get("$ref"):
            shape = _definitions()[reference.rpartition("/")[2]]
        return shape

    @cached_property
    def kind(self) -> str:
        """Object, list, map or scalar."""
        types = self._shape.get("type", ())
        if "array" in types:
            return "list"
        if "object" not in types:
            return "scalar"
        is_map = "additionalProperties" in self._shape and "properties" not in self._shape
        return "map" if is_map else "object"

    @property
    def merge_key(self) -> str | None:
        """As the field declares it."""
        return self.facts.get("x-kubernetes-patch-merge-key")

    @cached_property
    def strategies(self) -> frozenset[str]:
        """As the field declares them."""
        text = self.facts.get("x-kubernetes-patch-strategy", "")
        return frozenset(text.split(",")) - {""}

    @cached_property
    def items(self) -> "PublishedType | None":
        """Of a list or map."""
        inner = self._shape.get("items") or self._shape.get("additionalProperties")
        return PublishedType(inner) if isinstance(inner, dict) else None

    @cached_property
    def fields(self) -> "dict[str, PublishedType]":
        """Of an object, by name."""
        properties = self._shape.get("properties", {})
        return {name: PublishedType(facts) for name, facts in properties.items()}

    def child(self, name: str, /) -> "PublishedType | None":
        """A field by name."""
        return self.fields.get(name)


@dataclass(frozen=True)
class MadeUpType:
    """A patch schema of the types that the recording made up; fields stand in `FIELDS`."""

    kind: str = "scalar"
    of: str = ""
    strategy: str = ""
    merge_key: str | None = None

    @property
    def strategies(self) -> frozenset[str]:
        """As the field declares them."""
        return frozenset(self.strategy.split(",")) - {""}

    @property
    def items(self) -> "MadeUpType | None":
        """Of a list or map."""
        if self.kind not in {"list", "map"}:
            return None
        return MadeUpType("object", self.of) if self.of else MadeUpType()

    @property
    def fields(self) -> "dict[str, MadeUpType]":
        """Of an object, by name."""
        return FIELDS.get(self.of, {})

    def child(self, name: str, /) -> "MadeUpType | None":
        """A field by name."""
        return self.fields.get(name)


_SHARED = {
    "name": MadeUpType(),
    "value": MadeUpType(),
    "other": MadeUpType(),
    "simpleMap": MadeUpType("map"),
    "mergingIntList": MadeUpType("list", strategy="merge"),
    "mergingList": MadeUpType("list", "MergeItem", "merge", "name"),
    "nonMergingList": MadeUpType("list", "MergeItem"),
}
FIELDS = {
    "RetainItem": _SHARED,
    "MergeItem": {
        **_SHARED,
        "nonMergingIntList": MadeUpType("list"),
        "mergeItemPtr": MadeUpType("object", "MergeItem", "merge", "name"),
        "replacingItem": MadeUpType("object", "", "replace"),
        "retainKeysMap": MadeUpType("object", "RetainItem", "retainKeys"),
        "retainKeysMergingList": MadeUpType("list", "MergeItem", "merge,retainKeys", "name"),
    },
}
MERGE_ITEM = MadeUpType("object", "MergeItem")


@cache
def schema_of(kind: str) -> PublishedType | MadeUpType:
    """Return the schema of a recorded line's *kind*."""
    if kind == "MergeItem":
        return MERGE_ITEM
    version = _VERSIONS.get(kind, "v1")
    (name,) = (
        name
        for name in _definitions()
        if name.startswith("io.k8s.api.") and name.endswith(f".{version}.{kind}")
    )
    return PublishedType({"$ref": f"{_PREFIX}{name}"})
