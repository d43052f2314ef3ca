"""Label sets as an index keeps them: checked, copied, and small.

A label set is a tuple of keys and a tuple of values. Objects come in few shapes, so the keys are
one tuple for all objects of a shape, and equal values one string.
"""

from collections.abc import Mapping
from typing import TypeAlias, final

from kubeobj.errors import LabelsTypeError, echo

LabelSet: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
"""Keys, and the value of each."""

NO_LABELS: LabelSet = ((), ())

_STRINGS = frozenset({str})

# Sharing is an economy, not a promise: the memory of what has been seen stays bounded.
_KNOWN_LIMIT = 65_536


def read_labels(labels: Mapping[str, str] | None) -> LabelSet:
    """Return a copy of *labels* that nobody can change; None is no labels.

    Raises:
        LabelsTypeError: If they are no mapping of strings to strings.
    """
    if labels is None:
        return NO_LABELS
    # A dict needs no question to the abstract class, which is slow.
    if type(labels) is not dict and not isinstance(labels, Mapping):
        raise LabelsTypeError(f"labels must be a mapping, not {type(labels).__name__}")
    copy = dict(labels)
    keys, values = tuple(copy), tuple(copy.values())
    if _STRINGS.issuperset(map(type, keys)) and _STRINGS.issuperset(map(type, values)):
        return keys, values
    plain = {_plain(key, key): _plain(value, key) for key, value in copy.items()}
    return tuple(plain), tuple(plain.values())


def as_mapping(labels: LabelSet) -> dict[str, str]:
    """Return *labels* as a mapping of its own."""
    return dict(zip(*labels, strict=True))


def _plain(part: str, key: str) -> str:
    """Return *part* of the label *key* as a `str`: a subclass may have an equality of its own."""
    if not isinstance(part, str):
        raise LabelsTypeError(
            f"labels must map strings to strings: {echo(key)} has {type(part).__name__}"
        )
    return str.__str__(part)


@final
class LabelSets:
    """The label set of each slot."""

    __slots__ = ("_keys", "_known_keys", "_known_values", "_values")

    def __init__(self) -> None:
        self._keys: list[tuple[str, ...]] = []
        self._values: list[tuple[str, ...]] = []
        self._known_keys: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._known_values: dict[str, str] = {}

    def read(self, labels: Mapping[str, str] | None) -> LabelSet:
        """Return a copy of *labels* that shares with the label sets read before.

        Raises:
            LabelsTypeError: If they are no mapping of strings to strings.
        """
        keys, values = read_labels(labels)
        known_keys, known_values = self._known_keys, self._known_values
        keys = known_keys.setdefault(keys, keys)
        values = tuple(map(known_values.setdefault, values, values))
        if len(known_values) > _KNOWN_LIMIT or len(known_keys) > _KNOWN_LIMIT:
            known_keys.clear()
            known_values.clear()
        return keys, values

    def load(self, keys: list[tuple[str, ...]], values: list[tuple[str, ...]]) -> None:
        """Fill the slots from 0 on; nothing is in them yet."""
        self._keys, self._values = keys, values

    def copy(self) -> "LabelSets":
        """Return the same label sets in the same slots, for somebody else to change."""
        twin = LabelSets()
        twin.load(self._keys.copy(), self._values.copy())
        return twin

    def __getitem__(self, slot: int) -> LabelSet:
        return self._keys[slot], self._values[slot]

    def __setitem__(self, slot: int, labels: LabelSet) -> None:
        """Put *labels* in a slot that has been used before, or in the first that has not."""
        if slot == len(self._keys):
            self._keys.append(labels[0])
            self._values.append(labels[1])
        else:
            self._keys[slot], self._values[slot] = labels

    def mapping(self, slot: int) -> dict[str, str]:
        """Return the labels in *slot* as a mapping of its own."""
        return dict(zip(self._keys[slot], self._values[slot], strict=True))
