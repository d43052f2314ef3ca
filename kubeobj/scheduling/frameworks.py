"""One profile at work: its plugins, by the point at which each of them has a say."""

from collections.abc import Iterable
from typing import final

from kubeobj.scheduling.framework import (
    BindPlugin,
    PermitPlugin,
    Plugin,
    PostBindPlugin,
    PreBindPlugin,
    PreEnqueuePlugin,
    QueueSortPlugin,
    ReservePlugin,
)
from kubeobj.scheduling.placer import Placer
from kubeobj.scheduling.plugins.prioritysort import PrioritySort
from kubeobj.scheduling.preemption import Budgets
from kubeobj.scheduling.profiles import Profile
from kubeobj.scheduling.records import PodRecord
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.verdicts import Rejection


@final
class Framework:
    """A profile's plugins.

    Args:
        profile: The profile.
        snapshot: The cluster.
        budgets: Who is protected when room is made.
        own: Plugins that every profile has, for they need what only a scheduler has.
    """

    def __init__(
        self, profile: Profile, snapshot: Snapshot, budgets: Budgets, own: Iterable[Plugin]
    ) -> None:
        self.profile: Profile = profile
        self.placer: Placer = Placer(profile, snapshot, budgets)
        scores = (plugin for plugin, _ in profile.scores)
        plugins = dict.fromkeys((*profile.filters, *scores, *profile.others, *own))
        self.pre_enqueue: list[PreEnqueuePlugin] = []
        self.reserve: list[ReservePlugin] = []
        self.permit: list[PermitPlugin] = []
        self.pre_bind: list[PreBindPlugin] = []
        self.bind: list[BindPlugin] = []
        self.post_bind: list[PostBindPlugin] = []
        self.sort: QueueSortPlugin = PrioritySort()
        for plugin in plugins:
            self._enter(plugin)

    def _enter(self, plugin: Plugin) -> None:
        if isinstance(plugin, QueueSortPlugin):
            self.sort = plugin
        if isinstance(plugin, PreEnqueuePlugin):
            self.pre_enqueue.append(plugin)
        if isinstance(plugin, ReservePlugin):
            self.reserve.append(plugin)
        if isinstance(plugin, PermitPlugin):
            self.permit.append(plugin)
        if isinstance(plugin, PreBindPlugin):
            self.pre_bind.append(plugin)
        if isinstance(plugin, BindPlugin):
            self.bind.append(plugin)
        if isinstance(plugin, PostBindPlugin):
            self.post_bind.append(plugin)

    def why_held(self, record: PodRecord) -> Rejection | None:
        """Return why a pod may not come into the queue yet, or None."""
        for plugin in self.pre_enqueue:
            found = plugin.pre_enqueue(record)
            if found is not None:
                return found
        return None
