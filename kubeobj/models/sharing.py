"""Reading many documents that the API has written: what they have in common is read once.

Objects of a kind are alike: the ports, probes and resources of their containers, the sources of
their volumes, their tolerations. Models are never changed, so one model serves them all. What
comes out is what `ApiPart.parse` makes of the same document; it only comes sooner.

The API writes null for a list that must be given, and was not; that is read as an empty one.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeAlias, TypeVar, cast

import orjson
from pydantic import ValidationError
from pydantic_core import CoreSchema, SchemaValidator, core_schema

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import FieldError, FieldErrors, FieldErrorType
from kubeobj.meta.objectmeta import ObjectMeta
from kubeobj.models.base import ApiPart

Model = TypeVar("Model", bound=ApiPart)

_Schema: TypeAlias = dict[str, object]
_Read: TypeAlias = Callable[[JsonValue], object]

# How deep below the object begins what objects have in common: spec.containers[].resources. What
# has no parts of its own is shared one step above: spec.tolerations[].
_DEPTH = 3
# How many different parts of one type are kept; then the type begins anew.
_KEPT = 512

_WRAPPERS = frozenset({"default", "nullable", "function-before", "function-after"})


def parse_sharing(model: type[Model], document: Document) -> Model:
    """Return the model of a document, as `ApiPart.parse` does; unknown fields are dropped.

    Args:
        model: The class.
        document: The object, as `orjson` reads it.

    Raises:
        FieldErrors: If it does not have the shape of the class.
    """
    try:
        return cast("Model", _reader(model)(document))
    except ValidationError:
        return _parse(model, document)


def _parse(model: type[Model], document: Document) -> Model:
    """Return the model of a document that is not as plain as most."""
    try:
        return model.parse(document)
    except FieldErrors as errors:
        filled: JsonValue = orjson.loads(orjson.dumps(document))
        if not all(_fill(filled, error) for error in errors):
            raise
    return model.parse(filled)


def _fill(document: JsonValue, error: FieldError) -> bool:
    """Put an empty list in place of the null that an error is about; return whether it is one."""
    *way, last = error.path.parts
    here = document
    for step in way:
        if isinstance(here, list):
            here = here[int(step)]
        elif isinstance(here, dict):
            here = here[str(step)]
    if error.type is not FieldErrorType.REQUIRED or not isinstance(here, dict):
        return False
    if here.get(str(last), "") is not None:
        return False
    here[str(last)] = []
    return True


@lru_cache(maxsize=512)
def _reader(model: type[ApiPart]) -> _Read:
    """Return what reads documents of a class."""
    model.model_rebuild()
    schema = cast("_Schema", model.__pydantic_core_schema__)
    definitions: dict[object, _Schema] = {}
    if schema["type"] == "definitions":
        listed = cast("list[_Schema]", schema["definitions"])
        definitions = {one["ref"]: one for one in listed}
        schema = cast("_Schema", schema["schema"])
    sharing = _Sharing(definitions).of(schema, 0)
    known = cast("list[CoreSchema]", [*definitions.values()])
    whole = core_schema.definitions_schema(cast("CoreSchema", sharing), known)
    try:  # else the validators of the classes would stand in for what is made here
        validator = SchemaValidator(whole, _use_prebuilt=False)
    except TypeError:
        return _plain_reader(model)
    return _reading(validator)


def _plain_reader(model: type[ApiPart]) -> _Read:
    model.model_rebuild()
    return _reading(cast("SchemaValidator", model.__pydantic_validator__))


def _reading(validator: SchemaValidator) -> _Read:
    read = validator.validate_python

    def reading(value: JsonValue) -> object:
        found: object = read(value, extra="ignore", by_alias=True, by_name=False)
        return found

    return reading


class _Sharing:
    """Makes the schema of a class, in which parts are shared, of its own."""

    def __init__(self, definitions: Mapping[object, _Schema]) -> None:
        self._definitions = definitions

    def of(self, schema: _Schema, depth: int) -> _Schema:
        """Return *schema*, which is *depth* steps below the object, with its parts shared."""
        schema = self._resolved(schema)
        kind = schema["type"]
        if kind == "model":
            return self._model(schema, depth)
        if kind == "tuple":
            items = self._resolved(cast("list[_Schema]", schema["items_schema"])[0])
            if items["type"] == "model" and self._is_shared(items, depth):
                return _plain(_list_sharer(cast("type[ApiPart]", items["cls"])))
            return {**schema, "items_schema": [self.of(items, depth)]}
        if kind == "model-fields":
            fields = cast("dict[str, _Schema]", schema["fields"])
            below = {
                name: {**field, "schema": self.of(cast("_Schema", field["schema"]), depth + 1)}
                for name, field in fields.items()
            }
            return {**schema, "fields": below}
        if kind in _WRAPPERS:
            return {**schema, "schema": self.of(cast("_Schema", schema["schema"]), depth)}
        return schema

    def _model(self, schema: _Schema, depth: int) -> _Schema:
        if schema["cls"] is ObjectMeta and depth == 1:
            # It never has nulls, and if it does, it is read the other way.
            inner = self._without_null_readers(cast("_Schema", schema["schema"]))
        elif self._is_shared(schema, depth):
            return _plain(_part_sharer(cast("type[ApiPart]", schema["cls"])))
        else:
            inner = self.of(cast("_Schema", schema["schema"]), depth)
        made = {**schema, "schema": inner}
        made.pop("ref", None)
        return made

    def _without_null_readers(self, schema: _Schema) -> _Schema:
        """Return the schema of object metadata without what looks for nulls."""
        schema = self._resolved(schema)
        kind = schema["type"]
        if kind == "function-before":
            return self._without_null_readers(cast("_Schema", schema["schema"]))
        if kind == "model-fields":
            fields = cast("dict[str, _Schema]", schema["fields"])
            below = {
                name: {**one, "schema": self._without_null_readers(cast("_Schema", one["schema"]))}
                for name, one in fields.items()
            }
            return {**schema, "fields": below}
        if kind in _WRAPPERS:
            return {
                **schema,
                "schema": self._without_null_readers(cast("_Schema", schema["schema"])),
            }
        if kind == "dict":
            values = self._without_null_readers(cast("_Schema", schema["values_schema"]))
            return {**schema, "values_schema": values}
        if kind == "tuple":
            return self.of(schema, _DEPTH)
        return schema

    def _is_shared(self, model: _Schema, depth: int) -> bool:
        return depth >= _DEPTH or (depth == _DEPTH - 1 and self._is_flat(model))

    def _is_flat(self, model: _Schema) -> bool:
        """Return whether a model has no parts that are models."""
        inner = self._resolved(cast("_Schema", model["schema"]))
        while inner["type"] in _WRAPPERS:
            inner = self._resolved(cast("_Schema", inner["schema"]))
        fields = cast("dict[str, _Schema]", inner.get("fields", {}))
        return not any(self._holds_model(cast("_Schema", one["schema"])) for one in fields.values())

    def _holds_model(self, schema: _Schema) -> bool:
        schema = self._resolved(schema)
        if schema["type"] == "model":
            return True
        inner = [schema["schema"]] if schema["type"] in _WRAPPERS else []
        inner += cast("list[object]", schema.get("items_schema", []))
        inner += [schema["values_schema"]] if "values_schema" in schema else []
        return any(self._holds_model(cast("_Schema", one)) for one in inner)

    def _resolved(self, schema: _Schema) -> _Schema:
        while schema["type"] == "definition-ref":
            schema = self._definitions[schema["schema_ref"]]
        return schema


def _plain(read: _Read) -> _Schema:
    return {"type": "function-plain", "function": {"type": "no-info", "function": read}}


@lru_cache(maxsize=1024)
def _part_sharer(model: type[ApiPart]) -> _Read:
    """Return what reads parts of a class, each only once."""
    return _remembering(_plain_reader(model))


@lru_cache(maxsize=1024)
def _list_sharer(model: type[ApiPart]) -> _Read:
    """Return what reads lists of parts of a class, each list only once."""
    read = _plain_reader(model)

    def read_list(value: JsonValue) -> object:
        if not isinstance(value, list):
            raise ValueError("must be a list")
        return tuple([read(item) for item in value])

    return _remembering(read_list)


def _remembering(read: _Read) -> _Read:
    """Return what reads like *read*, and remembers what it has read as long as that pays."""
    known: dict[bytes, object] = {}
    find, write = known.get, orjson.dumps
    hits = 0
    pays = True

    def remembering(value: JsonValue) -> object:
        nonlocal hits, pays
        if not pays:
            return read(value)
        key = write(value)
        found = find(key)
        if found is not None:
            hits += 1
            return found
        if len(known) >= _KEPT:
            known.clear()
            hits, pays = 0, hits > _KEPT
        found = known[key] = read(value)
        return found

    return remembering
