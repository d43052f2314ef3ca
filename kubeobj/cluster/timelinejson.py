"""The record of a simulation as plain JSON. Times are seconds, to the microsecond."""

from typing import TYPE_CHECKING

from kubeobj.cluster.availability import Availability
from kubeobj.cluster.eventlog import EventRow
from kubeobj.cluster.nodelives import NodeLife, Struck
from kubeobj.cluster.podlives import PodLife, Workload
from kubeobj.cluster.rollouts import Rollout
from kubeobj.documents import Document, JsonValue

if TYPE_CHECKING:
    from kubeobj.cluster.timeline import Record


def record_json(record: "Record") -> dict[str, JsonValue]:
    """Return a record as plain JSON."""
    end = record.end
    return {
        "beganSeconds": _time(record.began),
        "endSeconds": _time(end),
        "seed": record.seed,
        "marks": [{"atSeconds": _time(one.at), "text": one.text} for one in record.marks],
        "faults": [_fault(one) for one in record.faults],
        "nodes": [_node(one) for one in record.nodes],
        "pods": [_pod(one) for one in record.pods],
        "rollouts": [_rollout(one) for one in record.rollouts],
        "availability": [_availability(one, end) for one in record.availability.values()],
        "events": [_event(one) for one in record.events],
    }


def workload_json(workload: Workload) -> dict[str, JsonValue]:
    """Return which workload it is, as plain JSON."""
    kind, key = workload
    return {"kind": kind, "namespace": key.namespace, "name": key.name}


def _time(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 6)


def _fault(one: Struck) -> Document:
    return {"fault": one.text, "beganSeconds": _time(one.began), "endedSeconds": _time(one.ended)}


def _node(life: NodeLife) -> Document:
    states: list[JsonValue] = [
        {"atSeconds": _time(at), "state": state} for at, state in life.states
    ]
    return {"name": life.name, "states": states}


def _pod(life: PodLife) -> Document:
    return {
        "namespace": life.key.namespace,
        "name": life.key.name,
        "uid": life.uid,
        "workload": workload_json(life.workload),
        "revision": life.revision,
        "node": life.node,
        "createdSeconds": _time(life.created),
        "scheduledSeconds": _time(life.scheduled),
        "states": [
            {"atSeconds": _time(at), "state": state.word, "note": state.note}
            for at, state in life.states
        ],
        "restarts": [
            {"atSeconds": _time(one.at), "container": one.container, "reason": one.reason}
            for one in life.restarts
        ],
        "deletingSeconds": _time(life.deleting),
        "goneSeconds": _time(life.gone),
        "why": life.why,
    }


def _rollout(one: Rollout) -> Document:
    return {
        **workload_json(one.workload),
        "generation": one.generation,
        "what": one.what,
        "beganSeconds": _time(one.began),
        "endedSeconds": _time(one.ended),
        "superseded": one.superseded,
    }


def _availability(one: Availability, end: float) -> Document:
    worst = one.worst(end)
    lowest: JsonValue = None
    if worst is not None:
        lowest = {
            "atSeconds": _time(worst.at),
            "serving": worst.serving,
            "desired": worst.desired,
        }
    steps = (("desired", one.desired), ("available", one.available), ("serving", one.serving))
    return {
        **workload_json(one.workload),
        **{name: [[_time(at), number] for at, number in found] for name, found in steps},
        "lowest": lowest,
        "shortSeconds": _time(one.short_seconds(end)),
    }


def _event(row: EventRow) -> Document:
    return {
        "firstSeconds": _time(row.first),
        "lastSeconds": _time(row.last),
        "count": row.count,
        "type": row.type_,
        "reason": row.reason,
        "kind": row.kind,
        "namespace": row.about.namespace,
        "name": row.about.name,
        "message": row.message,
    }
