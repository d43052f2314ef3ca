"""A cluster of one's own: on this machine, or simulated."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, final

from kubeobj.clock import START_SECONDS

if TYPE_CHECKING:
    from kubeobj.cluster.simulated import Plan, SimulatedCluster
    from kubeobj.node.nodeobject import Machine


@final
class Cluster:
    """A cluster; `Cluster.simulated` makes one on virtual time."""

    @staticmethod
    def simulated(
        nodes: "int | Iterable[Machine]" = 3,
        *,
        seed: int = 0,
        start_seconds: float = START_SECONDS,
        plan: "Plan | None" = None,
    ) -> "SimulatedCluster":
        """Return a cluster whose nodes are simulated and whose time is virtual.

        See `SimulatedCluster.with_nodes`.
        """
        from kubeobj.cluster.simulated import SimulatedCluster

        return SimulatedCluster.with_nodes(nodes, seed=seed, start_seconds=start_seconds, plan=plan)
