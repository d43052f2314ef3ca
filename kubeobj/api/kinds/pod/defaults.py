"""What Pods leave open beyond what their specs do, and the older ways to say things in them.

Source: ``k8s.io/kubernetes/pkg/apis/core/v1`` SetDefaults_Pod and conversion.go (v1.36).
"""

from kubeobj.api.podspec.defaults import default_pod_spec, drop_old_annotations
from kubeobj.api.podspec.podresources import default_requests
from kubeobj.api.quantities import round_up_to_milli
from kubeobj.documents import Wire

STATUS_LISTS = ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses")
"""The lists of a status that hold the states of containers."""


def default(pod: Wire) -> None:
    """Fill in what a Pod leaves open."""
    spec = pod["spec"]
    drop_old_annotations(pod["metadata"])
    default_pod_spec(spec)
    default_requests(spec)
    if "enableServiceLinks" not in spec:
        spec["enableServiceLinks"] = True
    if spec["terminationGracePeriodSeconds"] < 0:
        spec["terminationGracePeriodSeconds"] = 1
    if spec.get("hostNetwork"):
        _default_host_ports(spec)
    default_status(pod)


def _default_host_ports(spec: Wire) -> None:
    """Give the ports of containers that are on the network of the node their numbers there."""
    for name in ("containers", "initContainers"):
        for container in spec.get(name) or ():
            for port in container.get("ports", ()):
                if port["containerPort"]:
                    port.setdefault("hostPort", port["containerPort"])


def default_status(pod: Wire) -> None:
    """Fill in what the status of a Pod leaves open."""
    status = pod.get("status")
    if not status:
        return
    _settle_addresses(status)
    # Its feature gate is off.
    status.pop("nodeAllocatableResourceClaimStatuses", None)
    for name in STATUS_LISTS:
        for state in status.get(name, ()):
            state.pop("stopSignal", None)
            round_up_to_milli(state.get("allocatedResources"))
            resources = state.get("resources", {})
            round_up_to_milli(resources.get("limits"))
            round_up_to_milli(resources.get("requests"))


def _settle_addresses(status: Wire) -> None:
    """Make the one address the first of all; where they differ, the one is right."""
    one, every = status.get("podIP"), status.get("podIPs")
    if one and (not every or every[0].get("ip") != one):
        status["podIPs"] = [{"ip": one}]
    elif every and every[0].get("ip"):
        status["podIP"] = every[0]["ip"]
