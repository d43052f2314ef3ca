"""Which slices a loop has written and not seen again yet.

A loop that puts endpoints into slices by what a lagging cache says would put them there twice.

Source: ``k8s.io/endpointslice/util`` EndpointSliceTracker (v1.36).
"""

from collections.abc import Sequence
from typing import final

from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.reconcile.request import Cached, Request

BELIEVED_AFTER_SECONDS = 60.0
"""How long a loop waits for what it has written; then it believes what it sees."""

_GONE = -1


@final
class SliceTracker:
    """Generations of slices by the service that they are for.

    Args:
        clock: Tells when to stop waiting.
    """

    __slots__ = ("_clock", "_written")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # Per service and slice: the generation that was written, and when.
        self._written: dict[Request, dict[str, tuple[int, float]]] = {}

    def wrote(self, service: Request, written: Wire) -> None:
        """Remember that a slice was written."""
        metadata = written["metadata"]
        self._remember(service, metadata["name"], metadata.get("generation", 0))

    def deleted(self, service: Request, name: str) -> None:
        """Remember that a slice was deleted."""
        self._remember(service, name, _GONE)

    def forget(self, service: Request) -> None:
        """Forget all slices of a service."""
        self._written.pop(service, None)

    def is_behind(self, service: Request, slices: Sequence[Cached]) -> bool:
        """Return whether *slices*, all that a cache has of a service, are not the latest."""
        written = self._written.get(service)
        if not written:
            return False
        now = self._clock.now()
        there = {one["metadata"]["name"]: one["metadata"].get("generation", 0) for one in slices}
        for name, (generation, since) in list(written.items()):
            if now - since > BELIEVED_AFTER_SECONDS:
                del written[name]
            elif generation == _GONE:
                if name in there:
                    return True
                del written[name]
            elif there.get(name, _GONE) < generation:
                return True
        return False

    def is_news(self, service: Request, old: Cached | None, new: Cached | None) -> bool:
        """Return whether a change of a slice is another's doing."""
        document = old if new is None else new
        if document is None:
            return False
        metadata = document["metadata"]
        written = self._written.get(service, {})
        known = written.get(metadata["name"])
        if new is None:
            written.pop(metadata["name"], None)
            return known is None or known[0] != _GONE
        return known is None or metadata.get("generation", 0) > known[0]

    def _remember(self, service: Request, name: str, generation: int) -> None:
        self._written.setdefault(service, {})[name] = generation, self._clock.now()
