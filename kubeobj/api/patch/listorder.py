"""The order of merged lists.

A patch's items keep the order that the patch gives them, all others the one they had; each of the
latter comes before the first of the patch's items that it stood before.

Source: k8s.io/apimachinery v0.36 `util/strategicpatch`; its design is in "Preserve order in
strategic merge patch".
"""

from collections.abc import Hashable, Iterable

from kubeobj.api.patch.directives import is_deletion
from kubeobj.api.patch.errors import PatchError, PatchRule
from kubeobj.api.patch.plain import Plain, echo_key
from kubeobj.api.patch.scalars import identity
from kubeobj.errors import echo

_RUN = 20
# Longer lists with repeats keep their order: filling gaps takes quadratic time.
_GAPS = 256


class ItemKeys:
    """Tells the items of one list apart: by a merge key if they are objects, or by themselves.

    Args:
        merge_key: The field that tells objects apart, or None if there is none.
        are_objects: Whether the items are objects.
    """

    __slots__ = ("_are_objects", "_merge_key")

    def __init__(self, merge_key: str | None, *, are_objects: bool) -> None:
        self._merge_key = merge_key or ""
        self._are_objects = are_objects

    def check(self, *lists: list[Plain]) -> None:
        """Check that every item of these lists has the merge key, if they are objects."""
        if self._are_objects:
            for items in lists:
                for item in items:
                    key_value(item, self._merge_key)

    def of(self, item: Plain) -> Hashable:
        """Return what tells *item* apart; the same for all that have no such key."""
        if self._are_objects:
            return identity(item.get(self._merge_key)) if isinstance(item, dict) else None
        return identity(item)

    def first_places(self, items: Iterable[Plain]) -> dict[Hashable, int]:
        """Return the place of each key's first item."""
        places: dict[Hashable, int] = {}
        for place, item in enumerate(items):
            places.setdefault(self.of(item), place)
        return places

    def deletions_last(self, items: list[Plain]) -> tuple[list[Plain], list[Plain]]:
        """Return the items that stay, and those that say that one goes."""
        if not self._are_objects:
            return items, []
        return _split(items, [not is_deletion(item) for item in items])


def key_value(item: Plain, merge_key: str) -> Plain:
    """Return the merge key's value of a list's item.

    Raises:
        PatchError: If *item* is no object, or has no such field.
    """
    if not isinstance(item, dict):
        reason = f"{echo(item)} stands in a list of objects"
        raise PatchError(reason, rule=PatchRule.WRONG_TYPE)
    if merge_key not in item:
        reason = f"an item has no {echo_key(merge_key)}, which tells the items of its list apart"
        raise PatchError(reason, rule=PatchRule.NO_MERGE_KEY)
    return item[merge_key]


def interleave(
    patched: list[Plain],
    others: list[Plain],
    *,
    wanted: list[Plain],
    before: list[Plain],
    keys: ItemKeys,
) -> list[Plain]:
    """Return *patched* in the order of *wanted*, with *others* in the order of *before* among them.

    Args:
        patched: The items that the patch is about.
        others: The items that it is not about.
        wanted: The order of the former, as a list of items or of their keys.
        before: The list as it was, which says where the others stand.
        keys: What tells the items apart.
    """
    patched = sort_by(patched, wanted, keys)
    others = sort_by(others, before, keys)
    places = keys.first_places(before)
    merged: list[Plain] = []
    waiting = iter(others)
    other = next(waiting, None)
    left = len(others)
    for item in patched:
        bound = places.get(keys.of(item), -1)
        while left and 0 <= places.get(keys.of(other), bound) < bound:
            merged.append(other)
            other = next(waiting, None)
            left -= 1
        merged.append(item)
    if left:
        merged += [other, *waiting]
    return merged


def sort_by(items: list[Plain], order: list[Plain], keys: ItemKeys) -> list[Plain]:
    """Return *items* in the order of *order*; those that say that one goes come last.

    Raises:
        PatchError: If they are objects, and one of either list has no merge key.
    """
    keys.check(items, order)
    staying, going = keys.deletions_last(items)
    places = keys.first_places(order) if len(staying) > 1 else {}
    ranks = [places.get(keys.of(item), -1) for item in staying] if places else []
    if ranks and min(ranks) >= 0:
        staying = [staying[i] for i in sorted(range(len(ranks)), key=ranks.__getitem__)]
    elif len(staying) > 1:
        staying = _sort_with_strangers(staying, ranks or [-1] * len(staying))
    return staying + going


def _sort_with_strangers(items: list[Plain], ranks: list[int]) -> list[Plain]:
    """Return *items* as Go leaves them when it finds no place for some (rank -1).

    To Go such an item is less than any other, and any other less than it: what comes of it hangs
    on how it sorts, by insertion in runs of 20.
    """
    done: list[Plain] = []
    for start in range(0, len(items), _RUN):
        run: list[tuple[int, Plain]] = []
        for pair in zip(ranks[start : start + _RUN], items[start : start + _RUN], strict=True):
            place = len(run)
            while place and _comes_before(pair[0], run[place - 1][0]):
                place -= 1
            run.insert(place, pair)
        done += [item for _, item in run]
    return done


def _comes_before(rank: int, other: int) -> bool:
    return rank < 0 or other < 0 or rank < other


def merge_scalars(present: list[Plain], patch: list[Plain]) -> tuple[list[Plain], list[Plain]]:
    """Return all of both lists once, and the order of *present*, as it is seen from now on.

    That order changes only if *present* has an item twice: Go fills the gap from the end, and does
    so in the old list itself where its array, of a power of two, has room for the patch.
    """
    merged = list({identity(item): item for item in [*present, *patch]}.values())
    size = len(present) + len(patch)
    has_room = size <= 1 << max(len(present) - 1, 0).bit_length()
    keys = [identity(item) for item in present]
    if not has_room or size > _GAPS or len(set(keys)) == len(keys):
        return merged, present
    return merged, _with_gaps_filled([*present, *patch])[: len(present)]


def _with_gaps_filled(items: list[Plain]) -> list[Plain]:
    keys = [identity(item) for item in items]
    end = len(items)
    first = 0
    while first < end:
        place = first + 1
        while place < end:
            if keys[place] == keys[first]:
                end -= 1
                items[place], keys[place] = items[end], keys[end]
            else:
                place += 1
        first += 1
    return items


def split_scalars(items: list[Plain], by: list[Plain]) -> tuple[list[Plain], list[Plain]]:
    """Return those of *items* that are in *by*, and the others."""
    known = {identity(item) for item in by}
    flags = [identity(item) in known for item in items]
    return _split(items, flags)


def split_objects(
    items: list[Plain], by: list[Plain], merge_key: str
) -> tuple[list[Plain], list[Plain]]:
    """Return those of *items* whose key an object of *by* has, and the others.

    Raises:
        PatchError: If an item is no object or has no key, or if one of *by* is no object and has
            to be looked at.
    """
    known, all_objects = _known_keys(by, merge_key)
    flags: list[bool] = []
    for item in items:
        found = identity(key_value(item, merge_key)) in known
        if not found and not all_objects:
            reason = "an item of a list of objects is none"
            raise PatchError(reason, rule=PatchRule.ITEM_NOT_A_MAP)
        flags.append(found)
    return _split(items, flags)


def _known_keys(items: list[Plain], merge_key: str) -> tuple[set[Hashable], bool]:
    """Return the keys of the objects before the first item that is none; whether all are."""
    known: set[Hashable] = set()
    for item in items:
        if not isinstance(item, dict):
            return known, False
        if merge_key in item:
            known.add(identity(item[merge_key]))
    return known, True


def _split(items: list[Plain], flags: list[bool]) -> tuple[list[Plain], list[Plain]]:
    pairs = list(zip(items, flags, strict=True))
    return [item for item, flag in pairs if flag], [item for item, flag in pairs if not flag]


def objects_by_key(items: list[Plain], merge_key: str) -> dict[Hashable, int]:
    """Return the place of the first object of each key; objects without a key have none."""
    places: dict[Hashable, int] = {}
    for place, item in enumerate(items):
        if isinstance(item, dict) and merge_key in item:
            places.setdefault(identity(item[merge_key]), place)
    return places
