"""The last words of containers: a file of their own, or the end of their log.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime`` kuberuntime_container.go (v1.36).
"""

from kubeobj.node.podfacts import PodFacts
from kubeobj.runtimes.states import Container


def termination_message(container: Container, facts: PodFacts, limit_bytes: int = 4096) -> str:
    """Return what an ended container says of its end; empty if nothing.

    Args:
        container: The container as the runtime has it; it was made by `container_config`.
        facts: What is known of its pod.
        limit_bytes: How much is kept, at most: 12 KiB shared by all containers of a pod.
    """
    raise NotImplementedError
