"""ImageLocality: nodes that have the images of a pod already are better, the larger those are.

An image counts by the share of the nodes that have it, so that it does not draw all pods to one.

Source: ``k8s.io/kubernetes/pkg/scheduler/framework/plugins/imagelocality`` (v1.36).
"""

from typing import ClassVar, Final, final

import numpy as np

from kubeobj.scheduling.arrays import Numbers, Slots
from kubeobj.scheduling.framework import MAX_SCORE, Reach
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.plugins.plain import PlainRating
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template

_MEGABYTE: Final = 1024 * 1024
LEAST_BYTES: Final = 23 * _MEGABYTE
"""What is smaller than this is pulled in no time."""

MOST_BYTES_EACH: Final = 1000 * _MEGABYTE
"""What the images of a pod count as at most, for each of its containers."""


@final
class ImageLocality:
    """The plugin."""

    name: ClassVar[str] = "ImageLocality"
    reach: ClassVar[Reach] = Reach.CLUSTER
    is_normalized: ClassVar[bool] = False

    def rate(self, template: Template, snapshot: Snapshot) -> "_Rating | None":
        """Return what to ask about nodes; None where no node has an image of the pods."""
        images = snapshot.nodes.images
        if not any(images.sizes(name) for name in template.images):
            return None
        return _Rating(template, snapshot)


@final
class _Rating(PlainRating):
    def __init__(self, template: Template, snapshot: Snapshot) -> None:
        self._images = template.images
        self._most = MOST_BYTES_EACH * template.containers
        self._nodes = snapshot.nodes

    @property
    def stamp(self) -> tuple[object, ...]:
        return (self._nodes.images.version, len(self._nodes))

    def many(self, at: Slots) -> Numbers:
        sums = self._sums()
        return np.array([self._score(sums.get(slot, 0)) for slot in at.tolist()], dtype=np.int64)

    def one(self, state: NodeState) -> int:
        return self._score(self._sums().get(state.slot, 0))

    def _sums(self) -> dict[int, int]:
        """Return what the images on each node count as together, by slot."""
        sums: dict[int, int] = {}
        total = len(self._nodes)
        for name in self._images:
            sizes = self._nodes.images.sizes(name)
            share = len(sizes) / total
            for slot, size in sizes.items():
                sums[slot] = sums.get(slot, 0) + int(size * share)
        return sums

    def _score(self, size: int) -> int:
        clipped = min(max(size, LEAST_BYTES), self._most)
        return MAX_SCORE * (clipped - LEAST_BYTES) // (self._most - LEAST_BYTES)
