"""One API object as it was written: its document, its file, and where everything in it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import ROOT, FieldPath
from kubeobj.manifests.position import Position, Positions


@final
@dataclass(frozen=True, slots=True, eq=False)
class Manifest:
    """An object read from a file.

    Two manifests are equal only if they are the same one: equal documents may stand in two places.

    Args:
        document: The object, as plain JSON.
        source: The file, as it was given, or ``-``.
        positions: Of the values of the whole document it was read from.
        way: How the object is reached from there; empty but for an item of a list.
    """

    document: Document
    source: str
    positions: Positions = field(repr=False)
    way: FieldPath = ROOT

    @property
    def start(self) -> Position:
        """Where the object begins."""
        return self.positions.find(self.way)

    def position(self, path: FieldPath) -> Position:
        """Return where the value at *path* stands, or its nearest ancestor that exists.

        A value that begins on a later line than its key has the position of the key.
        """
        return self.positions.find(FieldPath(self.way.parts + path.parts))

    def at(self, *parts: str | int) -> JsonValue:
        """Return the value at the path of *parts*, or None where there is none."""
        here: JsonValue = self.document
        for part in parts:
            if isinstance(part, int):
                here = here[part] if isinstance(here, list) and part < len(here) else None
            else:
                here = here.get(part) if isinstance(here, dict) else None
        return here

    @property
    def api_version(self) -> str:
        """The ``apiVersion``, such as ``apps/v1``; empty if there is none."""
        return self._text("apiVersion")

    @property
    def kind(self) -> str:
        """The ``kind``, such as ``Deployment``; empty if there is none."""
        return self._text("kind")

    @property
    def name(self) -> str:
        """The ``metadata.name``; empty if there is none."""
        return self._text("metadata", "name")

    @property
    def namespace(self) -> str:
        """The ``metadata.namespace``; empty if there is none."""
        return self._text("metadata", "namespace")

    @property
    def labels(self) -> Mapping[str, str]:
        """The ``metadata.labels``; empty if there are none, or if any value is not a string."""
        labels = self.at("metadata", "labels")
        if not isinstance(labels, dict):
            return {}
        strings = {key: value for key, value in labels.items() if isinstance(value, str)}
        return strings if len(strings) == len(labels) else {}

    def _text(self, *parts: str) -> str:
        """Return the string at the path of *parts*; empty where there is none."""
        value = self.at(*parts)
        return value if isinstance(value, str) else ""
