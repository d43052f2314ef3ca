"""NodeName: the node that a pod asks for by name."""

from typing import ClassVar, final

import numpy as np

from kubeobj.placement.fit import NAME_TEXT
from kubeobj.scheduling.arrays import Numbers, Slots
from kubeobj.scheduling.framework import Reach
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.plugins.plain import PlainCheck, Reasons
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Code


@final
class NodeName:
    """The plugin."""

    name: ClassVar[str] = "NodeName"
    reach: ClassVar[Reach] = Reach.NODE

    def check(self, template: Template, snapshot: Snapshot) -> "_Check | None":
        """Return what to ask about nodes; None for pods that name none."""
        return _Check(template.node_name, snapshot) if template.node_name else None


@final
class _Check(PlainCheck):
    reasons: ClassVar[Reasons] = ((Code.UNRESOLVABLE, NAME_TEXT),)

    def __init__(self, node_name: str, snapshot: Snapshot) -> None:
        self._node_name = node_name
        self._nodes = snapshot.nodes

    def many(self, at: Slots) -> Numbers:
        found = np.ones(len(at), dtype=np.int64)
        state = self._nodes.find(self._node_name)
        if state is not None:
            found[at == state.slot] = 0
        return found

    def one(self, state: NodeState) -> int:
        return 0 if state.name == self._node_name else 1
