"""Which events there may be; events.k8s.io asks for more than the core group.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` events.go (v1.36).
"""

from kubeobj.api.fielderrors import immutable, invalid, required
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import byte_length, validate_dns1123_subdomain, validate_qualified_name

MAX_BYTES = 128
"""The most bytes of an action, a reason or the instance that reports."""

NOTE_MAX_BYTES = 1024
"""The most bytes of a message."""

_KEPT = (
    "involvedObject",
    "reason",
    "message",
    "source",
    "firstTimestamp",
    "lastTimestamp",
    "count",
    # The API asks for the reason twice.
    "reason",
    "type",
    "eventTime",
    "action",
    "related",
)


def validate(obj: Wire) -> Errors:
    """Find what is wrong with an event of the core group."""
    return _validate(obj, "reportingComponent")


def validate_update(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with an event of the core group that replaces another."""
    return _validate(obj, "reportingComponent")


def _validate(obj: Wire, reporter: str) -> Errors:
    """Find what is wrong by the rules of both groups.

    Args:
        obj: The event, in the form of the core group.
        reporter: What the group that is asked calls the controller that reports.
    """
    namespace = obj["metadata"].get("namespace", "")
    involved = obj["involvedObject"].get("namespace", "")
    if obj["eventTime"] is None:
        # An event of the older sort.
        matches = involved == namespace if involved else namespace in {"", "default"}
    else:
        matches = bool(involved) or namespace in {"default", "kube-system"}
    if not matches:
        here = FieldPath.of("involvedObject", "namespace")
        yield invalid(here, involved, "does not match event.namespace", "namespace=same")
    if obj["eventTime"] is not None:
        yield from _new(obj, reporter)
    yield from validate_dns1123_subdomain(namespace, FieldPath.of("namespace"))


def _new(obj: Wire, reporter: str) -> Errors:
    """Find what an event lacks that says when it was."""
    here = FieldPath.of(reporter)
    if not obj["reportingComponent"]:
        yield required(here, "required")
    yield from validate_qualified_name(obj["reportingComponent"], here)
    for name in ("reportingInstance", "action", "reason"):
        text = obj.get(name, "")
        if not text:
            yield required(FieldPath.of(name), "required")
        yield from _short(text, name, MAX_BYTES)
    yield from _short(obj.get("message", ""), "message", NOTE_MAX_BYTES)


def _short(text: str, name: str, most: int) -> Errors:
    if byte_length(text) > most:
        yield invalid(FieldPath.of(name), "", f"can have at most {most} characters", "maxLength")


# ---------------------------------------------------------------- events.k8s.io


def validate_strictly(obj: Wire) -> Errors:
    """Find what is wrong with an event of events.k8s.io, in the form of the core group."""
    yield from _validate(obj, "reportingController")
    yield from _series(obj)
    if obj["eventTime"] is None:
        yield required(FieldPath.of("eventTime"), "required")
    kind = obj.get("type", "")
    if kind not in {"Normal", "Warning"}:
        yield invalid(FieldPath.of("type"), "", f"has invalid value: {kind}", "enum")
    for name in ("firstTimestamp", "lastTimestamp", "count", "source"):
        if obj.get(name):
            yield invalid(FieldPath.of(name), "", "needs to be unset", "format=empty")


def validate_update_strictly(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with such an event that replaces another; only its series may change."""
    yield from _validate(obj, "reportingController")
    if obj.get("series") != old.get("series"):
        yield from _series(obj)
    for name in _KEPT:
        yield from immutable(obj.get(name), old.get(name), FieldPath.of(name))
    for name, called in (
        ("reportingComponent", "reportingController"),
        ("reportingInstance", "reportingInstance"),
    ):
        yield from immutable(obj[name], old[name], FieldPath.of(called))


def _series(obj: Wire) -> Errors:
    series = obj.get("series")
    if series is None:
        return
    if series.get("count", 0) < 2:
        yield invalid(FieldPath.of("series.count"), "", "should be at least 2", "minimum")
    if series["lastObservedTime"] is None:
        yield required(FieldPath.of("series.lastObservedTime"), "required")
