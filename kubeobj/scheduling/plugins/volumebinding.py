"""VolumeBinding: a pod goes where its volumes can be had, and the volumes go with it.

Claims that are bound say from which nodes they can be reached. Claims that wait for their first
pod get the smallest volume that will do, or are provisioned for the node that the pod gets.

Source: ``k8s.io/kubernetes/pkg/scheduler/framework/plugins/volumebinding`` (v1.36).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, final

import numpy as np

from kubeobj.documents import Wire
from kubeobj.placement.claims import NODE_ANNOTATION, best_volume, class_of, is_bound, wanted_bytes
from kubeobj.placement.podaffinity import selector_or_nothing
from kubeobj.placement.resources import amount_of
from kubeobj.reconcile.owners import is_controlled
from kubeobj.scheduling.arrays import Numbers, Slots
from kubeobj.scheduling.framework import Reach
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Code, Rejection
from kubeobj.scheduling.volumes import Volumes, key_of

NODE_CONFLICT: Final = "node(s) had volume node affinity conflict"
BIND_CONFLICT: Final = "node(s) didn't find available persistent volumes to bind"
NO_SPACE: Final = "node(s) did not have enough free storage"
NO_VOLUME: Final = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"
UNBOUND_TEXT: Final = "pod has unbound immediate PersistentVolumeClaims"
NO_PROVISIONER: Final = "kubernetes.io/no-provisioner"

_TEXTS: Final = ((1, NODE_CONFLICT), (2, BIND_CONFLICT), (4, NO_SPACE), (8, NO_VOLUME))


@final
@dataclass(slots=True)
class Plan:
    """What has to be done about volumes if a pod goes to a node.

    Args:
        bindings: The volume that each claim gets.
        provisions: The claims that a volume is to be made for.
        conflicts: What is in the way, as bits; 0 if nothing is.
    """

    bindings: list[tuple[Wire, Wire]] = field(default_factory=list)
    provisions: list[Wire] = field(default_factory=list)
    conflicts: int = 0


@final
class VolumeBinding:
    """The plugin."""

    name: ClassVar[str] = "VolumeBinding"
    reach: ClassVar[Reach] = Reach.CLUSTER

    def check(self, template: Template, snapshot: Snapshot) -> "VolumeCheck | Rejection | None":
        """Return what to ask about nodes; None for pods without claims."""
        if not (template.claims or template.ephemeral):
            return None
        claims = self._claims(template, snapshot.volumes)
        if isinstance(claims, Rejection):
            return claims
        bound = [claim for claim in claims if is_bound(claim)]
        unbound = [claim for claim in claims if not is_bound(claim)]
        if not all(_can_wait(claim, snapshot.volumes) for claim in unbound):
            return self._refuse(UNBOUND_TEXT)
        return VolumeCheck(bound, unbound, snapshot)

    def _claims(self, template: Template, volumes: Volumes) -> list[Wire] | Rejection:
        found = []
        for name in (*template.claims, *template.ephemeral):
            is_ephemeral = name in template.ephemeral and name not in template.claims
            claim = volumes.find("persistentvolumeclaims", f"{template.namespace}/{name}")
            if claim is None:
                reason = (
                    "waiting for ephemeral volume controller to create the "
                    f'persistentvolumeclaim "{name}"'
                    if is_ephemeral
                    else f'persistentvolumeclaim "{name}" not found'
                )
                return self._refuse(reason)
            if (claim.get("status") or {}).get("phase") == "Lost":
                missing = claim["spec"].get("volumeName", "")
                return self._refuse(
                    f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume '
                    f'"{missing}"'
                )
            if "deletionTimestamp" in claim["metadata"]:
                return self._refuse(f'persistentvolumeclaim "{name}" is being deleted')
            if is_ephemeral and not is_controlled(claim, template.owner_uid):
                return self._refuse(
                    f"PVC {template.namespace}/{name} was not created for pod (pod is not owner)"
                )
            found.append(claim)
        return found

    def _refuse(self, reason: str) -> Rejection:
        return Rejection(self.name, Code.UNRESOLVABLE, (reason,))


def _can_wait(claim: Wire, volumes: Volumes) -> bool:
    """Return whether an unbound claim waits for its first pod."""
    of_class = volumes.find("storageclasses", class_of(claim))
    if of_class is None or claim["spec"].get("volumeName"):
        return False
    return of_class.get("volumeBindingMode") == "WaitForFirstConsumer"


@final
class VolumeCheck:
    """What can be asked about nodes for a pod with claims.

    Args:
        bound: Its claims that have their volume.
        unbound: Those that get one with the pod.
        snapshot: The cluster.
    """

    def __init__(self, bound: list[Wire], unbound: list[Wire], snapshot: Snapshot) -> None:
        self._bound = bound
        self._unbound = unbound
        self._snapshot = snapshot

    @property
    def stamp(self) -> tuple[object, ...]:
        """Another one whenever an answer may have changed."""
        return (self._snapshot.nodes_version, self._snapshot.volumes.version)

    def many(self, at: Slots) -> Numbers:
        """Return for each of some nodes what is in the way, as bits."""
        if not self._unbound:
            return self._of_bound(at)
        nodes = self._snapshot.nodes
        return np.array([self.one(nodes.at(slot)) for slot in at.tolist()], dtype=np.int64)

    def one(self, state: NodeState) -> int:
        """Return the same for one node."""
        return self.plan(state).conflicts

    def explain(self, detail: int) -> tuple[Code, tuple[str, ...]]:
        """Return what the bits mean."""
        return Code.UNRESOLVABLE, tuple(text for bit, text in _TEXTS if detail & bit)

    def plan(self, state: NodeState) -> Plan:
        """Return what has to be done if the pod goes to a node."""
        plan = Plan()
        for claim in self._bound:
            volume = self._volume_of(claim)
            if volume is None:
                plan.conflicts |= 8
                break
            if not self._reaches(volume, state):
                plan.conflicts |= 1
                break
        if self._unbound:
            self._plan_unbound(plan, state)
        return plan

    # ------------------------------------------------------------ inside

    def _of_bound(self, at: Slots) -> Numbers:
        """Return the same as `one`, for claims that all have their volume, at once."""
        volumes, columns = self._snapshot.volumes, self._snapshot.nodes.labels
        found = np.zeros(len(at), dtype=np.int64)
        for claim in self._bound:
            volume = self._volume_of(claim)
            if volume is None:
                return np.where(found, found, 8)
            terms = volumes.terms(volume)
            if terms is not None:
                found = np.where((found == 0) & ~columns.any_of(terms, at), 1, found)
        return found

    def _volume_of(self, claim: Wire) -> Wire | None:
        return self._snapshot.volumes.find("persistentvolumes", claim["spec"]["volumeName"])

    def _reaches(self, volume: Wire, state: NodeState) -> bool:
        terms = self._snapshot.volumes.terms(volume)
        return terms is None or any(term.matches(state.labels, state.name) for term in terms)

    def _plan_unbound(self, plan: Plan, state: NodeState) -> None:
        to_provision: list[Wire] = []
        to_match: list[Wire] = []
        for claim in self._unbound:
            node = self._chosen_node(claim)
            if node and node != state.name:
                plan.conflicts |= 2
                return
            (to_provision if node else to_match).append(claim)
        to_provision += self._match(plan, to_match, state)
        for claim in to_provision:
            conflict = self._why_not_provision(claim, state)
            if conflict:
                plan.conflicts |= conflict
                return
        plan.provisions = to_provision

    def _chosen_node(self, claim: Wire) -> str:
        annotations: Mapping[str, str] = claim["metadata"].get("annotations") or {}
        chosen = self._snapshot.volumes.chosen_nodes.get(key_of(claim))
        return chosen or annotations.get(NODE_ANNOTATION, "")

    def _match(self, plan: Plan, claims: list[Wire], state: NodeState) -> list[Wire]:
        """Give each claim a volume, the smallest claims first; return those that get none."""
        volumes = self._snapshot.volumes
        taken: set[str] = set()
        left = []
        for claim in sorted(claims, key=wanted_bytes):
            key = key_of(claim)

            def is_taken(name: str, key: str = key) -> bool:
                return name in taken or volumes.promised(name) not in (None, key)

            volume = best_volume(
                claim,
                volumes.of_class(class_of(claim)),
                is_taken,
                lambda volume: self._reaches(volume, state),
            )
            if volume is None:
                left.append(claim)
            else:
                taken.add(volume["metadata"]["name"])
                plan.bindings.append((claim, volume))
        return left

    def _why_not_provision(self, claim: Wire, state: NodeState) -> int:
        volumes = self._snapshot.volumes
        of_class = volumes.find("storageclasses", class_of(claim))
        provisioner = "" if of_class is None else of_class.get("provisioner", "")
        if of_class is None or provisioner in ("", NO_PROVISIONER):
            return 2
        topologies = of_class.get("allowedTopologies") or ()
        if topologies and not any(_is_in(term, state.labels) for term in topologies):
            return 2
        driver = volumes.find("csidrivers", provisioner)
        if driver is None or not driver["spec"].get("storageCapacity"):
            return 0
        size = wanted_bytes(claim)
        name = of_class["metadata"]["name"]
        has_space = any(
            one.get("storageClassName") == name
            and _free_bytes(one) >= size
            and _is_accessible(one, state.labels)
            for one in volumes.all("csistoragecapacities")
        )
        return 0 if has_space else 4


def _is_in(term: Wire, labels: Mapping[str, str]) -> bool:
    """Return whether a node is in one of the places where a class makes volumes."""
    expressions = term.get("matchLabelExpressions") or ()
    return all(labels.get(one["key"]) in one["values"] for one in expressions)


def _free_bytes(capacity: Wire) -> int:
    text = capacity.get("maximumVolumeSize") or capacity.get("capacity")
    return -1 if text is None else amount_of("storage", text)


def _is_accessible(capacity: Wire, labels: Mapping[str, str]) -> bool:
    topology = capacity.get("nodeTopology")
    return topology is not None and selector_or_nothing(topology).matches(labels)
