"""How fast nodes that are not ready may drive their pods away, by how their zones are doing.

If very many nodes of a zone are silent, it is more likely that nobody hears them than that all are
down; then fewer pods are driven away, or none.

Source: ``k8s.io/kubernetes/pkg/controller/nodelifecycle`` zone handling (v1.36); Kubernetes
documentation, Nodes, Rate limits on eviction.
"""

from enum import Enum
from typing import Final

from kubeobj.documents import Wire

RATE: Final = 0.1
"""How many nodes a second of a zone may begin to drive pods away."""

SLOW_RATE: Final = 0.01
"""The same where much of a large zone is not ready."""

LARGE: Final = 50
"""How many nodes a zone has at most that is not large."""

EXCLUDED: Final = "node.kubernetes.io/exclude-disruption"
"""The label of nodes that do not count when zones are judged."""

UNHEALTHY: Final = 0.55
"""Which part of a zone must not be ready for it to be disrupted."""


class ZoneState(Enum):
    """How a zone is doing."""

    NORMAL = "Normal"
    PARTIAL = "PartialDisruption"
    FULL = "FullDisruption"


def zone_of(node: Wire) -> str:
    """Return the zone of a node, with its region; empty if it says neither."""
    labels = node["metadata"].get("labels") or {}
    region, zone = (
        labels.get(f"topology.kubernetes.io/{sort}")
        or labels.get(f"failure-domain.beta.kubernetes.io/{sort}", "")
        for sort in ("region", "zone")
    )
    return f"{region}:\x00:{zone}" if region or zone else ""


def is_counted(node: Wire) -> bool:
    """Return whether a node counts when zones are judged."""
    return EXCLUDED not in (node["metadata"].get("labels") or {})


def state_of(ready: int, not_ready: int) -> ZoneState:
    """Return how a zone is doing of which so many nodes are ready, and so many are not.

    >>> state_of(9, 11)
    <ZoneState.PARTIAL: 'PartialDisruption'>
    """
    if ready == 0 and not_ready > 0:
        return ZoneState.FULL
    if not_ready > 2 and not_ready / (ready + not_ready) >= UNHEALTHY:
        return ZoneState.PARTIAL
    return ZoneState.NORMAL


def rate_of(state: ZoneState, size: int, *, is_everything: bool) -> float:
    """Return how many nodes a second of a zone may begin to drive pods away.

    Args:
        state: How the zone is doing.
        size: How many nodes it has.
        is_everything: Whether all zones are fully disrupted: then it must be the one who looks
            that is cut off, and nothing is driven away.

    >>> rate_of(ZoneState.PARTIAL, 10, is_everything=False)
    0.0
    """
    if is_everything:
        return 0.0
    if state is ZoneState.PARTIAL:
        return SLOW_RATE if size > LARGE else 0.0
    return RATE
