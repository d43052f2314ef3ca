"""The difference of two objects as a strategic merge patch.

Lists that are merged are compared item by item, and their order is said where it changes. What is
sorted is sorted as text, as Go prints it.

Source: k8s.io/apimachinery v0.36 `util/strategicpatch`.
"""

from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TypeAlias, final

from kubeobj.api.patch import directives
from kubeobj.api.patch.directives import bad_directive, delete_directive
from kubeobj.api.patch.errors import PatchError
from kubeobj.api.patch.listorder import ItemKeys, key_value, sort_by
from kubeobj.api.patch.plain import Plain, PlainObject, same
from kubeobj.api.patch.scalars import go_text, identity, item_type
from kubeobj.api.patch.schema import PatchSchema, field_of, items_of

_Keyed: TypeAlias = tuple[str, PlainObject]


@final
@dataclass(frozen=True, slots=True)
class Wanted:
    """Which differences are wanted.

    Args:
        order: The order of merged lists, beside their items.
        changes: What was added or changed.
        removals: What is gone.
        retained: The names of the object's fields, where its type says so.
    """

    order: bool = False
    changes: bool = True
    removals: bool = True
    retained: bool = False


def difference(
    original: PlainObject, modified: PlainObject, schema: PatchSchema, wanted: Wanted
) -> PlainObject:
    """Return the patch that makes *modified* of *original*.

    Merged lists of scalars in *original* are sorted on the way. What the patch holds is part of the
    other two.

    Raises:
        PatchError: If lists that are merged cannot be compared, or if objects or lists differ in a
            field that the type does not have.
    """
    patch: PlainObject = {}
    for key, value in modified.items():
        before = original.get(key)
        if key not in original:
            patch |= {key: value} if wanted.changes else {}
        elif key == directives.PATCH:
            _check_directives(before, value)
            patch |= {key: value} if before != value else {}
        elif isinstance(before, dict) and isinstance(value, dict):
            _compare_objects(key, before, value, patch, schema, wanted)
        elif isinstance(before, list) and isinstance(value, list):
            _compare_lists(key, before, value, patch, schema, wanted)
        elif wanted.changes and not same(before, value):
            patch[key] = value
    gone = [key for key in original if key not in modified]
    if wanted.removals:
        patch |= dict.fromkeys(gone)
    retained = [key for key, value in modified.items() if value is not None]
    loses = any(original[key] is not None for key in gone)
    if wanted.retained and retained and (patch or loses):
        patch[directives.RETAIN_KEYS] = list[Plain](sorted(retained))
    return patch


def _check_directives(*values: Plain) -> None:
    for directive in values:
        if not isinstance(directive, str):
            raise bad_directive(directive)


def _compare_objects(
    key: str,
    before: PlainObject,
    value: PlainObject,
    patch: PlainObject,
    schema: PatchSchema,
    wanted: Wanted,
) -> None:
    try:
        field = field_of(schema, key)
    except PatchError:
        if not same(before, value):
            raise
        return
    if "replace" in field.strategies:
        if wanted.changes:
            patch[key] = value
        return
    wanted = replace(wanted, retained="retainKeys" in field.strategies)
    if changes := difference(before, value, field, wanted):
        patch[key] = changes


def _compare_lists(
    key: str,
    before: list[Plain],
    value: list[Plain],
    patch: PlainObject,
    schema: PatchSchema,
    wanted: Wanted,
) -> None:
    try:
        field = field_of(schema, key)
        items_of(field, key)
    except PatchError:
        if not same(before, value):
            raise
        return
    if "merge" not in field.strategies:
        if wanted.changes and not same(before, value):
            patch[key] = value
    elif not before:
        if wanted.changes and value:
            patch[key] = value
    elif item_type(before, value) is dict:
        wanted = replace(wanted, retained="retainKeys" in field.strategies)
        _compare_object_lists(key, before, value, patch, field, wanted)
    else:
        _compare_scalar_lists(key, before, value, patch, wanted, field.merge_key)


def _compare_scalar_lists(
    key: str,
    before: list[Plain],
    value: list[Plain],
    patch: PlainObject,
    wanted: Wanted,
    merge_key: str | None,
) -> None:
    before.sort(key=go_text)
    added, gone = _unmatched(before, sorted(value, key=go_text))
    if wanted.changes and added:
        keys = ItemKeys(merge_key, are_objects=False)
        patch[key] = sort_by(added, value, keys)
    if wanted.removals and gone:
        once = {identity(item): item for item in gone}
        patch[f"{directives.DELETE_FROM}/{key}"] = list(once.values())
    # The sorted list is what is compared, as Go does: the order is said even if it is as it was.
    if not wanted.order or not value:
        return
    if (wanted.removals and gone) or (wanted.changes and not same(before, value)):
        patch[f"{directives.SET_ORDER}/{key}"] = value


def _unmatched(before: list[Plain], after: list[Plain]) -> tuple[list[Plain], list[Plain]]:
    """Return the items of two sorted lists that only the second has, and only the first."""
    added: list[Plain] = []
    gone: list[Plain] = []
    place = 0
    texts = [go_text(item) for item in before]
    for item in after:
        text = go_text(item)
        while place < len(before) and texts[place] < text:
            gone.append(before[place])
            place += 1
        if place < len(before) and texts[place] == text:
            place += 1
        else:
            added.append(item)
    return added, gone + before[place:]


def _compare_object_lists(
    key: str,
    before: list[Plain],
    value: list[Plain],
    patch: PlainObject,
    field: PatchSchema,
    wanted: Wanted,
) -> None:
    merge_key = field.merge_key or ""
    schema = items_of(field, key)
    changed, gone = _compare_items(
        _by_key(before, merge_key), _by_key(value, merge_key), schema, wanted, merge_key
    )
    keys = ItemKeys(merge_key, are_objects=True)
    items = sort_by(list[Plain](changed), value, keys) + gone
    if items:
        patch[key] = items
    reordered = wanted.changes and not _same_order(before, value, merge_key)
    if wanted.order and value and (items or reordered):
        patch[f"{directives.SET_ORDER}/{key}"] = [
            {merge_key: key_value(item, merge_key)} for item in value
        ]


def _by_key(items: list[Plain], merge_key: str) -> list[_Keyed]:
    """Return objects sorted by their key's text, with that text.

    Those of one key are turned round, as Go's sorting leaves them in lists of up to 12.
    """
    objects = [item for item in reversed(items) if isinstance(item, dict)]
    keyed = [(go_text(key_value(item, merge_key)), item) for item in objects]
    return sorted(keyed, key=itemgetter(0))


def _compare_items(
    before: list[_Keyed],
    after: list[_Keyed],
    schema: PatchSchema,
    wanted: Wanted,
    merge_key: str,
) -> tuple[list[PlainObject], list[Plain]]:
    """Return what is new or changed, and the directives that delete what is gone."""
    changed: list[PlainObject] = []
    gone: list[PlainObject] = []
    place = 0
    for text, item in after:
        while place < len(before) and before[place][0] < text:
            gone.append(before[place][1])
            place += 1
        if place < len(before) and before[place][0] == text:
            if changes := difference(before[place][1], item, schema, wanted):
                changed.append({**changes, merge_key: item[merge_key]})
            place += 1
        elif wanted.changes:
            changed.append(item)
    gone += [item for _, item in before[place:]]
    if not wanted.removals:
        return changed, []
    return changed, [delete_directive(merge_key, item[merge_key]) for item in gone]


def _same_order(before: list[Plain], value: list[Plain], merge_key: str) -> bool:
    if len(before) != len(value):
        return False
    return all(
        identity(key_value(one, merge_key)) == identity(key_value(other, merge_key))
        for one, other in zip(before, value, strict=True)
    )
