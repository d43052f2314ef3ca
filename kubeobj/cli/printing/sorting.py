"""Objects in the order of one of their fields: ``--sort-by``.

Source: ``k8s.io/kubectl/pkg/cmd/get`` sorter.go (v1.36).
"""

import re
from collections.abc import Sequence
from typing import TypeAlias

from kubeobj.cli.connecting import CommandFailed
from kubeobj.cli.printing.jsonpath import JsonPathError, parse_path, relaxed
from kubeobj.cli.printing.jsonpathvalues import found
from kubeobj.documents import JsonValue, Wire
from kubeobj.errors import QuantityError
from kubeobj.meta.quantity import Quantity

_Key: TypeAlias = tuple[int, object]

# Digits are compared as numbers, as in "web-2" and "web-10".
_PIECES = re.compile(r"(\d+)")


def order_of(path: str, documents: Sequence[Wire]) -> list[int]:
    """Return the numbers of *documents* in the order of the field at *path*.

    Those without the field come first. Texts that are all quantities are compared as such, others
    with their digits as numbers.

    Raises:
        CommandFailed: If it is no path, or no document has such a field.
    """
    try:
        template = parse_path(relaxed(path))
        values = [found(template, document) for document in documents]
    except JsonPathError as error:
        raise CommandFailed(str(error)) from None
    if documents and not any(values):
        msg = f'couldn\'t find any field with path "{relaxed(path)}" in the list of objects'
        raise CommandFailed(msg)
    firsts = [one[0] if one else None for one in values]
    keys = _keys(firsts)
    return sorted(range(len(documents)), key=keys.__getitem__)


def _keys(values: Sequence[JsonValue]) -> "list[_Order]":
    return [_Order(key) for key in _plain_keys(values)]


def _plain_keys(values: Sequence[JsonValue]) -> list[_Key]:
    texts = [value for value in values if isinstance(value, str)]
    quantities = _quantities(texts)
    found_keys: list[_Key] = []
    for value in values:
        if value is None:
            found_keys.append((0, 0))
        elif isinstance(value, str):
            key: object = natural_key(value) if quantities is None else quantities[value]
            found_keys.append((1, key))
        elif isinstance(value, int | float):
            found_keys.append((1, value))
        else:
            raise CommandFailed(f"unsortable type: {type(value).__name__}")
    return found_keys


def _quantities(texts: Sequence[str]) -> "dict[str, Quantity] | None":
    try:
        return {text: Quantity(text) for text in texts}
    except QuantityError:
        return None


def natural_key(text: str) -> list[tuple[int, str]]:
    """Return what *text* is sorted by if its digits are numbers.

    >>> sorted(["web-10", "web-2", "db"], key=natural_key)
    ['db', 'web-2', 'web-10']
    """
    return [
        (int(piece), "") if number % 2 else (-1, piece)
        for number, piece in enumerate(_PIECES.split(text))
    ]


class _Order:
    """Compares two keys, of which a mixture of kinds has no order."""

    __slots__ = ("_key",)

    def __init__(self, key: _Key) -> None:
        self._key = key

    def __lt__(self, other: "_Order") -> bool:
        try:
            return self._key < other._key
        except TypeError:
            return False
