"""The environment of a container.

Source: ``k8s.io/kubernetes/pkg/kubelet`` kubelet_pods.go makeEnvironmentVariables (v1.36).
"""

from collections.abc import Sequence

from kubeobj.documents import Wire
from kubeobj.node.podfacts import PodFacts
from kubeobj.node.podsources import PodSources


def environment_of(
    pod: Wire,
    container: Wire,
    sources: PodSources,
    facts: PodFacts,
    services: Sequence[Wire] | None,
) -> dict[str, str]:
    """Return the environment of a container, by name, in the order in which it is made.

    Args:
        pod: The pod.
        container: Its container, as the pod's spec has it.
        sources: Where config maps, secrets and the node are read.
        facts: The node and the pod: addresses, directories.
        services: What `PodSources.services` says of the pod's namespace.

    Raises:
        ConfigFault: If a reference leads nowhere, or Services have not been read yet.
    """
    raise NotImplementedError
