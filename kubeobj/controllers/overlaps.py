"""Controllers that claim the same pods are told so: by an event, and by a condition.

Kubernetes asks that the selectors of the controllers in a namespace do not overlap, and leaves it
at that. What happens otherwise is seldom meant: pods are counted, adopted or deleted by whoever
comes first. The condition is there as long as the overlap is.

Source: Kubernetes documentation, Deployments, Selector, and ReplicaSet, Non-Template Pod
acquisitions (v1.36).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, final

from kubeobj.api.errors import NotFound
from kubeobj.controllers.overlapindex import Claim, Key, OverlapIndex
from kubeobj.controllers.selecting import map_selector_in, selector_in
from kubeobj.controllers.statuswriting import write_status
from kubeobj.documents import Wire
from kubeobj.errors import SelectorError
from kubeobj.labels.selector import Selector
from kubeobj.reconcile.controller import Controller
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.moments import text_of
from kubeobj.reconcile.owners import controlled_by
from kubeobj.reconcile.request import Cached, Request

OVERLAP: Final = "SelectorOverlap"
"""The type of the condition, and the reason of the event."""

_NAMED: Final = 3
_NOTHING: Wire = {}


def _by_selector(document: Cached) -> Selector:
    return selector_in(document["spec"].get("selector"))


def _by_map(document: Cached) -> Selector:
    return map_selector_in(document["spec"].get("selector"))


def _by_own_selector(job: Cached) -> Selector:
    """Return what a job selects, if that is not the label that the API made up for it."""
    return _by_selector(job) if job["spec"].get("manualSelector") else Selector.nothing()


@final
@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of controllers.

    Args:
        resource: Its resource.
        kind: The kind.
        selector: Returns what one of them selects.
        times: The times of its conditions, besides ``lastTransitionTime``.
    """

    resource: str
    kind: str
    selector: Callable[[Cached], Selector] = _by_selector
    times: Sequence[str] = ()


_KINDS: Final = (
    _Kind("daemonsets.apps", "DaemonSet"),
    _Kind("deployments.apps", "Deployment", times=("lastUpdateTime",)),
    _Kind("jobs.batch", "Job", _by_own_selector, times=("lastProbeTime",)),
    _Kind("replicasets.apps", "ReplicaSet"),
    _Kind("replicationcontrollers", "ReplicationController", _by_map),
    _Kind("statefulsets.apps", "StatefulSet"),
)


@final
class SelectorOverlapController:
    """Tells the controllers of each namespace which others claim the same pods.

    Args:
        manager: Where it is installed.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._clock = manager.clock
        self._events = manager.events.by("selector-overlap-controller")
        self._places: dict[str, OverlapIndex] = {}
        self._loops: dict[str, Controller] = {}
        informers = {one.kind: manager.informer(one.resource) for one in _KINDS}
        for kind in _KINDS:
            reconcile = partial(self.reconcile, kind, informers[kind.kind])
            name = f"selector-overlap-{kind.resource.partition('.')[0]}"
            needs = list(informers.values())
            self._loops[kind.kind] = manager.controller(name, reconcile, needs=needs)
        for kind in _KINDS:
            informers[kind.kind].subscribe(partial(self._changed, kind))

    # ------------------------------------------------------------ what has changed

    def _changed(self, kind: _Kind, old: Cached | None, new: Cached | None) -> None:
        """Take in what one controller claims now, and look at all whom that concerns."""
        document = old if new is None else new
        if document is None:
            return
        namespace, name = request = Request.of(document)
        if old is not None and new is not None and _claims_alike(old, new):
            if _told(old) != _told(new):
                self._loops[kind.kind].queue.add(request)
            return
        key = kind.kind, name
        place = self._places.setdefault(namespace, OverlapIndex())
        concerned = [one.key for one in place.rivals(key)]
        claim = None if new is None else _claim(kind, key, new)
        if claim is None:
            place.discard(key)
        else:
            place.put(claim)
        concerned += [one.key for one in place.rivals(key)]
        if concerned or (new is not None and _told(new) is not None):
            concerned.append(key)
        for rival, rival_name in dict.fromkeys(concerned):
            self._loops[rival].queue.add(Request(namespace, rival_name))
        if not place:
            del self._places[namespace]

    # ------------------------------------------------------------ what is told

    def reconcile(self, kind: _Kind, informer: Informer, request: Request) -> None:
        """Let the conditions of one controller say whether others claim its pods."""
        document = informer.cache.find(request)
        if document is None or _is_over(document):
            return
        known = _told(document)
        message = self._message((kind.kind, request.name), request.namespace)
        if message == (None if known is None else known["message"]):
            return
        status: Wire = document.get("status") or _NOTHING
        conditions = [one for one in status.get("conditions") or () if one["type"] != OVERLAP]
        if message is not None:
            now = text_of(self._clock.now())
            since = now if known is None else known["lastTransitionTime"]
            found = {"type": OVERLAP, "status": "True", "lastTransitionTime": since}
            found.update(dict.fromkeys(kind.times, now))
            found.update(reason="PodsClaimedTwice", message=message)
            conditions.append(found)
        wanted = {"conditions": conditions} if conditions else _NOTHING
        try:
            write_status(self._client, kind.resource, document, wanted, ("conditions",))
        except NotFound:
            return
        if message is not None:
            self._events.record(document, OVERLAP, message, "Warning")

    def _message(self, key: Key, namespace: str) -> str | None:
        """Return what is to be told to a controller; None if its pods are its own."""
        place = self._places.get(namespace)
        rivals = [] if place is None else place.rivals(key)
        if place is None or not rivals:
            return None
        named = [f'{kind} "{name}"' for kind, name in (one.key for one in rivals[:_NAMED])]
        if len(rivals) > _NAMED:
            named.append("others")
        listed = " and ".join(part for part in (", ".join(named[:-1]), named[-1]) if part)
        common = place.common(key, rivals[0].key)
        return f"{listed} may claim the same pods, such as one with the labels {common}"


def _claim(kind: _Kind, key: Key, document: Cached) -> Claim | None:
    """Return what a controller claims; None if it claims nothing on its own account."""
    if controlled_by(document) is not None or _is_over(document):
        return None
    try:
        selector = kind.selector(document)
    except SelectorError:
        return None
    return Claim(key, selector, _pod_labels(document), document["metadata"].get("labels") or {})


def _is_over(document: Cached) -> bool:
    """Return whether a controller does nothing more: it is deleted, or a job that has ended."""
    if "deletionTimestamp" in document["metadata"]:
        return True
    conditions = (document.get("status") or _NOTHING).get("conditions") or ()
    ended = ("Complete", "Failed")
    return document["kind"] == "Job" and any(
        one["type"] in ended and one["status"] == "True" for one in conditions
    )


def _pod_labels(document: Cached) -> dict[str, str]:
    template: Wire = document["spec"].get("template") or _NOTHING
    labels: dict[str, str] = (template.get("metadata") or _NOTHING).get("labels") or {}
    return labels


def _claims_alike(old: Cached, new: Cached) -> bool:
    """Return whether a change is none to what is claimed; most are of counts only."""
    if old["spec"] is not new["spec"] and (
        old["spec"].get("selector") != new["spec"].get("selector")
        or _pod_labels(old) != _pod_labels(new)
    ):
        return False
    one, other = old["metadata"], new["metadata"]
    if any(one.get(name) != other.get(name) for name in ("labels", "ownerReferences", "uid")):
        return False
    return _is_over(old) == _is_over(new)


def _told(document: Cached) -> Wire | None:
    """Return the condition of a controller that says that others claim its pods."""
    for one in (document.get("status") or _NOTHING).get("conditions") or ():
        if one["type"] == OVERLAP:
            found: Wire = one
            return found
    return None
