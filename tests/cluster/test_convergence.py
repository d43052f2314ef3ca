"""Whatever goes wrong, and however it is mixed: once it stops, everything comes right again.

Meanwhile all invariants hold; they are checked after every step.
"""

from typing import Any

from hypothesis import HealthCheck, given, settings
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
from kubeobj.cluster.process import CONTROLLERS, KUBELETS, SCHEDULER
from kubeobj.cluster.simulated import SimulatedCluster
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
from tests.cluster.workloads import budget, daemon_set, deployment, job, stateful_set

NODES = ("node-1", "node-2", "node-3")
PROCESSES = (CONTROLLERS, SCHEDULER)
ANYBODY = ("", CONTROLLERS, KUBELETS, SCHEDULER)

nodes = st.sampled_from(NODES)
processes = st.sampled_from(PROCESSES)
anybody = st.sampled_from(ANYBODY)
some = st.sampled_from([0.1, 0.5, 1.0])

node_faults = st.one_of(
    st.builds(NodeCrash, nodes),
    st.builds(Partition, nodes),
    st.builds(SlowNode, nodes, st.sampled_from([2.0, 20.0])),
)
process_faults = st.one_of(
    st.builds(ProcessKill, processes, st.sampled_from([0.0, 5.0, 60.0])),
    st.builds(Relist, anybody),
    st.builds(ClockJump, st.sampled_from([1.0, 45.0, 400.0])),
    st.builds(DeathAtWrite, processes, st.integers(1, 40), st.booleans()),
)
api_faults = st.one_of(
    st.builds(Conflicts, some, anybody),
    st.builds(Throttled, some, st.integers(1, 10), anybody),
    st.builds(Forgotten, some, anybody),
    st.builds(LostWatches, some, anybody),
    st.builds(LateWatches, st.sampled_from([0.5, 5.0, 40.0]), some, anybody),
    st.builds(DoubledWatches, some, anybody),
    st.builds(ClosedWatches, some, anybody),
    st.builds(Unavailable, anybody),
)
faults = st.lists(
    st.tuples(
        st.one_of(node_faults, process_faults, api_faults),
        st.sampled_from([0.0, 0.5, 1.0, 7.0, 30.0, 60.0, 61.0, 120.0]),
        st.sampled_from([0.0, 1.0, 20.0, 70.0, 500.0]),
    ),
    max_size=6,
)
behaviours = st.fixed_dictionaries(
    {},
    optional={
        "startSeconds": st.sampled_from([0, 1.5]),
        "readySeconds": st.sampled_from([0, 4]),
        "stopSeconds": st.sampled_from([0, 3, 100]),
        "pullSeconds": st.sampled_from([0, 10]),
    },
)


@st.composite
def workloads(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few workloads that fit on three nodes."""
    found = [
        deployment("web", draw(st.integers(0, 5)), behaviour=draw(behaviours)),
        stateful_set("db", draw(st.integers(0, 3)), behaviour=draw(behaviours)),
        daemon_set("log", behaviour=draw(behaviours)),
        job("batch", draw(st.integers(1, 4)), draw(st.integers(1, 3)), backoffLimit=1000),
    ]
    return draw(st.lists(st.sampled_from(found), min_size=1, unique_by=lambda one: one["kind"]))


def changed(workload: dict[str, Any]) -> dict[str, Any]:
    """Return a workload with a new image, and one more replica."""
    spec = dict(workload["spec"])
    if workload["kind"] == "Job":
        return workload
    if "replicas" in spec:
        spec["replicas"] += 1
    template = dict(spec["template"])
    containers = [{"name": "app", "image": "app:2"}]
    template["spec"] = {**template["spec"], "containers": containers}
    return {**workload, "spec": {**spec, "template": template}}


def inject(cluster: SimulatedCluster, drawn: list[tuple[AnyFault, float, float]]) -> None:
    """Enter faults; what lasts is over in the end."""
    for fault, at, seconds in drawn:
        cluster.inject(fault, at=cluster.now + at, seconds=seconds)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(
    seed=st.integers(0, 2**16),
    wanted=workloads(),
    first=faults,
    second=faults,
    has_budget=st.booleans(),
)
def test_everything_comes_right_once_faults_stop(
    seed: int,
    wanted: list[dict[str, Any]],
    first: list[tuple[AnyFault, float, float]],
    second: list[tuple[AnyFault, float, float]],
    has_budget: bool,
) -> None:
    """Faults strike while workloads begin, and while they are rolled out; then no more."""
    cluster = SimulatedCluster.with_nodes(3, seed=seed)
    if has_budget:
        cluster.apply([budget("web", "web", minAvailable=1)])
    cluster.apply(wanted)
    inject(cluster, first)
    cluster.advance(minutes=2)
    cluster.apply([changed(one) for one in wanted])
    inject(cluster, second)
    cluster.advance(minutes=10)
    cluster.converge(within=3600 * 3)
    cluster.advance(hours=1)
    cluster.check_settled()
