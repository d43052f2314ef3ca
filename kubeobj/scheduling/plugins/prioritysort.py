"""PrioritySort: who matters more is next, and of equals who came first."""

from typing import ClassVar, final

from kubeobj.scheduling.records import PodRecord


@final
class PrioritySort:
    """The plugin."""

    name: ClassVar[str] = "PrioritySort"

    def sort_key(self, pod: PodRecord, since: float) -> tuple[float, ...]:
        """Return what pods are sorted by; the least is next."""
        return (-pod.priority, since)
