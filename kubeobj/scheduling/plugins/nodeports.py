"""NodePorts: a port of a node can be taken once."""

from typing import ClassVar, final

import numpy as np

from kubeobj.placement.fit import PORTS_TEXT
from kubeobj.placement.ports import is_any_taken
from kubeobj.scheduling.arrays import Numbers, Slots
from kubeobj.scheduling.framework import Reach
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.plugins.plain import PlainCheck, Reasons
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Code


@final
class NodePorts:
    """The plugin."""

    name: ClassVar[str] = "NodePorts"
    reach: ClassVar[Reach] = Reach.PODS

    def check(self, template: Template, snapshot: Snapshot) -> "_Check | None":
        """Return what to ask about nodes; None for pods that take no ports of theirs."""
        return _Check(template, snapshot) if template.ports else None


@final
class _Check(PlainCheck):
    reasons: ClassVar[Reasons] = ((Code.UNSCHEDULABLE, PORTS_TEXT),)

    def __init__(self, template: Template, snapshot: Snapshot) -> None:
        self._ports = template.ports
        self._nodes = snapshot.nodes

    def many(self, at: Slots) -> Numbers:
        return np.array([self.one(self._nodes.at(slot)) for slot in at.tolist()], dtype=np.int64)

    def one(self, state: NodeState) -> int:
        return 1 if state.ports and is_any_taken(self._ports, state.ports) else 0
