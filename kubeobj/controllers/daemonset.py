"""DaemonSets: one pod on every node that suits.

Source: ``k8s.io/kubernetes/pkg/controller/daemon`` (v1.36); Kubernetes documentation, DaemonSet.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final, final

from kubeobj.api.errors import AlreadyExists, ApiError, NotFound
from kubeobj.controllers.adoption import Adoption
from kubeobj.controllers.controllerrevision import (
    daemon_set_revision,
    find_equal,
    in_order,
    is_equal,
    next_number,
    surplus_of_daemon_set,
)
from kubeobj.controllers.daemonpods import (
    REVISION,
    Suits,
    node_name_of,
    pod_of,
    suits,
    template_of,
)
from kubeobj.controllers.daemonsetplan import OWNED, Actions, DaemonView, counts_of, manage, roll
from kubeobj.controllers.podcontrol import PodControl
from kubeobj.controllers.podstate import (
    is_deleting,
    is_failed,
    next_availability_seconds,
)
from kubeobj.controllers.refusals import is_namespace_terminating
from kubeobj.controllers.selecting import Selecting, selector_in
from kubeobj.controllers.statuswriting import write_status
from kubeobj.documents import Wire
from kubeobj.labels.selector import Selector
from kubeobj.reconcile.backoff import Backoff
from kubeobj.reconcile.expectations import Expectations
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.owners import controlled_by, owner_of
from kubeobj.reconcile.request import Cached, Request, Result, wire_of
from kubeobj.reconcile.triggers import on_owned, on_self

_RESOURCE: Final = "daemonsets.apps"
_REVISIONS: Final = "controllerrevisions.apps"
_HISTORY: Final = 10
BURST: Final = 250
"""How many pods are created or deleted at most before anything else is looked at."""

REPLACED: Final = Backoff(1, 900)
"""How long a node waits for the replacement of a pod that has failed."""


@final
class DaemonSetController:
    """Lets a pod of each DaemonSet run on every node that suits.

    Args:
        manager: Whose caches and client are used.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._clock = manager.clock
        self._sets = manager.informer(_RESOURCE)
        self._pods = manager.informer("pods")
        self._nodes = manager.informer("nodes")
        self._revisions = manager.informer(_REVISIONS)
        self._events = manager.events.by("daemonset-controller")
        self._expected = Expectations(manager.clock)
        self._control = PodControl(manager.client, self._events, self._expected)
        # How often, and when last, the pod of a set was replaced on a node because it had failed.
        self._failures: dict[Request, dict[tuple[int, str], tuple[int, float]]] = {}
        # What each set says of each node: asked again when either changes.
        self._suits: dict[Request, tuple[int, dict[str, Suits]]] = {}
        cache = self._pods.cache
        self._pod_adoption = Adoption(manager.client, _RESOURCE, "pods", cache)
        self._revision_adoption = Adoption(
            manager.client, _RESOURCE, _REVISIONS, self._revisions.cache
        )
        needs = [self._sets, self._pods, self._nodes, self._revisions]
        self._loop = manager.controller("daemonset", self.reconcile, needs=needs)
        on_self(self._loop, self._sets)
        on_owned(self._loop, self._pods, "apps", "DaemonSet")
        self._pods.subscribe(self._note, owner=("apps", "DaemonSet"))
        Selecting(self._sets, _selector_of).look_at_orphans(self._loop, self._pods)
        self._nodes.subscribe(self._node_changed)

    # ------------------------------------------------------------ what has changed

    def _note(self, old: Cached | None, new: Cached | None) -> None:
        """Note that something has come about which was expected."""
        pod = old if new is None else new
        if pod is None or controlled_by(pod) != ("apps", "DaemonSet"):
            return
        if new is None or is_deleting(new):
            self._expected.deleted(owner_of(pod), pod["metadata"]["uid"])
        elif old is None:
            self._expected.created(owner_of(pod))

    def _node_changed(self, old: Cached | None, new: Cached | None) -> None:
        """Look at all sets if a node comes, goes, or is another to them."""
        if old is not None and new is not None and _as_seen(old) == _as_seen(new):
            return
        node = old if new is None else new
        if node is not None:
            for _, known in self._suits.values():
                known.pop(node["metadata"]["name"], None)
        for one in self._sets.cache:
            self._loop.queue.add(Request.of(one))

    # ------------------------------------------------------------ what is done

    def reconcile(self, request: Request) -> Result | None:
        """Take a set one step on, and report how far it is."""
        daemon_set = self._sets.cache.find(request)
        if daemon_set is None:
            self._expected.forget(request)
            self._suits.pop(request, None)
            self._failures.pop(request, None)
            return None
        selector = _selector_of(daemon_set)
        if selector.selects_everything:
            message = "This daemon set is selecting all pods. A non-empty selector is required."
            self._events.record(daemon_set, "SelectingAll", message, "Warning")
            return None
        if is_deleting(daemon_set):
            return None
        is_met = self._expected.are_met(request)
        claimed = self._pod_adoption.claim(daemon_set, selector)
        history = in_order(self._revision_adoption.claim(daemon_set, selector))
        current = self._current_revision(daemon_set, history)
        view = self._view(daemon_set, claimed, current)
        again: float | None = None
        failure: ApiError | None = None
        if is_met:
            failure, again = self._act(request, view)
        self._forget_oldest(daemon_set, history, current, claimed)
        self._report(view)
        if failure is not None:
            raise failure
        return self._look_again(view, claimed, again)

    def _look_again(
        self, view: DaemonView, claimed: Sequence[Cached], again: float | None
    ) -> Result | None:
        times = [] if again is None else [again]
        if view.min_ready_seconds:
            after = next_availability_seconds(claimed, view.min_ready_seconds, view.now)
            times += [] if after is None else [after]
        return Result(min(times)) if times else None

    def _view(self, daemon_set: Cached, claimed: Sequence[Cached], current: Cached) -> DaemonView:
        pods: dict[str, list[Cached]] = {}
        for pod in claimed:
            name = node_name_of(pod)
            if name:
                pods.setdefault(name, []).append(pod)
        found_hash = current["metadata"]["labels"][REVISION]
        suiting = self._suiting(daemon_set)
        return DaemonView(daemon_set, suiting, pods, found_hash, self._clock.now())

    def _suiting(self, daemon_set: Cached) -> dict[str, Suits]:
        """Return per node whether it suits; what is known is not asked again."""
        key, generation = Request.of(daemon_set), daemon_set["metadata"].get("generation", 1)
        known = self._suits.get(key)
        if known is None or known[0] != generation:
            known = self._suits[key] = (generation, {})
        template = template_of(daemon_set)
        found: dict[str, Suits] = {}
        for node in self._nodes.cache:
            name = node["metadata"]["name"]
            answer = known[1].get(name)
            if answer is None:
                answer = known[1][name] = suits(template, node)
            found[name] = answer
        return found

    def _act(self, request: Request, view: DaemonView) -> tuple[ApiError | None, float | None]:
        """Create and delete what is to be; return what failed, and when to look again."""
        again: list[float] = []

        def may_replace(node: str) -> bool:
            wait = self._wait(view, node)
            if wait > 0:
                again.append(wait)
            return wait <= 0

        actions = manage(view, may_replace)
        for pod, node in actions.ended:
            self._tell_end(view.daemon_set, pod, node)
        if not actions.create and not actions.delete:
            actions = roll(view)
        failure = self._carry_out(request, view, actions)
        return failure, min(again, default=None)

    def _wait(self, view: DaemonView, node: str) -> float:
        """Return how long a node waits yet for the replacement of a failed pod."""
        generation = (view.daemon_set.get("status") or {}).get("observedGeneration") or 0
        known = self._failures.setdefault(Request.of(view.daemon_set), {})
        key = generation, node
        count, since = known.get(key, (0, 0.0))
        if count and view.now < since + REPLACED.seconds(count):
            return since + REPLACED.seconds(count) - view.now
        if count and view.now - since > 2 * REPLACED.longest:
            count = 0
        known[key] = (count + 1, view.now)
        return 0.0

    def _tell_end(self, daemon_set: Cached, pod: Cached, node: str) -> None:
        path = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
        if is_failed(pod):
            message = f"Found failed daemon pod {path} on node {node}, will try to kill it"
            self._events.record(daemon_set, "FailedDaemonPod", message, "Warning")
        else:
            message = f"Found succeeded daemon pod {path} on node {node}, will try to delete it"
            self._events.record(daemon_set, "SucceededDaemonPod", message)

    def _carry_out(self, request: Request, view: DaemonView, actions: Actions) -> ApiError | None:
        failure = self._create(request, view, actions.create[:BURST])
        return self._control.delete(view.daemon_set, actions.delete[:BURST]) or failure

    def _create(self, request: Request, view: DaemonView, nodes: list[str]) -> ApiError | None:
        template = template_of(view.daemon_set)
        self._expected.creations(request, len(nodes))
        for position, node in enumerate(nodes):
            pod = pod_of(view.daemon_set, template, view.found_hash, node)
            error = self._control.create(view.daemon_set, pod)
            if error is not None:
                for _ in nodes[position:]:
                    self._expected.created(request)
                return None if is_namespace_terminating(error) else error
        return None

    # ------------------------------------------------------------ revisions

    def _current_revision(self, daemon_set: Cached, history: list[Cached]) -> Cached:
        """Return the revision of the present template, which is made if it is not there."""
        wanted = daemon_set_revision(daemon_set, next_number(history))
        same = find_equal(history, wanted)
        if same:
            current = same[-1]
            if current is history[-1]:
                return current
            metadata = current["metadata"]
            written = self._client.patch(
                _REVISIONS,
                metadata["name"],
                {"revision": wanted["revision"]},
                type="merge",
                namespace=metadata["namespace"],
            )
            return wire_of(written)
        metadata = wanted["metadata"]
        try:
            return wire_of(self._client.create(wanted))
        except AlreadyExists:
            found = wire_of(
                self._client.get(_REVISIONS, metadata["name"], namespace=metadata["namespace"])
            )
            if is_equal(found, wanted):
                return found
            collisions = (daemon_set.get("status") or {}).get("collisionCount") or 0
            write_status(
                self._client, _RESOURCE, daemon_set, {"collisionCount": collisions + 1}, ()
            )
            raise

    def _forget_oldest(
        self,
        daemon_set: Cached,
        history: Sequence[Cached],
        current: Cached,
        pods: Sequence[Cached],
    ) -> None:
        uid = current["metadata"]["uid"]
        old = [one for one in history if one["metadata"]["uid"] != uid]
        live = {(pod["metadata"].get("labels") or {}).get(REVISION, "") for pod in pods}
        limit = daemon_set["spec"].get("revisionHistoryLimit")
        for one in surplus_of_daemon_set(old, live, _HISTORY if limit is None else limit):
            metadata = one["metadata"]
            with suppress(NotFound):
                self._client.delete(_REVISIONS, metadata["name"], namespace=metadata["namespace"])

    # ------------------------------------------------------------ what is reported

    def _report(self, view: DaemonView) -> None:
        status: Wire = {
            **counts_of(view),
            "observedGeneration": view.daemon_set["metadata"].get("generation", 1),
        }
        with suppress(NotFound):
            write_status(self._client, _RESOURCE, view.daemon_set, status, OWNED)


def _selector_of(daemon_set: Cached) -> Selector:
    return selector_in(daemon_set["spec"].get("selector"))


def _as_seen(node: Cached) -> tuple[object, object, object]:
    """Return what of a node matters to a set."""
    spec = node.get("spec") or {}
    return node["metadata"].get("labels"), spec.get("taints"), spec.get("unschedulable")
