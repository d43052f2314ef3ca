"""What a Service is by default.

Source: ``k8s.io/kubernetes/pkg/apis/core/v1`` SetDefaults_Service (v1.36).
"""

from kubeobj.api.kinds.service.fields import CLUSTER_IP, LOAD_BALANCER, is_reached_from_outside
from kubeobj.documents import Wire

AFFINITY_SECONDS = 10800
"""How long a client stays with an endpoint where nothing is said: three hours."""

_WITHIN = frozenset({"NodePort", "LoadBalancer", "ClusterIP"})


def default_service(obj: Wire) -> None:
    """Fill in what a Service leaves open."""
    spec = obj["spec"]
    if "sessionAffinity" not in spec:
        spec["sessionAffinity"] = "None"
    _default_affinity(spec)
    if "type" not in spec:
        spec["type"] = CLUSTER_IP
    for port in spec.get("ports") or ():
        if "protocol" not in port:
            port["protocol"] = "TCP"
        if port["targetPort"] in {0, ""}:
            port["targetPort"] = port["port"]
    if "externalTrafficPolicy" not in spec and is_reached_from_outside(spec):
        spec["externalTrafficPolicy"] = "Cluster"
    if "internalTrafficPolicy" not in spec and spec["type"] in _WITHIN:
        spec["internalTrafficPolicy"] = "Cluster"
    if spec["type"] == LOAD_BALANCER:
        spec.setdefault("allocateLoadBalancerNodePorts", True)
        _default_addresses(obj)


def _default_affinity(spec: Wire) -> None:
    if spec["sessionAffinity"] == "None":
        spec.pop("sessionAffinityConfig", None)
    elif spec["sessionAffinity"] == "ClientIP":
        client = spec.get("sessionAffinityConfig", {}).get("clientIP", {})
        if "timeoutSeconds" not in client:
            spec["sessionAffinityConfig"] = {"clientIP": {"timeoutSeconds": AFFINITY_SECONDS}}


def _default_addresses(obj: Wire) -> None:
    for ingress in obj.get("status", {}).get("loadBalancer", {}).get("ingress", ()):
        if ingress.get("ip"):
            ingress.setdefault("ipMode", "VIP")
