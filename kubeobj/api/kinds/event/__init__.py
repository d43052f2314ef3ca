"""Event: something that has happened to an object.

Events are stored as those of the core group, and served as those of events.k8s.io as well.

Source: ``k8s.io/kubernetes/pkg/registry/core/event``, ``pkg/apis/events/v1`` and
``pkg/printers/internalversion`` printEvent (v1.36).
"""

from collections.abc import Mapping

from kubeobj.api.kind import Kind, Version
from kubeobj.api.kinds.event.validation import (
    validate,
    validate_strictly,
    validate_update,
    validate_update_strictly,
)
from kubeobj.api.table import Cells, Column, Table, since
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind

_RENAMED: Mapping[str, str] = {
    "regarding": "involvedObject",
    "note": "message",
    "reportingController": "reportingComponent",
    "deprecatedSource": "source",
    "deprecatedFirstTimestamp": "firstTimestamp",
    "deprecatedLastTimestamp": "lastTimestamp",
    "deprecatedCount": "count",
}
"""The fields of events.k8s.io that have another name in the core group."""

_BACK = {core: new for new, core in _RENAMED.items()}

_INVOLVED = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")


def to_stored(obj: Wire) -> Wire:
    """Return an event of events.k8s.io as one of the core group."""
    stored = {_RENAMED.get(name, name): value for name, value in obj.items()}
    for name in ("reportingComponent", "reportingInstance"):
        stored.setdefault(name, "")
    if "series" in stored and not stored["series"].get("count"):
        stored["series"].pop("count", None)
    return stored


def from_stored(stored: Wire) -> Wire:
    """Return an event of the core group as one of events.k8s.io."""
    obj = {_BACK.get(name, name): value for name, value in stored.items()}
    for name in ("reportingController", "reportingInstance"):
        if not obj.get(name):
            obj.pop(name, None)
    if "series" in obj:
        obj["series"].setdefault("count", 0)
    return obj


def fields(obj: Wire) -> Mapping[str, str]:
    """Return the fields by which an event can be selected."""
    involved = obj["involvedObject"]
    reporter = obj["reportingComponent"]
    return {
        **{f"involvedObject.{name}": involved.get(name, "") for name in _INVOLVED},
        "reason": obj.get("reason", ""),
        "reportingComponent": reporter,
        "source": obj["source"].get("component") or reporter,
        "type": obj.get("type", ""),
    }


FIELD_NAMES = frozenset(
    {
        *(f"involvedObject.{name}" for name in _INVOLVED),
        "reason",
        "reportingComponent",
        "source",
        "type",
    }
)
"""The names of those fields."""


def _cells(obj: Wire, now: float) -> Cells:
    first = since(obj["firstTimestamp"] or obj["eventTime"], now)
    last = since(obj["lastTimestamp"], now) if obj["lastTimestamp"] else first
    count = obj.get("count") or 1
    if "series" in obj:
        last = since(obj["series"]["lastObservedTime"], now)
        count = obj["series"].get("count", 0)
    involved = obj["involvedObject"]
    target = involved.get("kind", "").lower()
    if involved.get("name"):
        target += f"/{involved['name']}"
    return [
        last,
        obj.get("type", ""),
        obj.get("reason", ""),
        target,
        involved.get("fieldPath", ""),
        _source(obj),
        obj.get("message", "").strip(),
        first,
        count,
        obj["metadata"].get("name", ""),
    ]


def _source(obj: Wire) -> str:
    component = obj["source"].get("component") or obj["reportingComponent"]
    instance = obj["source"].get("host") or obj["reportingInstance"]
    return f"{component}, {instance}" if instance else component


TABLE = Table(
    (
        Column("Last Seen"),
        Column("Type"),
        Column("Reason"),
        Column("Object"),
        Column("Subobject", priority=1),
        Column("Source", priority=1),
        Column("Message"),
        Column("First Seen", priority=1),
        Column("Count", priority=1),
        Column("Name", format="name", priority=1),
    ),
    _cells,
)
"""The table of events."""

EVENTS_V1 = Version(
    kind=GroupVersionKind("events.k8s.io", "v1", "Event"),
    to_stored=to_stored,
    from_stored=from_stored,
    validate=validate_strictly,
    validate_update=validate_update_strictly,
    fields={
        **{f"regarding.{name}": f"involvedObject.{name}" for name in _INVOLVED},
        "reason": "reason",
        "reportingController": "reportingComponent",
        "type": "type",
    },
)
"""How events are served in events.k8s.io."""

KIND = Kind(
    kind=GroupVersionKind("", "v1", "Event"),
    plural="events",
    namespaced=True,
    validate=validate,
    validate_update=validate_update,
    fields=fields,
    field_names=FIELD_NAMES,
    table=TABLE,
    versions=(EVENTS_V1,),
    creates_on_update=True,
)
"""What the API knows of Events."""
