"""Strategies for what goes wrong in a simulated cluster."""

from collections.abc import Sequence

from hypothesis import strategies as st

from kubeobj.cluster.faults import (
    AnyFault,
    ClockJump,
    NodeCrash,
    Partition,
    ProcessKill,
    Relist,
    SlowNode,
)
from kubeobj.cluster.process import CONTROLLERS, OPERATORS, SCHEDULER
from kubeobj.cluster.troubles import (
    ClosedWatches,
    Conflicts,
    DeathAtWrite,
    DoubledWatches,
    Forgotten,
    LateWatches,
    LostWatches,
    Throttled,
    Unavailable,
)

_SOME = st.sampled_from([1.0, 0.5, 0.1])


def faults(
    *,
    nodes: Sequence[str] = (),
    processes: Sequence[str] = (OPERATORS, CONTROLLERS, SCHEDULER),
) -> st.SearchStrategy[AnyFault]:
    """Draw one fault, for ``cluster.inject``; it shrinks to the death of a process at a write.

    Args:
        nodes: The nodes that may be struck; none for no faults of nodes.
        processes: The processes that may be struck; there must be one.

    Raises:
        InvalidArgument: If there is no process.
    """
    process = st.sampled_from(list(processes))
    anybody = st.sampled_from([*processes, ""])
    found: list[st.SearchStrategy[AnyFault]] = [
        st.builds(DeathAtWrite, process, st.integers(1, 12), st.booleans()),
        st.builds(ProcessKill, process, st.sampled_from([0.0, 5.0, 60.0])),
        st.builds(Conflicts, _SOME, anybody),
        st.builds(LostWatches, _SOME, anybody),
        st.builds(LateWatches, st.sampled_from([0.5, 5.0, 40.0]), _SOME, anybody),
        st.builds(DoubledWatches, _SOME, anybody),
        st.builds(ClosedWatches, _SOME, anybody),
        st.builds(Forgotten, _SOME, anybody),
        st.builds(Throttled, _SOME, st.integers(1, 10), anybody),
        st.builds(Unavailable, anybody),
        st.builds(Relist, process),
        st.builds(ClockJump, st.sampled_from([1.0, 45.0, 400.0])),
    ]
    if nodes:
        node = st.sampled_from(list(nodes))
        found += [
            st.builds(NodeCrash, node),
            st.builds(Partition, node),
            st.builds(SlowNode, node, st.sampled_from([2.0, 20.0])),
        ]
    return st.one_of(found)
