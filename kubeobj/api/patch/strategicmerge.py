"""Strategic merge patch: a merge patch that knows which lists are merged, and by which key.

Source: k8s.io/apimachinery v0.36 `util/strategicpatch`.
"""

from collections.abc import Hashable
from enum import Enum

from kubeobj.api.patch import directives
from kubeobj.api.patch.directives import (
    bad_directive,
    has_directive,
    is_deletion,
    list_named,
    without_directives,
)
from kubeobj.api.patch.errors import PatchError, PatchRule
from kubeobj.api.patch.listorder import (
    ItemKeys,
    interleave,
    key_value,
    merge_scalars,
    objects_by_key,
    split_objects,
    split_scalars,
)
from kubeobj.api.patch.plain import Plain, PlainObject, same, thaw_object
from kubeobj.api.patch.scalars import go_type, identity, item_type
from kubeobj.api.patch.schema import PatchSchema, field_of, items_of
from kubeobj.documents import Document
from kubeobj.errors import echo


class Mode(Enum):
    """What a patch is merged into."""

    APPLY = "an object, which it changes"
    COMBINE = "another patch, with which it becomes one"


def apply_strategic_merge(document: Document, patch: Document, schema: PatchSchema) -> Document:
    """Return *document* as the strategic merge patch *patch* makes it.

    Args:
        document: An object of the type. It is not changed, and nothing of the result is part of it.
        patch: What to change: values, nulls for what goes, and directives.
        schema: The object's type.

    Raises:
        PatchError: If the patch does not apply; its `rule` says why.
    """
    target = thaw_object(document)
    return merge_object(target, thaw_object(patch), schema, Mode.APPLY)


def merge_object(
    target: PlainObject, patch: PlainObject, schema: PatchSchema, mode: Mode
) -> PlainObject:
    """Return *target* with *patch* merged into it; both are used up."""
    if directives.PATCH in patch:
        return _directed(patch)
    _retain_keys(target, patch, mode)
    for key in [key for key in patch if key.startswith(directives.SET_ORDER)]:
        _merge_in_order(target, patch, key, schema, mode)
    for key, value in patch.items():
        if not key.startswith(directives.DELETE_FROM):
            _merge_field(target, key, value, schema, mode)
        elif mode is Mode.COMBINE:
            target[key] = value
        else:
            _delete_items(target, list_named(key, directives.DELETE_FROM) or key, value, schema)
    return target


def _directed(patch: PlainObject) -> PlainObject:
    match patch.pop(directives.PATCH):
        case "replace":
            return patch
        case "delete":
            return {}
        case directive:
            raise bad_directive(directive)


def _retain_keys(target: PlainObject, patch: PlainObject, mode: Mode) -> None:
    if directives.RETAIN_KEYS not in patch:
        return
    retained = patch.pop(directives.RETAIN_KEYS)
    if mode is Mode.COMBINE:
        if not same(target.setdefault(directives.RETAIN_KEYS, retained), retained):
            reason = f"two patches to be combined differ in {directives.RETAIN_KEYS}"
            raise PatchError(reason, rule=PatchRule.OTHER)
        return
    if not isinstance(retained, list):
        raise _bad_retain_keys(f"it is {echo(retained)} and no list")
    names = {identity(name) for name in retained}
    for key, value in patch.items():
        is_directive = key.startswith((directives.DELETE_FROM, directives.SET_ORDER))
        if value is not None and not is_directive and (str, key) not in names:
            raise _bad_retain_keys(f"{echo(key)} is set and not in it")
    for key in [key for key in target if (str, key) not in names]:
        del target[key]


def _bad_retain_keys(reason: str) -> PatchError:
    return PatchError(f"{directives.RETAIN_KEYS}: {reason}", rule=PatchRule.BAD_RETAIN_KEYS)


def _merge_field(
    target: PlainObject, key: str, value: Plain, schema: PatchSchema, mode: Mode
) -> None:
    if value is None:
        target.pop(key, None)
        if mode is Mode.COMBINE:
            target[key] = None
        return
    present = target.get(key)
    if isinstance(present, dict) and isinstance(value, dict):
        field = field_of(schema, key)
        if "replace" in field.strategies:
            target[key] = value
        else:
            target[key] = merge_object(present, value, field, mode)
    elif isinstance(present, list) and isinstance(value, list):
        target[key], _ = _merge_lists(present, value, field_of(schema, key), key, mode)
    else:
        _put(target, key, value, mode)


def _put(target: PlainObject, key: str, value: Plain, mode: Mode) -> None:
    """Set a field that was not there, or was of another type."""
    if has_directive(value):
        target.pop(key, None)
    else:
        target[key] = without_directives(value, keep_nulls=mode is Mode.COMBINE)


def _delete_items(target: PlainObject, name: str, items: Plain, schema: PatchSchema) -> None:
    if items is None:
        target.pop(name, None)
        return
    present = target.get(name)
    if isinstance(present, dict) and isinstance(items, dict):
        _merge_field(target, name, items, schema, Mode.APPLY)
    if not isinstance(present, list) or not isinstance(items, list):
        return
    field = field_of(schema, name)
    item_schema = items_of(field, name)
    if not present and not items:
        return
    if item_type(present, items) is dict:
        target[name], _ = _merge_objects(present, items, item_schema, field.merge_key, Mode.APPLY)
    else:
        going = {identity(item) for item in items}
        target[name] = [item for item in present if identity(item) not in going]


def _merge_lists(
    present: list[Plain], patch: list[Plain], field: PatchSchema, name: str, mode: Mode
) -> tuple[list[Plain], list[Plain]]:
    """Return the merged list, and the order that was there, as it is seen from now on."""
    item_schema = items_of(field, name)
    if "merge" not in field.strategies:
        return patch, present
    if not present and not patch:
        return present, present
    if item_type(present, patch) is dict:
        return _merge_objects(present, patch, item_schema, field.merge_key, mode)
    merged, seen = merge_scalars(present, patch)
    return _in_order(merged, patch, seen, field.merge_key, are_objects=False), seen


def _merge_objects(
    present: list[Plain],
    patch: list[Plain],
    schema: PatchSchema,
    merge_key: str | None,
    mode: Mode,
) -> tuple[list[Plain], list[Plain]]:
    if merge_key is None:
        reason = "a list of objects that is merged has no merge key declared"
        raise PatchError(reason, rule=PatchRule.NO_MERGE_KEY_DECLARED)
    left, patch, replaces = _heed_directives(present, patch, merge_key)
    places = objects_by_key(left, merge_key)
    merged = list(left)
    for item in patch:
        key = identity(key_value(item, merge_key))
        if key in places:
            place = places[key]
            merged[place] = merge_object(merged[place], item, schema, mode)  # type: ignore[arg-type] # all items are objects
        else:
            places[key] = len(merged)
            merged.append(item)
    # What the patch adds takes the room of what it deletes, and so has a place in the old order.
    seen = present if replaces else merged[: len(present)]
    return _in_order(merged, patch, left, merge_key, are_objects=True), seen


def _heed_directives(
    present: list[Plain], patch: list[Plain], merge_key: str
) -> tuple[list[Plain], list[Plain], bool]:
    """Return what the patch leaves, the patch without directives, and whether it replaces all."""
    plain: list[Plain] = []
    going: set[Hashable] = set()
    replaces = False
    for item in patch:
        if not isinstance(item, dict) or directives.PATCH not in item:
            plain.append(item)
            continue
        match item[directives.PATCH]:
            case "delete":
                going.add(identity(key_value(item, merge_key)))
            case "replace":
                replaces = True
            case "merge":
                reason = "the items of a list cannot be told to merge"
                raise PatchError(reason, rule=PatchRule.LIST_MERGE_DIRECTIVE)
            case directive:
                raise bad_directive(directive)
    if replaces:
        return plain, [], True
    left = [item for item in present if not _has_key(item, merge_key, going)]
    return left, plain, False


def _has_key(item: Plain, merge_key: str, keys: set[Hashable]) -> bool:
    return isinstance(item, dict) and merge_key in item and identity(item[merge_key]) in keys


def _in_order(
    merged: list[Plain],
    wanted: list[Plain],
    before: list[Plain],
    merge_key: str | None,
    *,
    are_objects: bool,
) -> list[Plain]:
    if merge_key is None:
        patched, others = split_scalars(merged, wanted)
    else:
        patched, others = split_objects(merged, wanted, merge_key)
    keys = ItemKeys(merge_key, are_objects=are_objects)
    return interleave(patched, others, wanted=wanted, before=before, keys=keys)


def _merge_in_order(
    target: PlainObject, patch: PlainObject, key: str, schema: PatchSchema, mode: Mode
) -> None:
    """Merge the list that the order directive *key* is about, and put it in that order."""
    order = patch.pop(key)
    if mode is Mode.COMBINE and not same(target.setdefault(key, order), order):
        reason = f"two patches to be combined differ in {echo(key)}"
        raise PatchError(reason, rule=PatchRule.BAD_SET_ELEMENT_ORDER)
    order = _list(order)
    name = list_named(key, directives.SET_ORDER)
    present = _list(target[name]) if name in target else None
    changes = _list(patch[name]) if name in patch else None
    field = field_of(schema, name)
    items_of(field, name)
    _check_order(changes or [], order, field.merge_key)
    if present is None and changes is None:
        return
    before = present or []
    are_objects = item_type(before, changes or []) is dict
    if changes is None:
        merged = before
    elif present is None:
        merged = [without_directives(item) for item in changes if not has_directive(item)]
    else:
        merged, before = _merge_lists(present, changes, field, name, mode)
    target[name] = _in_order(merged, order, before, field.merge_key, are_objects=are_objects)
    patch.pop(name, None)


def _list(value: Plain) -> list[Plain]:
    if not isinstance(value, list):
        reason = f"{echo(value)} stands where a list is put in order"
        raise PatchError(reason, rule=PatchRule.WRONG_TYPE)
    return value


def _check_order(changes: list[Plain], order: list[Plain], merge_key: str | None) -> None:
    """Check that *order* has every item of *changes*, and in their order."""
    if not order or not changes:
        return
    if merge_key is not None:
        for item in changes:
            _ = key_value(item, merge_key) if not isinstance(item, dict) else None
        changes = [item for item in changes if isinstance(item, dict) and not is_deletion(item)]
    place = 0
    for item in changes:
        if place < len(order) and isinstance(item, dict) and directives.PATCH in item:
            continue
        while place < len(order) and not _same_key(item, order[place], merge_key):
            place += 1
        if place == len(order):
            reason = f"the items of a list are not in the order of its {directives.SET_ORDER}"
            raise PatchError(reason, rule=PatchRule.ORDER_MISMATCH)
        place += 1


def _same_key(item: Plain, other: Plain, merge_key: str | None) -> bool:
    if merge_key is not None:
        item, other = key_value(item, merge_key), key_value(other, merge_key)
    return go_type(item) is go_type(other) and identity(item) == identity(other)
