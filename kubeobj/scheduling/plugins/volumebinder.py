"""VolumeBinding, the other half: promise volumes to claims when a node is chosen, and bind them.

Source: ``k8s.io/kubernetes/pkg/scheduler/framework/plugins/volumebinding`` AssumePodVolumes and
BindPodVolumes (v1.36).
"""

from dataclasses import dataclass
from typing import ClassVar, Final, final

from kubeobj.api.client import Client
from kubeobj.api.errors import ApiError
from kubeobj.documents import Wire
from kubeobj.placement.claims import NODE_ANNOTATION, is_bound
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.plugins.volumebinding import Plan, VolumeBinding, VolumeCheck
from kubeobj.scheduling.records import PodRecord
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.verdicts import Code, Rejection
from kubeobj.scheduling.volumes import key_of

PROVISIONING_FAILED: Final = "provisioning failed"
BY_CONTROLLER: Final = "pv.kubernetes.io/bound-by-controller"


@final
@dataclass(slots=True)
class _Work:
    """What is being done for one pod."""

    plan: Plan
    is_asked: bool = False


@final
class VolumeBinder:
    """The plugin: Reserve and PreBind.

    Args:
        client: Writes volumes and claims.
        snapshot: The cluster.
    """

    name: ClassVar[str] = "VolumeBinding"

    def __init__(self, client: Client, snapshot: Snapshot) -> None:
        self._client = client
        self._snapshot = snapshot
        self._work: dict[str, _Work] = {}

    def reserve(self, pod: PodRecord, node: NodeState, snapshot: Snapshot) -> Rejection | None:
        """Promise its claims what they get on a node."""
        if not (pod.template.claims or pod.template.ephemeral):
            return None
        check = VolumeBinding().check(pod.template, snapshot)
        if isinstance(check, Rejection):
            return check
        if not isinstance(check, VolumeCheck):
            return None
        plan = check.plan(node)
        if plan.conflicts:
            return Rejection(self.name, *check.explain(plan.conflicts))
        if plan.bindings or plan.provisions:
            self._work[pod.uid] = _Work(plan)
            for claim, volume in plan.bindings:
                snapshot.volumes.promise(volume["metadata"]["name"], key_of(claim))
            for claim in plan.provisions:
                snapshot.volumes.choose(key_of(claim), node.name)
        return None

    def unreserve(self, pod: PodRecord, snapshot: Snapshot) -> None:
        """Take back what was promised."""
        work = self._work.pop(pod.uid, None)
        if work is not None:
            snapshot.volumes.release(
                [volume["metadata"]["name"] for _, volume in work.plan.bindings],
                [key_of(claim) for claim in work.plan.provisions],
            )

    def pre_bind(self, pod: PodRecord, node: NodeState) -> bool | Rejection:
        """Ask for the volumes, and wait until all claims have them."""
        work = self._work.get(pod.uid)
        if work is None:
            return True
        if not work.is_asked:
            work.is_asked = True
            try:
                self._ask(work.plan, node)
            except ApiError as error:
                return Rejection(self.name, Code.ERROR, (str(error),))
        return self._is_done(work.plan, node)

    # ------------------------------------------------------------ inside

    def _ask(self, plan: Plan, node: NodeState) -> None:
        for claim, volume in plan.bindings:
            metadata = claim["metadata"]
            reference: Wire = {
                "kind": "PersistentVolumeClaim",
                "apiVersion": "v1",
                "namespace": metadata["namespace"],
                "name": metadata["name"],
                "uid": metadata.get("uid"),
                "resourceVersion": metadata.get("resourceVersion"),
            }
            change: Wire = {"spec": {"claimRef": reference}}
            if not volume["spec"].get("claimRef"):
                change["metadata"] = {"annotations": {BY_CONTROLLER: "yes"}}
            self._client.patch(
                "persistentvolumes", volume["metadata"]["name"], change, type="merge"
            )
        for claim in plan.provisions:
            metadata = claim["metadata"]
            self._client.patch(
                "persistentvolumeclaims",
                metadata["name"],
                {"metadata": {"annotations": {NODE_ANNOTATION: node.name}}},
                type="merge",
                namespace=metadata["namespace"],
            )

    def _is_done(self, plan: Plan, node: NodeState) -> bool | Rejection:
        volumes = self._snapshot.volumes
        for claim in [*(claim for claim, _ in plan.bindings), *plan.provisions]:
            now = volumes.find("persistentvolumeclaims", key_of(claim))
            if now is None:
                reason = f'persistentvolumeclaim "{claim["metadata"]["name"]}" not found'
                return Rejection(self.name, Code.ERROR, (reason,))
            if not is_bound(now):
                if claim in plan.provisions and self._has_failed(now, claim, node):
                    return Rejection(self.name, Code.ERROR, (PROVISIONING_FAILED,))
                return False
        return True

    @staticmethod
    def _has_failed(now: Wire, before: Wire, node: NodeState) -> bool:
        """Return whether the provisioner has taken back the node that it was asked for."""
        if now["metadata"].get("resourceVersion") == before["metadata"].get("resourceVersion"):
            return False
        annotations = now["metadata"].get("annotations") or {}
        chosen: str | None = annotations.get(NODE_ANNOTATION)
        return chosen != node.name
