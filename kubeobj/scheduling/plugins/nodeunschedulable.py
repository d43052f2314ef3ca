"""NodeUnschedulable: no new pods for nodes that take none."""

from typing import ClassVar, final

import numpy as np

from kubeobj.placement.fit import UNSCHEDULABLE_TEXT
from kubeobj.placement.taints import tolerates_unschedulable
from kubeobj.scheduling.arrays import Numbers, Slots
from kubeobj.scheduling.framework import Reach
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.plugins.plain import PlainCheck, Reasons
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Code


@final
class NodeUnschedulable:
    """The plugin."""

    name: ClassVar[str] = "NodeUnschedulable"
    reach: ClassVar[Reach] = Reach.NODE

    def check(self, template: Template, snapshot: Snapshot) -> "_Check | None":
        """Return what to ask about nodes; None for pods that do not mind."""
        if tolerates_unschedulable(template.tolerations):
            return None
        return _Check(snapshot)


@final
class _Check(PlainCheck):
    reasons: ClassVar[Reasons] = ((Code.UNRESOLVABLE, UNSCHEDULABLE_TEXT),)

    def __init__(self, snapshot: Snapshot) -> None:
        self._nodes = snapshot.nodes

    def many(self, at: Slots) -> Numbers:
        return self._nodes.closed[at].astype(np.int64)

    def one(self, state: NodeState) -> int:
        return 1 if state.is_closed else 0
