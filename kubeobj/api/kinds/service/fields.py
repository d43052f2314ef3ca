"""What the rules of Services ask of a Service again and again.

Source: ``k8s.io/kubernetes/pkg/api/service`` and ``pkg/registry/core/service`` (v1.36).
"""

from kubeobj.documents import Wire

NONE = "None"
"""The cluster IP of a Service that has none."""

SINGLE_STACK = "SingleStack"
"""The policy of Services with addresses of one family."""

EXTERNAL_NAME = "ExternalName"
LOAD_BALANCER = "LoadBalancer"
NODE_PORT = "NodePort"
CLUSTER_IP = "ClusterIP"


def is_headless(spec: Wire) -> bool:
    """Return whether a Service says that it has no address."""
    return bool(spec.get("clusterIPs") == [NONE])


def needs_cluster_ip(spec: Wire) -> bool:
    """Return whether a Service of this type has an address, or says that it has none."""
    return bool(spec.get("type") != EXTERNAL_NAME)


def needs_node_ports(spec: Wire) -> bool:
    """Return whether a Service of this type has ports on nodes."""
    return spec.get("type") in {NODE_PORT, LOAD_BALANCER}


def needs_health_check(spec: Wire) -> bool:
    """Return whether nodes are asked whether they have endpoints of the Service."""
    return spec.get("type") == LOAD_BALANCER and spec.get("externalTrafficPolicy") == "Local"


def is_reached_from_outside(spec: Wire) -> bool:
    """Return whether a Service is there for what is outside of the cluster."""
    return needs_node_ports(spec) or (
        spec.get("type") == CLUSTER_IP and bool(spec.get("externalIPs"))
    )


def wants_node_ports(spec: Wire) -> bool:
    """Return whether ports on nodes are handed out to a Service that does not name them."""
    if spec.get("type") == NODE_PORT:
        return True
    return spec.get("type") == LOAD_BALANCER and spec.get("allocateLoadBalancerNodePorts", True)


def node_ports(spec: Wire) -> list[int]:
    """Return the ports on nodes that the ports of a Service have."""
    return [port["nodePort"] for port in spec.get("ports") or () if port.get("nodePort")]
