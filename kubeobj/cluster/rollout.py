"""The rollout of a workload of a live cluster: watched, undone, restarted, held.

Source: ``k8s.io/kubectl/pkg/polymorphichelpers`` (v1.36), for what is written.
"""

from collections.abc import Iterator
from typing import Final, final

from kubeobj.api.client import Client
from kubeobj.api.errors import BadRequest, NotFound
from kubeobj.api.patching import PatchType
from kubeobj.clock import Clock, LiveClock
from kubeobj.cluster.invariants.workloads import lack_of
from kubeobj.cluster.revisions import KEPT_BY, Revision, revision_meant, revisions_in, rollback
from kubeobj.cluster.workloadstates import WORKLOADS
from kubeobj.documents import Wire
from kubeobj.models.unstructured import Unstructured
from kubeobj.reconcile.moments import text_of
from kubeobj.reconcile.request import wire_of

_RESTARTED_AT: Final = "kubectl.kubernetes.io/restartedAt"


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
        if self._kind not in KEPT_BY:
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
        return revisions_in(self._workload(), self._kept())

    def undo(self, revision: int = 0) -> Revision:
        """Bring a revision back, and return it.

        Args:
            revision: Which; 0 for the one before the newest.

        Raises:
            NotFound: If there is no such revision.
            BadRequest: If the rollout is paused.
        """
        workload = self._unpaused()
        found = revisions_in(workload, self._kept())
        wanted = revision_meant(found, revision)
        if wanted is None:
            raise NotFound(f"unable to find specified revision {revision} in history")
        change = rollback(workload, found, wanted)
        if change is not None:
            self._patch(*change)
        return wanted

    def restart(self) -> None:
        """Let all of its pods be replaced.

        Raises:
            BadRequest: If the rollout is paused.
        """
        self._unpaused()
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

    def _unpaused(self) -> Wire:
        workload = self._workload()
        if workload["spec"].get("paused"):
            raise BadRequest("the rollout is paused: resume it first")
        return workload

    def _kept(self) -> Iterator[Wire]:
        return map(wire_of, self._client.list(KEPT_BY[self._kind], namespace=self._namespace))

    def _hold(self, *, paused: bool) -> None:
        if self._kind != "Deployment":
            raise BadRequest(f"a {self._kind} cannot be paused")
        self._patch({"spec": {"paused": paused}})

    def _patch(self, change: Wire | list[Wire], patch_type: str = "") -> None:
        kind, namespace = WORKLOADS[self._kind], self._namespace
        if patch_type:
            self._client.patch(
                kind, self._name, change, type=PatchType(patch_type), namespace=namespace
            )
        else:
            self._client.patch(kind, self._name, change, namespace=namespace)
