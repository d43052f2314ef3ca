"""What the values that a JSON scalar carries have in common: into JSON, out of it, into pydantic.

The values themselves know nothing of pydantic; it asks them for a schema when a model names one.
"""

from abc import abstractmethod
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Self

from kubeobj.documents import Document, JsonScalar, JsonValue

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

# How many texts are kept with what they mean, and how long they may be.
_KEPT, _SHORT = 1024, 64


class WireValue:
    """A value that is one JSON scalar on the wire; usable as the type of a pydantic field."""

    __slots__ = ()

    json_schema: ClassVar[Document]
    """What the wire form looks like, as JSON Schema."""

    @classmethod
    @abstractmethod
    def from_json(cls, value: JsonValue) -> Self:
        """Return what the decoded JSON *value* means.

        Raises:
            ValueError: If it means nothing of this type; one of kubeobj's own errors.
        """

    @abstractmethod
    def to_json(self) -> JsonScalar:
        """Return the JSON value that carries this one, in canonical form."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> "CoreSchema":
        from pydantic_core import core_schema

        # The same few times, amounts and ports come again and again, and never change.
        from_short_text = lru_cache(maxsize=_KEPT)(cls.from_json)

        def validate(value: "JsonValue | WireValue") -> WireValue:
            if type(value) is str and len(value) <= _SHORT:
                return from_short_text(value)
            # A model that is built in Python is given the value itself.
            if isinstance(value, cls):
                return value
            return cls.from_json(value.to_json() if isinstance(value, WireValue) else value)

        return core_schema.no_info_plain_validator_function(
            validate, serialization=core_schema.plain_serializer_function_ser_schema(cls.to_json)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: object, handler: object) -> Document:
        return dict(cls.json_schema)
