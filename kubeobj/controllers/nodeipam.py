"""Ranges of addresses for the pods of each node.

Source: ``k8s.io/kubernetes/pkg/controller/nodeipam`` RangeAllocator (v1.36).
"""

from ipaddress import IPv4Network, ip_network
from typing import Final, final

from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request

CLUSTER: Final = IPv4Network("10.244.0.0/16")
"""The range of all pods."""

NODE_PREFIX: Final = 24
"""How long the prefix of a node's range is: this leaves it 256 addresses."""


@final
class NodeIpamController:
    """Gives each node a range of addresses for its pods.

    Kubernetes runs it where it is told to (``--allocate-node-cidrs``), so it is not among the loops
    that every cluster has.

    Args:
        manager: Whose caches and client are used.
        cluster: The range of all pods.
        node_prefix: How long the prefix of a node's range is.

    Raises:
        ValueError: If no range of a node fits into that of the cluster.
    """

    def __init__(
        self, manager: Manager, cluster: IPv4Network = CLUSTER, node_prefix: int = NODE_PREFIX
    ) -> None:
        if not cluster.prefixlen <= node_prefix <= cluster.max_prefixlen:
            msg = f"ranges of /{node_prefix} do not fit into {cluster}"
            raise ValueError(msg)
        self._client = manager.client
        self._cluster = cluster
        self._prefix = node_prefix
        self._nodes = manager.informer("nodes")
        self._events = manager.events.by("cidrAllocator")
        # Which range is whose, by its number; and where to look for a free one.
        self._owners: dict[int, str] = {}
        self._next = 0
        # Nodes for which there was none.
        self._waiting: dict[Request, None] = {}
        self._loop = manager.controller("node-ipam", self.reconcile, needs=[self._nodes])
        self._nodes.subscribe(self._changed)

    def _changed(self, old: Cached | None, new: Cached | None) -> None:
        range_ = "" if new is None else (new.get("spec") or {}).get("podCIDR")
        if old is not None and (old.get("spec") or {}).get("podCIDR") != range_:
            self._free(old)
        if new is None:
            return
        if range_:
            self._take(range_, new["metadata"]["name"])
        self._loop.queue.add(Request.of(new))

    def reconcile(self, request: Request) -> None:
        """Give a node a range, if it has none."""
        node = self._nodes.cache.find(request)
        self._waiting.pop(request, None)
        if node is None or (node.get("spec") or {}).get("podCIDR"):
            return
        number = self._find_free(request.name)
        if number is None:
            message = f"Node {request.name} status is now: CIDRNotAvailable"
            self._events.record(node, "CIDRNotAvailable", message)
            self._waiting[request] = None
            return
        self._owners[number] = request.name
        range_ = str(self._range(number))
        self._client.patch(
            "nodes", request.name, {"spec": {"podCIDR": range_, "podCIDRs": [range_]}}, type="merge"
        )

    # ------------------------------------------------------------ ranges by number

    @property
    def _size(self) -> int:
        return 1 << (self._prefix - self._cluster.prefixlen)

    def _range(self, number: int) -> IPv4Network:
        first = int(self._cluster.network_address) + (number << (32 - self._prefix))
        return IPv4Network((first, self._prefix))

    def _number(self, range_: str) -> int | None:
        """Return the number of a range; None if it is none of the cluster's."""
        network = ip_network(range_)
        if not isinstance(network, IPv4Network) or not network.subnet_of(self._cluster):
            return None
        offset = int(network.network_address) - int(self._cluster.network_address)
        return offset >> (32 - self._prefix)

    def _find_free(self, node: str) -> int | None:
        for tried in range(self._size):
            number = (self._next + tried) % self._size
            if self._owners.get(number, node) == node:
                self._next = number + 1
                return number
        return None

    def _take(self, range_: str, node: str) -> None:
        number = self._number(range_)
        if number is not None:
            self._owners[number] = node

    def _free(self, node: Cached) -> None:
        range_ = (node.get("spec") or {}).get("podCIDR")
        number = self._number(range_) if range_ else None
        if number is not None and self._owners.get(number) == node["metadata"]["name"]:
            del self._owners[number]
            for request in self._waiting:
                self._loop.queue.add(request)
