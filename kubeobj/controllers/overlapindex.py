"""Which controllers of a namespace claim the same pods, found without comparing all of them.

Two claim the same pods if one selects the pods that the other makes; or if their selectors ask for
a label in common, and still leave a pod that both select. Selectors that have no label in common
can nearly always be met by one pod, which nobody means to make: those are no mistake.

Source: Kubernetes documentation, Labels and Selectors, and Deployments, Selector (v1.36).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, final

from pyroaring import BitMap

from kubeobj.labels.algebra import constraints
from kubeobj.labels.index import LabelIndex
from kubeobj.labels.labeltext import format_labels
from kubeobj.labels.selector import Selector
from kubeobj.labels.selectorindex import SelectorIndex
from kubeobj.labels.slots import Slots
from kubeobj.labels.valueset import Finite, Value

Key: TypeAlias = tuple[str, str]
"""A kind and a name: which controller of a namespace it is."""


@final
@dataclass(frozen=True, slots=True)
class Claim:
    """What one controller claims.

    Args:
        key: Which one it is.
        selector: Which pods it takes for its own.
        pod_labels: The labels of the pods that it makes.
        labels: Its own labels, by which another controller may take it for its own.
    """

    key: Key
    selector: Selector
    pod_labels: dict[str, str]
    labels: dict[str, str]

    def adopts(self, other: "Claim") -> bool:
        """Return whether it makes the other one its own, with the pods of that one."""
        is_above = self.key[0] == "Deployment" and other.key[0] == "ReplicaSet"
        return is_above and self.selector.matches(other.labels)


@final
@dataclass(slots=True)
class _Asked:
    """Who asks for one label: in all, and by the values that are allowed."""

    by_anybody: BitMap = field(default_factory=BitMap)
    unlisted: BitMap = field(default_factory=BitMap)
    by_value: dict[Value, BitMap] = field(default_factory=dict)

    def places(self, values: object) -> Iterator[BitMap]:
        """Yield the bitmaps in which one is that allows *values*."""
        yield self.by_anybody
        if not isinstance(values, Finite):
            yield self.unlisted
            return
        for value in values.values:
            yield self.by_value.setdefault(value, BitMap())

    def forget_empty(self) -> None:
        self.by_value = {value: found for value, found in self.by_value.items() if found}

    def allowed_with(self, values: object) -> BitMap:
        """Return who may be met by one value together with one that allows *values*."""
        if not isinstance(values, Finite):
            return self.by_anybody
        found = self.unlisted.copy()
        for value in values.values:
            found |= self.by_value.get(value, BitMap())
        return found


@final
class OverlapIndex:
    """The claims of one namespace.

    >>> index = OverlapIndex()
    >>> for name, text in (("web", "app=web"), ("api", "app in (web,api)"), ("db", "app=db")):
    ...     index.put(Claim(("Deployment", name), Selector.parse(text), {"app": name}, {}))
    >>> [claim.key for claim in index.rivals(("Deployment", "web"))]
    [('Deployment', 'api')]
    """

    __slots__ = ("_asked", "_claims", "_makers", "_selectors", "_slots")

    def __init__(self) -> None:
        self._claims: dict[Key, Claim] = {}
        self._slots: Slots[Key] = Slots()
        self._asked: dict[str, _Asked] = {}
        self._selectors: SelectorIndex[Key] = SelectorIndex()
        self._makers: LabelIndex[Key] = LabelIndex()

    def __len__(self) -> int:
        return len(self._claims)

    def put(self, claim: Claim) -> None:
        """Keep a claim, in place of what there was of the same controller.

        One that no pod can meet, or that every pod does, is no claim.
        """
        self.discard(claim.key)
        asked = constraints(claim.selector)
        if not asked:
            return
        self._claims[claim.key] = claim
        slot = self._slots.take(claim.key)
        for label, values in asked.items():
            for place in self._asked.setdefault(label, _Asked()).places(values):
                place.add(slot)
        self._selectors.add(claim.key, claim.selector)
        self._makers.add(claim.key, claim.pod_labels)

    def discard(self, key: Key) -> None:
        """Forget what a controller claims, if it claims anything."""
        claim = self._claims.pop(key, None)
        if claim is None:
            return
        slot = self._slots[key]
        for label, values in (constraints(claim.selector) or {}).items():
            asked = self._asked[label]
            for place in asked.places(values):
                place.discard(slot)
            asked.forget_empty()
            if not asked.by_anybody:
                del self._asked[label]
        self._slots.release(key)
        self._selectors.discard(key)
        self._makers.discard(key)

    def rivals(self, key: Key) -> list[Claim]:
        """Return the claims of others on pods that a controller claims, in order of their keys."""
        claim = self._claims.get(key)
        if claim is None:
            return []
        found = dict.fromkeys(self._selectors.match(claim.pod_labels))
        found.update(dict.fromkeys(self._makers.select(claim.selector)))
        found.update(dict.fromkeys(self._asking_alike(claim)))
        found.pop(key, None)
        others = [self._claims[one] for one in sorted(found)]
        return [
            other
            for other in others
            if claim.selector.overlaps(other.selector)
            and not claim.adopts(other)
            and not other.adopts(claim)
        ]

    def common(self, one: Key, other: Key) -> str:
        """Return the labels of a pod that two rivals both claim, as a text."""
        both = self._claims[one].selector & self._claims[other].selector
        return format_labels(both.witness() or {})

    def _asking_alike(self, claim: Claim) -> list[Key]:
        """Return who asks for a label that *claim* asks for, unless one has no value for both."""
        alike, apart = BitMap(), BitMap()
        for label, values in (constraints(claim.selector) or {}).items():
            asked = self._asked[label]
            alike |= asked.by_anybody
            apart |= asked.by_anybody - asked.allowed_with(values)
        return self._slots.ids(alike - apart)
