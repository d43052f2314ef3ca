"""What is written above the lanes of a picture: what was done, what went wrong, what rolled out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, final

from kubeobj.cluster.report.markup import moment
from kubeobj.cluster.report.timescale import TimeScale
from kubeobj.cluster.rollouts import Rollout
from kubeobj.cluster.timeline import Record

_LETTER: Final = 6.3
_MANY: Final = 3
"""So many rollouts of one kind that begin together are written as one."""

_MOST_ROWS: Final = 14


@final
@dataclass(frozen=True, slots=True)
class Note:
    """Something to write. Times are in seconds since the simulation began.

    Args:
        class_: ``mark``, ``fault`` or ``rollout``.
        text: What to write.
        title: More of it.
        begin: When it begins.
        end: When it ends; None if it only happens.
        is_open: Whether it never had what it was to have.
    """

    class_: str
    text: str
    title: str
    begin: float
    end: float | None
    is_open: bool = False

    @property
    def width(self) -> float:
        """About how much room its text takes."""
        return len(self.text) * _LETTER + 14


def notes_of(record: Record) -> list[Note]:
    """Return what there is to write of a record."""
    found = [Note("rollout", one.text, one.text, one.at, None) for one in record.marks]
    for fault in record.faults:
        end = record.end if fault.ended is None else fault.ended
        said = f"{fault.text} from {moment(fault.began)}"
        said += f" to {moment(end)}" if fault.ended is not None else ""
        found.append(Note("fault", fault.text, said, fault.began, end if fault.lasts else None))
    together: dict[tuple[float, str], list[Rollout]] = {}
    for rollout in record.rollouts:
        together.setdefault((rollout.began, rollout.what), []).append(rollout)
    for rollouts in together.values():
        if len(rollouts) >= _MANY:
            found.append(_of_many(rollouts, record.end))
        else:
            found += [_of_one(one, record.end) for one in rollouts]
    return found


def packed_notes(notes: Iterable[Note], scale: TimeScale) -> list[list[Note]]:
    """Return rows of notes none of which runs into another.

    Args:
        notes: The notes.
        scale: Where times are.
    """
    rows: list[list[Note]] = []
    free: list[float] = []
    for note in sorted(notes, key=lambda one: (_ORDER[one.class_], one.begin)):
        left, right = _extent(note, scale)
        for number, until in enumerate(free):
            if until <= left and rows[number][0].class_ == note.class_:
                rows[number].append(note)
                free[number] = right
                break
        else:
            if len(rows) < _MOST_ROWS:
                rows.append([note])
                free.append(right)
    return rows


def _extent(note: Note, scale: TimeScale) -> tuple[float, float]:
    left = scale.place(note.begin)
    right = left if note.end is None else max(scale.place(note.end), left + 3)
    if right + note.width > scale.right:
        return left - note.width, right + 6
    return left - 6, right + note.width


_ORDER: Final = {"fault": 0, "rollout": 1}


def _of_one(one: Rollout, end: float) -> Note:
    kind, key = one.workload
    text = f"{kind} {key.name}: {one.what}"
    return _note(text, f"{kind} {key}: {one.what}", [one], end)


def _of_many(rollouts: Sequence[Rollout], end: float) -> Note:
    what = rollouts[0].what
    names = ", ".join(str(one.workload[1]) for one in rollouts)
    return _note(f"{len(rollouts)} workloads: {what}", f"{what}: {names}", rollouts, end)


def _note(text: str, title: str, rollouts: Sequence[Rollout], end: float) -> Note:
    is_open = any(one.ended is None for one in rollouts)
    until = max(end if one.ended is None else one.ended for one in rollouts)
    began = rollouts[0].began
    if is_open:
        ended = "superseded" if all(one.superseded for one in rollouts) else "not done"
    else:
        ended = moment(until - began)
    return Note("rollout", f"{text}, {ended}", f"{title}\n{ended}", began, until, is_open)
