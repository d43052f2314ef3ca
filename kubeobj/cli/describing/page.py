"""A page that describes an object: lines of names and values, with levels and columns.

Source: ``k8s.io/kubectl/pkg/describe`` describe.go PrefixWriter, printLabelsMultiline (v1.36).
"""

from typing import final

from kubeobj.cli.printing.elastictabs import aligned
from kubeobj.documents import Wire
from kubeobj.errors import TimeError
from kubeobj.meta.timestamps import Time

_INDENT = "  "
_LONG = 140
_HIDDEN = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})


@final
class Page:
    """Lines that are put together and then laid out."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def add(self, level: int, text: str) -> None:
        """Add a line at a level; tabs in it end cells."""
        self._lines.append(_INDENT * level + text)

    def text(self) -> str:
        """Return the whole page, its cells below each other."""
        return aligned(self.with_tabs())

    def with_tabs(self) -> str:
        """Return the whole page, with tabs between its cells."""
        return "".join(f"{line}\n" for line in self._lines)

    def labels(self, title: str, labels: Wire | None, level: int = 0) -> None:
        """Add labels, one a line."""
        begin = _INDENT * level
        if not labels:
            self._lines.append(f"{begin}{title}:\t<none>")
            return
        for number, key in enumerate(sorted(labels)):
            head = f"{begin}{title}:" if not number else ""
            self._lines.append(f"{head}\t{key}={labels[key]}")

    def annotations(self, title: str, annotations: Wire | None, level: int = 0) -> None:
        """Add annotations, long ones below their names."""
        begin = _INDENT * level
        shown = {key: text for key, text in (annotations or {}).items() if key not in _HIDDEN}
        if not shown:
            self._lines.append(f"{begin}{title}:\t<none>")
            return
        for number, key in enumerate(sorted(shown)):
            head = f"{begin}{title}:" if not number else ""
            value = shown[key].removesuffix("\n")
            if len(value) + len(key) + 2 > _LONG or "\n" in value:
                self._lines.append(f"{head}\t{key}:")
                for line in value.split("\n"):
                    cut = line if len(line) <= _LONG - 2 else f"{line[: _LONG - 2]}..."
                    self._lines.append(f"\t  {cut}")
            else:
                self._lines.append(f"{head}\t{key}: {value}")

    def metadata(self, metadata: Wire, *, namespaced: bool = True) -> None:
        """Add the name, the namespace, the labels and the annotations of an object."""
        self.add(0, f"Name:\t{metadata.get('name', '')}")
        if namespaced:
            self.add(0, f"Namespace:\t{metadata.get('namespace', '')}")
        self.labels("Labels", metadata.get("labels"))
        self.annotations("Annotations", metadata.get("annotations"))


def date_text(time: str | None) -> str:
    """Return a time as people read it.

    >>> date_text("2026-01-02T03:04:05Z")
    'Fri, 02 Jan 2026 03:04:05 +0000'
    """
    if not time:
        return "Mon, 01 Jan 0001 00:00:00 +0000"
    try:
        moment = Time.parse(time).to_datetime().astimezone()
    except (TimeError, ValueError, OverflowError):
        return time
    return moment.strftime("%a, %d %b %Y %H:%M:%S %z")


def title_text(name: str) -> str:
    """Return the name of a field as a title.

    >>> title_text("lastTransitionTime"), title_text("podIP")
    ('Last Transition Time', 'Pod IP')
    """
    words: list[str] = []
    for char in name:
        if char.isupper() and (not words or not words[-1][-1:].isupper()):
            words.append(char)
        elif words:
            words[-1] += char
        else:
            words.append(char.upper())
    return " ".join(words)
