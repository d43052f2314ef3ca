"""Maps and lists that nobody can change, so that what holds them can be handed to anyone.

They are dicts and lists to all who read them: equal to plain ones, and written as JSON alike.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Never, NoReturn, Self, TypeVar, final

from kubeobj.documents import JsonValue

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

Key = TypeVar("Key")
Value = TypeVar("Value")
Item = TypeVar("Item")


def _refuse(self: object, *_arguments: object, **_named: object) -> NoReturn:
    msg = f"a {type(self).__name__} is never changed; make another"
    raise TypeError(msg)


@final
class FrozenMap(dict[Key, Value]):
    """A dict that is never changed.

    >>> labels = FrozenMap({"app": "web"})
    >>> labels == {"app": "web"}, {**labels, "tier": "db"}
    (True, {'app': 'web', 'tier': 'db'})
    >>> labels["app"] = "db"
    Traceback (most recent call last):
    TypeError: a FrozenMap is never changed; make another
    """

    __slots__ = ()

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[type[Self], tuple[dict[Key, Value]]]:
        return type(self), (dict(self),)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: object) -> "CoreSchema":
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(cls, core_schema.dict_schema())


@final
class FrozenList(list[Item]):
    """A list that is never changed.

    >>> FrozenList(["a"]) == ["a"]
    True
    """

    __slots__ = ()

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[type[Self], tuple[list[Item]]]:
        return type(self), (list(self),)


EMPTY: FrozenMap[str, Never] = FrozenMap()
"""The map without entries."""


def frozen(value: JsonValue) -> JsonValue:
    """Return JSON with all of its maps and lists frozen.

    >>> frozen({"a": [{}]})["a"].append(1)
    Traceback (most recent call last):
    TypeError: a FrozenList is never changed; make another
    """
    if isinstance(value, Mapping):
        return FrozenMap({name: frozen(part) for name, part in value.items()})
    if isinstance(value, list | tuple):
        return FrozenList([frozen(item) for item in value])
    return value
