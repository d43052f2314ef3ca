"""Beginning a pod anew in its sandbox, because one of its containers has ended in a certain way.

Source: KEP-5532, Restart All Containers on Container Exits (v1.36).
"""

from typing import Final

from kubeobj.documents import Wire
from kubeobj.node.containerwords import container_hash
from kubeobj.node.podactions import RemoveContainer, StopContainer
from kubeobj.node.podending import SHORTEST_SECONDS
from kubeobj.node.podmemory import Memory
from kubeobj.node.podview import UP
from kubeobj.node.restartpolicy import (
    RESTART_ALL,
    ephemeral_containers_of,
    init_containers_of,
    rule_for,
)
from kubeobj.node.situation import Decision, Situation, begin
from kubeobj.runtimes.states import Container, ContainerState

RENEWING: Final = "RestartingAllContainers"
"""Why a container waits, or has ended, whose pod begins anew."""

RENEWING_MESSAGE: Final = "The container is removed because RestartAllContainers in place"
"""The same in a sentence."""


def can_be_renewed(pod: Wire) -> bool:
    """Return whether one of the containers of a pod may let all of them begin anew."""
    return any(
        rule["action"] == RESTART_ALL
        for container in (*init_containers_of(pod), *pod["spec"]["containers"])
        for rule in container.get("restartPolicyRules") or ()
    )


def plan_renewal(situation: Situation, memory: Memory, out: Decision) -> bool:
    """Take all containers of a pod away, if they are to begin anew; return whether that goes on."""
    if not memory.is_renewing and not _begins(situation, memory):
        return False
    debugging = {one["name"]: None for one in ephemeral_containers_of(situation.pod)}
    left = [one for one in situation.view.containers if one.name not in debugging]
    up = [one for one in left if one.state in UP]
    for run in up:
        if not situation.stops(run.id):
            message = f"Stopping container {run.name}"
            action = StopContainer(run.name, run.id, SHORTEST_SECONDS, message, runs_hook=False)
            begin(action, situation, memory, out)
    if not up:
        for run in left:
            begin(RemoveContainer(run.name, run.id), situation, memory, out)
    if left or situation.is_starting:
        return True
    memory.is_renewing = False
    for container in situation.pod["spec"]["containers"]:
        memory.restarting[container["name"]] = ""  # whatever was told of it before
    return False


def _begins(situation: Situation, memory: Memory) -> bool:
    """Return whether a container has ended so that all of them begin anew now."""
    ended = _ended(situation)
    if ended is None:
        return False
    container, run = ended
    key = container_hash(container)
    finished = memory.ended_at(run, situation.now)
    if memory.restarts.until(key, finished) > situation.now:
        return False  # it waits like any other that has ended too often
    memory.restarts.note(key, finished, situation.now)
    memory.is_renewing = True
    return True


def _ended(situation: Situation) -> tuple[Wire, Container] | None:
    pod = situation.pod
    for container in (*init_containers_of(pod), *pod["spec"]["containers"]):
        run = situation.view.latest(container["name"])
        if run is not None and run.state is ContainerState.EXITED:
            rule = rule_for(container, run.exit_code)
            if rule is not None and rule["action"] == RESTART_ALL:
                return container, run
    return None
