"""Whether two strategic merge patches change the same field to different values.

Source: k8s.io/apimachinery v0.36 `util/strategicpatch`.
"""

from kubeobj.api.patch import directives
from kubeobj.api.patch.listorder import key_value
from kubeobj.api.patch.plain import Plain, PlainObject, same
from kubeobj.api.patch.scalars import go_text, item_type
from kubeobj.api.patch.schema import PatchSchema, field_of, items_of


def in_conflict(left: PlainObject, right: PlainObject, schema: PatchSchema) -> bool:
    """Whether the two patches to one object are in conflict.

    Raises:
        PatchError: If both change an object or a list in a field that the type does not have.
    """
    if left.get(directives.PATCH) != right.get(directives.PATCH):
        return True
    for key, value in left.items():
        if key in {directives.PATCH, directives.RETAIN_KEYS} or key not in right:
            continue
        if _fields_in_conflict(key, value, right[key], schema):
            return True
    return False


def _fields_in_conflict(key: str, left: Plain, right: Plain, schema: PatchSchema) -> bool:
    if isinstance(left, dict):
        field = field_of(schema, key)
        if not isinstance(right, dict):
            return True
        if "replace" in field.strategies:
            return left.get(directives.PATCH) != right.get(directives.PATCH)
        return in_conflict(left, right, field)
    if isinstance(left, list):
        field = field_of(schema, key)
        items = items_of(field, key)
        return not isinstance(right, list) or _lists_in_conflict(left, right, field, items)
    return not same(left, right)


def _lists_in_conflict(
    left: list[Plain], right: list[Plain], field: PatchSchema, items: PatchSchema
) -> bool:
    are_objects = item_type(left, right) is dict
    if "merge" in field.strategies:
        return are_objects and _merged_lists_in_conflict(left, right, field.merge_key or "", items)
    if len(left) != len(right):
        return True
    if not are_objects:
        return not same(_sorted_once(left), _sorted_once(right))
    return any(
        in_conflict(one, other, items)
        for one, other in zip(left, right, strict=True)
        if isinstance(one, dict) and isinstance(other, dict)
    )


def _merged_lists_in_conflict(
    left: list[Plain], right: list[Plain], merge_key: str, items: PatchSchema
) -> bool:
    others = _by_key(right, merge_key)
    return any(
        key in others and in_conflict(item, others[key], items)
        for key, item in _by_key(left, merge_key).items()
    )


def _by_key(items: list[Plain], merge_key: str) -> dict[tuple[type, str], PlainObject]:
    objects = [item for item in items if isinstance(item, dict)]
    keys = [key_value(item, merge_key) for item in objects]
    texts = [(key.__class__, go_text(key)) for key in keys]
    return dict(zip(texts, objects, strict=True))


def _sorted_once(items: list[Plain]) -> list[Plain]:
    return sorted({go_text(item): item for item in items}.values(), key=go_text)
