"""How a real node registers, says that it is alive, and reports how it is.

Source: Kubernetes documentation, Nodes, Heartbeats (v1.36); ``kubelet_node_status.go``: the status
is computed every ten seconds, and reported when it has changed or five minutes have gone by.
"""

import math
from contextlib import suppress
from typing import Final, final

from kubeobj.api.client import Client
from kubeobj.api.errors import AlreadyExists, ApiError, NotFound
from kubeobj.documents import Wire
from kubeobj.node.heartbeats import RENEWED_EVERY_SECONDS, REPORTED_EVERY_SECONDS
from kubeobj.node.host import HostFacts
from kubeobj.node.nodeobject import LEASES, lease_of
from kubeobj.node.nodestatus import (
    NodeConfig,
    NodeHealth,
    is_told,
    new_node,
    node_labels,
    real_node_status,
)
from kubeobj.reconcile.moments import micro_text_of
from kubeobj.reconcile.request import wire_of
from kubeobj.runtimes.states import RuntimeVersion

LEASE_KIND: Final = "leases.coordination.k8s.io"
"""The kind of the object by which a node says that it is alive."""


@final
class NodeRegistration:
    """What the API knows of a node, kept true.

    Args:
        client: Reads and writes it.
        config: What the node is told about itself.
        facts: What its machine is.
    """

    def __init__(self, client: Client, config: NodeConfig, facts: HostFacts) -> None:
        self._client = client
        self._config = config
        self._facts = facts
        self._uid = ""
        self._reported = -math.inf
        self._renewed = -math.inf

    @property
    def node_uid(self) -> str:
        """The uid of the Node; empty before it is registered."""
        return self._uid

    @property
    def next_renewal(self) -> float:
        """When the lease is to be renewed, in seconds since 1970."""
        return self._renewed + RENEWED_EVERY_SECONDS

    def labels(self) -> Wire:
        """Return the labels that the node has by itself."""
        return dict(node_labels(self._config, self._facts))

    def report(self, version: RuntimeVersion, health: NodeHealth, now: float) -> None:
        """Register the node if it is not there, and report how it is if that is worth it.

        Args:
            version: What its runtime is.
            health: How it is.
            now: When, in seconds since 1970.

        Raises:
            ApiError: If the API does not take it; it is tried again with the next report.
        """
        node = self._registered()
        before: Wire = node.get("status") or {}
        status = real_node_status(self._config, self._facts, version, health, before, now)
        is_due = not 0 <= now - self._reported < REPORTED_EVERY_SECONDS
        if is_due or not is_told(before, status):
            changed = {name: value for name, value in status.items() if before.get(name) != value}
            self._client.patch(
                "nodes", self._config.name, {"status": changed}, type="merge", part="status"
            )
            self._reported = now

    def _registered(self) -> Wire:
        try:
            node = wire_of(self._client.get("nodes", self._config.name))
        except NotFound:
            with suppress(AlreadyExists):
                self._client.create(new_node(self._config, self._facts))
            node = wire_of(self._client.get("nodes", self._config.name))
            self._reported = -math.inf
        self._uid = node["metadata"]["uid"]
        self._correct_labels(node)
        return node

    def _correct_labels(self, node: Wire) -> None:
        """Give a node that was there already the labels that it has by itself."""
        there: Wire = node["metadata"].get("labels") or {}
        wrong = {name: text for name, text in self.labels().items() if there.get(name) != text}
        if wrong:
            self._client.patch(
                "nodes", self._config.name, {"metadata": {"labels": wrong}}, type="merge"
            )

    def renew(self, now: float) -> bool:
        """Renew the lease if it is due; return whether it was.

        A lease that cannot be renewed is tried again when it is due next.
        """
        if 0 <= now - self._renewed < RENEWED_EVERY_SECONDS or not self._uid:
            return False
        self._renewed = now
        name, renewed = self._config.name, {"spec": {"renewTime": micro_text_of(now)}}
        with suppress(ApiError):
            try:
                self._client.patch(LEASE_KIND, name, renewed, type="merge", namespace=LEASES)
            except NotFound:
                self._client.create(lease_of(name, self._uid, now))
        return True
