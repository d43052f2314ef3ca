"""The rollout of a workload of a live cluster: watched, undone, restarted, held.

Source: ``k8s.io/kubectl/pkg/polymorphichelpers`` (v1.36), for what is written.
"""

from dataclasses import dataclass
from typing import Final, final

from kubeobj.api.client import Client
from kubeobj.api.errors import BadRequest, NotFound
from kubeobj.clock import Clock, LiveClock
from kubeobj.cluster.invariants.workloads import lack_of
from kubeobj.cluster.workloadstates import WORKLOADS
from kubeobj.documents import Wire
from kubeobj.models.unstructured import Unstructured
from kubeobj.reconcile.moments import text_of
from kubeobj.reconcile.request import wire_of

_REVISION: Final = "deployment.kubernetes.io/revision"
_CAUSE: Final = "kubernetes.io/change-cause"
_RESTARTED_AT: Final = "kubectl.kubernetes.io/restartedAt"
_HASH: Final = "pod-template-hash"
_KINDS: Final = frozenset({"Deployment", "DaemonSet", "StatefulSet"})


@final
@dataclass(frozen=True, slots=True)
class Revision:
    """A state that a workload has been in.

    Args:
        number: Its number; the newest has the highest.
        cause: Why it was made; empty if nobody has said.
        template: The template of its pods.
    """

    number: int
    cause: str
    template: Wire


@final
class Rollout:
    """The rollout of one workload; `Cluster.rollout` makes one.

    Args:
        client: Reads and writes it.
        kind: Its kind, by any name: ``deployments``.
        name: Which it is.
        namespace: In which namespace; None for the client's own.
        clock: The time.

    Raises:
        NotFound: If there is no such workload.
        BadRequest: If its kind has no rollouts.
    """

    def __init__(
        self,
        client: Client,
        kind: str,
        name: str,
        namespace: str | None = None,
        *,
        clock: Clock | None = None,
    ) -> None:
        self._client = client
        self._name = name
        self._clock: Clock = LiveClock() if clock is None else clock
        found = wire_of(client.get(kind, name, namespace=namespace))
        self._kind: str = found["kind"]
        self._namespace: str = found["metadata"]["namespace"]
        if self._kind not in _KINDS:
            raise BadRequest(f"a {self._kind} has no rollouts")

    def status(self) -> tuple[str, ...]:
        """Return what it lacks of what was asked for; nothing once it has been rolled out."""
        return lack_of(self._kind, self._workload())

    def wait(self, *, within: float) -> None:
        """Return once it has been rolled out.

        Args:
            within: How long to wait, in seconds.

        Raises:
            Timeout: If that takes longer.
        """

        def is_done(found: Unstructured) -> bool:
            return not lack_of(self._kind, wire_of(found))

        self._client.wait_for(
            WORKLOADS[self._kind],
            self._name,
            is_done,
            within=within,
            every=0.05,
            namespace=self._namespace,
        )

    def history(self) -> tuple[Revision, ...]:
        """Return its revisions, the oldest first."""
        is_deployment = self._kind == "Deployment"
        kept = "replicasets.apps" if is_deployment else "controllerrevisions.apps"
        uid = self._workload()["metadata"]["uid"]
        found: list[Revision] = []
        for one in map(wire_of, self._client.list(kept, namespace=self._namespace)):
            metadata = one["metadata"]
            owners = metadata.get("ownerReferences") or ()
            if not any(owner.get("controller") and owner["uid"] == uid for owner in owners):
                continue
            annotations = metadata.get("annotations") or {}
            number = annotations.get(_REVISION, "") if is_deployment else one["revision"]
            if str(number).isdigit():
                found.append(Revision(int(number), annotations.get(_CAUSE, ""), _template(one)))
        return tuple(sorted(found, key=lambda one: one.number))

    def undo(self, revision: int = 0) -> Revision:
        """Bring a revision back, and return it.

        Args:
            revision: Which; 0 for the one before the newest.

        Raises:
            NotFound: If there is no such revision.
            BadRequest: If the rollout is paused.
        """
        if self._workload()["spec"].get("paused"):
            raise BadRequest("the rollout is paused: resume it first")
        found = self.history()
        wanted = [one for one in found if one.number == revision] if revision else found[-2:-1]
        if not wanted:
            raise NotFound(f"unable to find specified revision {revision} in history")
        change = [{"op": "replace", "path": "/spec/template", "value": wanted[0].template}]
        self._patch(change)
        return wanted[0]

    def restart(self) -> None:
        """Let all of its pods be replaced.

        Raises:
            BadRequest: If the rollout is paused.
        """
        if self._workload()["spec"].get("paused"):
            raise BadRequest("the rollout is paused: resume it first")
        notes = {_RESTARTED_AT: text_of(self._clock.now())}
        self._patch({"spec": {"template": {"metadata": {"annotations": notes}}}})

    def pause(self) -> None:
        """Roll out nothing until it is resumed.

        Raises:
            BadRequest: If its kind cannot be paused.
        """
        self._hold(paused=True)

    def resume(self) -> None:
        """Roll out what has changed meanwhile.

        Raises:
            BadRequest: If its kind cannot be paused.
        """
        self._hold(paused=False)

    # ------------------------------------------------------------ inside

    def _workload(self) -> Wire:
        kind = WORKLOADS[self._kind]
        return wire_of(self._client.get(kind, self._name, namespace=self._namespace))

    def _hold(self, *, paused: bool) -> None:
        if self._kind != "Deployment":
            raise BadRequest(f"a {self._kind} cannot be paused")
        self._patch({"spec": {"paused": paused}})

    def _patch(self, change: Wire | list[Wire]) -> None:
        self._client.patch(WORKLOADS[self._kind], self._name, change, namespace=self._namespace)


def _template(kept: Wire) -> Wire:
    """Return the template of the pods that a replica set or a controller revision keeps."""
    if kept["kind"] == "ReplicaSet":
        template: Wire = kept["spec"]["template"]
        metadata = template.get("metadata") or {}
        labels = {
            name: one for name, one in (metadata.get("labels") or {}).items() if name != _HASH
        }
        return {**template, "metadata": {**metadata, "labels": labels}}
    found: Wire = kept["data"]["spec"]["template"]
    return {name: part for name, part in found.items() if name != "$patch"}
