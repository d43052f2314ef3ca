"""No two pods with the identity of one member of a StatefulSet run at once.

Source: Kubernetes documentation, StatefulSets, and Force Delete StatefulSet Pods (v1.36).
"""

from collections.abc import Iterable
from typing import Final, final

from kubeobj.cluster.invariants.invariant import Change, Followed, World

_MEMBERS: Final = Followed("pods", "statefulset.kubernetes.io/pod-name")
_SETS: Final = Followed("statefulsets.apps")


@final
class IdentitiesRunOnce:
    """Of each member of a StatefulSet at most one pod runs, on all machines that are up.

    Args:
        world: Where the machines are.
    """

    def __init__(self, world: World) -> None:
        self.name: str = "each member of a StatefulSet runs once"
        self._world = world
        self._is_needed = False
        # The nodes that members have been given to, and may still run on.
        self._nodes: dict[tuple[str, str], list[str]] = {}

    @property
    def follows(self) -> tuple[Followed, ...]:
        """StatefulSets, and their pods once there is one."""
        return (_SETS, _MEMBERS) if self._is_needed else (_SETS,)

    def take(self, change: Change) -> Iterable[str]:
        """Take in a write to a pod of a StatefulSet."""
        if change.what is _SETS:
            self._is_needed = True
            return ()
        node = "" if change.new is None else change.new["spec"].get("nodeName", "")
        known = self._nodes.get(change.key)
        if known is None:
            if node:
                self._nodes[change.key] = [node]
            return ()
        if node and node not in known:
            known.append(node)
        if len(known) < 2:
            return ()
        return self._look(change, known, node)

    def _look(self, change: Change, known: list[str], node: str) -> Iterable[str]:
        running, kept = [], []
        for name in known:
            machine = self._world.nodes.get(name)
            run = None if machine is None else machine.pods.get(change.key)
            if run is not None or name == node:
                kept.append(name)
            if machine is not None and run is not None and machine.is_up and run.is_running:
                running.append(f"{name} ({run.uid})")
        self._nodes[change.key] = kept
        if len(running) > 1:
            yield f"pod {change.key} runs on {' and '.join(running)}"
