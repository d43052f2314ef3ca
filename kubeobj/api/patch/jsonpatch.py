"""JSON patch: a list of operations, applied one after the other, all or none.

It is what API servers make of RFC 6902, which they read generously: a `replace` may add a field,
a `test` for null passes where there is nothing, an absent `value` is null, and indices may be
negative. Numbers are compared as they are written: 1 is not 1.0.

Source: evanphx/json-patch v4.13.0; k8s.io/apiserver v0.36 for the limits.
"""

import json
from collections.abc import Sequence
from enum import Enum
from typing import TypeAlias

from kubeobj.api.patch.errors import (
    PatchCrashError,
    PatchDecodeError,
    PatchError,
    PatchRule,
    PatchTestError,
)
from kubeobj.api.patch.jsonpointer import position_of, split_pointer
from kubeobj.api.patch.plain import PATCH_DEPTH_LIMIT, Plain, PlainObject, nesting, thaw
from kubeobj.documents import JsonScalar, JsonValue
from kubeobj.errors import echo

JSON_PATCH_OPERATIONS_LIMIT = 10_000
"""The most operations that one patch may have."""

JSON_PATCH_COPY_BYTES_LIMIT = 3 * 1024 * 1024
"""The most that all `copy` operations of one patch may add, in bytes of JSON."""


class _Null(Enum):
    """A null that an operation has written, which is unlike one that was in a document.

    The library holds the two differently and never finds them equal in an object's fields.
    """

    WRITTEN = "null"


_Node: TypeAlias = "JsonScalar | _Null | list[_Node] | dict[str, _Node]"
_Container: TypeAlias = list[_Node] | dict[str, _Node]
_Place: TypeAlias = tuple[_Container, str, int]


def apply_json_patch(document: JsonValue, patch: JsonValue) -> JsonValue:
    """Return *document* as the JSON patch *patch* makes it.

    Args:
        document: An object or a list. It is not changed, and nothing of the result is part of it.
        patch: A list of operations, each with `op`, `path`, and `value` or `from`.

    Raises:
        PatchError: If an operation does not apply; its `rule` says why. A patch that is none is a
            `PatchDecodeError`, a failed test a `PatchTestError`.

    >>> apply_json_patch({"a": [1, 2]}, [{"op": "add", "path": "/a/-", "value": 3}])
    {'a': [1, 2, 3]}
    """
    operations = _operations(patch)
    root = thaw(document)
    if not isinstance(root, dict | list):
        reason = "a JSON patch applies to an object or a list"
        raise PatchDecodeError(reason, rule=PatchRule.BAD_DOCUMENT)
    editor = _Editor(root)
    for operation in operations:
        editor.apply(operation)
    return _settle(editor.root)


def _operations(patch: JsonValue) -> list[PlainObject]:
    copy = [] if patch is None else thaw(patch, PatchRule.BAD_PATCH)
    if not isinstance(copy, list):
        raise PatchDecodeError("a JSON patch is a list of operations", rule=PatchRule.BAD_PATCH)
    if len(copy) > JSON_PATCH_OPERATIONS_LIMIT:
        reason = f"more than {JSON_PATCH_OPERATIONS_LIMIT} operations"
        raise PatchDecodeError(reason, rule=PatchRule.TOO_MANY_OPERATIONS)
    operations: list[PlainObject] = []
    for one in copy:
        if not isinstance(one, dict | None):
            reason = f"{echo(one)} is not an operation"
            raise PatchDecodeError(reason, rule=PatchRule.BAD_PATCH)
        operations.append(one or {})
    return operations


class _Editor:
    """A document under edit.

    It never nests deeper than `PATCH_DEPTH_LIMIT`, whatever the operations add, move or copy.
    """

    __slots__ = ("copied_bytes", "root")

    def __init__(self, root: list[Plain] | PlainObject) -> None:
        self.root: _Container = root  # type: ignore[assignment] # every plain value is a node
        self.copied_bytes = 0

    def apply(self, operation: PlainObject) -> None:
        """Apply one operation."""
        match operation.get("op"):
            case "add":
                self._add(self._path(operation), _value(operation))
            case "remove":
                self._take(self._path(operation))
            case "replace":
                self._replace(operation)
            case "move":
                source = _pointer(operation, "from")
                node = self._take(source)
                self._add(_pointer(operation, "path"), node)
            case "copy":
                self._copy(operation)
            case "test":
                self._test(operation)
            case name:
                raise PatchError(f"there is no operation {echo(name)}", rule=PatchRule.UNKNOWN_OP)

    def _path(self, operation: PlainObject) -> str:
        """Return the path; one that is no text counts as missing here, and only here."""
        path = operation.get("path")
        if not isinstance(path, str):
            raise _missing("path")
        return path

    def _find(self, pointer: str) -> _Place:
        """Return the container that holds the value at *pointer*, the key in it, and its depth."""
        if "/" not in pointer:
            raise _missing(pointer)
        *steps, key = split_pointer(pointer)
        node: _Node = self.root
        for step in steps:
            try:
                node = _get(node, step) if isinstance(node, dict | list) else None
            except PatchError:
                raise _missing(pointer) from None
        if not isinstance(node, dict | list):
            raise _missing(pointer)
        return node, key, len(steps) + 1

    def _add(self, pointer: str, value: _Node) -> None:
        container, key, depth = self._find(pointer)
        _check_depth(depth, value)
        if isinstance(container, dict):
            container[key] = value
        elif key == "-":
            container.append(value)
        else:
            container.insert(position_of(key, len(container) + 1), value)

    def _take(self, pointer: str) -> _Node:
        container, key, _ = self._find(pointer)
        if isinstance(container, list):
            return container.pop(position_of(key, len(container)))
        if key not in container:
            raise _missing(pointer)
        return container.pop(key)

    def _replace(self, operation: PlainObject) -> None:
        pointer = _pointer(operation, "path")
        value = _value(operation)
        if not pointer:
            self.root = _new_root(value)
            return
        container, key, depth = self._find(pointer)
        _check_depth(depth, value)
        if isinstance(container, dict):
            container[key] = value
            return
        try:
            position = position_of(key, len(container))
        except PatchError:
            raise _missing(pointer) from None
        container[position] = value

    def _copy(self, operation: PlainObject) -> None:
        container, key, _ = self._find(_pointer(operation, "from"))
        node = _settle(_get(container, key))
        path = self._path(operation)
        self._find(path)
        self.copied_bytes += _size(node) if node is not None else 0
        if self.copied_bytes > JSON_PATCH_COPY_BYTES_LIMIT:
            reason = f"its copies add more than {JSON_PATCH_COPY_BYTES_LIMIT} bytes"
            raise PatchError(reason, rule=PatchRule.COPY_LIMIT)
        self._add(path, node)  # type: ignore[arg-type] # every plain value is a node

    def _test(self, operation: PlainObject) -> None:
        pointer = _pointer(operation, "path")
        value = _value(operation)
        if pointer:
            container, key, _ = self._find(pointer)
            found = _get(container, key)
        else:
            found = self.root
            if value is None:
                raise PatchCrashError("a test of the whole document has no value")
        is_null = value is None or value is _Null.WRITTEN
        if not (is_null if found is None else _equal(found, value)):
            raise PatchTestError(f"{echo(pointer)} is not {echo(operation.get('value'))}")


def _pointer(operation: PlainObject, name: str) -> str:
    pointer = operation.get(name)
    if pointer is None:
        raise PatchError(f"an operation has no {name}", rule=PatchRule.MISSING)
    if not isinstance(pointer, str):
        raise PatchError(f"{name} {echo(pointer)} is not a path", rule=PatchRule.OTHER)
    return pointer


def _value(operation: PlainObject) -> _Node:
    """Return the operation's value; None only where it has none."""
    if "value" not in operation:
        return None
    value = operation["value"]
    return _Null.WRITTEN if value is None else value  # type: ignore[return-value] # plain is a node


def _new_root(value: _Node) -> _Container:
    if value is None:
        raise PatchCrashError("a replacement of the whole document has no value")
    if not isinstance(value, dict | list):
        reason = "the whole document can be replaced by an object or a list only"
        raise PatchError(reason, rule=PatchRule.OTHER)
    return value


def _get(container: _Container, key: str) -> _Node:
    if isinstance(container, dict):
        return container.get(key)
    return container[position_of(key, len(container))]


def _missing(pointer: str) -> PatchError:
    return PatchError(f"there is nothing at {echo(pointer)}", rule=PatchRule.MISSING)


def _check_depth(depth: int, value: _Node) -> None:
    if depth + nesting(value) > PATCH_DEPTH_LIMIT:
        reason = f"the result would nest deeper than {PATCH_DEPTH_LIMIT} levels"
        raise PatchError(reason, rule=PatchRule.TOO_DEEP)


def _size(node: Plain) -> int:
    """Return the length of *node* as JSON, in bytes, with `<`, `>` and `&` as six each."""
    text = json.dumps(node, ensure_ascii=False, separators=(",", ":"))
    escaped = sum(map(text.count, "<>&\u2028\u2029"))
    return len(text.encode(errors="surrogatepass")) + 5 * escaped


def _settle(node: _Node) -> Plain:
    """Return a copy of *node* in which every null is one."""
    if isinstance(node, dict):
        return {key: _settle(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_settle(value) for value in node]
    return None if isinstance(node, _Null) else node


def _equal(found: _Node, wanted: _Node) -> bool:
    """Whether a `test` for *wanted* passes where there is *found*; neither is absent."""
    if isinstance(found, dict):
        return isinstance(wanted, dict) and _equal_fields(found, wanted)
    if isinstance(found, list):
        return isinstance(wanted, list) and _equal_items(found, wanted)
    return found.__class__ is wanted.__class__ and found == wanted


def _equal_fields(found: dict[str, _Node], wanted: dict[str, _Node]) -> bool:
    if found.keys() != wanted.keys():
        return False
    for key, value in found.items():
        other = wanted[key]
        if value is None or other is None:
            if value is not other:
                return False
        elif not _equal(value, other):
            return False
    return True


def _equal_items(found: Sequence[_Node], wanted: Sequence[_Node]) -> bool:
    if len(found) != len(wanted):
        return False
    for value, other in zip(found, wanted, strict=True):
        if value is None or other is None:
            raise PatchCrashError("a test compares a list that has a null in it")
        if not _equal(value, other):
            return False
    return True
