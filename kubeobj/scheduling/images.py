"""Which nodes have which images already, and how large those are."""

from collections.abc import Sequence
from typing import final

from kubeobj.documents import Wire


@final
class NodeImages:
    """The images of all nodes, by name."""

    __slots__ = ("_names", "_sizes", "version")

    def __init__(self) -> None:
        self._sizes: dict[str, dict[int, int]] = {}
        self._names: dict[int, dict[str, int]] = {}
        self.version: int = 0
        """Grows whenever a node gets or loses an image."""

    def put(self, slot: int, images: Sequence[Wire]) -> bool:
        """Let a node have certain images; return whether that is news."""
        there = self._names.get(slot, {})
        names = {name: one.get("sizeBytes", 0) for one in images for name in one.get("names") or ()}
        if names == there:
            return False
        self.discard(slot)
        self._names[slot] = names
        for name, size in names.items():
            self._sizes.setdefault(name, {})[slot] = size
        return True

    def discard(self, slot: int) -> None:
        """Forget the images of a node."""
        self.version += 1
        for name in self._names.pop(slot, {}):
            sizes = self._sizes[name]
            del sizes[slot]
            if not sizes:
                del self._sizes[name]

    def sizes(self, name: str) -> dict[int, int]:
        """Return how many bytes an image has on each node that has it, by slot."""
        return self._sizes.get(name, {})
