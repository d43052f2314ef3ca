"""What nodes tell of the pods that run on them, as events.

Source: ``k8s.io/kubernetes/pkg/kubelet/events`` and ``kuberuntime`` (v1.36) for the words.
"""

from enum import IntEnum
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.node.simulatednode import SimulatedNode
from kubeobj.reconcile.events import EventRecorder
from kubeobj.runtimes.simulatedpod import Happening, SimulatedContainer, SimulatedPod


class PodEvents(IntEnum):
    """Which events nodes tell of their pods."""

    NONE = 0
    WARNINGS = 1
    ALL = 2


_WARNINGS: Final = frozenset({Happening.PULL_FAILED, Happening.BACKING_OFF})


@final
class PodReporter:
    """Tells what happens to containers.

    Args:
        recorder: Records events; those of each node are in its name.
        level: Which of them.
    """

    __slots__ = ("_level", "_of_nodes", "_recorder")

    def __init__(self, recorder: EventRecorder, level: PodEvents) -> None:
        self._recorder = recorder
        self._level = level
        self._of_nodes: dict[str, EventRecorder] = {}

    def tell(self, pod: Wire, run: SimulatedPod, node: SimulatedNode) -> None:
        """Tell what is in the journal of a pod, and empty it."""
        journal = list(run.journal)
        run.journal.clear()
        for happening, container in journal:
            if happening in _WARNINGS:
                if self._level >= PodEvents.WARNINGS:
                    self._warn(pod, container, happening, node)
            elif self._level >= PodEvents.ALL:
                self._note(pod, container, happening, node)

    def refused(self, pod: Wire, reason: str, message: str, node: SimulatedNode) -> None:
        """Tell that a node does not take a pod."""
        if self._level >= PodEvents.WARNINGS:
            text = message.removeprefix("Pod was rejected: ")
            self._by(node).record(pod, reason, text, "Warning")

    def _warn(
        self, pod: Wire, one: SimulatedContainer, happening: Happening, node: SimulatedNode
    ) -> None:
        metadata = pod["metadata"]
        by = self._by(node)
        if happening is Happening.BACKING_OFF:
            message = (
                f"Back-off restarting failed container {one.name} in pod "
                f"{metadata['name']}_{metadata['namespace']}({metadata['uid']})"
            )
            by.record(pod, "BackOff", message, "Warning")
        else:
            message = f'Failed to pull image "{one.image}": it could not be had'
            by.record(pod, "Failed", message, "Warning")

    def _note(
        self, pod: Wire, one: SimulatedContainer, happening: Happening, node: SimulatedNode
    ) -> None:
        by = self._by(node)
        match happening:
            case Happening.PULLED:
                by.record(pod, "Pulled", f'Successfully pulled image "{one.image}"')
            case Happening.STARTED:
                by.record(pod, "Created", f"Container created: {one.name}")
                by.record(pod, "Started", f"Container started: {one.name}")
            case _:
                by.record(pod, "Killing", f"Stopping container {one.name}")

    def _by(self, node: SimulatedNode) -> EventRecorder:
        name = node.machine.name
        recorder = self._of_nodes.get(name)
        if recorder is None:
            recorder = self._of_nodes[name] = self._recorder.by("kubelet", host=name)
        return recorder
