"""The sandbox of a pod, as a runtime is asked for it.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime`` kuberuntime_sandbox.go (v1.36).
"""

from kubeobj.documents import Wire
from kubeobj.node.podfacts import PodFacts
from kubeobj.runtimes.configs import SandboxConfig


def sandbox_config(pod: Wire, attempt: int, facts: PodFacts) -> SandboxConfig:
    """Return the sandbox that a pod asks for.

    Args:
        pod: The pod.
        attempt: How many sandboxes it has had before.
        facts: What is known of it and its node.

    Raises:
        ConfigFault: If what it asks for cannot be had.
    """
    raise NotImplementedError
