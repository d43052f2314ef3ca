"""Which plugins a scheduler asks, in which order, and how much their scores count.

Source: ``k8s.io/kubernetes/pkg/scheduler/apis/config/v1`` default plugins (v1.36).
"""

from dataclasses import dataclass, replace
from typing import Final, final

from kubeobj.scheduling.framework import FilterPlugin, Plugin, ScorePlugin
from kubeobj.scheduling.plugins.balancedallocation import BalancedAllocation
from kubeobj.scheduling.plugins.imagelocality import ImageLocality
from kubeobj.scheduling.plugins.interpodaffinity import InterPodAffinity
from kubeobj.scheduling.plugins.nodeaffinity import NodeAffinity
from kubeobj.scheduling.plugins.nodename import NodeName
from kubeobj.scheduling.plugins.nodeports import NodePorts
from kubeobj.scheduling.plugins.noderesourcesfit import NodeResourcesFit
from kubeobj.scheduling.plugins.nodeunschedulable import NodeUnschedulable
from kubeobj.scheduling.plugins.nodevolumelimits import NodeVolumeLimits
from kubeobj.scheduling.plugins.podtopologyspread import PodTopologySpread
from kubeobj.scheduling.plugins.prioritysort import PrioritySort
from kubeobj.scheduling.plugins.schedulinggates import SchedulingGates
from kubeobj.scheduling.plugins.tainttoleration import TaintToleration
from kubeobj.scheduling.plugins.volumebinding import VolumeBinding
from kubeobj.scheduling.plugins.volumerestrictions import VolumeRestrictions
from kubeobj.scheduling.plugins.volumezone import VolumeZone

DEFAULT_NAME: Final = "default-scheduler"
"""The scheduler of pods that name no other."""


@final
@dataclass(frozen=True, slots=True)
class Profile:
    """The plugins of one scheduler.

    Args:
        name: Its name, which pods give as their ``schedulerName``.
        filters: Who says where pods can go; the first that objects is the one that is named.
        scores: Who says where they should go, each with its weight.
        others: Who has a say at other points; those above have too, if they want to.
        preempts: Whether pods may make room for themselves.
    """

    name: str
    filters: tuple[FilterPlugin, ...]
    scores: tuple[tuple[ScorePlugin, int], ...]
    others: tuple[Plugin, ...] = ()
    preempts: bool = True

    def __post_init__(self) -> None:
        for plugin, weight in self.scores:
            if weight < 1:
                message = f"the weight of {plugin.name} must be 1 or more, not {weight}"
                raise ValueError(message)

    def extended(
        self,
        *,
        filters: tuple[FilterPlugin, ...] = (),
        scores: tuple[tuple[ScorePlugin, int], ...] = (),
        others: tuple[Plugin, ...] = (),
    ) -> "Profile":
        """Return the same with further plugins, which come last."""
        return replace(
            self,
            filters=(*self.filters, *filters),
            scores=(*self.scores, *scores),
            others=(*self.others, *others),
        )

    def without(self, *names: str) -> "Profile":
        """Return the same without the plugins of some names."""
        return replace(
            self,
            filters=tuple(one for one in self.filters if one.name not in names),
            scores=tuple(pair for pair in self.scores if pair[0].name not in names),
            others=tuple(one for one in self.others if one.name not in names),
            preempts=self.preempts and "DefaultPreemption" not in names,
        )


def default_profile(name: str = DEFAULT_NAME) -> Profile:
    """Return the plugins that every scheduler has unless it is told otherwise.

    >>> [plugin.name for plugin in default_profile().filters][:4]
    ['NodeUnschedulable', 'NodeName', 'TaintToleration', 'NodeAffinity']
    """
    taints, affinity, fit = TaintToleration(), NodeAffinity(), NodeResourcesFit()
    spread, other_pods = PodTopologySpread(), InterPodAffinity()
    return Profile(
        name,
        filters=(
            NodeUnschedulable(),
            NodeName(),
            taints,
            affinity,
            NodePorts(),
            fit,
            VolumeRestrictions(),
            NodeVolumeLimits(),
            VolumeBinding(),
            VolumeZone(),
            spread,
            other_pods,
        ),
        scores=(
            (taints, 3),
            (affinity, 2),
            (spread, 2),
            (other_pods, 2),
            (fit, 1),
            (BalancedAllocation(), 1),
            (ImageLocality(), 1),
        ),
        others=(PrioritySort(), SchedulingGates()),
    )
