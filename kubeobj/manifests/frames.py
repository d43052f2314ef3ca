"""The lists and mappings that are being read: what is on the builder's stack."""

from typing import TypeAlias, final

from kubeobj.documents import JsonValue
from kubeobj.manifests.position import PackedPosition, entry_position


@final
class ListFrame:
    """A list that is being read; also the frame below a document, which takes its one value.

    Attributes:
        size: What it would count through an alias: its values, and the characters of its strings.
        height: How deep it nests, through aliases too; 1 where it holds only scalars.
    """

    __slots__ = ("anchor", "height", "mark", "marks", "size", "value")

    def __init__(self, mark: PackedPosition, anchor: str | None) -> None:
        self.value: list[JsonValue] = []
        self.marks: list[PackedPosition] = []
        self.mark = mark
        self.anchor = anchor
        self.size = 1
        self.height = 1

    def take(self, value: JsonValue, mark: PackedPosition) -> None:
        """Append *value*, which stands at *mark*."""
        self.value.append(value)
        self.marks.append(mark)


@final
class MappingFrame:
    """A mapping that is being read.

    Attributes:
        has_key: Whether a value comes next, and not a key.
        key: The key whose value it is.
        key_mark: Where that key stands.
        merging: Whether the value that comes next is to be merged instead.
        merged: The keys a merge brought, which may come again.
    """

    __slots__ = (
        "anchor", "has_key", "height", "key", "key_mark", "mark", "marks", "merged", "merging",
        "size", "value",
    )  # fmt: skip

    def __init__(self, mark: PackedPosition, anchor: str | None) -> None:
        self.value: dict[str, JsonValue] = {}
        self.marks: dict[str, PackedPosition] = {}
        self.mark = mark
        self.anchor = anchor
        self.size = 1
        self.height = 1
        self.has_key = False
        self.key = ""
        self.key_mark = 0
        self.merging = False
        self.merged: set[str] = set()

    def take(self, value: JsonValue, mark: PackedPosition) -> None:
        """Set the pending key to *value*, which stands at *mark*."""
        self.value[self.key] = value
        self.marks[self.key] = entry_position(self.key_mark, mark)
        self.has_key = False


Frame: TypeAlias = ListFrame | MappingFrame
"""What is on the stack."""
