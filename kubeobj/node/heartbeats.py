"""How simulated nodes register, and say that they are alive.

A node renews its lease every ten seconds, and reports its status every five minutes. While nothing
else happens nobody can see the renewals in between, so `Heartbeats.skip` writes of several only the
last: the objects are then what they would be, at fewer versions.

Source: Kubernetes documentation, Nodes, Heartbeats (v1.36).
"""

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from heapq import heapify, heappop, heappush
from typing import Final, final

from kubeobj.api.errors import AlreadyExists, ApiError, NotFound
from kubeobj.node.nodeobject import LEASES, lease_of, node_of, node_status
from kubeobj.node.simulatednode import SimulatedNode
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.moments import micro_text_of
from kubeobj.reconcile.request import wire_of

RENEWED_EVERY_SECONDS: Final = 10.0
"""How often a lease is renewed."""

REPORTED_EVERY_SECONDS: Final = 300.0
"""How often a status is reported that has not changed."""


@final
class Heartbeats:
    """Registers nodes, and renews their leases. It is stepped by a manager.

    Args:
        manager: Whose client and clock are used.
        nodes: The machines, by name.
    """

    def __init__(self, manager: Manager, nodes: Mapping[str, SimulatedNode]) -> None:
        self._client = manager.client
        self._clock = manager.clock
        self._nodes = nodes
        self._due: list[tuple[float, str]] = []
        self._reported: dict[str, float] = {}
        # Nodes whose object was deleted, and at which of their boots: they register at the next.
        self._deleted: dict[str, int] = {}
        now = self._clock.now()
        self._due.extend((now, name) for name in nodes)
        heapify(self._due)

    @property
    def deadline(self) -> float | None:
        """When the next lease is renewed, in seconds since 1970."""
        return self._due[0][0] if self._due else None

    @property
    def are_all_alive(self) -> bool:
        """Whether every node is up and heard of."""
        return all(node.is_reachable for node in self._nodes.values())

    def step(self) -> bool:
        """Renew what is due; return whether anything was."""
        now, due = self._clock.now(), self._due
        busy = False
        while due and due[0][0] <= now:
            at, name = heappop(due)
            node = self._nodes.get(name)
            if node is None or name in self._deleted:
                continue
            if node.is_reachable:
                self._beat(node, self._last_due(at, now))
                busy = True
            heappush(due, (self._last_due(at, now) + RENEWED_EVERY_SECONDS, name))
        return busy

    def add(self, names: Iterable[str]) -> None:
        """Let nodes begin now that have come up."""
        for name in names:
            heappush(self._due, (self._clock.now(), name))

    def look_at_node(self, name: str) -> None:
        """Let a node say how it is that has come back; or register again, if it was deleted."""
        self._report_soon(name)
        if name in self._deleted and self._nodes[name].boots > self._deleted[name]:
            del self._deleted[name]
            self.add([name])

    def _report_soon(self, name: str) -> None:
        """Let the status of a node be reported with its next lease."""
        if name in self._reported:
            self._reported[name] = -math.inf

    def _last_due(self, at: float, now: float) -> float:
        """Return when the last of the renewals was due that have been since *at*."""
        return at + (now - at) // RENEWED_EVERY_SECONDS * RENEWED_EVERY_SECONDS

    def _beat(self, node: SimulatedNode, at: float) -> None:
        name = node.machine.name
        try:
            if name not in self._reported:
                self._register(node, at)
            elif at - self._reported[name] >= REPORTED_EVERY_SECONDS:
                self._report(node, at)
            self._renew(node, at)
        except ApiError:
            # It is tried again with the next one; meanwhile others may have called it silent.
            self._report_soon(name)

    def _renew(self, node: SimulatedNode, at: float) -> None:
        name = node.machine.name
        renewed = {"spec": {"renewTime": micro_text_of(at)}}
        try:
            self._client.patch(
                "leases.coordination.k8s.io", name, renewed, type="merge", namespace=LEASES
            )
        except NotFound:
            self._make_lease(node, at)

    def _make_lease(self, node: SimulatedNode, at: float) -> None:
        try:
            uid = wire_of(self._client.get("nodes", node.machine.name))["metadata"]["uid"]
        except NotFound:
            self._forget(node)
            return
        with suppress(AlreadyExists):
            self._client.create(lease_of(node.machine.name, uid, at))

    def _forget(self, node: SimulatedNode) -> None:
        """Say nothing of a node any more whose object was deleted, as long as it is up."""
        self._reported.pop(node.machine.name, None)
        self._deleted[node.machine.name] = node.boots

    def _register(self, node: SimulatedNode, at: float) -> None:
        with suppress(AlreadyExists):
            self._client.create(node_of(node.machine, node.address))
        self._report(node, at)
        self._make_lease(node, at)

    def _report(self, node: SimulatedNode, at: float) -> None:
        name = node.machine.name
        try:
            before = wire_of(self._client.get("nodes", name))["status"]
        except NotFound:
            self._forget(node)
            return
        status = node_status(node.machine, node.address, before, at)
        changed = {field: value for field, value in status.items() if before.get(field) != value}
        self._client.patch("nodes", name, {"status": changed}, type="merge", part="status")
        self._reported[name] = at
