"""All filters, in their order, asked of one node."""

from tests.scheduling.reference.cluster import (
    Cluster,
    Doc,
    Node,
    Rejection,
    key_of,
    priority_of,
)
from tests.scheduling.reference.nodeaffinity import NodeAffinity
from tests.scheduling.reference.plugin import Filter
from tests.scheduling.reference.podaffinity import InterPodAffinity
from tests.scheduling.reference.ports import NodePorts
from tests.scheduling.reference.resources import NodeResourcesFit
from tests.scheduling.reference.spread import PodTopologySpread
from tests.scheduling.reference.taints import NodeName, NodeUnschedulable, TaintToleration
from tests.scheduling.reference.volumes import (
    NodeVolumeLimits,
    VolumeBinding,
    VolumeRestrictions,
    VolumeZone,
)

FILTERS: list[type[Filter]] = [
    NodeUnschedulable,
    NodeName,
    TaintToleration,
    NodeAffinity,
    NodePorts,
    NodeResourcesFit,
    VolumeRestrictions,
    NodeVolumeLimits,
    VolumeBinding,
    VolumeZone,
    PodTopologySpread,
    InterPodAffinity,
]


def first_rejection(
    cluster: Cluster, pod: Doc, filters: list[Filter], node: Node
) -> Rejection | None:
    """Return who rejects *node*, or None.

    It must do with the pods that are nominated to it and at least as important counted in, and
    without them: they may come or not.
    """
    coming = [
        other
        for other in cluster.nominated_to(node)
        if priority_of(other) >= priority_of(pod) and key_of(other) != key_of(pod)
    ]
    if coming:
        crowded, changed = node.copy(), [plugin.clone() for plugin in filters]
        for other in coming:
            crowded.pods.append(other)
            for plugin in changed:
                plugin.pod_added(other, crowded)
        rejection = ask(changed, crowded)
        if rejection is not None:
            return rejection
    return ask(filters, node)


def ask(filters: list[Filter], node: Node) -> Rejection | None:
    """Return the first filter's rejection, or None."""
    for plugin in filters:
        code = plugin.check(node)
        if code is not None:
            return Rejection(plugin.name, code)
    return None
