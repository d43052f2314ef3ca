"""What happens in a cluster that may help a pod that waits, and whom it may help.

Source: ``k8s.io/kubernetes/pkg/scheduler/framework/plugins`` EventsToRegister (v1.36).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, final

from kubeobj.scheduling.nodes import NodeChange, NodeState
from kubeobj.scheduling.records import PodRecord


class Kind(Enum):
    """What has happened."""

    NODE_ADDED = auto()
    NODE_LABELS = auto()
    NODE_TAINTS = auto()
    NODE_OPENED = auto()
    NODE_ALLOCATABLE = auto()
    NODE_GONE = auto()
    POD_ADDED = auto()
    """A pod has got a node, or has other labels there."""
    POD_GONE = auto()
    """A pod has left its node, or takes less of it."""
    CLAIM = auto()
    VOLUME = auto()
    CLASS = auto()
    CSI_NODE = auto()
    CSI_DRIVER = auto()
    CAPACITY = auto()
    ATTACHMENT_GONE = auto()
    GROUP = auto()
    """A group of pods has another, or is allowed to be smaller."""


@final
@dataclass(frozen=True, slots=True)
class Happening:
    """Something has happened.

    Args:
        kind: What.
        state: On which node, if it is about one that is there.
        pod: To which pod, if it is about one.
    """

    kind: Kind
    state: NodeState | None = None
    pod: PodRecord | None = None


_NODE: Final = frozenset({Kind.NODE_ADDED, Kind.NODE_LABELS})
_VOLUMES: Final = frozenset({Kind.CLAIM, Kind.VOLUME, Kind.CLASS})

HELPS: Final[Mapping[str, frozenset[Kind]]] = {
    "NodeUnschedulable": frozenset({Kind.NODE_ADDED, Kind.NODE_OPENED, Kind.NODE_TAINTS}),
    "NodeName": frozenset({Kind.NODE_ADDED}),
    "TaintToleration": frozenset({Kind.NODE_ADDED, Kind.NODE_TAINTS}),
    "NodeAffinity": _NODE,
    "NodePorts": frozenset({Kind.NODE_ADDED, Kind.POD_GONE}),
    "NodeResourcesFit": frozenset({Kind.NODE_ADDED, Kind.NODE_ALLOCATABLE, Kind.POD_GONE}),
    "VolumeRestrictions": frozenset({Kind.NODE_ADDED, Kind.POD_GONE, Kind.CLAIM}),
    "NodeVolumeLimits": frozenset(
        {Kind.NODE_ADDED, Kind.POD_GONE, Kind.CSI_NODE, Kind.CLAIM, Kind.ATTACHMENT_GONE}
    ),
    "VolumeBinding": _NODE | _VOLUMES | {Kind.CSI_NODE, Kind.CSI_DRIVER, Kind.CAPACITY},
    "VolumeZone": _NODE | _VOLUMES,
    "PodTopologySpread": _NODE | {Kind.NODE_TAINTS, Kind.NODE_GONE, Kind.POD_ADDED, Kind.POD_GONE},
    "InterPodAffinity": _NODE | {Kind.POD_ADDED, Kind.POD_GONE},
    "GangScheduling": frozenset({Kind.GROUP}),
}
"""By plugin, what may change its mind; anything may change that of a plugin that is not here."""


def kinds_of(change: NodeChange) -> tuple[Kind, ...]:
    """Return what has happened when a node has changed."""
    if NodeChange.ADDED in change:
        return (Kind.NODE_ADDED,)
    pairs = (
        (NodeChange.LABELS, Kind.NODE_LABELS),
        (NodeChange.TAINTS, Kind.NODE_TAINTS),
        (NodeChange.UNSCHEDULABLE, Kind.NODE_OPENED),
        (NodeChange.ALLOCATABLE, Kind.NODE_ALLOCATABLE),
    )
    return tuple(kind for flag, kind in pairs if flag in change)


def may_help(plugins: tuple[str, ...], kind: Kind) -> bool:
    """Return whether something may change the mind of one of some plugins.

    If nobody has objected, there was no node to object to, and anything may help.

    >>> may_help(("NodeAffinity",), Kind.POD_GONE), may_help(("MyOwn",), Kind.POD_GONE)
    (False, True)
    """
    return not plugins or any(name not in HELPS or kind in HELPS[name] for name in plugins)
