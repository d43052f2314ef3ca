"""Which images a node gets rid of when its disk fills up.

Source: Garbage collection of images (Kubernetes v1.36); ``k8s.io/kubernetes/pkg/kubelet/images``
image_gc_manager.go.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, final

from kubeobj.runtimes.states import FilesystemUsage, Image

LOOKED_EVERY_SECONDS: Final = 300.0
"""How often a node looks at its images."""


@final
@dataclass(frozen=True, slots=True)
class ImagePolicy:
    """When images go.

    Args:
        high_share: From how full the disk is on, from 0 to 1.
        low_share: Until how full it is.
        least_age_seconds: How long an image stays at least after it was first seen.
        most_age_seconds: How long an image stays at most that nobody uses; 0 for ever.
    """

    high_share: float = 0.85
    low_share: float = 0.80
    least_age_seconds: float = 120.0
    most_age_seconds: float = 0.0


@final
@dataclass(slots=True)
class _Seen:
    first: float
    used: float


@final
class ImageHistory:
    """Remembers when images were first seen, and when they were used last.

    Args:
        policy: When they go.
    """

    def __init__(self, policy: ImagePolicy | None = None) -> None:
        self._policy = ImagePolicy() if policy is None else policy
        self._seen: dict[str, _Seen] = {}

    def note(self, images: Iterable[Image], used: Collection[str], now: float) -> None:
        """Take in which images there are, and which are used.

        Args:
            images: Those that there are.
            used: Names and ids of those that containers have.
            now: When, in seconds since 1970.
        """
        there = {one.id: one for one in images}
        self._seen = {id_: seen for id_, seen in self._seen.items() if id_ in there}
        for id_, image in there.items():
            seen = self._seen.setdefault(id_, _Seen(now, 0.0))
            if _is_used(image, used):
                seen.used = now

    def to_remove(
        self,
        images: Iterable[Image],
        used: Collection[str],
        disk: FilesystemUsage,
        now: float,
        *,
        is_short: bool = False,
    ) -> tuple[Image, ...]:
        """Return the images that are to go, the one that was used longest ago first.

        Args:
            images: Those that there are; `note` has seen them.
            used: Names and ids of those that containers have.
            disk: How full it is where they are.
            now: When, in seconds since 1970.
            is_short: Whether the node has too little room, so that all go that nobody uses.
        """
        policy = self._policy
        free = [
            one for one in images if not one.pinned and not _is_used(one, used) and self._knows(one)
        ]
        free.sort(key=lambda one: (self._seen[one.id].used, self._seen[one.id].first))
        if is_short:
            return tuple(free)
        oldest = policy.most_age_seconds
        gone = [one for one in free if oldest and now - self._last(one) > oldest]
        taken = disk.capacity_bytes - disk.available_bytes
        if taken < policy.high_share * disk.capacity_bytes or disk.capacity_bytes <= 0:
            return tuple(gone)
        too_much = taken - int(policy.low_share * disk.capacity_bytes)
        too_much -= sum(one.size_bytes for one in gone)
        for one in free:
            if too_much <= 0:
                break
            if one not in gone and now - self._seen[one.id].first >= policy.least_age_seconds:
                gone.append(one)
                too_much -= one.size_bytes
        return tuple(gone)

    def _knows(self, image: Image) -> bool:
        return image.id in self._seen

    def _last(self, image: Image) -> float:
        seen = self._seen[image.id]
        return seen.used or seen.first


def _is_used(image: Image, used: Collection[str]) -> bool:
    return image.id in used or any(name in used for name in (*image.tags, *image.digests))
