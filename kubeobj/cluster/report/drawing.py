"""The picture of a simulation: time from left to right, a lane per node, a bar for each pod."""

from collections.abc import Iterator, Sequence
from typing import Final, final

from kubeobj.cluster.nodelives import NodeLife
from kubeobj.cluster.podlives import PodLife, PodState
from kubeobj.cluster.report.lanes import NO_NODE, Bar, Lane, lanes_of, row_height
from kubeobj.cluster.report.markup import moment, number, plain, tag, titled
from kubeobj.cluster.report.notes import Note, notes_of, packed_notes
from kubeobj.cluster.report.style import COLOURS, DRAWING
from kubeobj.cluster.report.timescale import TimeScale
from kubeobj.cluster.timeline import Record

WIDTH: Final = 1240.0
_LEFT: Final = 118.0
_RIGHT: Final = 16.0
_TOP: Final = 8.0
_NOTE_HEIGHT: Final = 17.0
_AXIS_HEIGHT: Final = 22.0
_LANE_GAP: Final = 6.0
_LEAST_LANE: Final = 20.0
_LETTER: Final = 5.6
"""How wide a letter of a bar's label is."""


def drawing_of(record: Record) -> str:
    """Return a picture of a record that stands alone: SVG."""
    return Drawing(record).svg(styled=True)


def scale_of(record: Record, *, left: float, right: float) -> TimeScale:
    """Return the scale of a record: times at which something was seen to happen take room."""
    moments = [at for life in record.pods for at in _moments(life)]
    moments += [at for node in record.nodes for at, _ in node.states]
    for one in record.faults:
        moments += [one.began, *([] if one.ended is None else [one.ended])]
    moments += [one.at for one in record.marks]
    moments += [one.began for one in record.rollouts]
    return TimeScale(record.began, record.end, moments, left=left, right=right)


def _moments(life: PodLife) -> Iterator[float]:
    yield life.created
    for at, _ in life.states:
        yield at
    for restart in life.restarts:
        yield restart.at
    if life.gone is not None:
        yield life.gone


@final
class Drawing:
    """Draws a record.

    Args:
        record: The record.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self._scale = scale_of(record, left=_LEFT, right=WIDTH - _RIGHT)
        self._lanes = lanes_of(record)
        self._row = row_height(sum(len(lane.rows) for lane in self._lanes))
        self._nodes = {node.name: node for node in record.nodes}
        self._over: list[str] = []  # texts that nothing may cover

    def svg(self, *, styled: bool = False) -> str:
        """Return the picture.

        Args:
            styled: Whether it brings its colours; a page has them already.
        """
        notes = packed_notes(notes_of(self._record), self._scale)
        top = _TOP
        band = "".join(
            self._note(note, top + row * _NOTE_HEIGHT)
            for row, found in enumerate(notes)
            for note in found
        )
        top += len(notes) * _NOTE_HEIGHT + (4 if notes else 0)
        axis = self._axis(top + _AXIS_HEIGHT - 7)
        top += _AXIS_HEIGHT
        lanes, bottom = self._drawn_lanes(top)
        height = bottom + 4
        style = tag("style", COLOURS + DRAWING + "svg{background:var(--paper)}") if styled else ""
        inner = (
            style
            + _DEFS
            + lanes
            + self._cuts(top, bottom)
            + self._lines(top, bottom)
            + "".join(self._over)
            + band
            + axis
        )
        return tag(
            "svg",
            inner,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {number(WIDTH)} {number(height)}",
            role="img",
            aria_label="What happened on each node",
        )

    # ------------------------------------------------------------ above the lanes

    def _note(self, note: Note, y: float) -> str:
        x = self._scale.place(note.begin)
        text_x, anchor = x + 11, "start"
        if note.end is None:
            shape = tag("path", d=_diamond(x, y + 8), class_=note.class_)
        else:
            until = self._scale.place(note.end)
            classes = f"{note.class_} open" if note.is_open else note.class_
            shape = tag(
                "rect",
                class_=classes,
                x=x,
                y=y + 3,
                width=max(until - x, 3),
                height=10,
                rx=2,
            )
            text_x = max(until, x + 3) + 5
        if text_x + note.width > self._scale.right:
            text_x, anchor = x - 8, "end"
        text = tag(
            "text",
            plain(note.text),
            x=text_x,
            y=y + 12,
            class_=f"{note.class_}text",
            text_anchor=anchor,
        )
        return tag("g", titled(note.title) + shape + text)

    def _axis(self, y: float) -> str:
        wanted = [one.began for one in self._record.faults]
        wanted += [one.ended for one in self._record.faults if one.ended is not None]
        wanted += [one.at for one in self._record.marks]
        texts = [
            tag(
                "text",
                plain(moment(at)),
                x=self._scale.place(at),
                y=y,
                class_="muted small",
                text_anchor=self._anchor(at),
            )
            for at in self._scale.ticks(wanted)
        ]
        return "".join(texts)

    def _anchor(self, at: float) -> str:
        if at >= self._scale.end:
            return "end"
        return "start" if at <= self._scale.begin else "middle"

    def _cuts(self, top: float, bottom: float) -> str:
        """Return a tear through the lanes wherever time is drawn short, with a mark at the axis."""
        found = []
        for one in self._scale.cuts:
            title = titled(f"{moment(one.end - one.begin)} in which nothing happened, drawn short")
            x, y = (one.left + one.right) / 2, top - 7
            teeth = int((bottom - top + 4) / 8) + 1
            tear = f"M{number(x - 2)} {number(top - 2)}" + "l4 4l-4 4" * teeth
            line = f"{number(y)}l3 -8"
            mark = f"M{number(x - 4)} {line}M{number(x + 1)} {line}"
            shapes = tag("path", d=tear, class_="tear") + tag("path", d=mark, class_="break")
            found.append(tag("g", title + shapes))
        return "".join(found)

    def _lines(self, top: float, bottom: float) -> str:
        begin = top - 4
        lines = []
        for one in self._record.faults:
            lines.append((one.began, "faultline", begin, bottom))
            if one.ended is not None:
                lines.append((one.ended, "faultline end", begin, bottom))
        lines += [(one.at, "markline", begin, bottom) for one in self._record.marks if one.at]
        drawn = []
        for at, class_, y1, y2 in lines:
            x = number(self._scale.place(at))
            drawn.append(tag("line", class_=class_, x1=x, x2=x, y1=y1, y2=y2))
        return "".join(drawn)

    # ------------------------------------------------------------ lanes

    def _drawn_lanes(self, top: float) -> tuple[str, float]:
        found = []
        for lane in self._lanes:
            height = max(len(lane.rows) * self._row + 6, _LEAST_LANE)
            found.append(self._lane(lane, top, height))
            top += height + _LANE_GAP
        return "".join(found), top - _LANE_GAP

    def _lane(self, lane: Lane, y: float, height: float) -> str:
        scale = self._scale
        parts = [
            tag(
                "rect",
                class_="lane",
                x=_LEFT,
                y=y,
                width=scale.right - _LEFT,
                height=height,
                rx=3,
            ),
            self._name(lane, y),
        ]
        for row_number, row in enumerate(lane.rows):
            parts += [self._pod(bar, y + 3 + row_number * self._row) for bar in row.bars]
        node = self._nodes.get(lane.name)
        if node is not None:
            parts += self._node_states(node, y)
            parts += self._outages(lane.name, y, height)
        return tag("g", "".join(parts))

    def _name(self, lane: Lane, y: float) -> str:
        count = sum(len(bar.lives) for row in lane.rows for bar in row.bars)
        class_ = "muted" if lane.name == NO_NODE else "node"
        short = lane.name if len(lane.name) <= _NAME_LETTERS else f"{lane.name[:_NAME_LETTERS]}…"
        said = f"{lane.name}: {count} pod{'' if count == 1 else 's'} in this time"
        return tag("text", titled(said) + plain(short), x=4, y=y + 14, class_=class_)

    def _pod(self, bar: Bar, y: float) -> str:
        life, thin = bar.life, self._row <= _THIN
        height = self._row - (0.5 if thin else 1.0 if self._row <= _LABELLED else 2.0)
        parts = [titled(_story(bar, self._record.end))]
        for begin, end, state in life.spans(self._record.end):
            at, until = max(begin, bar.begin), min(end, bar.end)
            if until > at:
                left = self._scale.place(at)
                parts.append(
                    tag(
                        "rect",
                        class_=state.word,
                        x=left,
                        y=y,
                        width=max(self._scale.place(until) - left, 0.6),
                        height=height,
                    )
                )
        for restart in life.restarts:
            if bar.begin <= restart.at <= bar.end and not thin:
                x = self._scale.place(restart.at)
                parts.append(tag("circle", class_="restart", cx=x, cy=y + height / 2, r=2.6))
        if self._row > _LABELLED:
            self._label(bar, y)
        return tag("g", "".join(parts), class_="pod")

    def _label(self, bar: Bar, y: float) -> None:
        """Write the name of a pod where it is ready the longest."""
        best, room = 0.0, 0.0
        for begin, end, state in bar.life.spans(self._record.end):
            if state.word in {"ready", "succeeded", "failed"}:
                left = self._scale.place(max(begin, bar.begin))
                right = self._scale.place(min(end, bar.end))
                if right - left > room:
                    best, room = left, right - left
        letters = int((room - 8) / _LETTER)
        name = _bar_name(bar)
        if letters >= _LEAST_LETTERS:
            short = name if len(name) <= letters else f"{name[: letters - 1]}…"
            low = y + self._row / 2 + 2.5
            self._over.append(tag("text", plain(short), x=best + 4, y=low, class_="label"))

    def _node_states(self, node: NodeLife, y: float) -> Iterator[str]:
        for begin, end, state in node.spans(self._record.end):
            word, _, cordoned = state.partition(", ")
            class_ = {"ready": "", "gone": "gonenode"}.get(word, "notready")
            class_ = class_ or ("cordoned" if cordoned else "")
            if class_:
                left = self._scale.place(begin)
                title = titled(f"{node.name} is {state}, as the API sees it, from {moment(begin)}")
                yield tag(
                    "rect",
                    title,
                    class_=class_,
                    x=left,
                    y=y - 2,
                    width=self._scale.place(end) - left,
                    height=3,
                )

    def _outages(self, name: str, y: float, height: float) -> Iterator[str]:
        for one in self._record.faults:
            if one.node != name or not one.lasts:
                continue
            end = self._record.end if one.ended is None else one.ended
            left, right = self._scale.place(one.began), self._scale.place(end)
            if right <= left:
                continue
            said = titled(f"{one.text} from {moment(one.began)} to {moment(end)}")
            word = one.text.partition("=")[0]
            shape = tag(
                "rect",
                said,
                class_="down" if one.cuts_off else "slow",
                x=left,
                y=y,
                width=right - left,
                height=height,
            )
            if one.cuts_off and right - left > len(word) * 7:
                middle = y + height / 2 + 4
                self._over.append(
                    tag(
                        "text",
                        plain(word),
                        x=right - 6,
                        y=middle,
                        class_="downtext",
                        text_anchor="end",
                    )
                )
            yield shape


_NAME_LETTERS: Final = 16
_THIN: Final = 4.0
_LABELLED: Final = 11.0
_LEAST_LETTERS: Final = 5

_DEFS: Final = (
    "<defs>"
    + "".join(
        f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="6" height="6" style="fill:var(--{soft})"/>'
        f'<rect width="2.6" height="6" style="fill:var(--{strong})"/></pattern>'
        for name, soft, strong in (
            ("unready", "ready-soft", "ready"),
            ("broken", "broken-soft", "broken"),
            ("going", "going-soft", "going"),
            ("open", "rollout-soft", "rollout"),
        )
    )
    + '<pattern id="slow" width="7" height="7" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="1.6" height="7" '
    'style="fill:var(--stripe)"/></pattern></defs>'
)


def _diamond(x: float, y: float) -> str:
    return f"M{number(x)} {number(y - 5)}l5 5l-5 5l-5 -5z"


def _bar_name(bar: Bar) -> str:
    if len(bar.lives) == 1:
        return bar.life.key.name
    return f"{bar.life.workload[1].name} \N{MULTIPLICATION SIGN}{len(bar.lives)}"


def _story(bar: Bar, end: float) -> str:
    """Return the life of a pod, or of several that have fared alike, as text."""
    life = bar.life
    kind, key = life.workload
    lines = [str(one.key) for one in bar.lives[:_MOST_NAMES]]
    if len(bar.lives) > _MOST_NAMES:
        lines.append(f"and {len(bar.lives) - _MOST_NAMES} more")
    if life.node:
        lines[-1] += f" on {life.node}"
    if kind != "Pod":
        lines.append(f"{kind} {key}" + (f", revision {life.revision}" if life.revision else ""))
    lines += [f"{moment(at)}: {_said(state)}" for at, state in life.states]
    lines += [
        f"{moment(one.at)}: {one.container} begins anew" + (f" ({one.reason})" * bool(one.reason))
        for one in life.restarts[:_MOST_RESTARTS]
    ]
    if life.gone is not None:
        lines.append(f"{moment(life.gone)}: gone; {life.why}")
    elif life.deleting is not None:
        lines.append(f"still going at {moment(end)}; {life.why}")
    return "\n".join(lines)


_MOST_RESTARTS: Final = 8
_MOST_NAMES: Final = 12


def _said(state: PodState) -> str:
    word = _WORDS.get(state.word, state.word)
    return f"{word} ({state.note})" if state.note else word


_WORDS: Final = {"unready": "running, not ready", "ready": "ready", "broken": "failing"}


def legend() -> Sequence[tuple[str, str]]:
    """Return what the colours mean: the class and the words, in order."""
    return (
        ("pending", "pending"),
        ("unready", "running, not ready"),
        ("ready", "ready"),
        ("broken", "failing, backing off"),
        ("terminating", "terminating"),
        ("succeeded", "succeeded"),
        ("failed", "failed"),
        ("down", "node down or cut off"),
        ("slow", "node slow"),
    )
