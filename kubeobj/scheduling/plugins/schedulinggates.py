"""SchedulingGates: a pod with gates waits until somebody has opened them all."""

from typing import ClassVar, final

from kubeobj.scheduling.records import PodRecord
from kubeobj.scheduling.verdicts import Code, Rejection


@final
class SchedulingGates:
    """The plugin."""

    name: ClassVar[str] = "SchedulingGates"

    def pre_enqueue(self, pod: PodRecord) -> Rejection | None:
        """Return which gates are closed, or None."""
        gates = pod.document["spec"].get("schedulingGates")
        if not gates:
            return None
        names = " ".join(gate["name"] for gate in gates)
        reason = f"waiting for scheduling gates: [{names}]"
        return Rejection(self.name, Code.UNRESOLVABLE, (reason,))
