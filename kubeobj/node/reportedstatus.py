"""The whole status that a node reports of a pod whose containers a runtime runs.

Source: ``k8s.io/kubernetes/pkg/kubelet/kubelet_pods.go`` generateAPIPodStatus, and
``status/status_manager.go`` TerminatePod and mergePodStatus (v1.36).
"""

from dataclasses import dataclass, replace
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.node.containerstatus import ContainerStatuses, mark_unknown
from kubeobj.node.podconditions import conditions_of
from kubeobj.node.podinits import is_initialized
from kubeobj.node.podmemory import Memory
from kubeobj.node.podphase import phase_of
from kubeobj.node.podrenewal import can_be_renewed
from kubeobj.node.podresizing import resized
from kubeobj.node.restartpolicy import ephemeral_containers_of, init_containers_of, is_sidecar
from kubeobj.node.situation import Situation
from kubeobj.reconcile.moments import text_of

_OVER: Final = frozenset({"Succeeded", "Failed"})


@final
@dataclass(frozen=True, slots=True)
class Reporter:
    """Reports pods of one node.

    Args:
        host_addresses: The addresses of the node, the main one first.
        runtime_name: What the runtime is called.
    """

    host_addresses: tuple[str, ...]
    runtime_name: str

    def status(self, situation: Situation, memory: Memory) -> Wire:
        """Return the fields of the status that the node answers for."""
        situation = replace(situation, view=situation.shown)
        pod, old = situation.pod, situation.pod["status"]
        made = ContainerStatuses(pod, situation.view, memory, situation.findings, self.runtime_name)
        inits = made.of("initContainerStatuses", init_containers_of(pod))
        mains = made.of("containerStatuses", pod["spec"]["containers"])
        ephemerals = made.of("ephemeralContainerStatuses", ephemeral_containers_of(pod))
        if memory.is_over:
            _end_all(pod, inits, mains)
        by_name = {one["name"]: one for one in (*inits, *mains)}
        phase, why = self._phase(situation, memory, by_name)
        sandbox = situation.view.ready_sandbox
        status: Wire = {
            "observedGeneration": pod["metadata"].get("generation", 1),
            "phase": phase,
            "conditions": conditions_of(
                pod,
                old.get("conditions") or [],
                phase,
                by_name,
                _more_conditions(situation, memory),
                situation.now,
                has_sandbox=sandbox is not None and not memory.is_over,
            ),
            "startTime": old.get("startTime") or text_of(memory.began),
            **why,
            **self._addresses(situation),
        }
        for part, statuses in (
            ("initContainerStatuses", inits),
            ("containerStatuses", sorted(mains, key=_name_of)),
            ("ephemeralContainerStatuses", sorted(ephemerals, key=_name_of)),
        ):
            if statuses:
                status[part] = statuses
        return status

    def _phase(
        self, situation: Situation, memory: Memory, statuses: dict[str, Wire]
    ) -> tuple[str, Wire]:
        """Return the phase, and why it is that, if that is known."""
        pod, old = situation.pod, situation.pod["status"]
        before = old.get("phase", "Pending")
        kept = {name: old[name] for name in ("reason", "message") if old.get(name)}
        if before in _OVER:
            return before, kept
        sandbox = situation.view.ready_sandbox
        has_begun = sandbox is not None and is_initialized(pod, situation.view, sandbox.id)
        phase = phase_of(pod, statuses, is_over=memory.is_over, has_begun=has_begun)
        doom = memory.doom
        if doom is not None and memory.is_over:
            return "Failed", {"reason": doom.reason, "message": doom.message}
        if memory.is_over and phase not in _OVER:
            phase = "Failed"
        if phase in _OVER and not memory.is_over:
            phase = before  # something of it may still run
        return phase, kept if phase == before else {}

    def _addresses(self, situation: Situation) -> Wire:
        hosts = self.host_addresses
        told: Wire = {"hostIP": hosts[0], "hostIPs": [{"ip": one} for one in hosts]}
        addresses = situation.view.addresses
        if situation.pod["spec"].get("hostNetwork"):
            addresses = hosts
        if addresses:
            told["podIP"] = addresses[0]
            told["podIPs"] = [{"ip": one} for one in addresses]
        return told


def _name_of(status: Wire) -> str:
    name: str = status["name"]
    return name


def _end_all(pod: Wire, inits: list[Wire], mains: list[Wire]) -> None:
    """Say of everything of a pod that is over how it has ended, also where nobody knows.

    Of init containers the last ones may never have begun, and then containers have not either.
    """
    begun = [position for position, one in enumerate(inits) if _has_begun(one)]
    if begun:
        mark_unknown(inits[: begun[-1] + 1])
    spec = init_containers_of(pod)
    last = inits[-1] if inits else None
    if last is None or last.get("started" if is_sidecar(spec[-1]) else "ready"):
        mark_unknown(mains)


def _has_begun(status: Wire) -> bool:
    return "waiting" not in status["state"] or bool(status["lastState"])


def _more_conditions(situation: Situation, memory: Memory) -> list[Wire]:
    """Return the conditions that a pod seldom has: that it ends, that it is resized."""
    found: list[Wire] = []
    doom = memory.doom
    if doom is not None and doom.condition is not None:
        found.append(doom.condition)
    if can_be_renewed(situation.pod):
        found.append(_renewing(memory))
    if memory.is_over or memory.ending_since is not None:
        return found
    if memory.resize is not None:
        reason, message = memory.resize
        found.append(
            {"type": "PodResizePending", "status": "True", "reason": reason, "message": message}
        )
    elif any(True for _ in resized(situation, memory)):
        found.append({"type": "PodResizeInProgress", "status": "True"})
    return found


def _renewing(memory: Memory) -> Wire:
    """Return whether all containers begin anew, as a condition."""
    if not memory.is_renewing:
        return {"type": "AllContainersRestarting", "status": "False"}
    return {
        "type": "AllContainersRestarting",
        "status": "True",
        "reason": "RestartAllContainersStarted",
        "message": "container exited with restart policy rule",
    }
