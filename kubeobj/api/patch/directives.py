"""The words of strategic merge: what a patch may say besides values.

``$patch`` in an object says that it is replaced or deleted, ``$retainKeys`` which of its fields
stay; beside a list, ``$setElementOrder/NAME`` says in what order its items come, and
``$deleteFromPrimitiveList/NAME`` which of them go.

Source: the strategic merge patch page of the API conventions; k8s.io/apimachinery v0.36.
"""

from typing import Final

from kubeobj.api.patch.errors import PatchError, PatchRule
from kubeobj.api.patch.plain import Plain, PlainObject
from kubeobj.errors import echo

PATCH: Final = "$patch"
RETAIN_KEYS: Final = "$retainKeys"
SET_ORDER: Final = "$setElementOrder"
DELETE_FROM: Final = "$deleteFromPrimitiveList"

_RULES = {
    SET_ORDER: PatchRule.BAD_SET_ELEMENT_ORDER,
    DELETE_FROM: PatchRule.BAD_DELETE_FROM_PRIMITIVE_LIST,
}


def list_named(directive: str, word: str) -> str:
    """Return the name of the list that *directive*, which begins with *word*, is about.

    Raises:
        PatchError: If it names none.

    >>> list_named("$setElementOrder/finalizers", SET_ORDER)
    'finalizers'
    """
    head, slash, name = directive.partition("/")
    if head != word or not slash:
        raise PatchError(f"{echo(directive)} names no list", rule=_RULES[word])
    return name


def bad_directive(directive: Plain) -> PatchError:
    """Return the error of a ``$patch`` that is not known where it stands."""
    return PatchError(
        f"{PATCH} is {echo(directive)}, and neither replace nor delete",
        rule=PatchRule.BAD_PATCH_DIRECTIVE,
    )


def delete_directive(merge_key: str, value: Plain) -> PlainObject:
    """Return the list item that says that the item of this key goes."""
    return {PATCH: "delete", merge_key: value}


def is_deletion(item: Plain) -> bool:
    """Whether a list's item says that the item of its key goes."""
    return isinstance(item, dict) and item.get(PATCH) == "delete"


def has_directive(value: Plain) -> bool:
    """Whether *value* is an object that says something of itself."""
    return isinstance(value, dict) and PATCH in value


def without_directives(value: Plain, *, keep_nulls: bool = True) -> Plain:
    """Return *value* without any object that has a ``$patch``: there is nothing to act on.

    Args:
        value: What a patch puts where nothing was; it is used up, and says nothing of itself.
        keep_nulls: Whether nulls stay in objects.
    """
    if isinstance(value, dict):
        return {
            key: without_directives(item, keep_nulls=keep_nulls)
            for key, item in value.items()
            if not has_directive(item) and (keep_nulls or item is not None)
        }
    if isinstance(value, list):
        return [
            without_directives(item, keep_nulls=keep_nulls)
            for item in value
            if not has_directive(item)
        ]
    return value
