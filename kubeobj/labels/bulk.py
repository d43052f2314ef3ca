"""Many labelled objects taken into an index at once.

Objects are put in key order first, so that slots follow it, and their labels are gathered column
by column: a posting is made once, when all its slots are known.
"""

from collections.abc import Iterable, Mapping
from itertools import islice
from operator import itemgetter, lt

from kubeobj.labels.labelpostings import LabelPostings
from kubeobj.labels.labelsets import LabelSets
from kubeobj.labels.postings import Posting, PostingTable, posting_of
from kubeobj.labels.slots import Id, Slots


def load(
    items: Iterable[tuple[Id, Mapping[str, str] | None]],
) -> tuple[Slots[Id], LabelSets, LabelPostings]:
    """Return the parts of an index of *items*; of an id that repeats, the last item counts.

    Raises:
        LabelsTypeError: If labels are no mapping of strings to strings.
    """
    sets = LabelSets()
    ids: list[Id] = []
    keys: list[tuple[str, ...]] = []
    values: list[tuple[str, ...]] = []
    for id_, labels in items:
        its_keys, its_values = sets.read(labels)
        ids.append(id_)
        keys.append(its_keys)
        values.append(its_values)
    if not all(map(lt, ids, islice(ids, 1, None))):
        latest = {id_: position for position, id_ in enumerate(ids)}
        ids = sorted(latest)
        order = [latest[id_] for id_ in ids]
        keys = [keys[position] for position in order]
        values = [values[position] for position in order]
    slots = Slots(ids)
    sets.load(keys, values)
    return slots, sets, _gather(slots.all(), keys, values)


def _gather(
    slots: list[int], keys: list[tuple[str, ...]], values: list[tuple[str, ...]]
) -> LabelPostings:
    """Return the postings of label sets by slot, the slots ascending from 0."""
    shapes: dict[tuple[str, ...], list[int]] = {}
    for slot, shape in zip(slots, keys, strict=True):
        shapes.setdefault(shape, []).append(slot)
    holders: dict[str, list[int]] = {}
    columns: dict[str, dict[str, int | list[int]]] = {}
    for shape, held in shapes.items():
        rows = [values[slot] for slot in held]
        for position, key in enumerate(shape):
            holders.setdefault(key, []).extend(held)
            column = columns.setdefault(key, {})
            _add_column(column, map(itemgetter(position), rows), held)
    postings = LabelPostings()
    for key, column in columns.items():
        postings.keys[key] = posting_of(sorted(holders.pop(key)))
        postings.values[key] = _finished(column)
    return postings


def _add_column(
    column: dict[str, int | list[int]], values: Iterable[str], slots: list[int]
) -> None:
    """Note which of *slots* holds which value; most values of some keys are held by one."""
    for value, slot in zip(values, slots, strict=True):
        held = column.get(value)
        if held is None:
            column[value] = slot
        elif isinstance(held, int):
            column[value] = [held, slot]
        else:
            held.append(slot)


def _finished(column: dict[str, int | list[int]]) -> PostingTable[str]:
    table: PostingTable[str] = PostingTable()
    while column:
        value, held = column.popitem()
        posting: Posting = held if isinstance(held, int) else posting_of(sorted(held))
        table[value] = posting
    return table
