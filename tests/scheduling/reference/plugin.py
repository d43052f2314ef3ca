"""What a filter is."""

import copy
from typing import Self

from tests.scheduling.reference.cluster import Cluster, Doc, Node


class Filter:
    """Says of one node at a time whether a pod may go there.

    One is made for each pod that is scheduled; it may look at the whole cluster then.
    """

    name = ""

    def __init__(self, cluster: Cluster, pod: Doc) -> None:
        self.cluster: Cluster = cluster
        self.pod: Doc = pod

    def rejects_everywhere(self) -> str | None:
        """Return the code with which no node will do, or None."""
        return None

    def only_nodes(self) -> list[str] | None:
        """Return the names of the only nodes that can do, or None for all."""
        return None

    def has_nothing_to_say(self) -> bool:
        """Return whether the pod asks for nothing that this filter looks at.

        It is then left out for this pod, even if pods are thought to be added later.
        """
        return False

    def check(self, node: Node) -> str | None:
        """Return the code with which *node* is rejected, or None."""
        raise NotImplementedError

    def pod_added(self, pod: Doc, node: Node) -> None:
        """Take note that *pod* is thought to be on *node* as well."""

    def pod_removed(self, pod: Doc, node: Node) -> None:
        """Take note that *pod* is thought to be gone from *node*."""

    def clone(self) -> Self:
        """Return a filter of its own to try things with."""
        return copy.copy(self)
