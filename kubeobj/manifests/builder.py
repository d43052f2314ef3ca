"""Documents from YAML events: a stack machine that bounds what it builds.

Invariants: nothing recurses; each duplicate key is known with both places; what aliases stand for
is counted before it is used; every list and mapping has its marks when it is complete.

Source: ``sigs.k8s.io/yaml`` over ``go.yaml.in/yaml/v2``: keys become strings, a merge key takes
effect where it stands (so it overrides the keys before it), and unknown tags are ignored.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple, Protocol, final

from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from kubeobj.documents import JsonScalar, JsonValue
from kubeobj.errors import ManifestError, echo
from kubeobj.manifests.frames import Frame, ListFrame, MappingFrame
from kubeobj.manifests.limits import Limits
from kubeobj.manifests.position import (
    Marks,
    PackedPosition,
    Positions,
    pack,
    unpack,
)
from kubeobj.manifests.scalars import (
    BINARY_TAG,
    ScalarError,
    binary_text,
    key_text,
    resolve,
    resolve_key,
    resolve_tagged,
)
from kubeobj.manifests.text import SourceText

_MERGE_TAG = "tag:yaml.org,2002:merge"
_KEY_IS_NO_STRING = "a key is a list or a mapping; keys must be strings"
_SURROGATE = re.compile("[\ud800-\udfff]")


class Events(Protocol):
    """What the builder reads: a parser, of which it takes one event after the other."""

    def get_event(self) -> Event | None:
        """Return the next event, or None at the end."""


@final
class _Anchor(NamedTuple):
    """What an alias stands for."""

    value: JsonValue
    size: int
    height: int


@final
class Builder:
    """Builds the documents of one file.

    Args:
        text: The file, for messages.
        limits: How much of it to build.
        repeated: Takes the path of each key that comes again in its mapping, as Go spells paths;
            the last one wins then, and ``!!binary`` stands for the text that it encodes. Where
            there is none, both are errors.
    """

    def __init__(
        self, text: SourceText, limits: Limits, *, repeated: list[str] | None = None
    ) -> None:
        self._text = text
        self._limits = limits
        self._repeated = repeated
        self._aliased = 0
        self._begin()

    def documents(self, events: Events) -> Iterator[Positions]:
        """Yield each document of *events* that is not null, with its positions.

        Raises:
            ManifestError: If it cannot be JSON, or is more than the limits allow.
        """
        while (event := events.get_event()) is not None:
            match event:
                case ScalarEvent():
                    self._scalar(event)
                case MappingStartEvent():
                    self._open(MappingFrame(_mark(event), event.anchor))
                case SequenceStartEvent():
                    self._open(ListFrame(_mark(event), event.anchor))
                case MappingEndEvent() | SequenceEndEvent():
                    self._close()
                case AliasEvent():
                    self._alias(event)
                case DocumentEndEvent():
                    if self._root.value[0] is not None:
                        yield self._document()
                    self._begin()
                case _:
                    pass

    def _begin(self) -> None:
        """Forget the document before; anchors do not outlive theirs."""
        self._root = ListFrame(0, None)
        self._frame: Frame = self._root
        self._stack: list[Frame] = []
        self._marks: Marks = {}
        self._anchors: dict[str, _Anchor | None] = {}

    def _document(self) -> Positions:
        """Return the document that is complete."""
        marks = self._marks
        return Positions(self._root.value[0], unpack(self._root.marks[0]), lambda: marks)

    def _scalar(self, event: ScalarEvent) -> None:
        """Take a scalar as the key or value that comes next."""
        frame = self._frame
        mark = _mark(event)
        size = len(event.value) + 1
        frame.size += size
        try:
            if isinstance(frame, MappingFrame) and not frame.has_key:
                self._key(frame, event, mark)
                return
            value = self._scalar_value(event)
        except ScalarError as error:
            raise self._error(str(error), mark) from None
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchor(value, size, 0)
        self._take(value, mark)

    def _key(self, frame: MappingFrame, event: ScalarEvent, mark: PackedPosition) -> None:
        """Take a scalar as the key of the value that comes next."""
        plain = event.tag is None and event.implicit[0]
        if event.value == "<<" and (plain or event.tag == _MERGE_TAG):
            frame.merging = True
            frame.has_key, frame.key_mark = True, mark
            return
        key = resolve_key(event.value) if plain else key_text(self._scalar_value(event))
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchor(key, len(key) + 1, 0)
        self._begin_entry(frame, key, mark)

    def _begin_entry(self, frame: MappingFrame, key: str, mark: PackedPosition) -> None:
        """Make *key* the key of the value that comes next."""
        if key in frame.value:
            if key in frame.merged:
                frame.merged.discard(key)
            elif self._repeated is not None:
                self._repeated.append(self._path(key))
            else:
                line = unpack(frame.marks[key]).line
                raise self._error(f"the key {echo(key)} is already on line {line}", mark)
        frame.has_key = True
        frame.key = key
        frame.key_mark = mark

    def _path(self, key: str) -> str:
        """Return the path of *key* in the mapping that is being read."""
        path = ""
        for frame in (*self._stack[1:], self._frame):
            if isinstance(frame, ListFrame):
                path += f"[{len(frame.value)}]"
            else:
                name = "<<" if frame.merging else frame.key
                path += f".{key if frame is self._frame else name}"
        return path.removeprefix(".")

    def _scalar_value(self, event: ScalarEvent) -> JsonScalar:
        """Return the value of a scalar."""
        if event.tag == BINARY_TAG and self._repeated is not None:
            return binary_text(event.value)
        return _scalar_value(event)

    def _open(self, frame: Frame) -> None:
        """Begin a list or mapping, as the value that comes next."""
        parent = self._frame
        if isinstance(parent, MappingFrame) and not parent.has_key:
            raise self._error(_KEY_IS_NO_STRING, frame.mark)
        if len(self._stack) >= self._limits.depth:
            raise self._too_deep(frame.mark)
        if frame.anchor is not None:
            # Until it is complete nothing may refer to it.
            self._anchors[frame.anchor] = None
        self._stack.append(parent)
        self._frame = frame

    def _close(self) -> None:
        """Take the list or mapping that is complete as a value of the one around it."""
        frame = self._frame
        self._marks[id(frame.value)] = frame.marks
        if frame.anchor is not None:
            self._anchors[frame.anchor] = _Anchor(frame.value, frame.size, frame.height)
        parent = self._stack.pop()
        self._frame = parent
        parent.size += frame.size
        parent.height = max(parent.height, frame.height + 1)
        self._take(frame.value, frame.mark)

    def _alias(self, event: AliasEvent) -> None:
        """Take what an alias stands for as the key or value that comes next."""
        frame, mark, name = self._frame, _mark(event), event.anchor or ""
        if name not in self._anchors:
            raise self._error(f"the alias *{name} has no anchor before it", mark)
        anchor = self._anchors[name]
        if anchor is None:
            raise self._error(f"the alias *{name} refers to what it is itself a part of", mark)
        self._count(anchor.size, mark)
        if len(self._stack) + anchor.height > self._limits.depth:
            raise self._too_deep(mark)
        frame.size += anchor.size
        frame.height = max(frame.height, anchor.height + 1)
        if isinstance(frame, MappingFrame) and not frame.has_key:
            self._begin_entry(frame, self._alias_key(anchor.value, mark), mark)
        else:
            self._take(anchor.value, mark)

    def _alias_key(self, value: JsonValue, mark: PackedPosition) -> str:
        """Return the key that an alias makes."""
        try:
            if value is None or isinstance(value, str | int | float):
                return key_text(value)
        except ScalarError as error:
            raise self._error(str(error), mark) from None
        raise self._error(_KEY_IS_NO_STRING, mark)

    def _take(self, value: JsonValue, mark: PackedPosition) -> None:
        """Take *value* as the one that comes next."""
        frame = self._frame
        if isinstance(frame, MappingFrame) and frame.merging:
            self._merge(frame, value, mark)
        else:
            frame.take(value, mark)

    def _merge(self, frame: MappingFrame, value: JsonValue, mark: PackedPosition) -> None:
        """Set the entries of *value*, a mapping or a list of them of which the first wins."""
        for mapping in reversed(value) if isinstance(value, list) else (value,):
            if not isinstance(mapping, dict):
                raise self._error("a merge (<<) takes a mapping or a list of mappings", mark)
            self._count(len(mapping), mark)
            frame.merged.update(mapping.keys() - frame.value.keys())
            for key, part in mapping.items():
                frame.value[key] = part
                frame.marks[key] = frame.key_mark
        frame.has_key = False
        frame.merging = False

    def _count(self, size: int, mark: PackedPosition) -> None:
        """Count what an alias at *mark* adds."""
        self._aliased += size
        limit = self._limits.alias_characters
        if self._aliased > limit:
            raise self._error(
                f"aliases stand for more than the limit of {limit} characters (alias_characters)",
                mark,
            )

    def _too_deep(self, mark: PackedPosition) -> ManifestError:
        """Return the error for nesting beyond the limit."""
        return self._error(f"nested deeper than the limit of {self._limits.depth} (depth)", mark)

    def _error(self, reason: str, mark: PackedPosition) -> ManifestError:
        """Return the error that *reason* is true at *mark*."""
        return self._text.error_at(reason, unpack(mark))


def _mark(event: Event) -> PackedPosition:
    """Return where *event* begins."""
    mark = event.start_mark
    return pack(mark.line, mark.column) if mark else 0


def _scalar_value(event: ScalarEvent) -> JsonScalar:
    """Return the value of a scalar."""
    if event.tag is not None:
        return resolve_tagged(event.value, event.tag)
    if event.implicit[0]:
        return resolve(event.value)
    # Of an escape such as "\ud800"; libyaml refuses it, the parser without it does not.
    if not event.value.isascii() and _SURROGATE.search(event.value):
        raise ScalarError("half of a surrogate pair is no character")
    return event.value
