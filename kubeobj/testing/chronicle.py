"""What happened in a simulated cluster, as lines to read.

While the cluster runs, no more is noted than which write was when; the lines are made of the
store's history, and only if somebody asks.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final, final

import orjson

from kubeobj.cluster.faulttext import describe_fault
from kubeobj.cluster.simulated import SimulatedCluster
from kubeobj.documents import Wire
from kubeobj.store.watch import EventType, WatchEvent

_DULL: Final = frozenset(
    {
        "endpoints",
        "endpointslices.discovery.k8s.io",
        "controllerrevisions.apps",
        "leases.coordination.k8s.io",
        "serviceaccounts",
    }
)
"""Resources whose changes follow from those of others."""

_ROOT_CERTIFICATE: Final = "kube-root-ca.crt"


@final
class Chronicle:
    """Notes when what was written in a cluster, from now on.

    Args:
        cluster: The cluster.
    """

    __slots__ = ("_began", "_cluster", "_revisions", "_seconds")

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster
        self._began = cluster.server.store.revision
        self._revisions: list[int] = []
        self._seconds: list[float] = []
        cluster.watch_over(self._note)

    def lines(self, most: int = 40) -> list[str]:
        """Return what happened, at most the last so many things, with their times in seconds."""
        found = [*self._writes(), *self._faults()]
        found.sort(key=lambda one: one[:2])
        lines = [f"{at:>9.1f} s  {text}" for at, _, text in found]
        left_out = len(lines) - most
        return lines if left_out <= 0 else [f"{left_out} earlier lines", *lines[left_out:]]

    def _note(self, cluster: SimulatedCluster) -> None:
        self._revisions.append(cluster.server.store.revision)
        self._seconds.append(cluster.now)

    def _when(self, revision: int) -> float:
        place = bisect_left(self._revisions, revision)
        return self._seconds[place] if place < len(self._seconds) else self._cluster.now

    def _faults(self) -> Iterator[tuple[float, int, str]]:
        for entry in self._cluster.faults.history:
            word = "begins" if entry.begins else "ends"
            at = entry.at - self._cluster.began
            yield at, 0, f"fault {word}: {describe_fault(entry.fault)}"

    def _writes(self) -> Iterator[tuple[float, int, str]]:
        store = self._cluster.server.store
        since = max(self._began, store.compacted_revision)
        for resource in dict.fromkeys((*store.resources(), "pods")):
            if resource in _DULL:
                continue
            for event in store.watch(resource, since=since).poll():
                revision = event.record.revision
                for text in _told(event):
                    yield self._when(revision), revision, text


def _told(event: WatchEvent) -> Iterator[str]:
    """Yield what a write has changed, as far as people care."""
    key = event.record.key
    if key.name == _ROOT_CERTIFICATE:
        return
    name = f"{key.resource} {key.namespace}/{key.name}" if key.namespace else str(key)
    new: Wire = orjson.loads(event.record.data)
    if key.resource.partition(".")[0] == "events":
        if new.get("type") == "Warning" and event.type is not EventType.DELETED:
            about = new.get("involvedObject") or new.get("regarding") or {}
            yield f"{new.get('reason')} of {about.get('name')}: {new.get('message') or ''}"
    elif event.type is EventType.ADDED:
        yield f"{name} created"
    elif event.type is EventType.DELETED:
        yield f"{name} gone"
    elif event.previous is not None:
        old: Wire = orjson.loads(event.previous.data)
        for change in _changes(old, new):
            yield f"{name} {change}"


def _changes(old: Wire, new: Wire) -> Iterator[str]:
    before, after = old["metadata"], new["metadata"]
    if "deletionTimestamp" in after and "deletionTimestamp" not in before:
        yield "is to go"
    if after.get("generation") != before.get("generation"):
        yield "changed"
    if node := _news(old, new, "spec", "nodeName"):
        yield f"on {node}"
    if phase := _news(old, new, "status", "phase"):
        yield f"is {phase}"
    known = {one["type"]: one["status"] for one in _conditions(old)}
    for one in _conditions(new):
        if known.get(one["type"], "False") != one["status"]:
            reason = one.get("reason")
            yield f"{one['type']} is {one['status']}{f' ({reason})' if reason else ''}"


def _news(old: Wire, new: Wire, part: str, name: str) -> str:
    """Return what a field has become, or nothing."""
    value = _part(new, part).get(name)
    return str(value) if value and value != _part(old, part).get(name) else ""


def _conditions(document: Wire) -> list[Wire]:
    found = _part(document, "status").get("conditions")
    if not isinstance(found, list):
        return []
    return [one for one in found if isinstance(one, dict) and {"type", "status"} <= one.keys()]


def _part(document: Wire, part: str) -> Wire:
    found = document.get(part)
    return found if isinstance(found, dict) else {}
